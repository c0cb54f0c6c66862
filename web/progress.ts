// How far a meeting has come, folded from its events. What the views show of a meeting is this.

import type {
  Asked,
  Card,
  Contact,
  FailureReason,
  Meeting,
  MeetingEvent,
  ShownKey,
} from "../shared/client/index.ts";
import { withPlainName } from "./plainName.ts";

type Stage = "starting" | "waiting" | "claimed" | "matched" | "connected" | "failed";

/** By which of the page's ways one meets: each has its place, and its words for what happens. */
export type Way = "showKey" | "enterKey" | "ask" | "enterPassphrase" | "answer";

/** Who is asked, or asks, as far as one knows before it is proven. */
export interface Peer {
  readonly name: string;
  /** Null for one that is known by a handle alone. */
  readonly userId: string | null;
}

export interface Progress<Kind extends string = Way> {
  readonly way: Kind;
  /** Null where nobody is named: keys, and whoever enters a number. */
  readonly peer: Peer | null;
  readonly stage: Stage;
  readonly key: ShownKey | null;
  readonly asked: Asked | null;
  /** Someone has spoken at the other end. */
  readonly isAnswered: boolean;
  readonly isConnectionLost: boolean;
  readonly card: Card | null;
  readonly cardProblem: string | null;
  readonly contact: Contact | null;
  readonly reason: FailureReason | null;
  /** What kept the meeting from starting at all. */
  readonly startError: unknown;
}

export function begin<Kind extends string = Way>(
  way: Kind,
  peer: Peer | null = null,
): Progress<Kind> {
  return {
    way,
    peer,
    stage: "starting",
    key: null,
    asked: null,
    isAnswered: false,
    isConnectionLost: false,
    card: null,
    cardProblem: null,
    contact: null,
    reason: null,
    startError: null,
  };
}

export function advance<Kind extends string>(
  progress: Progress<Kind>,
  event: MeetingEvent,
): Progress<Kind> {
  switch (event.event) {
    case "key": {
      const { event: _, ...key } = event;
      return { ...progress, stage: "waiting", key };
    }
    case "asked": {
      const { event: _, ...asked } = event;
      return { ...progress, stage: "waiting", asked };
    }
    case "claimed":
      return { ...progress, stage: "claimed", isAnswered: true };
    case "matched":
      return { ...progress, stage: "matched" };
    case "card":
      return { ...progress, card: event.card, cardProblem: event.problem };
    case "connection":
      return { ...progress, isConnectionLost: event.state === "lost" };
    case "connected":
      return { ...progress, stage: "connected", contact: withPlainName(event.contact) };
    case "failed":
      return { ...progress, stage: "failed", reason: event.reason };
  }
}

export function isOver(progress: Pick<Progress, "stage">): boolean {
  return progress.stage === "connected" || progress.stage === "failed";
}

/** The way of a meeting that an earlier page began. An answer at a number goes on like any answer. */
export function wayOf({ role, method }: Meeting): Way {
  if (method === "key") return role === "initiator" ? "showKey" : "enterKey";
  return role === "initiator" ? "ask" : "answer";
}
