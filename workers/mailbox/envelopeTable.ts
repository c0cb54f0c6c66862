// The SQL of envelopes: a row for each receiving device, in the order of their sequence. What they weigh
// together is counted once after waking, and kept in memory from then on.

import { type Held, Holdings } from "../../shared/core/mailbox/holdings.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { Envelope } from "../../shared/wire/line.ts";

/** What is counted of an envelope. */
export interface Counted {
  readonly sequence: number;
  readonly from: UserId;
  readonly bytes: number;
}

/** An envelope and the device that it is for. */
export interface AddressedEnvelope extends Envelope {
  readonly to: number;
}

type EnvelopeRow = { sequence: number; sender: string; sender_device: number; box: string };

interface Totals {
  readonly held: Holdings;
  /** 0 when there is none. */
  lastSequence: number;
}

/** A statement binds 100 values at most, and an envelope has five. */
const ROWS_MAX = 20;

export class EnvelopeTable {
  readonly #sql: SqlStorage;
  #totals: Totals | undefined;
  #noted: AddressedEnvelope[] = [];

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  heldOf(sender: UserId): Held {
    return this.#counted().held.heldOf(sender);
  }

  /** The highest sequence that is held, or was since the object woke. */
  lastSequence(): number {
    return this.#counted().lastSequence;
  }

  /** Counts it at once; it is stored with the next {@link insertNoted}. */
  note(envelope: AddressedEnvelope): void {
    const totals = this.#counted();
    this.#noted.push(envelope);
    totals.held.add(envelope.from, { envelopes: 1, bytes: envelope.box.length });
    totals.lastSequence = Math.max(totals.lastSequence, envelope.sequence);
  }

  /** Many to a statement, which costs half. Runs in the caller's transaction; should that fail, {@link recount}. */
  insertNoted(): void {
    const noted = this.#noted.splice(0);
    for (let start = 0; start < noted.length; start += ROWS_MAX) {
      const rows = noted.slice(start, start + ROWS_MAX);
      const places = rows.map(() => "(?, ?, ?, ?, ?)").join();
      this.#sql.exec(
        `INSERT INTO envelope (device, sequence, sender, sender_device, box) VALUES ${places}`,
        ...rows.flatMap(({ to, sequence, from, device, box }) => [to, sequence, from, device, box]),
      );
    }
  }

  recount(): void {
    this.#noted = [];
    this.#totals = undefined;
  }

  /** In the order of their sequence. */
  after(device: number, sequence: number, limit: number): Envelope[] {
    return this.#sql
      .exec<EnvelopeRow>(
        `SELECT sequence, sender, sender_device, box FROM envelope
         WHERE device = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
        device,
        sequence,
        limit,
      )
      .toArray()
      .map((row) => ({
        sequence: row.sequence,
        from: row.sender as UserId,
        device: row.sender_device,
        box: row.box,
      }));
  }

  /** How many there are beyond that sequence. */
  countAfter(device: number, sequence: number): number {
    return this.#sql
      .exec<{ envelopes: number }>(
        "SELECT count(*) AS envelopes FROM envelope WHERE device = ? AND sequence > ?",
        device,
        sequence,
      )
      .one().envelopes;
  }

  /** In the order of their sequence. */
  countedThrough(device: number, sequence: number): Counted[] {
    return this.#sql
      .exec<{ sequence: number; sender: string; bytes: number }>(
        `SELECT sequence, sender, octet_length(box) AS bytes FROM envelope
         WHERE device = ? AND sequence <= ? ORDER BY sequence`,
        device,
        sequence,
      )
      .toArray()
      .map((row) => ({ sequence: row.sequence, from: row.sender as UserId, bytes: row.bytes }));
  }

  /**
   * Deletes what the device has, up to that sequence.
   * @param deleted all of it, for whoever knows: to ask the table takes longer than to delete
   */
  deleteThrough(
    device: number,
    sequence: number,
    deleted: readonly Counted[] = this.countedThrough(device, sequence),
  ): void {
    if (deleted.length === 0) return;
    const { held } = this.#counted();
    this.#sql.exec("DELETE FROM envelope WHERE device = ? AND sequence <= ?", device, sequence);
    for (const { from, bytes } of deleted) held.remove(from, { envelopes: 1, bytes });
  }

  /** Deletes what that device has sent, for whichever device. */
  deleteFrom(sender: UserId, device: number): void {
    const { lastSequence } = this.#counted();
    this.#sql.exec("DELETE FROM envelope WHERE sender = ? AND sender_device = ?", sender, device);
    this.#totals = { ...this.#count(), lastSequence };
  }

  /** Deletes what waited too long, for whichever device. */
  deleteExpired(through: number): void {
    const { lastSequence } = this.#counted();
    this.#sql.exec("DELETE FROM envelope WHERE sequence <= ?", through);
    this.#totals = { ...this.#count(), lastSequence };
  }

  /** Null when nothing is held. */
  oldestSequence(): number | null {
    return this.#sql
      .exec<{ oldest: number | null }>("SELECT min(sequence) AS oldest FROM envelope")
      .one().oldest;
  }

  #counted(): Totals {
    this.#totals ??= this.#count();
    return this.#totals;
  }

  #count(): Totals {
    const senders = this.#sql
      .exec<{ sender: string; envelopes: number; bytes: number; last: number }>(
        `SELECT sender, count(*) AS envelopes, sum(octet_length(box)) AS bytes,
           max(sequence) AS last FROM envelope GROUP BY sender`,
      )
      .toArray();
    return {
      held: new Holdings(
        senders.map(({ sender, envelopes, bytes }) => [sender as UserId, { envelopes, bytes }]),
      ),
      lastSequence: senders.reduce((most, { last }) => Math.max(most, last), 0),
    };
  }
}
