// What a room keeps (shared/core/room/storing.ts), and each report; and its one alarm. Nothing of it is touched by what
// people say, nor, but once a day, by who comes and leaves; a seat that is kept for a lost connection is a row. No value
// becomes larger than the platform takes.

import type { RoomState, Stored, StoredAway } from "../../shared/core/room/state.ts";
import { AWAY_PREFIX, storedRoom, writesOf } from "../../shared/core/room/storing.ts";
import { type KeptReport, keptOf } from "../../shared/core/room/reports.ts";
import type { Report } from "../../shared/wire/rooms.ts";
import { EarliestAlarm } from "../storage/earliestAlarm.ts";

const REPORT_PREFIX = "report:";

export class RoomStore {
  readonly #storage: DurableObjectStorage;
  readonly #alarm: EarliestAlarm;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#alarm = new EarliestAlarm(storage);
  }

  /** Null where no room stands. */
  load(): Stored | null {
    const { kv } = this.#storage;
    const away = [...kv.list<StoredAway>({ prefix: AWAY_PREFIX })].map(([, seated]) => seated);
    return storedRoom((key) => kv.get(key), away);
  }

  /** What has changed, all or, where one value cannot be written, none. */
  save(before: RoomState | null, after: RoomState): void {
    const { kv } = this.#storage;
    const writes = writesOf(before, after);
    if (writes.length === 0) return;
    this.#storage.transactionSync(() => {
      for (const { key, value } of writes) {
        if (value === undefined) kv.delete(key);
        else kv.put(key, value);
      }
    });
  }

  /** The latest last. */
  reports(): readonly Report[] {
    return [...this.#eachReport()].toSorted((one, other) => one.at - other.at);
  }

  keptReports(): readonly KeptReport[] {
    return Array.from(this.#eachReport(), keptOf);
  }

  changeReports(gone: readonly KeptReport[], added: Report | null): void {
    const { kv } = this.#storage;
    this.#storage.transactionSync(() => {
      for (const report of gone) kv.delete(reportKey(report));
      if (added !== null) kv.put(reportKey(added), added);
    });
  }

  /** One after the other, so that who needs but something of each does not hold them all. */
  *#eachReport(): Generator<Report> {
    const reports = this.#storage.kv.list<Report>({ prefix: REPORT_PREFIX });
    for (const [, report] of reports) yield report;
  }

  /** Whether nothing is to be done for that. */
  wakesBy(at: number | null): boolean {
    return at === null || this.#alarm.isSetBy(at);
  }

  async wakeBy(at: number | null): Promise<void> {
    if (at !== null) await this.#alarm.by(at);
  }

  alarmFired(): void {
    this.#alarm.fired();
  }

  async forget(): Promise<void> {
    this.#alarm.deleted();
    await this.#storage.deleteAll(); // the alarm with it
  }
}

/** An id is its reporter's own. */
function reportKey({ reportId, by }: KeptReport | Report): string {
  return `${REPORT_PREFIX}${by}:${reportId}`;
}
