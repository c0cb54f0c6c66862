// Showing a key: it is made when this view opens, counts down, and ends as a contact or with a
// reason and a fresh key.

import { useEffect } from "preact/hooks";
import type { ShownKey } from "../../shared/client/index.ts";
import { speak } from "../announcements.ts";
import { useSecondsUntil } from "../clock.ts";
import { CardPicker } from "../components/CardPicker.tsx";
import { Connected } from "../components/Connected.tsx";
import { Failure } from "../components/Failure.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { KeyPanel } from "../components/KeyPanel.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { begin, isOver, type Progress } from "../progress.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { useStore } from "../store.ts";

const KEY_LIVES_SECONDS = 120;

export function ShowKeyView() {
  const { meetings } = session;
  const progress = useStore(meetings.store, (state) => state.progress);
  const secondsLeft = useSecondsUntil(progress?.key?.expiresAt ?? 0);
  const isMine = progress?.way === "showKey";
  const isExpired = isMine && progress.stage === "waiting" && secondsLeft === 0;

  useEffect(() => {
    const { progress: present } = meetings.store.state;
    if (present?.way !== "showKey" || isStale(present)) void meetings.showKey();
    return () => meetings.dismiss();
  }, []);
  useEffect(() => {
    if (isMine && progress.stage === "claimed") speak("Someone has entered your key.");
  }, [progress?.stage]);

  if (!isMine) return null;
  const fresh = () => void meetings.showKey();
  if (isExpired || progress.stage === "failed") {
    const ended = isExpired ? { ...begin("showKey"), reason: "timedOut" as const } : progress;
    return (
      <div class="page">
        <Failure
          key={ended.reason ?? "start"}
          progress={ended}
          again="Show a fresh key"
          onAgain={fresh}
          other={{ label: "Back", href: paths.meet }}
        />
      </div>
    );
  }
  if (progress.stage === "connected" && progress.contact !== null) {
    const { contact, card, cardProblem } = progress;
    return (
      <div class="page">
        <Connected contact={contact} card={card} cardProblem={cardProblem} />
      </div>
    );
  }
  return progress.stage === "waiting" && progress.key !== null ? (
    <Shown shown={progress.key} secondsLeft={secondsLeft} isLost={progress.isConnectionLost} />
  ) : (
    <UnderWay progress={progress} />
  );
}

/** A key that ran out while another view was open. */
function isStale(progress: Progress): boolean {
  if (isOver(progress)) return progress.contact === null;
  const { key, stage } = progress;
  return stage === "waiting" && key !== null && key.expiresAt <= Date.now();
}

interface ShownProps {
  readonly shown: ShownKey;
  readonly secondsLeft: number;
  readonly isLost: boolean;
}

function Shown({ shown, secondsLeft, isLost }: ShownProps) {
  return (
    <div class="page">
      <div class="title-row">
        <Heading subject={shown.code}>Your key</Heading>
        <button type="button" class="tool" onClick={cancel}>
          <Icon name="close" /> Cancel
        </button>
      </div>
      <p class="lead">They open Acquaint, choose “Enter a key” and type this, or scan the code.</p>
      <KeyPanel
        shown={shown}
        secondsLeft={secondsLeft}
        totalSeconds={KEY_LIVES_SECONDS}
        what="The key"
        qrLabel="QR code with a link to this key"
        shareTitle="Meet me on Acquaint"
      />
      {isLost && (
        <p class="remark" data-kind="warning" role="status">
          The connection is lost. Your key stays valid; reconnecting…
        </p>
      )}
      <CardPicker onChosen={() => void session.meetings.showKey()} />
    </div>
  );
}

function UnderWay({ progress }: { readonly progress: Progress }) {
  const isStarting = progress.stage === "starting" || progress.stage === "waiting";
  const text = isStarting ? "Making your key…" : "Someone has entered your key…";
  return (
    <section class="page outcome" data-outcome="underway">
      <MeetingMark closeness={isStarting ? "alone" : "near"} />
      <Heading subject={text}>{text}</Heading>
      {!isStarting && <p class="lead">Both devices are checking that they mean each other.</p>}
      {progress.isConnectionLost && <p class="lead">The connection is lost. Reconnecting…</p>}
      <div class="actions">
        <button type="button" class="button quiet" onClick={cancel}>
          Cancel
        </button>
      </div>
    </section>
  );
}

function cancel(): void {
  void session.meetings.cancel();
  go(paths.meet);
}
