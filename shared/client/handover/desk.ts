// Where what devices of the account hand to each other is left: done by the tab or process that holds the line. Small,
// since every account opens with it; who does the work is loaded when there is some.

import type { HandedRecord } from "../../core/handover/handed.ts";
import { BUNDLE_BYTES } from "../../core/handover/limits.ts";
import { toBase32 } from "../../core/crypto/bytes.ts";
import { fetched } from "../connectionError.ts";
import { deferred } from "../deferred.ts";
import { type ConversationWork, timeId } from "../line/conversationWork.ts";
import type { LineContext } from "../line/lineContext.ts";
import type { NewEntry } from "../line/outbox.ts";
import { within } from "../ports.ts";
import type { Sharing } from "../sharing.ts";
import type { Change } from "../store/store.ts";
import { ARRIVED, HANDOVERS, type HandoverTask, toDo } from "./tasks.ts";
import type { HandoverNews, HandoverTaking } from "./taking.ts";
import type { HandoverWork } from "./work.ts";

const LOOK_AGAIN_MS = 30_000;
/** How often it is looked whether a task that someone waits for is done. */
const DONE_YET_MS = 100;
/** How long closing waits for what is under way. */
const SETTLE_MS = 2_000;
const TASKS_SIGNAL = "handovers";
/** Own data has come from another device, and another tab or process has stored it. */
const TAKEN_SIGNAL = "handedOver";

/** What it needs of the line. */
interface Carrier {
  submitWith(
    entries: readonly NewEntry[],
    others: readonly Change[],
    options: { readonly inTurn: true },
  ): Promise<void>;
  /** Resolves once all has come that was taken on for this device before. */
  caughtUpAnew(): Promise<void>;
}

export class HandoverDesk implements Sharing {
  readonly context: LineContext;
  readonly carrier: Carrier;
  /** Told when the account's own name has come from another device. */
  onName: () => Promise<void> = async () => {};
  /** About what is put into one blob of a history. */
  bundleBytes = BUNDLE_BYTES;
  #work: HandoverWork | null = null;
  #looking: Promise<void> = Promise.resolve();
  #isHeld = false;
  #stopTimer: () => void = () => {};
  /** Tasks of one millisecond come in order, too. */
  #count = 0;

  constructor(context: LineContext, carrier: Carrier) {
    this.context = context;
    this.carrier = carrier;
  }

  /** From now on the work is this one's. */
  hold(): void {
    this.#isHeld = true;
    this.#lookRegularly();
  }

  async release(): Promise<void> {
    this.#isHeld = false;
    this.#stopTimer();
    this.#work?.stop();
    await within(this.context.ports, SETTLE_MS, this.#looking);
    this.#work = null;
  }

  now(): number {
    return this.context.ports.now();
  }

  changes(...records: readonly HandedRecord[]): Change[] {
    if (this.context.device.identity.devices.length < 2) return [];
    return [toDo({ kind: "share", id: this.newId("share"), records })];
  }

  /**
   * Hands all that this device has to one that has just come into the account: durable once resolved, and gone on
   * with by whoever holds the line. Done once the server has stored it all.
   * @param number of the other device
   */
  async sendHistory(number: number): Promise<void> {
    await this.context.store.apply([this.history(number)]);
    this.look();
  }

  /** To be stored, instead of {@link sendHistory}, together with what it follows from; then `look`. */
  history(number: number): Change {
    const id = `history.${String(number).padStart(3, "0")}`;
    const start = { cursor: null, done: 0, total: 0, bytes: 0, begunBlob: null };
    return toDo({ kind: "history", id, number, ...start });
  }

  /** Resolves once that task is done with, by whoever holds the line. @param whileOpen ends the waiting, too */
  async done(
    { id }: Pick<HandoverTask, "id">,
    whileOpen: (waiting: Promise<unknown>) => Promise<unknown>,
  ): Promise<void> {
    const { store, ports } = this.context;
    while ((await store.get(HANDOVERS, id)) !== null) {
      const { promise, resolve } = deferred();
      ports.after(DONE_YET_MS, resolve);
      await whileOpen(promise);
    }
  }

  /** There is something to do. */
  look(): void {
    if (!this.#isHeld) return this.context.store.signal(TASKS_SIGNAL);
    // What came after the look that is under way began may have been missed by it.
    this.#looking = this.#looking.then(() => this.#look()).catch(() => {}); // the next time comes
  }

  /** A signal of another tab or process. */
  heard(signal: string): void {
    const [name, ...news] = signal.split(" ");
    if (name === TASKS_SIGNAL && this.#isHeld) this.look();
    if (name !== TAKEN_SIGNAL || this.#isHeld) return;
    const has = (what: string) => news.includes(what);
    this.#tell({ contacts: has("contacts"), name: has("name"), devices: has("devices") });
  }

  /** For a unit of work of the inbox. */
  async taking(conversations: ConversationWork): Promise<HandoverTaking> {
    const { HandoverTaking } = await fetched(import("./taking.ts"));
    return new HandoverTaking(this, conversations);
  }

  /** Own data has come, and is stored. */
  taken({ news, progress, hasTasks }: HandoverTaking): void {
    if (hasTasks) this.look();
    if (progress !== null) this.context.tell({ event: "history", ...progress });
    const names = Object.entries(news).flatMap(([name, isSo]) => (isSo ? [name] : []));
    if (names.length === 0) return;
    this.#tell(news);
    this.context.store.signal([TAKEN_SIGNAL, ...names].join(" "));
  }

  /** For a new task: those of one kind are done in the order in which they came. */
  newId(kind: HandoverTask["kind"]): string {
    const { ports } = this.context;
    this.#count += 1;
    const place = String(this.#count % 10_000).padStart(4, "0");
    return [kind, timeId(ports.now()), place, toBase32(ports.random(5))].join(".");
  }

  #tell({ contacts, name, devices }: HandoverNews): void {
    if (contacts) this.context.tell({ event: "contacts" });
    if (devices) this.context.tell({ event: "devices" });
    if (name) void this.onName().catch(() => {}); // read anew when the account is opened
  }

  async #look(): Promise<void> {
    const { store, device } = this.context;
    const [first] = await store.range(HANDOVERS, { prefix: "", limit: 1 });
    const isNew = device.self.number > 0 && (await store.get("settings", ARRIVED)) === null;
    if ((first === undefined && !isNew) || !this.#isHeld) return;
    const { HandoverWork } = await fetched(import("./work.ts"));
    if (!this.#isHeld) return;
    this.#work ??= new HandoverWork(this);
    if (isNew) await this.#work.arrive();
    await this.#work.doAll();
  }

  #lookRegularly(): void {
    this.look();
    this.#stopTimer = this.context.ports.after(LOOK_AGAIN_MS, () => this.#lookRegularly());
  }
}
