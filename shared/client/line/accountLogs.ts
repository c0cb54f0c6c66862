// The device logs of other accounts, as this device has verified them last. A log only ever grows: one
// that was seen before must be the beginning of the next, or the server shows two histories.

import {
  compareLogs,
  type LoggedDevice,
  type VerifiedLog,
  verifyLog,
} from "../../core/identity/deviceLog.ts";
import { type DeviceLog, deviceLogSchema } from "../../wire/auth.ts";
import type { UserId } from "../../wire/ids.ts";
import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import type { Store } from "../store/store.ts";

interface StoredLog {
  readonly log: DeviceLog;
}

/** The server showed a log of this account that contradicts the one seen before: nothing is sent any more. */
export class ForkedLogError extends Error {
  readonly userId: UserId;

  constructor(userId: UserId) {
    super(
      "This account's devices are not those that it had before, and it has not signed the change.",
    );
    this.name = "ForkedLogError";
    this.userId = userId;
  }
}

export class AccountLogs {
  readonly #device: Device;
  readonly #store: Store;
  readonly #contacts: ContactBook;
  readonly #known = new Map<UserId, VerifiedLog>();
  /** As long as this program runs, and until the server shows a log that follows from the one known. */
  readonly #forked = new Set<UserId>();

  constructor(device: Device, store: Store, contacts: ContactBook) {
    this.#device = device;
    this.#store = store;
    this.#contacts = contacts;
  }

  /** As last verified; asks the server only for an account that this device knows nothing of. */
  async of(userId: UserId): Promise<VerifiedLog> {
    if (userId === this.#device.identity.userId) return this.#device.identity;
    const known = this.#known.get(userId) ?? (await this.#pinned(userId));
    if (known === null) return this.refresh(userId);
    this.#known.set(userId, known);
    return known;
  }

  /** Whether what the server showed last contradicts what was seen before, as far as this program knows. */
  isForked(userId: UserId): boolean {
    return this.#forked.has(userId);
  }

  /**
   * For whoever is about to send: after a fork, nothing goes before the server has taken it back.
   * @throws ForkedLogError
   */
  async toSendTo(userId: UserId): Promise<VerifiedLog> {
    return this.#forked.has(userId) ? this.refresh(userId) : this.of(userId);
  }

  /**
   * Asks the server for what has been added since.
   * @throws ForkedLogError when the log is not a continuation of the one known
   * @throws ProblemError `not-a-contact`
   */
  async refresh(userId: UserId): Promise<VerifiedLog> {
    const { log } = await this.#device.call("accountLog", { params: { userId } });
    return this.learn(userId, log);
  }

  /** Takes over a log that came from the server, or from its owner. @throws ForkedLogError */
  async learn(userId: UserId, log: DeviceLog): Promise<VerifiedLog> {
    const seen = verifyLog(log);
    const known = this.#known.get(userId) ?? (await this.#pinned(userId));
    const isOther = seen === null || seen.userId !== userId;
    const relation = isOther ? "fork" : known === null ? "extends" : compareLogs(known, seen);
    if (isOther || relation === "fork") {
      this.#forked.add(userId);
      throw new ForkedLogError(userId);
    }
    this.#forked.delete(userId);
    if (relation === "behind" && known !== null) return known;
    if (relation === "extends") await this.#store.put("logs", userId, { log } satisfies StoredLog);
    this.#known.set(userId, seen);
    return seen;
  }

  /** The device of that number, removed or not. */
  async deviceOf(userId: UserId, number: number): Promise<LoggedDevice | null> {
    const find = ({ devices, removed }: VerifiedLog) =>
      [...devices, ...removed].find((device) => device.number === number) ?? null;
    return find(await this.of(userId)) ?? find(await this.refresh(userId));
  }

  async #pinned(userId: UserId): Promise<VerifiedLog | null> {
    const stored = await this.#store.get<StoredLog>("logs", userId);
    const log = deviceLogSchema.safeParse(stored?.log ?? (await this.#contacts.provenLog(userId)));
    return log.success ? verifyLog(log.data) : null;
  }
}
