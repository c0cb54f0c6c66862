// Envelopes to the sockets that read them, one for each device: what waited, then what comes, never more
// under way than the window holds. How far each has come stands on its socket; deleted is only what was sent
// there and confirmed.

import type { UserId } from "../../shared/wire/ids.ts";
import type { DeviceBox, Envelope } from "../../shared/wire/line.ts";
import { earliest } from "../../shared/core/deadlines.ts";
import { admitted, noticesOf, roomFor, stalledAt } from "../../shared/core/mailbox/flowWindow.ts";
import { afterRelaying } from "../../shared/core/mailbox/pace.ts";
import { type FadingCount, NOTHING_COUNTED } from "../../shared/core/fadingCount.ts";
import { type Load, loadOf, minus, plus } from "../../shared/core/mailbox/load.ts";
import type { MailboxNotice } from "../../shared/wire/mailbox.ts";
import type { Codec } from "../../shared/wire/codec/codec.ts";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import { closeSocket, sendFrame, TRY_AGAIN_LATER } from "../http/sockets.ts";
import type { Counted, EnvelopeTable } from "./envelopeTable.ts";
import { attach, attachmentOf, type Reading } from "./socketAttachment.ts";

/** How many are read of the table at a time. */
const PAGE = 200;

interface Reader {
  readonly socket: WebSocket;
  readonly codec: Codec;
  readonly device: number;
  sentThrough: number;
  fullSince: number | null;
  /** What was sent and is not confirmed, in order: all that the table holds up to `sentThrough`. */
  sent: Counted[];
  /** What that comes to. */
  underWay: Load;
  /** Whether the table may hold more for it than was sent. */
  isBehind: boolean;
  /** Transients, lately. */
  relayed: FadingCount;
}

export class EnvelopeFlow {
  readonly #ctx: DurableObjectState;
  readonly #table: EnvelopeTable;
  readonly #wakeBy: (at: number) => Promise<void>;
  #loaded: Map<number, Reader> | undefined;

  constructor(
    ctx: DurableObjectState,
    table: EnvelopeTable,
    wakeBy: (at: number) => Promise<void>,
  ) {
    this.#ctx = ctx;
    this.#table = table;
    this.#wakeBy = wakeBy;
  }

  /** The highest sequence that any socket may confirm. */
  passed(): number {
    const sockets = this.#ctx.getWebSockets();
    return sockets.reduce((most, socket) => Math.max(most, attachmentOf(socket).passed), 0);
  }

  /** How many envelopes this socket is still to be sent, once it reads for that device. */
  waiting(socket: WebSocket, device: number): number {
    return this.#table.countAfter(device, attachmentOf(socket).reading?.sentThrough ?? 0);
  }

  /** From now on this socket reads for its device; one that did before does no more. */
  begin(socket: WebSocket, device: number): void {
    if (attachmentOf(socket).reading !== null) return;
    const readers = this.#readers();
    const before = readers.get(device);
    if (before !== undefined) attach(before.socket, { reading: null });
    const reader = this.#readerOn(socket, { device, sentThrough: 0, fullSince: null });
    readers.set(device, reader);
    this.#pump(reader);
  }

  end(socket: WebSocket): void {
    for (const [device, reader] of this.#readers()) {
      if (reader.socket === socket) this.#readers().delete(device);
    }
  }

  /** The device keeps all that it was sent up to there. */
  confirm(socket: WebSocket, through: number): void {
    const { reading } = attachmentOf(socket);
    const reader = reading === null ? undefined : this.#readers().get(reading.device);
    if (reader?.socket !== socket) return;
    const left = reader.sent.findIndex(({ sequence }) => sequence > through);
    const confirmed = reader.sent.splice(0, left < 0 ? reader.sent.length : left);
    if (confirmed.length === 0) return;
    const last = Math.min(through, reader.sentThrough);
    this.#table.deleteThrough(reader.device, last, confirmed);
    reader.underWay = minus(reader.underWay, together(confirmed));
    const wasFull = reader.fullSince !== null;
    reader.fullSince = null;
    if (wasFull) this.#pump(reader);
  }

  /** What was just stored, for each device in the order of its sequence: goes on from memory. */
  tell(fresh: ReadonlyMap<number, readonly Envelope[]>): void {
    for (const [device, envelopes] of fresh) {
      const reader = this.#readers().get(device);
      if (reader === undefined || reader.isBehind) continue;
      const unsent = envelopes.filter(({ sequence }) => sequence > reader.sentThrough);
      if (!this.#send(reader, unsent)) reader.isBehind = true;
      this.#keep(reader);
    }
  }

  /** Of no lasting worth: passed over where the reader does not keep up. */
  relay(from: UserId, device: number, boxes: readonly DeviceBox[]): void {
    for (const { device: to, box } of boxes) {
      const reader = this.#readers().get(to);
      if (reader === undefined || reader.isBehind) continue;
      // No window holds these back, so time does.
      const relayed = afterRelaying(reader.relayed, Date.now());
      if (relayed === null) continue;
      reader.relayed = relayed;
      const notice: MailboxNotice = { type: "transient", from, device, box };
      sendFrame(reader.socket, [notice], reader.codec);
    }
  }

  /** After envelopes were deleted without having been confirmed. */
  recount(): void {
    for (const reader of this.#readers().values()) {
      reader.sent = this.#table.countedThrough(reader.device, reader.sentThrough);
      reader.underWay = together(reader.sent);
      if (reader.isBehind) this.#pump(reader);
    }
  }

  /** Closes readers that have confirmed nothing for too long. When to look again; null for never. */
  closeStalled(now: number): number | null {
    const readers = this.#readers();
    const stalls: number[] = [];
    for (const [device, { socket, fullSince }] of readers) {
      if (fullSince === null) continue;
      if (now < stalledAt(fullSince)) {
        stalls.push(stalledAt(fullSince));
        continue;
      }
      readers.delete(device);
      attach(socket, { reading: null });
      closeSocket(socket, TRY_AGAIN_LATER, "nothing was confirmed");
    }
    return earliest(...stalls);
  }

  /** Sends what waits until the window is full or nothing waits. */
  #pump(reader: Reader): void {
    const { device } = reader;
    while (reader.isBehind) {
      // One more than there is room for tells whether more waits.
      const limit = Math.min(PAGE, roomFor(reader.underWay) + 1);
      const page = this.#table.after(device, reader.sentThrough, limit);
      if (!this.#send(reader, page)) break;
      if (page.length < limit) reader.isBehind = false;
    }
    if (!reader.isBehind) reader.fullSince = null;
    this.#keep(reader);
  }

  /** False when the window did not take all of them. */
  #send(reader: Reader, envelopes: readonly Envelope[]): boolean {
    const taken = envelopes.slice(0, admitted(reader.underWay, envelopes));
    for (const group of noticesOf(taken)) {
      const notice: MailboxNotice = { type: "envelopes", envelopes: group };
      sendFrame(reader.socket, [notice], reader.codec);
    }
    for (const { sequence, from, box } of taken) {
      reader.sent.push({ sequence, from, bytes: box.length });
    }
    reader.underWay = plus(reader.underWay, loadOf(taken));
    reader.sentThrough = taken.at(-1)?.sequence ?? reader.sentThrough;
    const isAll = taken.length === envelopes.length;
    if (!isAll && reader.fullSince === null) {
      reader.fullSince = Date.now();
      this.#ctx.waitUntil(this.#wakeBy(stalledAt(reader.fullSince)));
    }
    return isAll;
  }

  #keep({ socket, device, sentThrough, fullSince }: Reader): void {
    const passed = Math.max(attachmentOf(socket).passed, sentThrough);
    attach(socket, { reading: { device, sentThrough, fullSince }, passed });
  }

  #readers(): Map<number, Reader> {
    if (this.#loaded !== undefined) return this.#loaded;
    this.#loaded = new Map();
    for (const socket of this.#ctx.getWebSockets()) {
      const { reading } = attachmentOf(socket);
      if (reading === null) continue;
      const reader = this.#readerOn(socket, reading);
      this.#loaded.set(reading.device, reader);
      this.#pump(reader);
    }
    return this.#loaded;
  }

  #readerOn(socket: WebSocket, reading: Reading): Reader {
    const sent = this.#table.countedThrough(reading.device, reading.sentThrough);
    return {
      ...reading,
      socket,
      codec: CODECS[attachmentOf(socket).wire],
      sent,
      underWay: together(sent),
      isBehind: true,
      relayed: NOTHING_COUNTED,
    };
  }
}

function together(counted: readonly Counted[]): Load {
  return { envelopes: counted.length, bytes: counted.reduce((sum, { bytes }) => sum + bytes, 0) };
}
