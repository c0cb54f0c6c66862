// What a room keeps, each part as one value, and each report; and its one alarm. Nothing of it is touched by what people
// say, nor by their coming and going. No value becomes larger than the platform takes.

import { storedPart } from "../../shared/core/room/presence.ts";
import {
  changedParts,
  isEmptyPart,
  NOTHING_STORED,
  type RoomState,
  type Stored,
  type StoredRoom,
} from "../../shared/core/room/state.ts";
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
    const record = kv.get<StoredRoom>("record");
    if (record === undefined) return null;
    const { asides, outbox, away } = NOTHING_STORED;
    return {
      record,
      asides: kv.get<Stored["asides"]>("asides") ?? asides,
      outbox: kv.get<Stored["outbox"]>("outbox") ?? outbox,
      away: kv.get<Stored["away"]>("away") ?? away,
    };
  }

  /** The parts that have changed, all or, where one cannot be written, none. */
  save(before: RoomState | null, after: RoomState): void {
    const { kv } = this.#storage;
    const parts = before === null ? (["record", "outbox"] as const) : changedParts(before, after);
    if (parts.length === 0) return;
    this.#storage.transactionSync(() => {
      for (const part of parts) {
        if (!isEmptyPart(after, part)) kv.put(part, storedPart(after, part));
        else if (before !== null && !isEmptyPart(before, part)) kv.delete(part);
      }
    });
  }

  /** The latest last. */
  reports(): readonly Report[] {
    const reports = this.#storage.kv.list<Report>({ prefix: REPORT_PREFIX });
    return [...reports].map(([, report]) => report).sort((one, other) => one.at - other.at);
  }

  /** @param before as they are */
  setReports(before: readonly Report[], after: readonly Report[]): void {
    const { kv } = this.#storage;
    this.#storage.transactionSync(() => {
      for (const report of before) if (!after.includes(report)) kv.delete(reportKey(report));
      for (const report of after) if (!before.includes(report)) kv.put(reportKey(report), report);
    });
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
function reportKey({ reportId, by }: Report): string {
  return `${REPORT_PREFIX}${by}:${reportId}`;
}
