// The states of a pairing attempt, of any method. All of it is plain data that storage keeps as it is.

import type { DeviceId, Handle, Locator, UserId } from "../../wire/ids.ts";
import type {
  ClaimMessage,
  ContactMethod,
  Failure,
  Method,
  OpenMessage,
} from "../../wire/pairing.ts";
import type { Role } from "../crypto/cpace.ts";
import type { ErrandName } from "./errands.ts";

/** Who is on a side, as the session says. */
export interface Party {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  /** Keyed digest of the network prefix; counts failures, tells no address. */
  readonly network: string;
}

/** Milliseconds since 1970 by the server's clock. A message counts if it comes strictly before its deadline. */
interface Timing {
  readonly openedAt: number;
  /** T1: request to answer. */
  readonly claimBy: number;
  /** T2: request to confirmation. */
  readonly answerBy: number;
}

interface Opened extends Timing {
  readonly locator: Locator;
  readonly method: Method;
  readonly initiator: Party;
  /** The initiator's, as its mailbox says; shown to the one who is asked. */
  readonly handle: Handle | null;
  /** The account that is asked, of which any device may answer; null for whoever enters the locator. */
  readonly to: UserId | null;
  readonly offer: Pick<OpenMessage, "sid" | "share" | "commitment">;
  /** What mailboxes have not confirmed yet. */
  readonly owes: readonly ErrandName[];
}

/** Nothing is stored; the locator is free. */
export interface Free {
  readonly at: "free";
}

export interface AwaitingClaim extends Opened {
  readonly at: "awaitingClaim";
}

export interface AwaitingAnswer extends Opened {
  readonly at: "awaitingAnswer";
  readonly responder: Party;
  readonly claim: Omit<ClaimMessage, "type">;
}

/** What one side receives when the attempt matches. */
interface Release {
  readonly confirmation: string;
  readonly identity: string;
  readonly card: string;
}

/** A contact as a mailbox is to store it. */
export interface ContactCommit {
  readonly owner: UserId;
  readonly peer: UserId;
  readonly method: ContactMethod;
  readonly metAt: number;
  readonly receiptHash: string;
}

interface Ending {
  /** The roles whose device has not acknowledged its notice. */
  readonly unacknowledged: readonly Role[];
  /** When the attempt gives up its locator, whether its notices were acknowledged or not. */
  readonly keepUntil: number;
}

export interface Matched extends Opened, Ending {
  readonly at: "matched";
  readonly responder: Party;
  readonly matchedAt: number;
  /** By the role that receives; null once it needs it no more, so that no byte stays. */
  readonly release: Readonly<Record<Role, Release | null>>;
  readonly contacts: Readonly<Record<Role, ContactCommit>>;
  /** What was not acknowledged in time goes to the mailboxes, so that the locator is free again. */
  readonly isHandingOver: boolean;
}

export interface Failed extends Opened, Ending {
  readonly at: "failed";
  /** Null when there was no claim, and for a claimant who guessed wrong or left: a visitor again. */
  readonly responder: Party | null;
  readonly outcome: Failure;
  /** What the attempt cost the one who came to the other; null when nobody's guess was under way. */
  readonly guess: { readonly party: Party; readonly isFailure: boolean } | null;
}

export type AttemptState = Free | AwaitingClaim | AwaitingAnswer | Matched | Failed;
export type StateName = AttemptState["at"];

export const BOTH: readonly Role[] = ["initiator", "responder"];

export const FREE: Free = { at: "free" };

export function isSameParty(a: Party, b: Party | null): boolean {
  return b !== null && a.userId === b.userId && a.deviceId === b.deviceId;
}

/** Not so when the locator was free meanwhile. */
export function isSameAttempt(a: AttemptState, b: AttemptState): boolean {
  return a.at !== "free" && b.at !== "free" && a.offer.sid === b.offer.sid;
}

/** The side that a party holds in this state; null for a visitor. */
export function roleOf(state: AttemptState, party: Party): Role | null {
  if (state.at === "free") return null;
  if (isSameParty(party, state.initiator)) return "initiator";
  if (state.at === "awaitingClaim" && isAsked(state, party)) return "responder";
  if ("responder" in state && isSameParty(party, state.responder)) return "responder";
  return null;
}

/** Whether the attempt asks for the party's account. */
export function isAsked(state: Exclude<AttemptState, Free>, { userId }: Party): boolean {
  return state.to === userId;
}

/** The side that came to the other, and whose failures therefore count (PAS-8). */
export function guesserOf({ to }: Opened): Role {
  return to === null ? "responder" : "initiator";
}

/** What a guess is counted by until its outcome is known: the account asked, or the locator entered. */
export function guessKeyOf({ to, locator }: Pick<Opened, "to" | "locator">): GuessKey {
  return to ?? locator;
}

export type GuessKey = UserId | Locator;

export function otherRole(role: Role): Role {
  return role === "initiator" ? "responder" : "initiator";
}
