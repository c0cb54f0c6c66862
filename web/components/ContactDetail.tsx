// One contact: the card, how and when one met, what one calls and notes, and how to part.

import { useState } from "preact/hooks";
import { type Contact, NAME_MAX_CHARS } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { removeContact, setBlocked } from "../changes.ts";
import { dayAndTimeText } from "../clock.ts";
import { comparedText } from "../comparedText.ts";
import { useComparison, useIsAlarmed } from "../comparison.ts";
import { problemText } from "../problems.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { ReceivedCard } from "./Connected.tsx";
import { Field } from "./Field.tsx";
import { Heading } from "./Heading.tsx";
import { Icon } from "./Icon.tsx";
import { Later } from "./Later.tsx";
import { PosingAlarm } from "./PosingAlarm.tsx";
import { SafetySheet } from "./SafetySheet.tsx";
import { VcardButton } from "./VcardButton.tsx";

const loadTapFacts = async () => (await import("../tap/TapFacts.tsx")).TapFacts;

const METHODS: Readonly<Record<Contact["method"], string>> = {
  key: "by a key",
  passphrase: "by a passphrase",
  link: "by a link",
  tap: "by a tap",
  badge: "by a badge",
  room: "in a room",
};

export function ContactDetail({ contact }: { readonly contact: Contact }) {
  const { userId, name, card } = contact;
  const [comparison, readComparison] = useComparison(contact);
  const isAlarmed = useIsAlarmed(contact);
  const [isComparing, setComparing] = useState(false);
  return (
    <article class="detail">
      <Heading level={2} subject={userId}>
        {name}
      </Heading>
      {contact.blocked && (
        <p class="remark" data-kind="warning">
          You have blocked {name}. They are not told.
        </p>
      )}
      {isAlarmed && <PosingAlarm userId={userId} name={name} />}
      {(contact.vouched || contact.undoUntil !== null) && (
        <Later
          load={loadTapFacts}
          props={{ contact, onCompare: () => setComparing(true) }}
          isQuiet
        />
      )}
      <ReceivedCard name={name} card={card} cardProblem={contact.cardProblem} />
      <dl class="facts">
        <div>
          <dt>Met</dt>
          <dd>
            {dayAndTimeText(contact.metAt)}, {METHODS[contact.method]}
          </dd>
        </div>
        <div>
          <dt>Verified</dt>
          <dd>{verifiedText(contact)}</dd>
        </div>
        {comparison !== null && (
          <div>
            <dt>Compared</dt>
            <dd>{comparedText(comparison, name)}</dd>
          </div>
        )}
      </dl>
      <OwnWords contact={contact} />
      <div class="actions">
        <a class="button primary" href={paths.chat(userId)}>
          <Icon name="chats" /> Write
        </a>
        {!contact.blocked && (
          <a class="button quiet" href={paths.askContact(userId)}>
            <Icon name="voice" />{" "}
            {contact.verified ? "Meet again by passphrase" : "Verify by passphrase"}
          </a>
        )}
        {!contact.blocked && (
          <button type="button" class="button quiet" onClick={() => setComparing(true)}>
            <Icon name="shield" /> Compare safety phrase
          </button>
        )}
        {card !== null && <VcardButton card={card} />}
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            setBlocked(contact, !contact.blocked).catch((error: unknown) =>
              notify(problemText(error)),
            );
          }}
        >
          <Icon name="block" /> {contact.blocked ? "Unblock" : "Block"}
        </button>
        <button
          type="button"
          class="button quiet danger"
          onClick={() => {
            removeContact(contact);
            go(paths.contacts);
          }}
        >
          <Icon name="trash" /> Remove
        </button>
      </div>
      {isComparing && (
        <SafetySheet
          contact={contact}
          onClose={() => {
            setComparing(false);
            readComparison();
          }}
        />
      )}
    </article>
  );
}

function verifiedText({ verified, vouched, method }: Contact): string {
  if (!verified) return "Not yet by this device";
  if (vouched) return "This device checked the signatures; who it was, the server says";
  return ["tap", "badge", "room"].includes(method)
    ? "Yes, this device checked the signatures of both"
    : "Yes, this device checked their keys when you met";
}

/** The alias and the note: kept as soon as the field is left. */
function OwnWords({ contact }: { readonly contact: Contact }) {
  const [alias, setAlias] = useState(contact.name);
  const [note, setNote] = useState(contact.note);
  const keep = (change: { alias?: string; note?: string }) => {
    // Nothing is written where an account was just erased.
    if (session.store.state.phase === "erased") return;
    session.acquaint.contacts
      .update(contact.userId, change)
      .then((kept) => {
        setAlias(kept.name);
        return session.readContacts();
      })
      .catch((error: unknown) => notify(problemText(error)));
  };
  return (
    <div class="stack own-words">
      <Field
        label="What you call them"
        help="Empty it to go back to the name they gave."
        value={alias}
        maxLength={NAME_MAX_CHARS}
        onChange={setAlias}
        onLeave={() => {
          if (alias.trim() !== contact.name) keep({ alias: alias.trim() });
        }}
      />
      <Field
        kind="lines"
        label="When and where you met"
        help="A note for yourself alone, kept on this device."
        value={note}
        onChange={setNote}
        onLeave={() => {
          if (note.trim() !== contact.note) keep({ note: note.trim() });
        }}
      />
    </div>
  );
}
