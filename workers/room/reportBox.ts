// Reports of members (ROOM-7): kept as a value each, for those who look after the room, who are told how many there are.
// Those of a pair room, of which nothing stays, are kept by the room that has made it.

import {
  dropped,
  type KeptReport,
  keptOf,
  pruned,
  readable,
  readableCount,
  reportOf,
  reportsExpireAt,
  taken,
} from "../../shared/core/room/reports.ts";
import { roleOf, type Steward, type StoredRoom, stewardsOf } from "../../shared/core/room/state.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { Report, ReportRequest } from "../../shared/wire/rooms.ts";
import type { Env } from "../env.ts";
import { DONE, type Result } from "../mailbox/results.ts";
import { roomAt } from "../objects.ts";
import type { LivingRoom } from "./living.ts";

export class ReportBox {
  readonly #env: Env;
  readonly #room: LivingRoom;
  /** Undefined until it is needed: all are read once for it, and then by nobody but those who look after the room. */
  #known: readonly KeptReport[] | undefined;
  /** What moderators were told last. */
  #told: number | undefined;

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
    const added = keptOf(report);
    const reports = taken(this.#kept(), added, Date.now());
    if ("code" in reports) return { ok: false, code: reports.code };
    await this.#keep(reports, reports.includes(added) ? report : null);
    return DONE;
  }

  read(by: Steward): Result<readonly Report[]> {
    const { state, store } = this.#room;
    const reports = readable(store.reports(), state.record, by, Date.now());
    return "code" in reports ? { ok: false, code: reports.code } : { ok: true, value: reports };
  }

  async drop(by: Steward, reportId: string): Promise<Result<null>> {
    const left = dropped(this.#kept(), this.#room.state.record, by, reportId);
    if ("code" in left) return { ok: false, code: left.code };
    await this.#keep(left);
    return DONE;
  }

  /** The account has come in, or back: whoever looks after the room is told how many there are to read. */
  welcome(userId: UserId): void {
    if (roleOf(this.#room.state.record, userId) === "member") return;
    const count = this.#count();
    this.#told ??= count;
    this.#tell(userId, count);
  }

  /** What is about who looks after the room is not for those who do: others may be there to read now. */
  stewardsChanged({ moderators: before }: StoredRoom): void {
    const { moderators } = this.#room.state.record;
    if (moderators === before) return;
    this.#tellAll();
    for (const userId of moderators) if (!before.includes(userId)) this.welcome(userId);
  }

  /** Nothing where nothing has changed for them: that somebody has reported one of them is not theirs to know. */
  #tellAll(): void {
    const count = this.#count();
    if (count === this.#told) return;
    this.#told = count;
    for (const userId of stewardsOf(this.#room.state.record)) this.#tell(userId, count);
  }

  /** Those that are too old go. To be called by each alarm. */
  async prune(): Promise<void> {
    await this.#keep(pruned(this.#kept(), Date.now()));
  }

  async #keep(after: readonly KeptReport[], added: Report | null = null): Promise<void> {
    const { store } = this.#room;
    const before = this.#kept();
    this.#told ??= this.#count();
    if (after !== before) {
      const gone = before.filter((report) => !after.includes(report));
      store.changeReports(gone, added);
      this.#known = after;
      this.#tellAll();
    }
    await store.wakeBy(reportsExpireAt(after));
  }

  #kept(): readonly KeptReport[] {
    return (this.#known ??= this.#room.store.keptReports());
  }

  #count(): number {
    return readableCount(this.#kept(), this.#room.state.record, Date.now());
  }

  #tell(to: UserId, count: number): void {
    const { fanOut } = this.#room;
    // First, that it has come in.
    if (fanOut.isEntering(to)) fanOut.flush();
    this.#room.tell(to, { type: "reports", count });
  }
}
