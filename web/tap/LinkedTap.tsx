// A ticket that came by a link. Any page on the web can lead here, so nothing happens before a person says so.

import "../styles/tap.css";
import { useEffect, useState } from "preact/hooks";
import type { TappedPeer } from "../../shared/client/index.ts";
import { useSecondsUntil } from "../clock.ts";
import { CardPicker } from "../components/CardPicker.tsx";
import { Ended } from "../components/Failure.tsx";
import { Heading } from "../components/Heading.tsx";
import { Icon } from "../components/Icon.tsx";
import { MeetingMark } from "../components/MeetingMark.tsx";
import { withPlainName } from "../plainName.ts";
import { paths } from "../router.ts";
import { session } from "../session.ts";
import { ClosingMark } from "./ClosingMark.tsx";
import { explainRefusal, tapProblem } from "./outcomes.ts";
import { read } from "./reading.ts";
import { usePresent } from "./present.ts";
import { useServerOffset } from "./serverClock.ts";
import { touches } from "./touches.ts";
import { UndoButton } from "./UndoButton.tsx";

interface LinkedTapProps {
  readonly ticket: string;
  readonly onDone: () => void;
}

export function LinkedTap({ ticket, onDone }: LinkedTapProps) {
  const [reading] = useState(() => read(`${location.origin}/#/tap/${ticket}`));
  const [peer, setPeer] = useState<TappedPeer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const expiresAt = reading?.is === "ticket" ? reading.ticket.expiresAt : 0;
  const offset = useServerOffset();
  const left = useSecondsUntil(expiresAt - (offset ?? 0));

  useEffect(() => touches.tellElsewhere(), []);
  const connect = async (url: string) => {
    setBusy(true);
    setProblem(null);
    try {
      const { peers } = await session.acquaint.taps.tap([url]);
      await session.readContacts();
      setPeer(peers[0] ?? null);
    } catch (error) {
      setProblem(tapProblem(error));
    } finally {
      setBusy(false);
    }
  };

  if (reading?.is !== "ticket" || reading.ticket.userId === null) {
    const said = reading?.is === "refused" ? reading : null;
    return (
      <NotConnected
        title={said?.title ?? "That link is not complete"}
        advice={
          said === null
            ? "A part of it was lost on the way. Ask for another one, or scan their code."
            : "Send it to the person whom you want to meet."
        }
        onDone={onDone}
      />
    );
  }
  if (peer !== null && peer.contact === null) {
    return <NotConnected {...explainRefusal(peer)} onDone={onDone} />;
  }
  if (peer?.contact) {
    return <Connected peer={peer} contact={withPlainName(peer.contact)} onDone={onDone} />;
  }
  if (offset !== null && left === 0 && !isBusy) {
    return (
      <NotConnected
        title="This link has run out"
        advice="It counts for a minute after it was made. Ask for a fresh one, or meet in another way."
        onDone={onDone}
      />
    );
  }
  return (
    <section class="page outcome">
      <MeetingMark closeness={isBusy ? "near" : "apart"} />
      <Heading>Connect with whoever gave you this link?</Heading>
      <p class="lead">
        You become contacts, and your card goes to them. Do this only if a person whom you know has
        given you the link just now: any page on the web can lead here.
      </p>
      {problem !== null && (
        <p class="remark" data-kind="warning" role="alert">
          {problem}
        </p>
      )}
      <div class="actions">
        <button
          type="button"
          class="button primary"
          disabled={isBusy}
          onClick={() => void connect(reading.ticket.url)}
        >
          {isBusy ? "Connecting…" : "Connect"}
        </button>
        <a class="button quiet" href={paths.meet} onClick={onDone}>
          No
        </a>
      </div>
      <CardPicker />
    </section>
  );
}

interface ConnectedProps {
  readonly peer: TappedPeer;
  readonly contact: NonNullable<TappedPeer["contact"]>;
  readonly onDone: () => void;
}

function Connected({ peer, contact: met, onDone }: ConnectedProps) {
  const contact = usePresent(met);
  const title =
    peer.outcome === "already"
      ? `You and ${contact.name} are contacts already`
      : `You and ${contact.name} are in contact`;
  return (
    <section class="page outcome" data-outcome="connected">
      <ClosingMark isNew={peer.outcome === "established"} />
      <Heading subject={contact.userId}>{title}</Heading>
      <p class="lead">{peer.advice}</p>
      <div class="actions">
        <a class="button primary" href={paths.contact(contact.userId)} onClick={onDone}>
          <Icon name="card" /> Show the contact
        </a>
        <UndoButton contact={contact} class="button quiet" onUndone={onDone} />
      </div>
    </section>
  );
}

interface NotConnectedProps {
  readonly title: string;
  readonly advice: string;
  readonly onDone: () => void;
}

function NotConnected({ title, advice, onDone }: NotConnectedProps) {
  return (
    <div class="page">
      <Ended
        explanation={{ title, text: advice, waitSeconds: 0 }}
        again="Show my code instead"
        onAgain={onDone}
        other={{ label: "Other ways to meet", href: paths.meet }}
      />
    </div>
  );
}
