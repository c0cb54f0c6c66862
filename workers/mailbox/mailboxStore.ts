// What a mailbox remembers. The one file with its SQL; every method is named for what it means.

import { type FadingCount, NO_FAILURES } from "../../shared/core/pairing/backoff.ts";
import type { HandleState } from "../../shared/core/mailbox/handle.ts";
import type { ContactCommit } from "../../shared/core/pairing/state.ts";
import type { DeviceLog, Visibility } from "../../shared/wire/auth.ts";
import type { DeviceId, UserId } from "../../shared/wire/ids.ts";
import type { ContactRecord } from "../../shared/wire/mailbox.ts";
import { isMigrated, migrate } from "../storage/migrations.ts";
import { MAILBOX_MIGRATIONS } from "./mailboxMigrations.ts";

const ACCOUNT_KEY = "account";
const FAILURES_KEY = "failures";

export interface StoredAccount {
  readonly userId: UserId;
  readonly log: DeviceLog;
  /** Base64url of 32 bytes. */
  readonly logHead: string;
  readonly handle: HandleState;
  readonly visibility: Visibility;
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
  blocked: number;
};

const CONTACT_COLUMNS = `contact.peer, method, met_at, receipt_hash, sequence,
  block.peer IS NOT NULL AS blocked FROM contact LEFT JOIN block USING (peer)`;

export class MailboxStore {
  readonly #storage: DurableObjectStorage;
  #lastSequence: number | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Null for an account that is not registered; asking writes nothing. */
  account(): StoredAccount | null {
    return this.#storage.kv.get<StoredAccount>(ACCOUNT_KEY) ?? null;
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

  changeAccount(change: Partial<Pick<StoredAccount, "handle" | "visibility">>): void {
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

  failures(): FadingCount {
    return this.#storage.kv.get<FadingCount>(FAILURES_KEY) ?? NO_FAILURES;
  }

  setFailures(failures: FadingCount): void {
    this.#storage.kv.put(FAILURES_KEY, failures);
  }

  /** The stored contact, or null when it was there already, by the same receipt. */
  putContact(
    { peer, method, metAt, receiptHash }: ContactCommit,
    now: number,
  ): ContactRecord | null {
    const known = this.contact(peer);
    if (known?.receiptHash === receiptHash) return null;
    const sequence = Math.max(this.lastSequence() + 1, now);
    this.#exec(
      `INSERT INTO contact (peer, method, met_at, receipt_hash, sequence) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (peer) DO UPDATE SET method = excluded.method, met_at = excluded.met_at,
         receipt_hash = excluded.receipt_hash, sequence = excluded.sequence`,
      peer,
      method,
      metAt,
      receiptHash,
      sequence,
    );
    this.#lastSequence = sequence;
    return { userId: peer, method, metAt, receiptHash, sequence, blocked: this.isBlocked(peer) };
  }

  contact(peer: UserId): ContactRecord | null {
    const [row] = this.#all<ContactRow>(`SELECT ${CONTACT_COLUMNS} WHERE contact.peer = ?`, peer);
    return row === undefined ? null : toRecord(row);
  }

  /** In the order of their sequence. */
  contactsAfter(sequence: number, limit: number): ContactRecord[] {
    return this.#all<ContactRow>(
      `SELECT ${CONTACT_COLUMNS} WHERE sequence > ? ORDER BY sequence LIMIT ?`,
      sequence,
      limit,
    ).map(toRecord);
  }

  removeContact(peer: UserId): boolean {
    const known = this.lastSequence();
    const isRemoved = this.#exec("DELETE FROM contact WHERE peer = ?", peer).rowsWritten > 0;
    this.#lastSequence = known;
    return isRemoved;
  }

  lastSequence(): number {
    this.#lastSequence ??=
      this.#all<{ last: number | null }>("SELECT max(sequence) AS last FROM contact")[0]?.last ?? 0;
    return this.#lastSequence;
  }

  hasAnyContact(peers: readonly UserId[]): boolean {
    return peers.some((peer) => this.contact(peer) !== null);
  }

  contactIds(): UserId[] {
    return this.#all<{ peer: string }>("SELECT peer FROM contact").map(
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
