// What a mailbox remembers: the account, its devices, and small values. Contacts and envelopes have tables of
// their own; no SQL is elsewhere.

import { type FadingCount, NOTHING_COUNTED } from "../../shared/core/fadingCount.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import type { VerifiedLog } from "../../shared/core/identity/deviceLog.ts";
import { tokenOf } from "../../shared/core/mailbox/badge.ts";
import { heldHandles, NO_HANDLE } from "../../shared/core/mailbox/handle.ts";
import { type MeetingRequests, NO_REQUESTS } from "../../shared/core/mailbox/meetingRequests.ts";
import { NO_TAPS, type TapMemory } from "../../shared/core/mailbox/spentTickets.ts";
import type { DeviceLog } from "../../shared/wire/auth.ts";
import type { DeviceId, UserId } from "../../shared/wire/ids.ts";
import { isMigrated, migrate } from "../storage/migrations.ts";
import type { Erasure } from "./accountErasure.ts";
import type { VisitedAttempt } from "./attemptList.ts";
import { ContactTable } from "./contactTable.ts";
import { DeviceTable, type StoredDevice } from "./deviceTable.ts";
import { EnvelopeTable } from "./envelopeTable.ts";
import { KeptBlobs } from "./keptBlobs.ts";
import { type FirstPrekeys, KeptPrekeys } from "./keptPrekeys.ts";
import { KeptReleases } from "./keptReleases.ts";
import { KeptRequests } from "./keptRequests.ts";
import { KeptRooms } from "./keptRooms.ts";
import { MAILBOX_MIGRATIONS } from "./mailboxMigrations.ts";
import { INITIAL_SETTINGS, type StoredAccount } from "./storedAccount.ts";

const ACCOUNT_KEY = "account";
const ATTEMPTS_KEY = "attempts";
const ERASURE_KEY = "erasure";
const FAILURES_KEY = "failures";
const GROUPS_KEY = "groups";
const REQUESTS_KEY = "requests";
const TAPS_KEY = "taps";

/** The groups that the account is in. */
export interface ListedGroups {
  readonly groupIds: readonly string[];
  /** Of the last change to any of them. */
  readonly sequence: number;
}

const NO_GROUPS: ListedGroups = { groupIds: [], sequence: 0 };

/** What failed guesses come to, and the `sid` of the attempts that were counted last. */
export interface CountedFailures extends FadingCount {
  readonly counted?: readonly string[];
}

export class MailboxStore {
  readonly devices: DeviceTable;
  readonly contacts: ContactTable;
  readonly envelopes: EnvelopeTable;
  readonly blobs: KeptBlobs;
  readonly releases: KeptReleases;
  readonly asking: KeptRequests;
  readonly prekeys: KeptPrekeys;
  readonly rooms: KeptRooms;
  readonly #storage: DurableObjectStorage;
  #lastSequence: number | undefined;
  #isMigrated = false;
  /** As it is stored; nothing else changes it. */
  #account: StoredAccount | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.devices = new DeviceTable(storage.sql);
    this.contacts = new ContactTable(storage.sql, (now) => this.nextSequence(now));
    this.envelopes = new EnvelopeTable(storage.sql);
    this.blobs = new KeptBlobs(storage.kv);
    const isOpen = () => this.account() !== null;
    this.releases = new KeptReleases(storage.kv, isOpen);
    this.asking = new KeptRequests(storage.kv, isOpen);
    this.prekeys = new KeptPrekeys(storage.kv, isOpen);
    this.rooms = new KeptRooms(storage.kv, isOpen);
    if (isMigrated(storage)) migrate(storage, MAILBOX_MIGRATIONS);
  }

  /** Null for an account that is not registered; asking writes nothing. */
  account(): StoredAccount | null {
    if (this.#account === undefined) {
      const stored = this.#storage.kv.get<StoredAccount>(ACCOUNT_KEY);
      if (stored !== undefined) this.#account = { ...INITIAL_SETTINGS, ...stored };
    }
    return this.#account ?? null;
  }

  createAccount(log: DeviceLog, { userId, head, devices }: VerifiedLog): void {
    migrate(this.#storage, MAILBOX_MIGRATIONS);
    const logHead = toBase64Url(head);
    const account: StoredAccount = { userId, log, logHead, handle: NO_HANDLE, ...INITIAL_SETTINGS };
    this.#storage.transactionSync(() => {
      this.#storage.kv.put(ACCOUNT_KEY, account);
      for (const device of devices) this.devices.add(device);
    });
  }

  /** The log has grown: devices that it lists as active have a row, and of others nothing is left. */
  changeLog(
    log: DeviceLog,
    { head, devices, removed }: VerifiedLog,
    first: FirstPrekeys | null = null,
  ): void {
    const account = this.account();
    if (account === null) return;
    try {
      this.#storage.transactionSync(() => {
        this.#storage.kv.put(ACCOUNT_KEY, { ...account, log, logHead: toBase64Url(head) });
        for (const device of devices) this.devices.add(device);
        if (first !== null) this.prekeys.begin(first);
        for (const { deviceId } of removed) this.#forgetDevice(account.userId, deviceId);
      });
    } catch (error) {
      this.devices.forget();
      this.envelopes.recount();
      throw error;
    } finally {
      this.#account = undefined;
    }
  }

  /** What it has said to others of the account goes, too: whoever took it may have said anything. */
  #forgetDevice(userId: UserId, deviceId: DeviceId): void {
    const device = this.device(deviceId);
    if (device === null) return;
    this.devices.remove(deviceId);
    this.prekeys.forget(device.number);
    this.envelopes.deleteThrough(device.number, Number.MAX_SAFE_INTEGER);
    this.envelopes.deleteFrom(userId, device.number);
    this.releases.forgetAllFor(deviceId);
  }

  changeAccount(change: Partial<Omit<StoredAccount, "userId" | "log" | "logHead">>): void {
    const account = this.account();
    if (account === null) return;
    this.#storage.kv.put(ACCOUNT_KEY, { ...account, ...change });
    this.#account = undefined;
  }

  /** The account is no more, and what is left to be done for that is stored. False without an account. */
  beginErasure(): boolean {
    const account = this.account();
    if (account === null) return false;
    const { userId, handle, recovery, badge } = account;
    this.#storage.transactionSync(() => {
      this.#storage.kv.delete(ACCOUNT_KEY);
      const handles = heldHandles(handle);
      const { groupIds } = this.groups();
      const badges = heldHandles(badge).map((salt) => tokenOf(userId, salt));
      const { asked } = this.asking.requests();
      const held = { handles, recoveryIds: heldHandles(recovery), badges };
      const erasure: Erasure = { userId, ...held, groupIds, asked };
      this.#storage.kv.put(ERASURE_KEY, erasure);
    });
    this.#account = undefined;
    return true;
  }

  erasure(): Erasure | null {
    return this.#storage.kv.get<Erasure>(ERASURE_KEY) ?? null;
  }

  /** Everything, so that the object holds nothing; registering begins anew. */
  async deleteAll(): Promise<void> {
    await this.#storage.deleteAlarm();
    const deleted = this.#storage.deleteAll();
    this.#account = undefined;
    this.#isMigrated = false;
    this.#lastSequence = undefined;
    this.devices.forget();
    this.contacts.forget();
    this.envelopes.recount();
    await deleted;
  }

  device(deviceId: DeviceId): StoredDevice | null {
    if (this.account() === null) return null;
    this.#isMigrated ||= isMigrated(this.#storage);
    if (!this.#isMigrated) return null;
    return this.devices.find(deviceId);
  }

  deviceNumbers(): readonly number[] {
    return this.devices.numbers();
  }

  /** Null when none are stored. */
  attempts(): readonly VisitedAttempt[] | null {
    return this.#storage.kv.get<readonly VisitedAttempt[]>(ATTEMPTS_KEY) ?? null;
  }

  setAttempts(attempts: readonly VisitedAttempt[]): void {
    this.#put(ATTEMPTS_KEY, attempts);
  }

  forgetAttempts(): void {
    this.#storage.kv.delete(ATTEMPTS_KEY);
  }

  failures(): CountedFailures {
    return this.#storage.kv.get<CountedFailures>(FAILURES_KEY) ?? NOTHING_COUNTED;
  }

  setFailures(failures: CountedFailures): void {
    this.#put(FAILURES_KEY, failures);
  }

  groups(): ListedGroups {
    return this.#storage.kv.get<ListedGroups>(GROUPS_KEY) ?? NO_GROUPS;
  }

  taps(): TapMemory {
    return this.#storage.kv.get<TapMemory>(TAPS_KEY) ?? NO_TAPS;
  }

  setTaps(taps: TapMemory): void {
    if (taps.spent.length + taps.tables.length > 0) this.#put(TAPS_KEY, taps);
    else this.#storage.kv.delete(TAPS_KEY);
  }

  setGroups(groups: ListedGroups): void {
    this.#put(GROUPS_KEY, groups);
  }

  requests(): MeetingRequests {
    return this.#storage.kv.get<MeetingRequests>(REQUESTS_KEY) ?? NO_REQUESTS;
  }

  setRequests(requests: MeetingRequests): void {
    this.#put(REQUESTS_KEY, requests);
  }

  /** Never used twice, whatever is removed. */
  nextSequence(now: number): number {
    this.#lastSequence = Math.max(this.lastSequence() + 1, now);
    return this.#lastSequence;
  }

  lastSequence(): number {
    this.#lastSequence ??= Math.max(
      this.contacts.lastSequence(),
      this.requests().ended.at(-1)?.sequence ?? 0,
      this.groups().sequence,
      this.asking.lastSequence(),
    );
    return this.#lastSequence;
  }

  /** Work that was under way when the account was erased leaves nothing behind. */
  #put(key: string, value: unknown): void {
    if (this.account() !== null) this.#storage.kv.put(key, value);
  }
}
