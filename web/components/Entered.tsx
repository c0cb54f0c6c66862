// What was entered, a key or a number with a passphrase, is on its way: waiting, and how it ended.

import type { Progress } from "../progress.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { Connected } from "./Connected.tsx";
import { Failure } from "./Failure.tsx";
import { Waiting } from "./Waiting.tsx";

interface EnteredProps {
  readonly progress: Progress;
  /** Names a fresh try; what never left can be sent again as it is. */
  readonly again: string;
  /** Empties what was entered, which is used up. */
  readonly onSpent: () => void;
  /** A second way on. */
  readonly other: { readonly label: string; readonly href: string };
}

export function Entered({ progress, again, onSpent, other }: EnteredProps) {
  const { meetings } = session;
  const { stage, reason, contact, card, cardProblem, isConnectionLost } = progress;
  if (stage === "failed") {
    const tryAgain = () => {
      if (reason !== null) onSpent();
      meetings.dismiss();
    };
    return (
      <div class="page">
        <Failure
          progress={progress}
          again={reason === null ? "Try again" : again}
          onAgain={tryAgain}
          other={other}
        />
      </div>
    );
  }
  if (stage === "connected" && contact !== null) {
    return (
      <div class="page">
        <Connected contact={contact} card={card} cardProblem={cardProblem} />
      </div>
    );
  }
  const cancel = () => {
    void meetings.cancel();
    go(paths.meet);
  };
  const isSent = stage !== "starting";
  return <Waiting isConnectionLost={isConnectionLost} onCancel={cancel} isSent={isSent} />;
}
