// The people one has met: a list with search, and beside it (on a phone, in its place) one person.

import { useState } from "preact/hooks";
import { cardTitle, type Contact } from "../../shared/client/index.ts";
import { photoOf } from "../cardPhoto.ts";
import { useHiddenContacts } from "../changes.ts";
import { dayText } from "../clock.ts";
import { Avatar } from "../components/Avatar.tsx";
import { ContactDetail } from "../components/ContactDetail.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { Later } from "../components/Later.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { paths } from "../router.ts";
import { useSession } from "../session.ts";

const loadMore = async () => (await import("../tap/ContactsMore.tsx")).ContactsMore;

export function ContactsView({ userId }: { readonly userId: string | null }) {
  const all = useSession((state) => state.contacts);
  const hidden = useHiddenContacts();
  const contacts = all.filter((contact) => !hidden.includes(contact.userId));
  const open = contacts.find((contact) => contact.userId === userId);
  if (contacts.length === 0 && userId === null) return <NobodyYet />;
  return (
    <div class="panes" data-open={userId !== null}>
      <ContactList contacts={contacts} openId={userId} />
      {userId !== null && (
        <div class="pane-detail">
          <a class="back" href={paths.contacts}>
            <Icon name="back" /> Contacts
          </a>
          {open === undefined ? (
            <Heading level={2}>This contact is no longer here</Heading>
          ) : (
            <ContactDetail key={open.userId} contact={open} />
          )}
        </div>
      )}
    </div>
  );
}

function NobodyYet() {
  return (
    <div class="page empty">
      <MeetingMark closeness="alone" />
      <Heading>No contacts yet</Heading>
      <p class="lead">Everyone you meet appears here, with their card.</p>
      <a class="button primary" href={paths.meet}>
        Meet someone
      </a>
      <Later load={loadMore} props={{}} isQuiet />
    </div>
  );
}

interface ContactListProps {
  readonly contacts: readonly Contact[];
  readonly openId: string | null;
}

function ContactList({ contacts, openId }: ContactListProps) {
  const [wanted, setWanted] = useState("");
  const found = contacts
    .filter((contact) => matches(contact, wanted))
    .toSorted((one, other) => one.name.localeCompare(other.name));
  return (
    <div class="pane-list">
      <Heading subject={openId === null ? "list" : ""}>Contacts</Heading>
      <div class="list-body">
        <label class="search">
          <Icon name="search" />
          <span class="unseen">Search contacts</span>
          <input
            type="search"
            placeholder="Search"
            autocomplete="off"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        <p class="unseen" role="status">
          {wanted === "" ? "" : `${found.length} found`}
        </p>
        {found.length === 0 && <p class="remark">Nobody here matches “{wanted}”.</p>}
        <ul class="people" role="list">
          {found.map((contact) => (
            <li key={contact.userId}>
              <a
                class="person"
                href={paths.contact(contact.userId)}
                aria-current={contact.userId === openId ? "true" : undefined}
              >
                <Avatar name={contact.name} photo={contact.card && photoOf(contact.card)} />
                <span class="person-who">
                  <span class="person-name">{contact.name}</span>
                  <span class="person-more">{moreAbout(contact)}</span>
                </span>
                {!contact.verified && <span class="tag">Not verified</span>}
                {contact.blocked && <span class="tag">Blocked</span>}
              </a>
            </li>
          ))}
        </ul>
        <Later load={loadMore} props={{}} isQuiet />
      </div>
    </div>
  );
}

function moreAbout(contact: Contact): string {
  const organization = Object.values(contact.card?.organizations ?? {})[0]?.name;
  return contact.note.split("\n")[0] || organization || `Met ${dayText(contact.metAt)}`;
}

function matches(contact: Contact, wanted: string): boolean {
  const { name, note, card } = contact;
  const parts = card === null ? [] : [cardTitle(card), ...textsOf(card)];
  const text = [name, note, ...parts].join(" ").toLocaleLowerCase();
  return wanted
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function textsOf(card: NonNullable<Contact["card"]>): string[] {
  return [
    ...Object.values(card.organizations ?? {}).map((entry) => entry.name ?? ""),
    ...Object.values(card.titles ?? {}).map((entry) => entry.name),
    ...Object.values(card.emails ?? {}).map((entry) => entry.address),
    ...Object.values(card.phones ?? {}).map((entry) => entry.number),
  ];
}
