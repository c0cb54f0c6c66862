// Linking a new device: a code to scan or to type there, or a number with a passphrase; then the new device asks,
// in the sheet that any view shows.

import { useEffect, useState } from "preact/hooks";
import { speak } from "../announcements.ts";
import { useSecondsUntil } from "../clock.ts";
import { SaidNumber } from "../components/AskWaiting.tsx";
import { Ended } from "../components/Failure.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { KeyPanel } from "../components/KeyPanel.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { CountdownRing } from "../components/CountdownRing.tsx";
import { begin } from "../progress.ts";
import { paths } from "../router.ts";
import { useStore } from "../store.ts";
import { explainLink } from "./linkEndings.ts";
import { linking, type LinkProgress } from "./linking.ts";
import { LinkPassphrase } from "./LinkPassphrase.tsx";

const LINK_LIVES_SECONDS = 120;

export function LinkDeviceView() {
  const progress = useStore(linking.store, (state) => state.progress);
  const [isSpoken, setSpoken] = useState(false);
  const secondsLeft = useSecondsUntil(progress?.key?.expiresAt ?? progress?.asked?.expiresAt ?? 0);
  const isExpired = progress?.stage === "waiting" && secondsLeft === 0;
  useEffect(() => {
    void linking.begin();
    return () => void linking.cancel();
  }, []);
  useEffect(() => {
    if (progress?.stage === "claimed") speak("A device has entered it.");
  }, [progress?.stage]);

  const showCode = () => {
    setSpoken(false);
    void linking.begin();
  };
  if (isExpired || progress?.stage === "failed") {
    const ended = isExpired ? { ...begin("link"), reason: "timedOut" as const } : progress;
    return (
      <div class="page">
        <Ended
          key={ended.reason ?? "start"}
          explanation={explainLink(ended)}
          again="Show a fresh code"
          onAgain={showCode}
          other={{ label: "Back", href: paths.you }}
        />
      </div>
    );
  }
  if (isSpoken && (progress === null || progress.stage === "starting")) {
    return <LinkPassphrase isBusy={progress !== null} onCode={showCode} />;
  }
  if (progress === null) return null;
  if (progress.stage === "waiting") {
    const usePassphrase = () => {
      setSpoken(true);
      void linking.cancel();
    };
    return <Shown progress={progress} secondsLeft={secondsLeft} onSpoken={usePassphrase} />;
  }
  return <UnderWay progress={progress} />;
}

interface ShownProps {
  readonly progress: LinkProgress;
  readonly secondsLeft: number;
  readonly onSpoken: () => void;
}

function Shown({ progress, secondsLeft, onSpoken }: ShownProps) {
  const { key, asked, isConnectionLost } = progress;
  return (
    <div class="page">
      <div class="title-row">
        <Heading subject={key?.code ?? asked?.locator ?? ""}>
          {key === null ? "Your number" : "Link a device"}
        </Heading>
        <a class="tool" href={paths.you}>
          <Icon name="close" /> Cancel
        </a>
      </div>
      <p class="lead">
        {key === null
          ? "On the new device open Acquaint, choose “I have an account”, then “Passphrase”, and type this number and the passphrase."
          : "On the new device open Acquaint, choose “I have an account” and type this code. Or scan it with that device’s camera."}
      </p>
      {key !== null && (
        <KeyPanel
          shown={key}
          secondsLeft={secondsLeft}
          totalSeconds={LINK_LIVES_SECONDS}
          what="The code"
          qrLabel="QR code with a link that brings a device into this account"
          shareTitle={null}
        />
      )}
      {asked !== null && (
        <>
          <SaidNumber locator={asked.locator} />
          <CountdownRing secondsLeft={secondsLeft} totalSeconds={LINK_LIVES_SECONDS} />
        </>
      )}
      {isConnectionLost && (
        <p class="remark" data-kind="warning" role="status">
          The connection is lost. It stays valid; reconnecting…
        </p>
      )}
      <p class="remark">
        For your own devices alone: whoever enters this asks to read and write as you. You are asked
        before anything happens.
      </p>
      {key !== null && (
        <div class="actions">
          <button type="button" class="button quiet" onClick={onSpoken}>
            Use a passphrase
          </button>
        </div>
      )}
    </div>
  );
}

function UnderWay({ progress }: { readonly progress: LinkProgress }) {
  const { stage, isConnectionLost } = progress;
  const title =
    stage === "starting"
      ? "Making a code…"
      : stage === "connected"
        ? "The new device is about to ask"
        : "A device has entered it…";
  return (
    <section class="page outcome" data-outcome="underway">
      <MeetingMark closeness={stage === "starting" ? "alone" : "near"} />
      <Heading subject={title}>{title}</Heading>
      {stage !== "starting" && (
        <p class="lead" role="status">
          {isConnectionLost
            ? "The connection is lost. Reconnecting…"
            : stage === "connected"
              ? "It has proven that it was told the code. In a moment you can let it in."
              : "Both devices are checking that they mean each other."}
        </p>
      )}
      <div class="actions">
        <a class="button quiet" href={paths.you}>
          Cancel
        </a>
      </div>
    </section>
  );
}
