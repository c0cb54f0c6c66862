// Reports of members (ROOM-7): kept as one value, for those who look after the room. Those of a pair room, of which nothing
// stays, are kept by the room that has made it.

import {
  dropped,
  pruned,
  readable,
  reportOf,
  reportsExpireAt,
  taken,
} from "../../shared/core/room/reports.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { Report, ReportRequest } from "../../shared/wire/rooms.ts";
import type { Env } from "../env.ts";
import { DONE, type Result } from "../mailbox/results.ts";
import { roomAt } from "../objects.ts";
import type { LivingRoom } from "./living.ts";
import type { Steward } from "./steward.ts";

export class ReportBox {
  readonly #env: Env;
  readonly #room: LivingRoom;

  constructor(env: Env, room: LivingRoom) {
    this.#env = env;
    this.#room = room;
  }

  async report(by: UserId, request: ReportRequest): Promise<Result<null>> {
    const { state, feed } = this.#room;
    const report = reportOf(state, feed, { by, request, now: Date.now() });
    if ("code" in report) return { ok: false, code: report.code };
    const { opener } = state.record;
    if (opener.kind === "room") return roomAt(this.#env, opener.roomId).takeReport(report);
    return this.take(report);
  }

  /** Again, it changes nothing. */
  async take(report: Report): Promise<Result<null>> {
    const reports = taken(this.#room.store.reports(), report, Date.now());
    if ("code" in reports) return { ok: false, code: reports.code };
    await this.#keep(reports);
    return DONE;
  }

  read(by: Steward): Result<readonly Report[]> {
    const { state, store } = this.#room;
    const reports = readable(store.reports(), state.record, by, Date.now());
    return "code" in reports ? { ok: false, code: reports.code } : { ok: true, value: reports };
  }

  drop(by: Steward, reportId: string): Result<null> {
    const { state, store } = this.#room;
    const left = dropped(store.reports(), state.record, by, reportId);
    if ("code" in left) return { ok: false, code: left.code };
    store.setReports(left);
    return DONE;
  }

  /** Those that are too old go. */
  async prune(): Promise<void> {
    const { store } = this.#room;
    const reports = store.reports();
    if (reports.length > 0) await this.#keep(pruned(reports, Date.now()));
  }

  async #keep(reports: readonly Report[]): Promise<void> {
    this.#room.store.setReports(reports);
    await this.#room.store.wakeBy(reportsExpireAt(reports));
  }
}
