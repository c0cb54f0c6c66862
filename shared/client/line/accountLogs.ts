// The device logs of other accounts, as this device has verified them last. A log only ever grows: one
// that was seen before must be the beginning of the next, or the server shows two histories. What an account says of
// its own log is kept until the server shows it, and until then nothing is sent.

import { equalBytes, fromBase64Url } from "../../core/crypto/bytes.ts";
import {
  compareLogs,
  type LoggedDevice,
  type VerifiedLog,
  verifyLog,
} from "../../core/identity/deviceLog.ts";
import { type DeviceLog, deviceLogSchema } from "../../wire/auth.ts";
import type { UserId } from "../../wire/ids.ts";
import { LOG_MAX_ENTRIES } from "../../wire/limits.ts";
import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import { ForkedLogError } from "../forkedLog.ts";
import type { MetContact } from "../metContact.ts";
import type { Change, Store } from "../store/store.ts";

/** What an account has said of its own log. */
interface Claim {
  readonly length: number;
  readonly head: string;
}

interface StoredLog {
  readonly log: DeviceLog;
}

/** Why nothing may be sent to an account before the server has been asked again. */
interface Doubt {
  /** Not shown yet; null when the server has shown a log that contradicts the one known. */
  readonly claim: Claim | null;
  /** The server was asked since, and has not shown it: the person is told. */
  readonly isAlarm: boolean;
  /** The meeting with its account that was known then: who meets it anew has its word on all that was before. */
  readonly receiptHash: string | null;
}

/** More true ones than a log has lengths there cannot be: false ones take no place from them. */
const DOUBTS_MAX = LOG_MAX_ENTRIES;

export class AccountLogs {
  readonly #device: Device;
  readonly #store: Store;
  readonly #contacts: ContactBook;
  readonly #known = new Map<UserId, VerifiedLog>();

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

  /** Whether what the server showed last contradicts what was seen before, or what the account itself has said. */
  async isForked(userId: UserId): Promise<boolean> {
    return (await this.#doubts(userId)).some(({ isAlarm }) => isAlarm);
  }

  /**
   * For whoever is about to send: where there is a doubt, nothing goes before the server has cleared it.
   * @throws ForkedLogError
   * @throws ProblemError, ConnectionError when the server cannot be asked
   */
  async toSendTo(userId: UserId): Promise<VerifiedLog> {
    const { stands } = await this.check(userId);
    if (stands) throw new ForkedLogError(userId);
    return this.of(userId);
  }

  /**
   * Where there is a doubt, asks the server again.
   * @returns whether one stands, and whether there is one of which the person has not been told
   * @throws ProblemError, ConnectionError when the server cannot be asked: the doubt stays
   */
  async check(userId: UserId): Promise<{ readonly stands: boolean; readonly isNew: boolean }> {
    const before = await this.#doubts(userId);
    if (before.length === 0) return { stands: false, isNew: false };
    await this.refresh(userId).catch((error: unknown) => {
      if (!(error instanceof ForkedLogError)) throw error;
    });
    const left = await this.#doubts(userId);
    const told = new Set(before.filter(({ isAlarm }) => isAlarm).map(idOf));
    return { stands: left.length > 0, isNew: left.some((doubt) => !told.has(idOf(doubt))) };
  }

  /**
   * What an account says of its own log, to be stored with the content that says it; then {@link check}.
   * @returns null for what this device knows to be so, or has kept already
   */
  async claimed(userId: UserId, { length, head }: Claim): Promise<Change | null> {
    const claim: Claim = { length, head };
    if (shows(await this.of(userId), claim)) return null;
    const doubts = await this.#doubts(userId);
    const doubt: Doubt = { claim, isAlarm: false, receiptHash: await this.#meetingWith(userId) };
    if (doubts.length >= DOUBTS_MAX || doubts.map(idOf).includes(idOf(doubt))) return null;
    return doubted(userId, doubt);
  }

  /**
   * Asks the server for what has been added since.
   * @throws ForkedLogError when the log is not a continuation of the one known
   * @throws ProblemError `not-a-contact`
   */
  async refresh(userId: UserId): Promise<VerifiedLog> {
    if (userId === this.#device.identity.userId) return this.#device.refreshLog();
    const { log } = await this.#device.call("accountLog", { params: { userId } });
    const newest = await this.learn(userId, log);
    await this.#settle(userId, newest);
    return newest;
  }

  /** Takes over a log that came from the server, or from its owner. @throws ForkedLogError */
  async learn(userId: UserId, log: DeviceLog): Promise<VerifiedLog> {
    const seen = verifyLog(log);
    const known = this.#known.get(userId) ?? (await this.#pinned(userId));
    const isOther = seen === null || seen.userId !== userId;
    const relation = isOther ? "fork" : known === null ? "extends" : compareLogs(known, seen);
    if (isOther || relation === "fork") {
      const receiptHash = await this.#meetingWith(userId);
      await this.#store.apply([doubted(userId, { claim: null, isAlarm: true, receiptHash })]);
      throw new ForkedLogError(userId);
    }
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

  /** The server has just shown a log that fits the one known. */
  async #settle(userId: UserId, log: VerifiedLog): Promise<void> {
    const changes = (await this.#doubts(userId)).flatMap((doubt): Change[] => {
      const { claim, isAlarm } = doubt;
      if (claim === null || shows(log, claim)) return [settled(userId, doubt)];
      return isAlarm ? [] : [doubted(userId, { ...doubt, isAlarm: true })];
    });
    if (changes.length > 0) await this.#store.apply(changes);
  }

  async #doubts(userId: UserId): Promise<Doubt[]> {
    const all = await this.#store.range<Doubt>("logs", { prefix: doubtsPrefix(userId) });
    if (all.length === 0) return all;
    const latest = await this.#meetingWith(userId);
    return all.filter(
      ({ receiptHash }) => [receiptHash, latest].includes(null) || receiptHash === latest,
    );
  }

  /** As this device has it proven. What the server lists would let it choose. */
  async #meetingWith(userId: UserId): Promise<string | null> {
    return (await this.#store.get<MetContact>("contacts", userId))?.receiptHash ?? null;
  }

  async #pinned(userId: UserId): Promise<VerifiedLog | null> {
    const stored = await this.#store.get<StoredLog>("logs", userId);
    const log = deviceLogSchema.safeParse(stored?.log ?? (await this.#contacts.provenLog(userId)));
    return log.success ? verifyLog(log.data) : null;
  }
}

function shows({ heads }: VerifiedLog, { length, head }: Claim): boolean {
  const then = heads[length - 1];
  return then !== undefined && equalBytes(then, fromBase64Url(head));
}

function doubtsPrefix(userId: UserId): string {
  return `doubt.${userId}.`;
}

function idOf({ claim }: Doubt): string {
  return claim === null ? "fork" : `${claim.length}.${claim.head}`;
}

function doubted(userId: UserId, doubt: Doubt): Change {
  return { collection: "logs", id: doubtsPrefix(userId) + idOf(doubt), value: doubt };
}

function settled(userId: UserId, doubt: Doubt): Change {
  return { collection: "logs", id: doubtsPrefix(userId) + idOf(doubt) };
}
