// How far a meeting has come, folded from its events. What the views show of a meeting is this.

import type {
  Card,
  Contact,
  FailureReason,
  Meeting,
  MeetingEvent,
  ShownKey,
} from "../shared/client/index.ts";

type Stage = "starting" | "waiting" | "claimed" | "matched" | "connected" | "failed";

export interface Progress {
  readonly role: Meeting["role"];
  readonly stage: Stage;
  readonly key: ShownKey | null;
  readonly isConnectionLost: boolean;
  readonly card: Card | null;
  readonly cardProblem: string | null;
  readonly contact: Contact | null;
  readonly reason: FailureReason | null;
  /** What kept the meeting from starting at all. */
  readonly startError: unknown;
}

export function begin(role: Meeting["role"]): Progress {
  return {
    role,
    stage: "starting",
    key: null,
    isConnectionLost: false,
    card: null,
    cardProblem: null,
    contact: null,
    reason: null,
    startError: null,
  };
}

export function advance(progress: Progress, event: MeetingEvent): Progress {
  switch (event.event) {
    case "key": {
      const { event: _, ...key } = event;
      return { ...progress, stage: "waiting", key };
    }
    case "claimed":
      return { ...progress, stage: "claimed" };
    case "matched":
      return { ...progress, stage: "matched" };
    case "card":
      return { ...progress, card: event.card, cardProblem: event.problem };
    case "connection":
      return { ...progress, isConnectionLost: event.state === "lost" };
    case "connected":
      return { ...progress, stage: "connected", contact: event.contact };
    case "failed":
      return { ...progress, stage: "failed", reason: event.reason };
  }
}

export function isOver(progress: Progress): boolean {
  return progress.stage === "connected" || progress.stage === "failed";
}
