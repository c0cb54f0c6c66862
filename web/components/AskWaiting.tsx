// A request of one's own, waiting: who is asked or the number to say, both clocks, and how far it is.

import { useSecondsUntil } from "../clock.ts";
import type { Progress } from "../progress.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { copy } from "../sharing.ts";
import { Heading } from "./Heading.tsx";
import { Icon } from "./Icon.tsx";
import { MeetingMark } from "./MeetingMark.tsx";
import { TwoClocks } from "./TwoClocks.tsx";

interface AskWaitingProps {
  readonly progress: Progress;
  /** As the view calls the one who is asked; null for whoever has the number. */
  readonly name: string | null;
  readonly since: number;
}

export function AskWaiting({ progress, name, since }: AskWaitingProps) {
  const { asked, isAnswered, isConnectionLost } = progress;
  const isTimeUp = useSecondsUntil(asked?.answerBy ?? 0) === 0 && asked !== null;
  const title = isAnswered
    ? `${name ?? "Someone"} has answered`
    : name === null
      ? "Tell them this number"
      : `Asking ${name}`;
  return (
    <section class="page outcome" data-outcome="underway">
      {(name !== null || isAnswered) && <MeetingMark closeness={isAnswered ? "near" : "alone"} />}
      <Heading subject={title}>{title}</Heading>
      <p class="lead">
        {isAnswered
          ? "Both devices are checking that the passphrases are the same."
          : name === null
            ? "They choose “Enter a number” and type it with your passphrase."
            : `Your request is on its way to ${name}, who types the same passphrase.`}
      </p>
      {name === null && asked !== null && !isAnswered && <SaidNumber locator={asked.locator} />}
      {asked !== null && (
        <TwoClocks
          since={since}
          answerUntil={asked.expiresAt}
          doneUntil={asked.answerBy}
          isAnswered={isAnswered}
        />
      )}
      {(isConnectionLost || isTimeUp) && (
        <p class="remark" data-kind="warning" role="status">
          {isTimeUp
            ? "The time is up. How it ended is shown once the server is heard from again."
            : "The connection is lost. Your request still stands; reconnecting…"}
        </p>
      )}
      <div class="actions">
        <button
          type="button"
          class="button quiet"
          onClick={() => {
            void session.meetings.cancel();
            go(paths.meet);
          }}
        >
          Cancel
        </button>
      </div>
    </section>
  );
}

export function SaidNumber({ locator }: { readonly locator: string }) {
  return (
    <div class="said-number">
      <p class="key-words" translate={false}>
        <span class="key-number" aria-hidden="true">
          {groupsOf(locator).join(" ")}
        </span>
        <span class="unseen">{[...locator].join(" ")}</span>
      </p>
      <button type="button" class="tool" onClick={() => void copy(locator, "The number")}>
        <Icon name="copy" /> Copy
      </button>
    </div>
  );
}

/** Digits in threes, as one says them; a last one alone joins those before. */
function groupsOf(digits: string): string[] {
  const groups = digits.match(/\d{1,3}/g) ?? [];
  const last = groups.at(-1) ?? "";
  return last.length === 1 && groups.length > 1
    ? [...groups.slice(0, -2), `${groups.at(-2)}${last}`]
    : groups;
}
