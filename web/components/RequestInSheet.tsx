// The sheet in which one is asked to meet: it takes the answer and tells how it ended, while the view below
// stays as it was.

import { useState } from "preact/hooks";
import type { IncomingRequest } from "../../shared/client/index.ts";
import type { Progress } from "../progress.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";
import { Connected } from "./Connected.tsx";
import { Failure } from "./Failure.tsx";
import { RequestForm } from "./RequestForm.tsx";
import { Sheet } from "./Sheet.tsx";
import { TwoClocks } from "./TwoClocks.tsx";
import { Waiting } from "./Waiting.tsx";

interface RequestInSheetProps {
  /** Null when an earlier page has answered. */
  readonly request: IncomingRequest | null;
  readonly progress: Progress | null;
}

export function RequestInSheet({ request, progress }: RequestInSheetProps) {
  return (
    <Sheet
      label={request === null ? "Your answer" : `${request.name} asks to meet you`}
      onEscape={() => session.incoming.putAside()}
    >
      <Content request={request} progress={progress} />
    </Sheet>
  );
}

/** What was typed stays until the sheet goes: an answer that was not sent can be sent again. */
function Content({ request, progress }: RequestInSheetProps) {
  const [passphrase, setPassphrase] = useState("");
  if (request !== null && (progress === null || progress.stage === "starting")) {
    return (
      <RequestForm
        request={request}
        passphrase={passphrase}
        onPassphrase={setPassphrase}
        isBusy={progress !== null}
      />
    );
  }
  return progress === null ? null : <Answered request={request} progress={progress} />;
}

interface AnsweredProps {
  /** Null when an earlier page has answered. */
  readonly request: IncomingRequest | null;
  readonly progress: Progress;
}

function Answered({ request, progress }: AnsweredProps) {
  const { incoming } = session;
  const { stage, contact, card, cardProblem, reason } = progress;
  const waiting = useStore(incoming.store, (state) => state.waiting);
  const close = () => incoming.close();
  if (stage === "connected" && contact !== null) {
    return (
      <Connected contact={contact} card={card} cardProblem={cardProblem} level={2} onDone={close} />
    );
  }
  if (stage === "failed") {
    // An answer that never left leaves the request waiting.
    if (waiting.some(({ sid }) => sid === request?.sid)) {
      return (
        <Failure progress={progress} level={2} again="Try again" onAgain={close} other={null} />
      );
    }
    const canAsk = request !== null && reason !== "answeredElsewhere" && reason !== null;
    const ask = () => {
      close();
      if (request !== null) go(paths.askContact(request.from));
    };
    return (
      <Failure
        progress={progress}
        level={2}
        again={canAsk ? `Ask ${request.name}` : "Close"}
        onAgain={canAsk ? ask : close}
        other={canAsk ? { label: "Close", onPress: close } : null}
      />
    );
  }
  return (
    <Waiting
      level={2}
      isConnectionLost={progress.isConnectionLost}
      onCancel={() => void incoming.cancel()}
    >
      {request !== null && (
        <TwoClocks
          since={incoming.seenAt(request.sid)}
          answerUntil={request.expiresAt}
          doneUntil={request.answerBy}
          isAnswered
        />
      )}
    </Waiting>
  );
}
