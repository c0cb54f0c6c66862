// The log of this device's own account, as far as this device has verified it. It begins with what the identity
// was stored with, and only grows; the other tabs and processes of the device are told.

import { compareLogs, type VerifiedLog, verifyLog } from "../core/identity/deviceLog.ts";
import { type DeviceLog, deviceLogSchema } from "../wire/auth.ts";
import { ForkedLogError } from "./forkedLog.ts";
import type { Store } from "./store/store.ts";

/** Tells other tabs and processes of this device to look at the log. */
export const LOG_SIGNAL = "log";

interface StoredLog {
  readonly log: DeviceLog;
}

export class OwnLog {
  readonly #store: Store;
  #log: DeviceLog;
  #verified: VerifiedLog;

  private constructor(store: Store, log: DeviceLog, verified: VerifiedLog) {
    this.#store = store;
    this.#log = log;
    this.#verified = verified;
  }

  /** @param begun what the identity was stored with. Null when that does not verify. */
  static async open(store: Store, begun: unknown): Promise<OwnLog | null> {
    const log = deviceLogSchema.parse(begun);
    const verified = verifyLog(log);
    if (verified === null) return null;
    const own = new OwnLog(store, log, verified);
    await own.look();
    return own;
  }

  get log(): DeviceLog {
    return this.#log;
  }

  get verified(): VerifiedLog {
    return this.#verified;
  }

  /** What another tab or process has learnt: true when it is news here. */
  async look(): Promise<boolean> {
    const stored = await this.#store.get<StoredLog>("logs", this.#verified.userId);
    const log = deviceLogSchema.safeParse(stored?.log);
    return log.success && this.#grow(log.data);
  }

  /**
   * Takes over a log of this account, wherever it came from. True when it tells more than was known.
   * @throws ForkedLogError when it contradicts the one known
   */
  async learn(log: DeviceLog): Promise<boolean> {
    if (!this.#grow(log)) return false;
    await this.#store.put("logs", this.#verified.userId, { log } satisfies StoredLog);
    this.#store.signal(LOG_SIGNAL);
    return true;
  }

  #grow(log: DeviceLog): boolean {
    const { userId } = this.#verified;
    const seen = verifyLog(log);
    if (seen === null || seen.userId !== userId) throw new ForkedLogError(userId);
    const relation = compareLogs(this.#verified, seen);
    if (relation === "fork") throw new ForkedLogError(userId);
    if (relation !== "extends") return false;
    this.#log = log;
    this.#verified = seen;
    return true;
  }
}
