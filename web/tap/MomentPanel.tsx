// What the latest touch has come to: two circles that close, who it is, and a way back for ten minutes. The code and
// the viewfinder beside it go on for the next person.

import "../styles/moment.css";
import type { Contact } from "../../shared/client/index.ts";
import { photoOf } from "../cardPhoto.ts";
import { Avatar } from "../components/Avatar.tsx";
import { Icon } from "../components/Icon.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { paths } from "../router.ts";
import { ClosingMark } from "./ClosingMark.tsx";
import { usePresent } from "./present.ts";
import { type Moment, touches } from "./touches.ts";
import { UndoButton } from "./UndoButton.tsx";

export function MomentPanel({ moment }: { readonly moment: Moment | null }) {
  if (moment === null) return null;
  return (
    <div class="moment" data-is={moment.is}>
      {moment.is === "connecting" && (
        <>
          <MeetingMark closeness="near" />
          <p class="moment-title">Connecting…</p>
        </>
      )}
      {moment.is === "refused" && (
        <>
          <MeetingMark closeness="apart" />
          <div class="moment-who">
            <p class="moment-title">{moment.title}</p>
            <p class="moment-text">{moment.advice}</p>
          </div>
        </>
      )}
      {moment.is === "joined" && (
        <Joined key={moment.contact.userId} contact={moment.contact} isNew={moment.isNew} />
      )}
      {moment.is !== "connecting" && (
        <button
          type="button"
          class="moment-close"
          aria-label="Dismiss"
          onClick={() => touches.show(null)}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

interface JoinedProps {
  readonly contact: Contact;
  readonly isNew: boolean;
}

function Joined({ contact, isNew }: JoinedProps) {
  const present = usePresent(contact);
  const { name, userId, vouched } = present;
  return (
    <>
      <ClosingMark isNew={isNew} />
      <div class="moment-who">
        <p class="moment-title">
          {isNew ? `You and ${name} are in contact` : `You and ${name} are contacts already`}
        </p>
        <p class="moment-text">
          {vouched
            ? "They read your code. Scan theirs, too, to be sure who it was."
            : isNew
              ? "This device has checked who it is."
              : "Nothing has changed for either of you."}
        </p>
        <div class="moment-actions">
          <a class="tool" href={paths.contact(userId)}>
            <Icon name="card" /> Show
          </a>
          <UndoButton contact={present} />
        </div>
      </div>
    </>
  );
}

/** Those before the latest, each with a way back for as long as there is one. */
export function EarlierTouches({ earlier }: { readonly earlier: readonly Contact[] }) {
  if (earlier.length === 0) return null;
  return (
    <section class="recent" aria-labelledby="earlier-title">
      <h2 id="earlier-title">Just now</h2>
      <ul class="people" role="list">
        {earlier.map((contact) => (
          <Earlier key={contact.userId} contact={contact} />
        ))}
      </ul>
    </section>
  );
}

function Earlier({ contact }: { readonly contact: Contact }) {
  const present = usePresent(contact);
  return (
    <li class="tap-earlier">
      <a class="person" href={paths.contact(present.userId)}>
        <Avatar name={present.name} photo={present.card && photoOf(present.card)} />
        <span class="person-who">
          <span class="person-name">{present.name}</span>
          <span class="person-more">in contact</span>
        </span>
      </a>
      <UndoButton contact={present} />
    </li>
  );
}
