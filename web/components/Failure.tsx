// How a meeting ended without a contact, or a link without a device: what happened, and the next step.

import { useEffect, useState } from "preact/hooks";
import { useSecondsUntil } from "../clock.ts";
import { type Explanation, explainFailure } from "../endings.ts";
import type { Progress } from "../progress.ts";
import { setTitle } from "../title.ts";
import { Heading } from "./Heading.tsx";
import { MeetingMark } from "./MeetingMark.tsx";

interface EndedProps {
  readonly again: string;
  readonly onAgain: () => void;
  /** A second way on. */
  readonly other:
    | { readonly label: string; readonly href: string }
    | { readonly label: string; readonly onPress: () => void }
    | null;
  readonly level?: 1 | 2;
}

export function Failure(props: EndedProps & { readonly progress: Progress }) {
  return <Ended {...props} explanation={explainFailure(props.progress)} />;
}

/** The same for an end that has words of its own. */
export function Ended(props: EndedProps & { readonly explanation: Explanation }) {
  const { explanation, again, onAgain, other, level = 1 } = props;
  const { title, text, waitSeconds } = explanation;
  const [readyAt] = useState(() => Date.now() + waitSeconds * 1000);
  const wait = useSecondsUntil(readyAt);
  useEffect(() => {
    setTitle(title);
  }, [title]);
  return (
    <section class="outcome" data-outcome="failed" role="group" aria-labelledby="outcome-title">
      <MeetingMark closeness="apart" />
      <div id="outcome-title">
        <Heading subject={title} level={level}>
          {title}
        </Heading>
      </div>
      <p class="lead">{text}</p>
      <div class="actions">
        <button type="button" class="button primary" disabled={wait > 0} onClick={onAgain}>
          {wait > 0 ? `${again} in ${wait} s` : again}
        </button>
        {other !== null && "href" in other && (
          <a class="button quiet" href={other.href}>
            {other.label}
          </a>
        )}
        {other !== null && "onPress" in other && (
          <button type="button" class="button quiet" onClick={other.onPress}>
            {other.label}
          </button>
        )}
      </div>
    </section>
  );
}
