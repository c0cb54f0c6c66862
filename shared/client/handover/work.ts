// Does what is to be handed over and taken, for the tab or process that holds the line. Each step is stored before
// the next, so that it can end anywhere; what is done twice changes nothing.

import { decodeBundle, encodeBundle } from "../../core/handover/bundle.ts";
import { HANDOVER_INLINE_MAX_BYTES, HISTORY_MAX_BYTES } from "../../core/handover/limits.ts";
import type { HandedRecord } from "../../core/handover/handed.ts";
import { toBase64Url } from "../../core/crypto/bytes.ts";
import type { HandoverContent } from "../../core/line/handoverContent.ts";
import type { BlobReference } from "../../wire/blobs.ts";
import { Blobs } from "../blobs/blobs.ts";
import { downloadBytes, uploadBytes } from "../blobs/bytes.ts";
import { FileError } from "../blobs/transfer.ts";
import { ConversationWork } from "../line/conversationWork.ts";
import type { Change } from "../store/store.ts";
import type { HandoverDesk } from "./desk.ts";
import { gather } from "./gathering.ts";
import { Introducing } from "./introducing.ts";
import { HandoverTaking, PARKED_MS } from "./taking.ts";
import {
  ARRIVED,
  doneWith,
  HANDOVERS,
  type HandoverTask,
  type HistoryTask,
  type ParkedTask,
  type ShareTask,
  type TakeTask,
  toDo,
} from "./tasks.ts";

/** The short ones first, so that none waits for a history. */
const TURNS: readonly HandoverTask["kind"][] = [
  "introduce",
  "share",
  "parked",
  "card",
  "take",
  "history",
];
/** Records that are merged at a time; what comes meanwhile waits for them. */
const TAKEN_AT_ONCE = 200;
/** Tries in a row without a connection; then the next look goes on. */
const TRIES = 4;

export class HandoverWork {
  readonly #desk: HandoverDesk;
  readonly #blobs: Blobs;
  readonly #introducing: Introducing;
  readonly #abort = new AbortController();
  readonly #carriage = { tries: TRIES, signal: this.#abort.signal };

  constructor(desk: HandoverDesk) {
    this.#desk = desk;
    this.#blobs = new Blobs(desk.context.device, desk.context.ports);
    this.#introducing = new Introducing(desk, this.#blobs, this.#carriage, (...changes) =>
      this.#keep(...changes),
    );
  }

  /** Whoever holds the line next goes on. */
  stop(): void {
    this.#abort.abort();
  }

  /** Says to the others that this device is there, and has left its prekeys: what waits for it can go. */
  async arrive(): Promise<void> {
    const { device, ports } = this.#desk.context;
    if (device.identity.devices.length < 2) return;
    const records = toBase64Url(encodeBundle([]));
    const value = { at: ports.now() };
    await this.#say({ kind: "handover", records }, { collection: "settings", id: ARRIVED, value });
  }

  /** All that can be done now. @throws the first fault, once all else is done */
  async doAll(): Promise<void> {
    const faults: unknown[] = [];
    /** Tasks that have to wait. */
    const waiting = new Set<string>();
    while (!this.#abort.signal.aborted) {
      const tasks = await this.#desk.context.store.range<HandoverTask>(HANDOVERS, { prefix: "" });
      const open = tasks.filter(({ id }) => !waiting.has(id));
      const kind = TURNS.find((one) => open.some((task) => task.kind === one));
      const task = open.find((one) => one.kind === kind);
      if (task === undefined) break;
      try {
        if (!(await this.#do(task))) waiting.add(task.id);
      } catch (error) {
        waiting.add(task.id);
        faults.push(error);
      }
    }
    if (faults.length > 0) throw faults[0];
  }

  /** One step. False when it has to wait. */
  #do(task: HandoverTask): Promise<boolean> {
    switch (task.kind) {
      case "share":
        return this.#share(task);
      case "parked":
        return this.#takeParked(task);
      case "take":
        return this.#take(task);
      case "history":
        return this.#handOver(task);
      case "introduce":
        return this.#introducing.introduce(task);
      case "card":
        return this.#introducing.takeCard(task);
    }
  }

  async #share(task: ShareTask): Promise<boolean> {
    const { device } = this.#desk.context;
    if (device.identity.devices.length < 2) {
      await this.#keep(doneWith(task));
      return true;
    }
    const bytes = encodeBundle(task.records);
    const said = await this.#said(bytes, task, (begunBlob) => ({ ...task, begunBlob }));
    await this.#say({ kind: "handover", ...said }, doneWith(task));
    return true;
  }

  async #handOver(task: HistoryTask): Promise<boolean> {
    const { device, store } = this.#desk.context;
    await device.lookAtLog();
    const { devices, length } = device.identity;
    if (!devices.some(({ number }) => number === task.number)) {
      if (task.number >= length) return false; // this device has not heard of it yet
      await this.#keep(doneWith(task));
      return true;
    }
    // What the server took on for this device alone comes first; all that it took on later is for both.
    if (task.cursor === null) await this.#unlessStopped(this.#desk.carrier.caughtUpAnew());
    const part = await gather(store, device, task.cursor, this.#desk.bundleBytes);
    const done = task.done + part.messages;
    const bytes = task.bytes + part.bytes.length;
    const isLast = part.cursor === null || bytes >= HISTORY_MAX_BYTES;
    const total = task.cursor === null ? part.messagesLeft : task.total;
    // A short last part would overtake those before it, which are fetched first.
    const isAlone = task.cursor === null && isLast;
    const said = await this.#said(
      part.bytes,
      task,
      (begunBlob) => ({ ...task, begunBlob }),
      isAlone,
    );
    const progress = { done, total: isLast ? done : Math.max(done, total) };
    const next = { ...task, ...progress, cursor: part.cursor, bytes, begunBlob: null };
    await this.#say(
      { kind: "handover", for: task.number, ...progress, ...said },
      isLast ? doneWith(task) : toDo(next),
    );
    return true;
  }

  /** In the content itself, or where it is too much, in a blob. */
  async #said(
    bytes: Uint8Array<ArrayBuffer>,
    { begunBlob }: { readonly begunBlob?: string | null },
    withBegun: (blobId: string) => HandoverTask,
    mayBeInline = true,
  ): Promise<{ readonly records: string } | { readonly blob: BlobReference }> {
    const isShort = mayBeInline && bytes.length <= HANDOVER_INLINE_MAX_BYTES;
    if (isShort) return { records: toBase64Url(bytes) };
    const onBegun = (blobId: string) => this.#keep(toDo(withBegun(blobId)));
    return { blob: await uploadBytes(this.#blobs, bytes, begunBlob, onBegun, this.#carriage) };
  }

  async #say(content: HandoverContent, change: Change): Promise<void> {
    this.#requireGoing();
    const { userId } = this.#desk.context.device.identity;
    await this.#desk.carrier.submitWith([{ to: userId, content }], [change], { inTurn: true });
  }

  async #keep(...changes: Change[]): Promise<void> {
    this.#requireGoing();
    const { context } = this.#desk;
    await context.alone(() => context.apply(changes));
  }

  /** Once stopped nothing is stored any more: the account may be closed, or erased. @throws FileError `cancelled` */
  #requireGoing(): void {
    if (this.#abort.signal.aborted) throw new FileError("cancelled");
  }

  async #take(task: TakeTask): Promise<boolean> {
    const { tell } = this.#desk.context;
    if (!task.isTaken) {
      await this.#takeAll(await this.#recordsIn(task.blob));
      await this.#keep(toDo({ ...task, isTaken: true }));
      if (task.progress !== null) tell({ event: "history", ...task.progress });
    }
    if (task.isForThis) await this.#blobs.delete(task.blob.blobId);
    await this.#keep(doneWith(task));
    return true;
  }

  /** None of what the server has lost or spoilt. */
  async #recordsIn(blob: BlobReference): Promise<HandedRecord[]> {
    const bytes = await downloadBytes(this.#blobs, blob, this.#carriage);
    return (bytes && decodeBundle(bytes)) ?? [];
  }

  async #takeAll(records: readonly HandedRecord[]): Promise<void> {
    for (let i = 0; i < records.length; i += TAKEN_AT_ONCE) {
      await this.#inUnit((taking) => taking.take(records.slice(i, i + TAKEN_AT_ONCE)));
    }
  }

  async #takeParked(task: ParkedTask): Promise<boolean> {
    const { ports } = this.#desk.context;
    const isOver = ports.now() >= task.since + PARKED_MS;
    const isTaken = await this.#inUnit((taking) => taking.takeParked(task));
    if (isTaken || isOver) await this.#keep(doneWith(task));
    return isTaken || isOver;
  }

  async #inUnit<Value>(work: (taking: HandoverTaking) => Promise<Value>): Promise<Value> {
    const { context } = this.#desk;
    return context.alone(async () => {
      const conversations = new ConversationWork(context.store, context.ports.now());
      const taking = new HandoverTaking(this.#desk, conversations);
      const result = await work(taking);
      await context.keep(conversations, taking.changes());
      this.#desk.taken(taking);
      return result;
    });
  }

  /** @throws FileError `cancelled` */
  #unlessStopped(waited: Promise<void>): Promise<void> {
    const { signal } = this.#abort;
    this.#requireGoing();
    return new Promise((resolve, reject) => {
      const stop = () => reject(new FileError("cancelled"));
      signal.addEventListener("abort", stop, { once: true });
      waited.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    });
  }
}
