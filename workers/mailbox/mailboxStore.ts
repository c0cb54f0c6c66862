// What a mailbox remembers. The one file with its SQL; every method is named for what it means.

import { type FadingCount, NOTHING_COUNTED } from "../../shared/core/fadingCount.ts";
import type { HandleState } from "../../shared/core/mailbox/handle.ts";
import type { KeptRelease } from "../../shared/core/pairing/delivery.ts";
import { type MeetingRequests, NO_REQUESTS } from "../../shared/core/mailbox/meetingRequests.ts";
import type { ContactCommit } from "../../shared/core/pairing/state.ts";
import type { DeviceLog, Audience } from "../../shared/wire/auth.ts";
import type { DeviceId, UserId } from "../../shared/wire/ids.ts";
import type { ContactRecord } from "../../shared/wire/mailbox.ts";
import { isMigrated, migrate } from "../storage/migrations.ts";
import { MAILBOX_MIGRATIONS } from "./mailboxMigrations.ts";

const ACCOUNT_KEY = "account";
const FAILURES_KEY = "failures";
const REQUESTS_KEY = "requests";
/** What an account begins with. */
export const SETTINGS = { visibility: "anyone", requestsFrom: "anyone" } as const;
const RELEASE_PREFIX = "release:";

export interface StoredAccount {
  readonly userId: UserId;
  readonly log: DeviceLog;
  /** Base64url of 32 bytes. */
  readonly logHead: string;
  readonly handle: HandleState;
  readonly visibility: Audience;
  readonly requestsFrom: Audience;
}

/** What failed guesses come to, and the `sid` of the attempts that were counted last. */
export interface CountedFailures extends FadingCount {
  readonly counted?: readonly string[];
}

export interface StoredDevice {
  readonly signKey: string;
  readonly lastChallengeAt: number;
}

type ContactRow = {
  peer: string;
  method: string;
  met_at: number;
  receipt_hash: string;
  sequence: number;
  is_removed: number;
  blocked: number;
};

/** A change to the list of contacts: one that is there, or the id of one that was removed. */
export type ContactChange = { readonly sequence: number } & (
  | { readonly contact: ContactRecord }
  | { readonly removed: UserId }
);

const CONTACT_COLUMNS = `contact.peer, method, met_at, receipt_hash, sequence, is_removed,
  block.peer IS NOT NULL AS blocked FROM contact LEFT JOIN block USING (peer)`;

export class MailboxStore {
  readonly #storage: DurableObjectStorage;
  #lastSequence: number | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Null for an account that is not registered; asking writes nothing. */
  account(): StoredAccount | null {
    const stored = this.#storage.kv.get<StoredAccount>(ACCOUNT_KEY);
    return stored === undefined ? null : { ...SETTINGS, ...stored };
  }

  createAccount(account: StoredAccount, deviceId: DeviceId, signKey: string): void {
    migrate(this.#storage, MAILBOX_MIGRATIONS);
    this.#storage.transactionSync(() => {
      this.#storage.kv.put(ACCOUNT_KEY, account);
      this.#exec(
        "INSERT INTO device (device_id, sign_key, last_challenge_at) VALUES (?, ?, 0)",
        deviceId,
        signKey,
      );
    });
  }

  changeAccount(
    change: Partial<Pick<StoredAccount, "handle" | "visibility" | "requestsFrom">>,
  ): void {
    const account = this.account();
    if (account !== null) this.#storage.kv.put(ACCOUNT_KEY, { ...account, ...change });
  }

  device(deviceId: DeviceId): StoredDevice | null {
    if (!isMigrated(this.#storage)) return null;
    const [row] = this.#all<{ sign_key: string; last_challenge_at: number }>(
      "SELECT sign_key, last_challenge_at FROM device WHERE device_id = ?",
      deviceId,
    );
    return row === undefined
      ? null
      : { signKey: row.sign_key, lastChallengeAt: row.last_challenge_at };
  }

  rememberChallenge(deviceId: DeviceId, issuedAt: number): void {
    this.#exec("UPDATE device SET last_challenge_at = ? WHERE device_id = ?", issuedAt, deviceId);
  }

  failures(): CountedFailures {
    return this.#storage.kv.get<CountedFailures>(FAILURES_KEY) ?? NOTHING_COUNTED;
  }

  setFailures(failures: CountedFailures): void {
    this.#storage.kv.put(FAILURES_KEY, failures);
  }

  requests(): MeetingRequests {
    return this.#storage.kv.get<MeetingRequests>(REQUESTS_KEY) ?? NO_REQUESTS;
  }

  setRequests(requests: MeetingRequests): void {
    this.#storage.kv.put(REQUESTS_KEY, requests);
  }

  /**
   * The stored contact; null when nothing is new: known by the same receipt, though perhaps removed
   * since, or met again later.
   */
  putContact(commit: ContactCommit, now: number): ContactRecord | null {
    const { peer, method, metAt, receiptHash } = commit;
    const known = this.#contactRow(peer);
    if (known?.receipt_hash === receiptHash || (known?.met_at ?? 0) > metAt) return null;
    const sequence = this.nextSequence(now);
    this.#exec(
      `INSERT INTO contact (peer, method, met_at, receipt_hash, sequence) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (peer) DO UPDATE SET method = excluded.method, met_at = excluded.met_at,
         receipt_hash = excluded.receipt_hash, sequence = excluded.sequence, is_removed = 0`,
      peer,
      method,
      metAt,
      receiptHash,
      sequence,
    );
    return { userId: peer, method, metAt, receiptHash, sequence, blocked: this.isBlocked(peer) };
  }

  contact(peer: UserId): ContactRecord | null {
    const row = this.#contactRow(peer);
    return row === undefined || row.is_removed === 1 ? null : toRecord(row);
  }

  /** In the order of their sequence. */
  contactsAfter(sequence: number, limit: number): ContactRecord[] {
    return this.#all<ContactRow>(
      `SELECT ${CONTACT_COLUMNS} WHERE sequence > ? AND is_removed = 0 ORDER BY sequence LIMIT ?`,
      sequence,
      limit,
    ).map(toRecord);
  }

  /** In the order of their sequence, removals among them. */
  changesAfter(sequence: number, limit: number): ContactChange[] {
    return this.#all<ContactRow>(
      `SELECT ${CONTACT_COLUMNS} WHERE sequence > ? ORDER BY sequence LIMIT ?`,
      sequence,
      limit,
    ).map((row) =>
      row.is_removed === 1
        ? { sequence: row.sequence, removed: row.peer as UserId }
        : { sequence: row.sequence, contact: toRecord(row) },
    );
  }

  /** The row stays as a mark, so that a late commit brings nobody back and every device hears of it. */
  removeContact(peer: UserId, now: number): boolean {
    if (this.contact(peer) === null) return false;
    this.#exec(
      "UPDATE contact SET is_removed = 1, sequence = ? WHERE peer = ?",
      this.nextSequence(now),
      peer,
    );
    return true;
  }

  /** The contact's place after a change to it, such as a block. */
  touchContact(peer: UserId, now: number): ContactRecord | null {
    if (this.contact(peer) === null) return null;
    this.#exec("UPDATE contact SET sequence = ? WHERE peer = ?", this.nextSequence(now), peer);
    return this.contact(peer);
  }

  /** Never used twice, whatever is removed. */
  nextSequence(now: number): number {
    this.#lastSequence = Math.max(this.lastSequence() + 1, now);
    return this.#lastSequence;
  }

  #contactRow(peer: UserId): ContactRow | undefined {
    return this.#all<ContactRow>(`SELECT ${CONTACT_COLUMNS} WHERE contact.peer = ?`, peer)[0];
  }

  lastSequence(): number {
    this.#lastSequence ??= Math.max(
      this.#all<{ last: number | null }>("SELECT max(sequence) AS last FROM contact")[0]?.last ?? 0,
      this.requests().ended.at(-1)?.sequence ?? 0,
    );
    return this.#lastSequence;
  }

  hasAnyContact(peers: readonly UserId[]): boolean {
    return peers.some((peer) => this.contact(peer) !== null);
  }

  contactIds(): UserId[] {
    return this.#all<{ peer: string }>("SELECT peer FROM contact WHERE is_removed = 0").map(
      ({ peer }) => peer as UserId,
    );
  }

  isBlocked(peer: UserId): boolean {
    return this.#all("SELECT 1 FROM block WHERE peer = ?", peer).length > 0;
  }

  blocks(): UserId[] {
    return this.#all<{ peer: string }>("SELECT peer FROM block ORDER BY peer").map(
      ({ peer }) => peer as UserId,
    );
  }

  block(peer: UserId, now: number): void {
    this.#exec(
      "INSERT INTO block (peer, blocked_at) VALUES (?, ?) ON CONFLICT (peer) DO NOTHING",
      peer,
      now,
    );
  }

  unblock(peer: UserId): void {
    this.#exec("DELETE FROM block WHERE peer = ?", peer);
  }

  keepRelease(release: KeptRelease): void {
    this.#storage.kv.put(RELEASE_PREFIX + release.sid, release);
  }

  release(sid: string): KeptRelease | null {
    return this.#storage.kv.get<KeptRelease>(RELEASE_PREFIX + sid) ?? null;
  }

  forgetRelease(sid: string): void {
    this.#storage.kv.delete(RELEASE_PREFIX + sid);
  }

  releases(): KeptRelease[] {
    return [...this.#storage.kv.list<KeptRelease>({ prefix: RELEASE_PREFIX })].map(
      ([, kept]) => kept,
    );
  }

  #exec(query: string, ...bindings: SqlStorageValue[]) {
    return this.#storage.sql.exec(query, ...bindings);
  }

  #all<Row extends Record<string, SqlStorageValue>>(
    query: string,
    ...bindings: SqlStorageValue[]
  ): Row[] {
    return this.#storage.sql.exec<Row>(query, ...bindings).toArray();
  }
}

function toRecord(row: ContactRow): ContactRecord {
  return {
    userId: row.peer as UserId,
    method: row.method as ContactRecord["method"],
    metAt: row.met_at,
    receiptHash: row.receipt_hash,
    sequence: row.sequence,
    blocked: row.blocked === 1,
  };
}
