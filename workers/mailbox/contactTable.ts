// The SQL of contacts and blocks. A contact that was removed leaves a mark; a block may be of anyone.

import {
  committed,
  type ContactStanding,
  encodeStanding,
  isNews,
  type MeetingCommit,
  removedByDevice,
  standingOf,
  type Undo,
  undone,
  visibleOf,
} from "../../shared/core/mailbox/contactStanding.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { ContactProof, ContactRecord } from "../../shared/wire/mailbox.ts";

type ContactRow = {
  peer: string;
  method: string;
  met_at: number;
  receipt_hash: string;
  sequence: number;
  is_removed: number;
  blocked: number;
  standing: string | null;
};

/** A change to the list of contacts: one that is there, or the id of one that was removed. */
export type ContactChange = { readonly sequence: number } & (
  | { readonly contact: ContactRecord }
  | { readonly removed: UserId }
);

const CONTACT_COLUMNS = `contact.peer, method, met_at, receipt_hash, sequence, is_removed, standing,
  block.peer IS NOT NULL AS blocked FROM contact LEFT JOIN block USING (peer)`;

export class ContactTable {
  readonly #sql: SqlStorage;
  readonly #nextSequence: (now: number) => number;
  /** What was found since the last change: each arrival asks whose it is. */
  readonly #found = new Map<UserId, ContactRecord>();

  /** @param nextSequence the next place in the order of all that the account is told of */
  constructor(sql: SqlStorage, nextSequence: (now: number) => number) {
    this.#sql = sql;
    this.#nextSequence = nextSequence;
  }

  /** 0 when there has been none. */
  lastSequence(): number {
    const [row] = this.#all<{ last: number | null }>("SELECT max(sequence) AS last FROM contact");
    return row?.last ?? 0;
  }

  /** The contact as it is then; null when there is no news of it (see contactStanding.ts). */
  put(commit: MeetingCommit, now: number): ContactRecord | null {
    const row = this.#row(commit.peer);
    const before = standingIn(row);
    const after = committed(before, commit);
    if (after === null) return null;
    const change = this.#write(commit.peer, row, before, after, commit, now);
    return change !== null && "contact" in change ? change.contact : null;
  }

  /** Takes a touch back. What the account's devices are to be told; null for nothing. */
  undo(undo: Undo, now: number): ContactChange | null {
    const row = this.#row(undo.peer);
    const before = standingIn(row);
    const after = undone(before, undo);
    if (after === null) return null;
    const { receiptHash, until: metAt } = undo;
    return this.#write(undo.peer, row, before, after, { method: "tap", metAt, receiptHash }, now);
  }

  /** How it stands between the two; null when they have never met. */
  standing(peer: UserId): ContactStanding | null {
    return standingIn(this.#row(peer));
  }

  find(peer: UserId): ContactRecord | null {
    const known = this.#found.get(peer);
    if (known !== undefined) return known;
    const row = this.#row(peer);
    if (row === undefined || row.is_removed === 1) return null;
    const contact = toRecord(row);
    this.#found.set(peer, contact);
    return contact;
  }

  /** To be called when a change is undone, or all that is stored is deleted. */
  forget(): void {
    this.#found.clear();
  }

  /** In the order of their sequence. */
  after(sequence: number, limit: number): ContactRecord[] {
    return this.#all<ContactRow>(
      `SELECT ${CONTACT_COLUMNS} WHERE sequence > ? AND is_removed = 0 ORDER BY sequence LIMIT ?`,
      sequence,
      limit,
    ).map((row) => toRecord(row));
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
  remove(peer: UserId, now: number): boolean {
    const standing = standingIn(this.#row(peer));
    if (this.find(peer) === null || standing === null) return false;
    const sequence = this.#nextSequence(now);
    this.#exec(
      "UPDATE contact SET is_removed = 1, sequence = ?, standing = ? WHERE peer = ?",
      sequence,
      encodeStanding(removedByDevice(standing, sequence)),
      peer,
    );
    return true;
  }

  /** The contact's place after a change to it, such as a block. */
  touch(peer: UserId, now: number): ContactRecord | null {
    if (this.find(peer) === null) return null;
    this.#exec("UPDATE contact SET sequence = ? WHERE peer = ?", this.#nextSequence(now), peer);
    return this.find(peer);
  }

  hasAny(peers: readonly UserId[]): boolean {
    return peers.some((peer) => this.find(peer) !== null);
  }

  ids(): UserId[] {
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

  /** @param blank what stands in the columns of a mark, where nothing was before */
  #write(
    peer: UserId,
    row: ContactRow | undefined,
    before: ContactStanding | null,
    after: ContactStanding,
    blank: Pick<ContactRecord, "method" | "metAt" | "receiptHash">,
    now: number,
  ): ContactChange | null {
    const visible = visibleOf(after);
    const isTold = isNews(before, after);
    const sequence = isTold || row === undefined ? this.#nextSequence(now) : row.sequence;
    const { method, metAt, receiptHash } = visible ?? (row === undefined ? blank : toRecord(row));
    this.#exec(
      `INSERT INTO contact (peer, method, met_at, receipt_hash, sequence, is_removed, standing)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (peer) DO UPDATE SET method = excluded.method, met_at = excluded.met_at,
         receipt_hash = excluded.receipt_hash, sequence = excluded.sequence,
         is_removed = excluded.is_removed, standing = excluded.standing`,
      peer,
      method,
      metAt,
      receiptHash,
      sequence,
      visible === null ? 1 : 0,
      encodeStanding(after),
    );
    if (!isTold) return null;
    const contact = this.find(peer);
    return contact === null ? { sequence, removed: peer } : { sequence, contact };
  }

  #row(peer: UserId): ContactRow | undefined {
    return this.#all<ContactRow>(`SELECT ${CONTACT_COLUMNS} WHERE contact.peer = ?`, peer)[0];
  }

  #exec(query: string, ...bindings: SqlStorageValue[]) {
    this.forget();
    return this.#sql.exec(query, ...bindings);
  }

  #all<Row extends Record<string, SqlStorageValue>>(
    query: string,
    ...bindings: SqlStorageValue[]
  ): Row[] {
    return this.#sql.exec<Row>(query, ...bindings).toArray();
  }
}

function standingIn(row: ContactRow | undefined): ContactStanding | null {
  if (row === undefined) return null;
  const { is_removed: isRemoved, standing, sequence } = row;
  const { method, metAt, receiptHash } = toRecord(row, []);
  return standingOf({ method, metAt, receiptHash, sequence, isRemoved: isRemoved === 1, standing });
}

function toRecord(row: ContactRow, proofs = proofsOf(row)): ContactRecord {
  return {
    userId: row.peer as UserId,
    method: row.method as ContactRecord["method"],
    metAt: row.met_at,
    receiptHash: row.receipt_hash,
    sequence: row.sequence,
    blocked: row.blocked === 1,
    ...(proofs.length > 0 && { proofs: [...proofs] }),
  };
}

function proofsOf(row: ContactRow): readonly ContactProof[] {
  return row.standing === null ? [] : (visibleOf(standingIn(row))?.proofs ?? []);
}
