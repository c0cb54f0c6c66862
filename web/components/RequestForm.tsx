// A request in the sheet: who asks and what vouches for it, both clocks, the passphrase, and the ways
// to answer. The focus goes to the heading, so that what was being typed elsewhere answers nothing.

import { useRef, useState } from "preact/hooks";
import type { IncomingRequest } from "../../shared/client/index.ts";
import { photoOf } from "../cardPhoto.ts";
import { session, useSession } from "../session.ts";
import { useStore } from "../store.ts";
import { Avatar } from "./Avatar.tsx";
import { CardPicker } from "./CardPicker.tsx";
import { focusFault } from "./Field.tsx";
import { Heading } from "./Heading.tsx";
import { Icon } from "./Icon.tsx";
import { PassphraseField } from "./PassphraseField.tsx";
import { TwoClocks } from "./TwoClocks.tsx";

interface RequestFormProps {
  readonly request: IncomingRequest;
  readonly passphrase: string;
  readonly onPassphrase: (passphrase: string) => void;
  readonly isBusy: boolean;
}

export function RequestForm({ request, passphrase, onPassphrase, isBusy }: RequestFormProps) {
  const { incoming } = session;
  const { sid, from, name, isContact, expiresAt, answerBy } = request;
  const { passphraseProblem, problem, waiting } = useStore(incoming.store, (state) => state);
  const contact = useSession((state) => state.contacts).find(({ userId }) => userId === from);
  const hasCards = useSession((state) => state.cards).length > 0;
  const form = useRef<HTMLFormElement>(null);
  const [isEmpty, setEmpty] = useState(false);
  const more = waiting.filter((one) => one.sid !== sid && !one.isPostponed).length;
  const error = isEmpty ? "Type the passphrase that you agreed on." : passphraseProblem;
  const submit = async () => {
    setEmpty(passphrase.trim() === "");
    if (passphrase.trim() !== "") await incoming.answer(passphrase);
    focusFault(form.current);
  };
  return (
    <form
      ref={form}
      class="request"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void submit();
      }}
    >
      <div class="request-who">
        <Avatar name={name} photo={contact?.card ? photoOf(contact.card) : null} />
        <div>
          <Heading level={2} subject={sid}>
            {name} asks to meet you
          </Heading>
          <p class="lead">{vouchedFor(request)}</p>
        </div>
      </div>
      <TwoClocks
        since={incoming.seenAt(sid)}
        answerUntil={expiresAt}
        doneUntil={answerBy}
        isAnswered={false}
      />
      <PassphraseField
        label="The passphrase that you two agreed on"
        help="The server never sees it. If you two agreed on none, decline."
        value={passphrase}
        error={error}
        onChange={(text) => {
          setEmpty(false);
          incoming.forgetProblems();
          onPassphrase(text);
        }}
      />
      {hasCards && <CardPicker />}
      {problem !== null && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
      <div class="request-actions">
        <button type="submit" class="button primary" aria-busy={isBusy} disabled={isBusy}>
          {isBusy ? "Answering…" : "Answer"}
        </button>
        <button
          type="button"
          class="button quiet"
          disabled={isBusy}
          onClick={() => incoming.putAside()}
        >
          Later
        </button>
        <button
          type="button"
          class="button quiet"
          disabled={isBusy}
          onClick={() => void incoming.refuse()}
        >
          Decline
        </button>
      </div>
      <div class="request-foot">
        <p class="lead" role="status">
          {more > 0 && (more === 1 ? "One more request waits." : `${more} more requests wait.`)}
        </p>
        {!isContact && (
          <button
            type="button"
            class="tool"
            disabled={isBusy}
            onClick={() => void incoming.block()}
          >
            <Icon name="block" /> Block {name}
          </button>
        )}
      </div>
    </form>
  );
}

function vouchedFor({ isContact, name, handle }: IncomingRequest): string {
  if (isContact) return "From your contacts. The passphrase will prove that it is them.";
  return handle === null
    ? "Not in your contacts, and without a handle. The passphrase will prove who it is."
    : `Not in your contacts. The server says it is ${name}; the passphrase will prove it.`;
}
