// The sections of the page: a bar at the foot of a phone, a rail beside a desktop's content. Both
// have room for the five that a section list may hold.

import { paths, type Route } from "../router.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { Icon, type IconName } from "./Icon.tsx";

interface Section {
  readonly label: string;
  readonly href: string;
  readonly icon: IconName;
  readonly views: readonly Route["view"][];
}

const SECTIONS: readonly Section[] = [
  {
    label: "Meet",
    href: paths.meet,
    icon: "meet",
    views: ["meet", "tap", "badge", "showKey", "enterKey", "ask", "enterPassphrase"],
  },
  { label: "Chats", href: paths.chats, icon: "chats", views: ["chats"] },
  { label: "Rooms", href: paths.rooms, icon: "rooms", views: ["rooms", "newRoom", "room"] },
  { label: "Contacts", href: paths.contacts, icon: "contacts", views: ["contacts", "group"] },
  {
    label: "You",
    href: paths.you,
    icon: "you",
    views: ["you", "ownBadge", "phrase", "cards", "card"],
  },
];

export function Navigation({ view }: { readonly view: Route["view"] }) {
  const unread = useStore(session.chats.store, (state) => state.unread);
  return (
    <nav class="sections" aria-label="Sections">
      <ul role="list">
        {SECTIONS.map(({ label, href, icon, views }) => (
          <li key={href}>
            <a href={href} aria-current={views.includes(view) ? "page" : undefined}>
              <Icon name={icon} />
              <span>{label}</span>
              {href === paths.chats && unread > 0 && (
                <span class="count">
                  {unread > 99 ? "99+" : unread}
                  <span class="unseen"> unread</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
