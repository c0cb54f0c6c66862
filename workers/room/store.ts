// What a room keeps, each part as one value; and its one alarm. Nothing of it is touched by what people say, nor by their
// coming and going.

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

const REPORTS_KEY = "reports";

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

  /** The parts that have changed, in one write. */
  save(before: RoomState | null, after: RoomState): void {
    const { kv } = this.#storage;
    const parts = before === null ? (["record", "outbox"] as const) : changedParts(before, after);
    for (const part of parts) {
      if (!isEmptyPart(after, part)) kv.put(part, after[part]);
      else if (before !== null && !isEmptyPart(before, part)) kv.delete(part);
    }
  }

  reports(): readonly Report[] {
    return this.#storage.kv.get<readonly Report[]>(REPORTS_KEY) ?? [];
  }

  setReports(reports: readonly Report[]): void {
    if (reports.length > 0) this.#storage.kv.put(REPORTS_KEY, reports);
    else this.#storage.kv.delete(REPORTS_KEY);
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
