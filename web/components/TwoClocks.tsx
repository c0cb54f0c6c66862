// The two clocks of a meeting by passphrase: until the other must have answered, and until all must
// be done. Only the one that runs first is told to screen readers.

import { useSecondsUntil } from "../clock.ts";
import { CountdownRing } from "./CountdownRing.tsx";
import { Icon } from "./Icon.tsx";

interface TwoClocksProps {
  /** From when the rings are drawn. */
  readonly since: number;
  readonly answerUntil: number;
  readonly doneUntil: number;
  readonly isAnswered: boolean;
}

export function TwoClocks({ since, answerUntil, doneUntil, isAnswered }: TwoClocksProps) {
  const toAnswer = useSecondsUntil(answerUntil);
  const toFinish = useSecondsUntil(doneUntil);
  const totalOf = (until: number) => Math.max(1, Math.round((until - since) / 1000));
  return (
    <ul class="clocks" role="list">
      <li data-isover={isAnswered}>
        {isAnswered ? (
          <span class="ring ring-done">
            <Icon name="check" />
          </span>
        ) : (
          <CountdownRing secondsLeft={toAnswer} totalSeconds={totalOf(answerUntil)} />
        )}
        <span>{isAnswered ? "answered" : "to answer"}</span>
      </li>
      <li>
        <CountdownRing
          secondsLeft={toFinish}
          totalSeconds={totalOf(doneUntil)}
          isSpoken={isAnswered}
        />
        <span>in all</span>
      </li>
    </ul>
  );
}
