// The result of a meeting: the new contact, verified on this device, with the card that came, and
// a place to note when and where one met.

import { useEffect, useState } from "preact/hooks";
import type { Card, Contact } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { problemText } from "../problems.ts";
import { paths, go } from "../router.ts";
import { session } from "../session.ts";
import { setTitle } from "../title.ts";
import { CardFace } from "./CardFace.tsx";
import { Field } from "./Field.tsx";
import { Heading } from "./Heading.tsx";
import { Icon } from "./Icon.tsx";
import { MeetingMark } from "./MeetingMark.tsx";
import { VcardButton } from "./VcardButton.tsx";

interface ConnectedProps {
  readonly contact: Contact;
  readonly card: Card | null;
  readonly cardProblem: string | null;
  readonly level?: 1 | 2;
  /** Left out, it leads to the contact. */
  readonly onDone?: () => void;
}

export function Connected(props: ConnectedProps) {
  const { contact, card, cardProblem, level = 1 } = props;
  const [note, setNote] = useState(contact.note);
  useEffect(() => {
    setTitle(`You met ${contact.name}`);
  }, []);
  const done = async () => {
    if (note.trim() !== contact.note) {
      await session.acquaint.contacts.update(contact.userId, { note: note.trim() });
      await session.readContacts();
    }
    if (props.onDone === undefined) go(paths.contact(contact.userId));
    else props.onDone();
  };
  return (
    <section class="outcome" data-outcome="connected">
      <MeetingMark closeness="joined" />
      <Heading subject={contact.userId} level={level}>
        You and {contact.name} are now contacts
      </Heading>
      <p class="verified">
        <Icon name="shield" /> Verified by this device. The server could not read your cards.
      </p>
      <ReceivedCard name={contact.name} card={card} cardProblem={cardProblem} />
      <Field
        kind="lines"
        label="When and where you met"
        help="A note for yourself alone."
        value={note}
        onChange={setNote}
      />
      <div class="actions">
        <button
          type="button"
          class="button primary"
          onClick={() => void done().catch((error: unknown) => notify(problemText(error)))}
        >
          Done
        </button>
        {card !== null && <VcardButton card={card} />}
      </div>
    </section>
  );
}

interface ReceivedCardProps {
  readonly name: string;
  readonly card: Card | null;
  readonly cardProblem: string | null;
}

export function ReceivedCard({ name, card, cardProblem }: ReceivedCardProps) {
  if (card !== null) return <CardFace card={card} name={name} />;
  if (cardProblem !== null) {
    return (
      <p class="remark" data-kind="warning" role="status">
        A card came with {name}, but it could not be opened, so none is kept. You are contacts all
        the same; ask {name} to send it another way.
      </p>
    );
  }
  return <p class="remark">{name} sent no card.</p>;
}
