// Reports on members (ROOM-7): what is kept of them, for how long, and who reads which. Nobody reads what is said about
// themselves; what is said about the owner and moderators is for the operator and the house.

import type { UserId } from "../../wire/ids.ts";
import {
  MEMBER_MAX_REPORTS,
  MEMBER_MAX_REPORTS_ON_ONE,
  MEMBER_REPORTS_PART,
  ROOM_REPORT_TTL_SECONDS,
  ROOM_REPORTS_MAX,
  ROOM_REPORTS_MAX_BYTES,
} from "../../wire/limits.ts";
import type { Report, ReportRequest } from "../../wire/rooms.ts";
import { utf8 } from "../crypto/bytes.ts";
import type { Refusal } from "./events.ts";
import type { Feed } from "./feed.ts";
import { sayOf } from "./moderation.ts";
import {
  isApart,
  roleOf,
  type RoomState,
  seatedOf,
  type Steward,
  type StoredRoom,
} from "./state.ts";

/** What a room knows of a report without reading it: enough to find a place for another, and to put it aside. */
export interface KeptReport extends Pick<Report, "reportId" | "by" | "userId" | "at"> {
  /** In JSON, as it is read. */
  readonly bytes: number;
}

export interface Reporting {
  readonly by: UserId;
  readonly request: ReportRequest;
  readonly now: number;
}

/**
 * A report with what the room itself knows: what the reported is called, and which of the messages it has said to whoever
 * reports. Of a member; or, with messages, of anyone, so that nobody learns from here who is there, or was.
 */
export function reportOf(
  state: RoomState,
  feed: Pick<Feed, "said" | "nameOf">,
  { by, request, now }: Reporting,
): Report | Refusal {
  const { reportId, userId, reason, note = "", messages: claimed = [] } = request;
  const reporter = seatedOf(state, by);
  if (reporter === null) return { code: "not-in-room" };
  if (by === userId) return { code: "own-account" };
  const reported = isApart(state, by, userId) ? null : seatedOf(state, userId);
  if (reported === null && claimed.length === 0) return { code: "not-in-room" };
  const byNumber = new Map(claimed.map((message) => [message.number, message]));
  const relayed = feed
    .said(userId, [...byNumber.keys()])
    .filter(({ number, hiddenFrom }) => number >= reporter.since && !hiddenFrom?.has(by));
  const messages = [...byNumber.values()]
    .toSorted((one, other) => one.number - other.number)
    .map((message) => {
      const own = relayed.find(({ number }) => number === message.number);
      const { text, at } = own ?? message;
      return { text, at, isConfirmed: own !== undefined };
    });
  const name = reported?.name ?? feed.nameOf(userId, by, reporter.since);
  return { reportId, by, userId, name, reason, note, messages, at: now };
}

export function keptOf(report: Report): KeptReport {
  const { reportId, by, userId, at } = report;
  return { reportId, by, userId, at, bytes: utf8(JSON.stringify(report)).length };
}

/**
 * With one more; the same again changes nothing. None takes another's place, and nobody takes up more than its share. Of
 * the bytes that is a part of what others leave: so the longest one fits a box with little in it, and a short one still
 * does when many have taken all they can.
 */
export function taken(
  reports: readonly KeptReport[],
  report: KeptReport,
  now: number,
): readonly KeptReport[] | Refusal {
  const kept = pruned(reports, now);
  if (kept.some(({ reportId, by }) => reportId === report.reportId && by === report.by)) {
    return kept;
  }
  const own = kept.filter(({ by }) => by === report.by);
  const onSame = own.filter(({ userId }) => userId === report.userId);
  const left = ROOM_REPORTS_MAX_BYTES - bytesOf(kept.filter(({ by }) => by !== report.by));
  const isFull =
    bytesOf([...own, report]) > left / MEMBER_REPORTS_PART ||
    kept.length >= ROOM_REPORTS_MAX ||
    own.length >= MEMBER_MAX_REPORTS ||
    onSame.length >= MEMBER_MAX_REPORTS_ON_ONE;
  return isFull ? { code: "list-full" } : [...kept, report];
}

/** Those that somebody may read, the latest first. */
export function readable(
  reports: readonly Report[],
  record: StoredRoom,
  steward: Steward,
  now: number,
): Report[] | Refusal {
  if (sayOf(record, steward) === null) return { code: "moderators-only" };
  return pruned(reports, now)
    .filter((report) => mayRead(report, record, steward))
    .toReversed();
}

/** How many each of the owner and the moderators may read: all do the same. */
export function readableCount(
  reports: readonly KeptReport[],
  record: StoredRoom,
  now: number,
): number {
  return reports.filter((report) => !isOver(report, now) && isOfMember(report, record)).length;
}

/** Without one that somebody has put aside. */
export function dropped(
  reports: readonly KeptReport[],
  record: StoredRoom,
  steward: Steward,
  reportId: string,
): readonly KeptReport[] | Refusal {
  if (sayOf(record, steward) === null) return { code: "moderators-only" };
  const isIt = (report: KeptReport) =>
    report.reportId === reportId && mayRead(report, record, steward);
  return reports.some(isIt)
    ? reports.filter((report) => !isIt(report))
    : { code: "report-unknown" };
}

/** Those whose time is not over. The same list when it is all of them. */
export function pruned<Kept extends Pick<Report, "at">>(
  reports: readonly Kept[],
  now: number,
): readonly Kept[] {
  const left = reports.filter((report) => !isOver(report, now));
  return left.length < reports.length ? left : reports;
}

function isOver({ at }: Pick<Report, "at">, now: number): boolean {
  return at + ROOM_REPORT_TTL_SECONDS * 1_000 <= now;
}

/** When the next of them is to be forgotten, in milliseconds since 1970. */
export function reportsExpireAt(reports: readonly KeptReport[]): number | null {
  const first = reports.reduce<number | null>(
    (at, report) => (at === null || report.at < at ? report.at : at),
    null,
  );
  return first === null ? null : first + ROOM_REPORT_TTL_SECONDS * 1_000;
}

function bytesOf(reports: readonly KeptReport[]): number {
  return reports.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Who looks after the room is no member in this sense, so nobody reads about themselves. */
function mayRead(report: Pick<Report, "userId">, record: StoredRoom, steward: Steward): boolean {
  return steward.kind !== "account" || isOfMember(report, record);
}

function isOfMember({ userId }: Pick<Report, "userId">, record: StoredRoom): boolean {
  return roleOf(record, userId) === "member";
}
