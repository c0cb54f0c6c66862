// One's own ticket, always fresh: a new one comes some seconds before the old can no longer be used, and at once when
// somebody has used it.

import { useEffect, useRef, useState } from "preact/hooks";
import type { ShownTicket } from "../../shared/client/index.ts";
import { useSession, session } from "../session.ts";

/** Whoever has just scanned the old one still has so long to hand it in. */
const OVERLAP_MS = 15_000;
const AGAIN_MS = 10_000;

export interface OwnTicket extends ShownTicket {
  readonly shownAt: number;
  /** When the next takes its place. */
  readonly renewAt: number;
}

interface TicketInUse {
  /** Null until there is one, and while there is none that anyone could use. */
  readonly ticket: OwnTicket | null;
  /** Why there is no new one. */
  readonly problem: unknown;
  readonly tryAgain: () => void;
}

export function useTicket(): TicketInUse {
  const [ticket, setTicket] = useState<OwnTicket | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const latest = useRef<OwnTicket | null>(null);
  const isOnline = useSession((state) => state.connection === "online");
  const tryAgain = () => setTurn((count) => count + 1);

  useEffect(() => {
    let isWanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(renew, Math.max(0, ms));
    };
    const renew = () => {
      // Nobody sees it; it is made when the page is looked at again.
      if (document.hidden) return;
      session.acquaint.taps.ticket().then(take, (error: unknown) => {
        if (!isWanted) return;
        if ((latest.current?.expiresAt ?? 0) <= Date.now()) forget();
        setProblem(error);
        later(AGAIN_MS);
      });
    };
    const take = (made: ShownTicket) => {
      if (!isWanted) return;
      const now = Date.now();
      latest.current = { ...made, shownAt: now, renewAt: made.expiresAt - OVERLAP_MS };
      setTicket(latest.current);
      setProblem(null);
      later(Math.max(AGAIN_MS, latest.current.renewAt - now));
    };
    const forget = () => {
      latest.current = null;
      setTicket(null);
    };
    const lookAgain = () => {
      if (document.hidden) return;
      if ((latest.current?.expiresAt ?? 0) <= Date.now()) forget();
      later((latest.current?.renewAt ?? 0) - Date.now());
    };
    renew();
    document.addEventListener("visibilitychange", lookAgain);
    const off = session.acquaint.on((event) => {
      if (event.event === "tapped") renew();
    });
    return () => {
      isWanted = false;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", lookAgain);
      off();
    };
  }, [turn]);
  useEffect(() => {
    if (isOnline && problem !== null) tryAgain();
  }, [isOnline]);
  return { ticket, problem, tryAgain };
}
