// What happens to a pairing attempt, and what is decided of it.

import type { Handle, Locator, UserId } from "../../wire/ids.ts";
import type {
  AnswerMessage,
  AttemptNotice,
  AttemptRequest,
  ClaimMessage,
  OpenMessage,
} from "../../wire/pairing.ts";
import type { ProblemCode } from "../../wire/problem.ts";
import type { Role } from "../crypto/cpace.ts";
import type { Errand, ErrandName } from "./errands.ts";
import type { AttemptState, Party } from "./state.ts";

export type AttemptEvent =
  | {
      readonly type: "open";
      readonly party: Party;
      readonly handle: Handle | null;
      readonly locator: Locator;
      readonly to: UserId | null;
      readonly message: OpenMessage;
    }
  | { readonly type: "claim"; readonly party: Party; readonly message: ClaimMessage }
  | { readonly type: "answer"; readonly party: Party; readonly message: AnswerMessage }
  | { readonly type: "cancel"; readonly party: Party }
  | { readonly type: "refuse"; readonly party: Party }
  | { readonly type: "acknowledge"; readonly party: Party }
  /** The mailbox has taken the errand. */
  | { readonly type: "served"; readonly name: ErrandName; readonly errand: Errand }
  /** There is no account to bring the request to. */
  | { readonly type: "unreachable"; readonly sid: string }
  | { readonly type: "deadline" };

export type EventName = AttemptEvent["type"];
export type EventOf<Name extends EventName> = Extract<AttemptEvent, { type: Name }>;

export type AttemptEffect =
  | { readonly do: "tell"; readonly role: Role; readonly notice: AttemptNotice }
  /** Hand a mailbox what it is owed. */
  | { readonly do: "serve"; readonly name: ErrandName };

/** What the sender of the event hears at once. */
export type Reply =
  | { readonly kind: "taken" }
  /** A repetition: nothing changes, the sender is told once more. */
  | { readonly kind: "repeated"; readonly notices: readonly AttemptNotice[] }
  | { readonly kind: "refused"; readonly code: ProblemCode }
  /** A visitor's claim that is not evaluated, to be answered just as if the locator were free. */
  | { readonly kind: "stray" };

export interface Decision {
  readonly state: AttemptState;
  readonly effects: readonly AttemptEffect[];
  readonly reply: Reply;
  /** Losing this state costs no more than a repetition, so it need not be stored at once. */
  readonly soft: boolean;
}

export function moved(state: AttemptState, effects: readonly AttemptEffect[] = []): Decision {
  return { state, effects, reply: { kind: "taken" }, soft: false };
}

export function movedSoftly(state: AttemptState): Decision {
  return { ...moved(state), soft: true };
}

export function stayed(state: AttemptState, reply: Reply = { kind: "taken" }): Decision {
  return { state, effects: [], reply, soft: false };
}

export function refused(state: AttemptState, code: ProblemCode): Decision {
  return stayed(state, { kind: "refused", code });
}

/** What a party says, as an event; openings know more than was said. */
export function eventOf(
  message: Exclude<AttemptRequest, { type: "open" }>,
  party: Party,
): AttemptEvent {
  if (message.type === "claim") return { type: "claim", party, message };
  if (message.type === "answer") return { type: "answer", party, message };
  return { type: message.type, party };
}
