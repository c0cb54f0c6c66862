// What a mailbox holds of one contact, in layers: what a meeting, a link or a request has made, upon it the touches of
// a tap, and the marks of what was removed and undone. Whatever the order in which commits and undoings come, both
// mailboxes come to show the same. A weaker method never replaces a stronger one.

import type { UserId } from "../../wire/ids.ts";
import type { ContactProof } from "../../wire/mailbox.ts";
import type { ContactMethod } from "../../wire/pairing.ts";
import type { TapProof } from "../../wire/tap.ts";
import type { ContactCommit } from "../pairing/state.ts";

/** A contact to be stored: of an attempt without a proof, of a tap or an approved request with one. */
export interface MeetingCommit extends ContactCommit {
  readonly proof?: ContactProof;
  /** Of a table's touch: when the last of its people confirmed it, in milliseconds since 1970. */
  readonly decidedAt?: number;
}

/** Takes back all touches of two accounts that were decided after the one time, until the other. */
export interface Undo extends Period {
  readonly peer: UserId;
  /** Of the touch that is undone. */
  readonly receiptHash: string;
}

/** Milliseconds since 1970: after the one, up to and including the other. */
interface Period {
  readonly after: number;
  readonly until: number;
}

export interface ContactStanding {
  /** What is no tap; null for nothing. */
  readonly base: Base | null;
  /** In no order; those that may be shown once others are undone, too. */
  readonly taps: readonly Touch[];
  /** When a device of the account removed the contact; null for not, or for one that has come back since. */
  readonly removedAt: number | null;
  /** Touches of that time bring nobody back. */
  readonly undone: Period | null;
}

interface Touch {
  readonly receiptHash: string;
  readonly proof: TapProof;
  /** When it was received; of a table, when it was confirmed: what was removed or undone before that is of the past. */
  readonly decidedAt: number;
}

interface Base {
  readonly method: ContactMethod;
  readonly metAt: number;
  readonly receiptHash: string;
  readonly proofs: readonly ContactProof[];
  readonly isRemoved: boolean;
}

/** What devices are told. */
export interface VisibleContact {
  readonly method: ContactMethod;
  readonly metAt: number;
  readonly receiptHash: string;
  readonly proofs: readonly ContactProof[];
}

/** The row of a contact; `standing` is null where the other columns say all. */
export interface StandingRow {
  readonly method: ContactMethod;
  readonly metAt: number;
  readonly receiptHash: string;
  readonly sequence: number;
  readonly isRemoved: boolean;
  readonly standing: string | null;
}

const NOTHING: ContactStanding = { base: null, taps: [], removedAt: null, undone: null };

/** A link, which people do not see, is apart: anything takes its place. */
const STRENGTHS: Readonly<Record<ContactMethod, number>> = {
  link: 0,
  badge: 1,
  room: 1,
  tap: 2,
  passphrase: 3,
  key: 3,
};

/** Touches that are kept of each direction besides the one that is shown: the latest, for when others are undone. */
const LATEST_KEPT = 3;

/** @param row null when there is none */
export function standingOf(row: StandingRow | null): ContactStanding | null {
  if (row === null) return null;
  if (row.standing !== null) return JSON.parse(row.standing) as ContactStanding;
  const { method, metAt, receiptHash, sequence, isRemoved } = row;
  const base: Base = { method, metAt, receiptHash, proofs: [], isRemoved };
  return { ...NOTHING, base, removedAt: isRemoved ? sequence : null };
}

/** For the row's column; null when method, time, receipt, sequence and removal say all. */
export function encodeStanding(standing: ContactStanding): string | null {
  const { base, taps, removedAt, undone: taken } = standing;
  if (base === null || base.proofs.length > 0 || taps.length > 0 || taken !== null) {
    return JSON.stringify(standing);
  }
  // Of a contact that was removed, the other columns say what showed last: over a link or badge, perhaps a touch.
  const isPlain = base.isRemoved ? isStrongerThanTap(base) : removedAt === null;
  return isPlain ? null : JSON.stringify(standing);
}

/** Null for nobody: removed, undone, or never met. */
export function visibleOf(standing: ContactStanding | null): VisibleContact | null {
  if (standing === null) return null;
  const { base, taps } = standing;
  const isBase = base !== null && !base.isRemoved;
  if (isBase && (taps.length === 0 || isStrongerThanTap(base))) {
    const { method, metAt, receiptHash, proofs } = base;
    return { method, metAt, receiptHash, proofs };
  }
  const shown = shownTaps(taps);
  const [first] = shown;
  if (first === undefined) return null;
  const { proof, receiptHash } = first;
  return { method: "tap", metAt: proof.at, receiptHash, proofs: shown.map((one) => one.proof) };
}

/** Whether devices are told: the contact has another place in the order of changes. */
export function isNews(before: ContactStanding | null, after: ContactStanding): boolean {
  return signOf(visibleOf(before)) !== signOf(visibleOf(after));
}

/** Whether a touch that was decided then is too late to bring the contact back, or is undone already. */
export function isVoid(standing: ContactStanding | null, decidedAt: number): boolean {
  if (standing === null) return false;
  const { removedAt, undone: taken } = standing;
  const isRemoved = removedAt !== null && decidedAt <= removedAt;
  return isRemoved || (taken !== null && isWithin(taken, decidedAt));
}

/** Whether that very touch is stored, and was neither removed nor undone since. */
export function holdsTouch(standing: ContactStanding | null, receiptHash: string): boolean {
  return standing?.taps.some((touch) => touch.receiptHash === receiptHash) === true;
}

/** Whether touches change nothing of how these two are contacts. */
export function isAsStrongAsTap({ method }: VisibleContact): boolean {
  return STRENGTHS[method] >= STRENGTHS.tap;
}

/** Null when the row stays as it is. */
export function committed(
  standing: ContactStanding | null,
  commit: MeetingCommit,
): ContactStanding | null {
  const known = standing ?? NOTHING;
  const { receiptHash, proof } = commit;
  if (proof?.kind !== "tap") return met(known, commit);
  return touched(known, { receiptHash, proof, decidedAt: commit.decidedAt ?? proof.at });
}

function touched(standing: ContactStanding, touch: Touch): ContactStanding | null {
  const { base } = standing;
  if (isVoid(standing, touch.decidedAt)) return null;
  if (base !== null && !base.isRemoved && isStrongerThanTap(base)) return null;
  if (holdsTouch(standing, touch.receiptHash)) return null;
  const taps = keptTaps([...standing.taps, touch]);
  return taps.includes(touch) ? { ...standing, taps } : null;
}

/**
 * Of an attempt or a request. Nothing is new of the same receipt, though it was perhaps removed since, nor of an
 * earlier meeting, unless what is there is weaker.
 */
function met(standing: ContactStanding, commit: MeetingCommit): ContactStanding | null {
  const { method, metAt, receiptHash, proof } = commit;
  const { base, taps, removedAt } = standing;
  const isStrong = isStrongerThanTap(commit);
  if (base !== null) {
    if (base.receiptHash === receiptHash) return null;
    const isThere = !base.isRemoved;
    const outranks = isThere && STRENGTHS[base.method] < STRENGTHS[method];
    // Of the same millisecond, as two approvals that cross may be, both mailboxes take the same.
    const isLater = metAt > base.metAt || (metAt === base.metAt && receiptHash > base.receiptHash);
    if (!outranks && !isLater) return null;
    if (isThere && STRENGTHS[base.method] > STRENGTHS[method]) return null;
  }
  const isByRequest = method === "badge" || method === "room";
  if (isByRequest && removedAt !== null && metAt <= removedAt) return null;
  const proofs = proof === undefined ? [] : [proof];
  return {
    ...standing,
    base: { method, metAt, receiptHash, proofs, isRemoved: false },
    taps: isStrong ? [] : taps,
    removedAt: isStrong || (method === "link" && taps.length === 0) ? null : removedAt,
  };
}

/**
 * Null when the row stays as it is. What was there before the touches shows again; and where there was nothing, a
 * mark is left, so that a touch whose commit is still under way brings nobody back.
 */
export function undone(
  standing: ContactStanding | null,
  { after, until }: Undo,
): ContactStanding | null {
  const known = standing ?? NOTHING;
  const { base } = known;
  if (base !== null && !base.isRemoved && isStrongerThanTap(base)) return null;
  const period = joined(known.undone, { after, until });
  const taps = known.taps.filter(({ decidedAt }) => !isWithin(period, decidedAt));
  const isSame = known.undone?.after === period.after && known.undone.until === period.until;
  return isSame && taps.length === known.taps.length ? null : { ...known, taps, undone: period };
}

/** A device of the account removes the contact, and with it what proved it. @param at the removal's place in the order of changes */
export function removedByDevice(standing: ContactStanding, at: number): ContactStanding {
  const { base, taps } = standing;
  return {
    ...standing,
    base: base === null ? null : { ...base, proofs: [], isRemoved: true },
    taps: [],
    removedAt: Math.max(at, ...taps.map(({ decidedAt }) => decidedAt)),
  };
}

/** One of each direction, the earlier first. */
function shownTaps(taps: readonly Touch[]): Touch[] {
  const shown = byDirection(taps).map((ofOne) => {
    return ofOne.find(({ proof }) => proof.isCompared === true) ?? ofOne[0];
  });
  return shown.filter((touch) => touch !== undefined).toSorted(byTime);
}

function keptTaps(taps: readonly Touch[]): Touch[] {
  const latest = byDirection(taps).flatMap((ofOne) => ofOne.slice(-LATEST_KEPT));
  return [...new Set([...shownTaps(taps), ...latest])];
}

/** Each direction's, the earliest first. */
function byDirection(taps: readonly Touch[]): Touch[][] {
  const initiators = [...new Set(taps.map(({ proof }) => proof.by))];
  return initiators.map((by) => taps.filter(({ proof }) => proof.by === by).toSorted(byTime));
}

/** By time; of the same millisecond, by the receipt: an order that both mailboxes share. */
function byTime(a: Touch, b: Touch): number {
  return a.proof.at - b.proof.at || (a.receiptHash < b.receiptHash ? -1 : 1);
}

function isStrongerThanTap({ method }: { readonly method: ContactMethod }): boolean {
  return STRENGTHS[method] > STRENGTHS.tap;
}

function isWithin({ after, until }: Period, at: number): boolean {
  return at > after && at <= until;
}

/** Of two that do not meet, the later: a commit is not under way for so long. */
function joined(known: Period | null, period: Period): Period {
  if (known === null) return period;
  const [earlier, later] = known.until <= period.until ? [known, period] : [period, known];
  if (earlier.until < later.after) return later;
  return { after: Math.min(earlier.after, later.after), until: later.until };
}

function signOf(contact: VisibleContact | null): string {
  if (contact === null) return "";
  const { method, metAt, receiptHash, proofs } = contact;
  // Of one submission a ticket is one touch.
  const parts = proofs.map((proof) =>
    proof.kind === "tap" ? [proof.by, proof.tapId, proof.ticket] : [proof.by, proof.requestId],
  );
  return JSON.stringify([method, metAt, receiptHash, parts]);
}
