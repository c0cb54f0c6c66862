// One's own code, large, with a ring about it that shows its life. The next fades in over the one before, in the same
// place and of the same size.

import { useEffect, useState } from "preact/hooks";
import { ConnectionError, TapError } from "../../shared/client/index.ts";
import { useSecondsUntil } from "../clock.ts";
import { QrCode } from "../components/QrCode.tsx";
import { problemText } from "../problems.ts";
import { useSession } from "../session.ts";
import type { OwnTicket } from "./useTicket.ts";

interface OwnCodeProps {
  readonly ticket: OwnTicket | null;
  readonly problem: unknown;
  readonly onAgain: () => void;
}

const FADE_MS = 600;

export function OwnCode({ ticket, problem, onAgain }: OwnCodeProps) {
  const name = useSession((state) => state.me?.name ?? "");
  return (
    <section class="tap-own" aria-label="Your code">
      <div class="tap-plate">
        {ticket !== null && <Fading key="code" url={ticket.url} />}
        {ticket !== null && <LifeRing ticket={ticket} />}
        {ticket === null && problem !== null && (
          <div class="tap-none" role="alert">
            <p>{ticketProblem(problem)}</p>
            <button type="button" class="button quiet" onClick={onAgain}>
              Try again
            </button>
          </div>
        )}
        {ticket === null && problem === null && (
          <p class="tap-none" role="status">
            Making your code…
          </p>
        )}
      </div>
      {ticket !== null && (
        <p class="tap-caption">
          <strong>{name === "" ? "Your code" : name}</strong>
          <span>Let them scan this</span>
        </p>
      )}
    </section>
  );
}

/** The code and, for a moment, the one before it underneath. */
function Fading({ url }: { readonly url: string }) {
  const [urls, setUrls] = useState<readonly string[]>([url]);
  useEffect(() => {
    setUrls((before) => [...before.filter((other) => other !== url).slice(-1), url]);
    const timer = setTimeout(() => setUrls([url]), FADE_MS);
    return () => clearTimeout(timer);
  }, [url]);
  return urls.map((each) => (
    <div key={each} class="tap-layer" aria-hidden={each === url ? undefined : true}>
      <QrCode text={each} ecc="low" label="QR code with your link to become contacts" />
    </div>
  ));
}

/** Decoration: a code that runs out is replaced before it does. */
function LifeRing({ ticket }: { readonly ticket: OwnTicket }) {
  const left = useSecondsUntil(ticket.renewAt);
  const total = Math.max(1, Math.ceil((ticket.renewAt - ticket.shownAt) / 1000));
  return (
    <svg class="tap-life" viewBox="0 0 100 100" aria-hidden="true">
      <rect x="1" y="1" width="98" height="98" rx="7" />
      <rect
        class="tap-life-left"
        x="1"
        y="1"
        width="98"
        height="98"
        rx="7"
        pathLength="100"
        stroke-dasharray="100"
        stroke-dashoffset={`${-100 * (1 - Math.min(1, left / total))}`}
      />
    </svg>
  );
}

function ticketProblem(error: unknown): string {
  if (error instanceof TapError && error.code === "no-certificate") {
    return "This device can show a code for a day after it was last online, and that is over. Connect to the network; the code then appears by itself.";
  }
  if (error instanceof ConnectionError) {
    return "A part of the page that makes codes is not here yet. Connect to the network; the code then appears by itself.";
  }
  return problemText(error);
}
