// One's own answer is on its way, and the other device has the next word.

import type { ComponentChildren } from "preact";
import { Heading } from "./Heading.tsx";
import { MeetingMark } from "./MeetingMark.tsx";

interface WaitingProps {
  readonly isConnectionLost: boolean;
  readonly onCancel: () => void;
  /** False while it is on its way to the server. */
  readonly isSent?: boolean;
  readonly level?: 1 | 2;
  readonly children?: ComponentChildren;
}

export function Waiting(props: WaitingProps) {
  const { isConnectionLost, onCancel, isSent = true, level = 1, children } = props;
  const title = isSent ? "Waiting for the other device…" : "Sending your answer…";
  return (
    <section class="page outcome" data-outcome="underway">
      <MeetingMark closeness={isSent ? "near" : "apart"} />
      <Heading level={level}>Just a moment</Heading>
      <p class="lead" role="status">
        {isConnectionLost ? "The connection is lost. Reconnecting…" : title}
      </p>
      {children}
      <div class="actions">
        <button type="button" class="button quiet" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </section>
  );
}
