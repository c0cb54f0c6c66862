// Tickets of an account that were read by others (TAP-2, TAP-3): each is spent once, in the mailbox of who showed it,
// together with the contact. Pure; the mailbox stores the whole as one value, in the transaction of the contact.

import type { DeviceId, UserId } from "../../wire/ids.ts";
import { TAP_UNDO_SECONDS } from "../../wire/limits.ts";
import type { Tap, TapOutcome, TapProof } from "../../wire/tap.ts";
import { toBase64Url } from "../crypto/bytes.ts";
import { earliest } from "../deadlines.ts";
import { tapReceiptHash } from "../tap/statements.ts";
import {
  type ContactStanding,
  holdsTouch,
  isAsStrongAsTap,
  isVoid,
  type MeetingCommit,
  visibleOf,
} from "./contactStanding.ts";

/** What a submission asks the mailbox of the one who showed the ticket. */
export interface SpendRequest {
  /** The ticket's own: whose it is, and which of their devices has signed it. */
  readonly owner: UserId;
  readonly device: DeviceId;
  readonly nonce: string;
  /** Of who has read it, in which submission, received when. */
  readonly proof: TapProof;
  /** The ticket is out of time: it is answered from memory, or `expired`. */
  readonly isMemoryOnly: boolean;
  /** Whoever has read it has blocked the one who showed it. */
  readonly isBlockedByInitiator: boolean;
  /** For a table: the ticket is spent, but no contact is made yet. Of who lays it, its own as well. */
  readonly isHeld: boolean;
}

export interface SpendAnswer {
  readonly outcome: TapOutcome;
  /** The submission that has spent it, and its time: an earlier one of the same initiator, perhaps. */
  readonly tapId: string;
  readonly at: number;
}

interface SpentTicket {
  readonly nonce: string;
  readonly by: UserId;
  readonly tapId: string;
  readonly at: number;
  readonly outcome: "already" | "established";
  readonly isHeld: boolean;
}

/** A table that the account is at, unless it is over meanwhile. */
export interface OpenTable {
  readonly by: UserId;
  readonly tapId: string;
  readonly until: number;
}

export interface TapMemory {
  /** The earliest first. */
  readonly spent: readonly SpentTicket[];
  readonly tables: readonly OpenTable[];
}

export interface SpendFacts {
  /** The ticket's device is one of the account. */
  readonly hasDevice: boolean;
  /** The account has blocked whoever has read the ticket. */
  readonly isBlocked: boolean;
  /** What is held of whoever has read it. */
  readonly standing: ContactStanding | null;
}

export interface SpendDecision {
  readonly answer: SpendAnswer;
  /** The same object when nothing is to be stored. */
  readonly memory: TapMemory;
  readonly commit: MeetingCommit | null;
}

export const NO_TAPS: TapMemory = { spent: [], tables: [] };

/** One's own devices alone can make tickets, so this bounds what an account does to itself. */
const SPENT_MAX = 1_000;
const KEPT_MS = TAP_UNDO_SECONDS * 1_000;
/** What counts no more is forgotten by then, so that one alarm serves for all tickets of an hour. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** The first that applies of revoked, blocked, replayed, already, established; before all, what was said already. */
export function spend(
  kept: TapMemory,
  request: SpendRequest,
  facts: SpendFacts,
  now: number,
): SpendDecision {
  const { nonce, proof, isHeld, owner } = request;
  const { by, tapId, at } = proof;
  const memory = pruned(kept, now);
  const known = memory.spent.find((one) => one.nonce === nonce);
  if (known !== undefined && isRepetition(known, request)) {
    const { outcome } = known;
    return { answer: { outcome, tapId: known.tapId, at: known.at }, memory: kept, commit: null };
  }
  const refused = (outcome: TapOutcome): SpendDecision => {
    return { answer: { outcome, tapId, at }, memory: kept, commit: null };
  };
  if (request.isMemoryOnly) return refused("expired");
  // What is stored was good when it came: its answer was lost for longer than it is remembered.
  if (!holdsTouch(facts.standing, toBase64Url(tapReceiptHash(proof)))) {
    if (!facts.hasDevice) return refused("revoked");
    if (facts.isBlocked || request.isBlockedByInitiator) return refused("blocked");
    if (known !== undefined) return refused("replayed");
  }
  const outcome = outcomeOf(facts.standing, proof);
  if (outcome === "expired") return refused(outcome);
  const { spent, tables } = memory;
  const isGuest = isHeld && by !== owner;
  const next: TapMemory = {
    spent: [...spent, { nonce, by, tapId, at, outcome, isHeld }].slice(-SPENT_MAX),
    tables: isGuest ? [...tables, { by, tapId, until: at + KEPT_MS }] : tables,
  };
  const commit = isHeld ? null : tapCommit(owner, by, proof);
  return { answer: { outcome, tapId, at }, memory: next, commit };
}

/** Of one touch, for either mailbox. */
export function tapCommit(
  owner: UserId,
  peer: UserId,
  proof: TapProof,
  decidedAt = proof.at,
): MeetingCommit {
  const receiptHash = toBase64Url(tapReceiptHash(proof));
  return { owner, peer, method: "tap", metAt: proof.at, receiptHash, proof, decidedAt };
}

/** What a table has held is for that table alone. */
function isRepetition(known: SpentTicket, { proof, isHeld }: SpendRequest): boolean {
  const isOneOf = known.tapId === proof.tapId || !(known.isHeld || isHeld);
  return known.by === proof.by && isOneOf;
}

/** A touch that was undone, or that a removal has overtaken, comes too late. */
function outcomeOf(
  standing: ContactStanding | null,
  proof: TapProof,
): "already" | "established" | "expired" {
  const shown = visibleOf(standing);
  const hash = toBase64Url(tapReceiptHash(proof));
  if (shown?.method === "tap" && shown.receiptHash === hash) return "established";
  if (shown !== null && isAsStrongAsTap(shown)) return "already";
  if (!isVoid(standing, proof.at)) return "established";
  return shown === null || shown.method === "link" ? "expired" : "already";
}

/** News of a table: for those that it has held a ticket of, and for who has gathered it. */
export function heardTable(
  memory: TapMemory,
  owner: UserId,
  tap: Tap,
  now: number,
): { readonly isToTell: boolean; readonly memory: TapMemory } {
  const { by, tapId, submittedAt } = tap;
  const table: OpenTable = { by, tapId, until: submittedAt + KEPT_MS };
  const isKnown = openTables(memory, now).some((one) => isSameTable(one, table));
  const isOver = tap.at === "settled" || tap.at === "aborted";
  if (isOver) return { isToTell: isKnown, memory: closedTable(memory, table) };
  if (isKnown) return { isToTell: true, memory };
  const isOwn = by === owner && now < table.until;
  if (!isOwn) return { isToTell: false, memory };
  return { isToTell: true, memory: { ...memory, tables: [...memory.tables, table] } };
}

/** Those to be told again after a hello, if their submissions say that they are open still. */
export function openTables({ tables }: TapMemory, now: number): readonly OpenTable[] {
  return tables.filter(({ until }) => now < until);
}

export function closedTable(memory: TapMemory, table: Omit<OpenTable, "until">): TapMemory {
  const tables = memory.tables.filter((one) => !isSameTable(one, table));
  return tables.length === memory.tables.length ? memory : { ...memory, tables };
}

/** Without what was kept long enough. */
export function pruned(memory: TapMemory, now: number): TapMemory {
  const spent = memory.spent.filter(({ at }) => now < at + KEPT_MS);
  const tables = openTables(memory, now);
  const isSame = spent.length === memory.spent.length && tables.length === memory.tables.length;
  return isSame ? memory : { spent, tables };
}

/** When it is to be pruned again at the latest; null when there is nothing. */
export function forgetBy({ spent, tables }: TapMemory): number | null {
  const begun = [...spent.map(({ at }) => at), ...tables.map(({ until }) => until - KEPT_MS)];
  const first = earliest(...begun);
  return first === null ? null : first + FORGOTTEN_AFTER_MS;
}

function isSameTable(a: Omit<OpenTable, "until">, b: Omit<OpenTable, "until">): boolean {
  return a.by === b.by && a.tapId === b.tapId;
}
