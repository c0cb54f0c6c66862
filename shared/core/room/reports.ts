// Reports on members (ROOM-7): what is kept of them, for how long, and who reads which. Nobody reads what is said about
// themselves; what is said about the owner and moderators is for the operator and the house.

import type { UserId } from "../../wire/ids.ts";
import {
  MEMBER_MAX_REPORTS,
  ROOM_REPORT_TTL_SECONDS,
  ROOM_REPORTS_MAX,
} from "../../wire/limits.ts";
import type { Report, ReportRequest } from "../../wire/rooms.ts";
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

export interface Reporting {
  readonly by: UserId;
  readonly request: ReportRequest;
  readonly now: number;
}

/**
 * A report with what the room itself knows: what the reported is called, and what it has said to whoever reports. Of a
 * member, or of someone whose messages are known still.
 */
export function reportOf(
  state: RoomState,
  feed: Pick<Feed, "said" | "nameOf">,
  { by, request, now }: Reporting,
): Report | Refusal {
  const { reportId, userId, reason, note = "", messages: numbers = [] } = request;
  const reporter = seatedOf(state, by);
  if (reporter === null) return { code: "not-in-room" };
  if (by === userId) return { code: "own-account" };
  const said = feed
    .said(userId, numbers)
    .filter(({ number, hiddenFrom }) => number >= reporter.since && !hiddenFrom?.has(by));
  const reported = isApart(state, by, userId) ? null : seatedOf(state, userId);
  if (reported === null && said.length === 0) return { code: "not-in-room" };
  const name = seatedOf(state, userId)?.name ?? feed.nameOf(userId) ?? "";
  const messages = said.map(({ text, at }) => ({ text, at }));
  return { reportId, by, userId, name, reason, note, messages, at: now };
}

/**
 * With one more; the same again changes nothing. What somebody says of another takes the place of what it has said of it
 * before, and nobody takes up more than its share.
 */
export function taken(
  reports: readonly Report[],
  report: Report,
  now: number,
): readonly Report[] | Refusal {
  const kept = pruned(reports, now);
  if (kept.some(({ reportId, by }) => reportId === report.reportId && by === report.by)) {
    return kept;
  }
  const others = kept.filter(({ by, userId }) => by !== report.by || userId !== report.userId);
  const own = others.filter(({ by }) => by === report.by);
  const isFull = others.length >= ROOM_REPORTS_MAX || own.length >= MEMBER_MAX_REPORTS;
  return isFull ? { code: "list-full" } : [...others, report];
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

/** Without one that somebody has put aside. */
export function dropped(
  reports: readonly Report[],
  record: StoredRoom,
  steward: Steward,
  reportId: string,
): readonly Report[] | Refusal {
  if (sayOf(record, steward) === null) return { code: "moderators-only" };
  const isIt = (report: Report) => report.reportId === reportId && mayRead(report, record, steward);
  return reports.some(isIt)
    ? reports.filter((report) => !isIt(report))
    : { code: "report-unknown" };
}

/** Those whose time is not over. The same list when it is all of them. */
export function pruned(reports: readonly Report[], now: number): readonly Report[] {
  const isOver = ({ at }: Report) => at + ROOM_REPORT_TTL_SECONDS * 1_000 <= now;
  return reports.some(isOver) ? reports.filter((report) => !isOver(report)) : reports;
}

/** When the next of them is to be forgotten, in milliseconds since 1970. */
export function reportsExpireAt(reports: readonly Report[]): number | null {
  const first = reports.reduce<number | null>(
    (at, report) => (at === null || report.at < at ? report.at : at),
    null,
  );
  return first === null ? null : first + ROOM_REPORT_TTL_SECONDS * 1_000;
}

function mayRead({ userId }: Report, record: StoredRoom, steward: Steward): boolean {
  if (steward.kind !== "account") return true;
  return steward.userId !== userId && roleOf(record, userId) === "member";
}
