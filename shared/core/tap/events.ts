// What happens to a submission of tickets, and what is decided of it.

import type { UserId } from "../../wire/ids.ts";
import type { ProblemCode } from "../../wire/problem.ts";
import type { SpendAnswer } from "../mailbox/spentTickets.ts";
import type { Errand, ErrandName } from "./errands.ts";
import type { Begun, Party, SubmittedTicket, TapState } from "./state.ts";

export type TapEvent =
  | {
      readonly type: "submit";
      readonly party: Party;
      readonly tapId: string;
      /** When its tickets were judged: what a device verifies later goes by the same time. */
      readonly receivedAt: number;
      readonly taps: readonly SubmittedTicket[];
      /** The initiator's own ticket for a table: of the party's device, genuine and in time. */
      readonly together: string | null;
    }
  /** A mailbox has spent a ticket, or refused to. Without such an account it is `revoked`. */
  | { readonly type: "spent"; readonly name: ErrandName; readonly answer: SpendAnswer }
  /** Any other errand is done. */
  | {
      readonly type: "served";
      readonly name: ErrandName;
      readonly errand: Errand;
      /** There is no such account any more, so there is nothing to do. */
      readonly isGone: boolean;
      /** Who is left in the group, after `letGo`; empty when it is no more. Null for all other errands. */
      readonly remaining: readonly UserId[] | null;
    }
  /** What the nonce of a ticket at the table has committed to. */
  | { readonly type: "share"; readonly party: Party; readonly share: string }
  | {
      readonly type: "confirm";
      readonly party: Party;
      readonly signature: string;
      /** It is of that party's device, over the statement of this table. */
      readonly isGenuine: boolean;
    }
  | { readonly type: "decline"; readonly party: Party }
  | { readonly type: "undo"; readonly party: Party; readonly peer: UserId }
  | { readonly type: "deadline" };

export type TapEventName = TapEvent["type"];
export type TapEventOf<Name extends TapEventName> = Extract<TapEvent, { type: Name }>;

/** Hand someone what is owed. */
export interface TapEffect {
  readonly do: "serve";
  readonly name: ErrandName;
}

/** Whoever hears `taken` is shown the tap as it stands. */
export type Reply =
  | { readonly kind: "taken" }
  | {
      readonly kind: "refused";
      readonly code: ProblemCode;
      readonly fields?: Readonly<Record<string, string>>;
    };

export interface Decision {
  readonly state: TapState;
  readonly effects: readonly TapEffect[];
  readonly reply: Reply;
  /** Losing this state costs no more than a repetition, so it need not be stored at once. */
  readonly soft: boolean;
}

/** @param before what was owed until now is being served; what is new is served from now on */
export function moved(state: TapState, before: readonly ErrandName[] = []): Decision {
  return { state, effects: serveNew(state, before), reply: { kind: "taken" }, soft: false };
}

export function movedSoftly(state: TapState, before: readonly ErrandName[]): Decision {
  return { ...moved(state, before), soft: true };
}

export function stayed(state: TapState): Decision {
  return { state, effects: [], reply: { kind: "taken" }, soft: false };
}

export function refused(
  state: TapState,
  code: ProblemCode,
  fields?: Readonly<Record<string, string>>,
): Decision {
  const reply: Reply = { kind: "refused", code, ...(fields !== undefined && { fields }) };
  return { state, effects: [], reply, soft: false };
}

/** All that is owed, once more. */
export function serve({ owes }: Begun): TapEffect[] {
  return owes.map((name) => ({ do: "serve", name }));
}

function serveNew(state: TapState, before: readonly ErrandName[]): TapEffect[] {
  if (state.at === "free") return [];
  return serve(state).filter(({ name }) => !before.includes(name));
}
