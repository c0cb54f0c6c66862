// People with a device each, and a server between them that keeps envelopes and prekeys as the real one does,
// in memory. Time stands until it is told to go on; connections come and go when the test says so.

import { ContactBook } from "../../../shared/client/contactBook.ts";
import { Device } from "../../../shared/client/device.ts";
import type { Line } from "../../../shared/client/line/line.ts";
import type { Messages } from "../../../shared/client/line/messages.ts";
import { openLine } from "../../../shared/client/line/openLine.ts";
import { Listeners } from "../../../shared/client/listeners.ts";
import type { AcquaintEvent } from "../../../shared/client/model.ts";
import { memoryStore, type Store } from "../../../shared/client/node.ts";
import type { DeviceLog } from "../../../shared/wire/auth.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import type { Envelope, PrekeyBundle, PrekeysUpload } from "../../../shared/wire/line.ts";
import type { MailboxRequest } from "../../../shared/wire/mailbox.ts";
import { problem, type ProblemCode, type ProblemMembers } from "../../../shared/wire/problem.ts";
import { refusal, turn, World } from "../world.ts";

const ORIGIN = "https://acquaint.example";

type Send = Extract<MailboxRequest, { type: "send" }>;
type OneTime = PrekeysUpload["oneTime"][number];

/** What the server keeps of one account with one device. */
interface Mailbox {
  readonly waiting: Envelope[];
  prekeys: { signed: PrekeysUpload["signed"]; oneTime: OneTime[] } | null;
  log: DeviceLog;
  readonly contacts: Set<UserId>;
}

/** Far more than anything here takes on a busy machine, on which turns pass while keys are still being computed. */
const PATIENCE_MS = 20_000;

/** Resolves once it is so; fails rather than wait for what never comes. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    if (await isSo()) return;
    await turn();
  }
  throw new Error(`it never comes to this: ${String(isSo)}`);
}

/** Lets everything that can be done now be done; what is signed or agreed upon is so in other threads. */
export async function calm(): Promise<void> {
  for (let turns = 0; turns < 400; turns++) {
    if (turns % 10 === 0) await crypto.subtle.digest("SHA-256", new Uint8Array(1));
    await turn();
  }
}

export class LineServer {
  readonly world = new World();
  readonly mailboxes = new Map<UserId, Mailbox>();
  readonly people = new Map<UserId, Person>();
  /** Each message that was said, in order. */
  readonly said: (Send & { readonly from: UserId })[] = [];
  readonly drawn: PrekeyBundle[] = [];
  /** Stands before the answer to a message; null keeps and confirms it, `silence` keeps it and says nothing. */
  verdict: (message: Send, from: UserId) => ProblemCode | "silence" | null = () => null;
  /** What its refusals say besides their code. */
  refusal: ProblemMembers = {};
  /** What is drawn instead. */
  tamper: (bundle: PrekeyBundle) => PrekeyBundle = (bundle) => bundle;
  /** How often a list of contacts was read. */
  contactReads = 0;
  #sequence = 0;

  mailbox(userId: UserId): Mailbox {
    return this.mailboxes.get(userId)!;
  }

  /** As its devices reach it. */
  async fetch(userId: UserId | null, url: string, init: RequestInit): Promise<Response> {
    const { method = "GET", body } = init;
    const path = new URL(url).pathname;
    const said = body == null ? null : (JSON.parse(body as string) as unknown);
    return this.answer(userId, path, method, said) ?? this.world.ports.fetch(url, init);
  }

  /** An answer to what a device asks by HTTP; undefined for what {@link World} answers. */
  answer(userId: UserId | null, path: string, method: string, body: unknown): Response | undefined {
    const own = userId === null ? undefined : this.mailboxes.get(userId);
    if (own === undefined || userId === null) return undefined;
    if (path === "/v1/prekeys" && method === "PUT") {
      const { signed, oneTime } = body as PrekeysUpload;
      own.prekeys = { signed, oneTime: [...(own.prekeys?.oneTime ?? []), ...oneTime].slice(0, 50) };
      return Response.json({ left: own.prekeys.oneTime.length });
    }
    if (path === "/v1/contacts" && method === "GET") return this.#contactPage(own);
    const [, of, what] = /^\/v1\/accounts\/(\w+)\/(prekeys|log)$/.exec(path) ?? [];
    const peer = of === undefined ? undefined : this.mailboxes.get(of as UserId);
    if (peer === undefined) return undefined;
    if (!peer.contacts.has(userId)) return refusal("not-a-contact");
    if (what === "log") return Response.json({ log: peer.log });
    if (peer.prekeys === null) return Response.json({ bundles: [] });
    const bundle = this.tamper({
      device: 0,
      signed: peer.prekeys.signed,
      oneTime: peer.prekeys.oneTime.shift() ?? null,
    });
    this.drawn.push(bundle);
    return Response.json({ bundles: [bundle] });
  }

  hear(from: Person, messages: readonly MailboxRequest[]): void {
    for (const message of messages) {
      if (message.type === "received") {
        const { waiting } = this.mailbox(from.userId);
        while ((waiting[0]?.sequence ?? Infinity) <= message.through) waiting.shift();
      }
      if (message.type === "send") this.#keep(from, message);
      if (message.type === "transient") {
        const [{ box } = { box: "" }] = message.boxes;
        const notice = { type: "transient", from: from.userId, device: 0, box } as const;
        this.people.get(message.to)?.hear(notice);
      }
    }
  }

  /** Puts an envelope into a mailbox, as a message or its repetition does. */
  deliver(to: UserId, envelope: Omit<Envelope, "sequence">): void {
    const kept = { ...envelope, sequence: ++this.#sequence };
    this.mailbox(to).waiting.push(kept);
    this.people.get(to)?.hear({ type: "envelopes", envelopes: [kept] });
  }

  #keep(from: Person, message: Send): void {
    const { to, number } = message;
    this.said.push({ ...message, from: from.userId });
    const verdict = this.verdict(message, from.userId);
    if (verdict !== null && verdict !== "silence") {
      from.hear({ type: "refused", number, problem: problem(verdict, this.refusal) });
      return;
    }
    for (const { box } of message.boxes) this.deliver(to, { from: from.userId, device: 0, box });
    if (verdict === null) from.hear({ type: "stored", numbers: [number] });
  }

  #contactPage({ contacts }: Mailbox): Response {
    this.contactReads += 1;
    const records = [...contacts].map((userId) => ({
      userId,
      method: "key",
      metAt: 1_000,
      receiptHash: "A".repeat(43),
      sequence: 1_000,
      blocked: false,
    }));
    return Response.json({ contacts: records, next: null });
  }
}

/** A device of a person, as one run of a program. */
export class Person {
  readonly server: LineServer;
  readonly store: Store;
  readonly device: Device;
  readonly contacts: ContactBook;
  readonly line: Line;
  readonly messages: Messages;
  readonly told: AcquaintEvent[] = [];
  isConnected = false;
  #work: Promise<unknown> = Promise.resolve();
  /** Faults of the line's work, which the real socket answers by a new connection. */
  readonly faults: unknown[] = [];

  private constructor(server: LineServer, store: Store, device: Device) {
    this.server = server;
    this.store = store;
    this.device = device;
    const listeners = new Listeners<AcquaintEvent>();
    listeners.add((event) => this.told.push(event));
    this.contacts = new ContactBook(device, store, () => {});
    const { line, messages } = openLine({
      device,
      store,
      listeners,
      ports: portsOf(server, () => device.identity.userId),
      contacts: this.contacts,
      me: () => ({ name: "", handle: null }),
      connect: () => this.line.start(),
    });
    this.line = line;
    this.messages = messages;
    line.onHold = () => this.isConnected && this.#greet();
  }

  static async open(server: LineServer, store: Store = memoryStore()): Promise<Person> {
    const own = { userId: null as UserId | null };
    const device = await Device.open(
      ORIGIN,
      store,
      portsOf(server, () => own.userId),
    );
    own.userId = device.identity.userId;
    const { userId } = device.identity;
    if (!server.mailboxes.has(userId)) {
      const { log } = device;
      server.mailboxes.set(userId, { waiting: [], prekeys: null, log, contacts: new Set() });
    }
    return new Person(server, store, device);
  }

  get userId(): UserId {
    return this.device.identity.userId;
  }

  /** Texts that were told of. */
  get heard(): string[] {
    return this.told.flatMap((event) => (event.event === "message" ? [event.message.text] : []));
  }

  toldOf(name: AcquaintEvent["event"]): AcquaintEvent[] {
    return this.told.filter(({ event }) => event === name);
  }

  /** A connection that stands and is greeted, with all that waits. */
  async connect(): Promise<void> {
    this.isConnected = true;
    this.server.people.set(this.userId, this);
    this.line.start();
    await eventually(() => this.line.isHolder);
    this.#greet();
    await this.atRest();
  }

  disconnect(): void {
    this.isConnected = false;
    this.server.people.delete(this.userId);
    this.line.lost();
  }

  /** Takes a notice when the ones before are done. */
  hear(notice: Parameters<Line["take"]>[0]): void {
    this.#enqueue(() => this.line.take(notice));
  }

  async atRest(): Promise<void> {
    await calm();
    await this.#work;
  }

  /** All texts of a conversation, the oldest first, each with its author. */
  async shown(peer: Person): Promise<string[]> {
    const page = await this.messages.page(peer.userId, { limit: 10_000 });
    return page.map(({ author, text }) => `${author}: ${text}`);
  }

  #greet(): void {
    const { waiting, prekeys } = this.server.mailbox(this.userId);
    const ready = { prekeys: prekeys?.oneTime.length ?? 0, waiting: waiting.length };
    this.#enqueue(() => this.line.ready((messages) => this.#say(messages), ready));
    const envelopes = [...waiting];
    if (envelopes.length > 0) this.hear({ type: "envelopes", envelopes });
  }

  #say(messages: readonly MailboxRequest[]): boolean {
    if (!this.isConnected) return false;
    this.server.hear(this, messages);
    return true;
  }

  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((fault: unknown) => this.faults.push(fault));
  }
}

function portsOf(server: LineServer, userId: () => UserId | null) {
  const { ports } = server.world;
  return { ...ports, fetch: (url: string, init: RequestInit) => server.fetch(userId(), url, init) };
}

/** Two who have met, each on one device; neither is connected. */
export async function openTwo(
  server = new LineServer(),
  stores: readonly [Store, Store] = [memoryStore(), memoryStore()],
): Promise<[Person, Person]> {
  const a = await Person.open(server, stores[0]);
  const b = await Person.open(server, stores[1]);
  await meetBetween(a, b);
  return [a, b];
}

export async function meetBetween(a: Person, b: Person): Promise<void> {
  const keys = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64url"));
  const receiptHash = Buffer.alloc(32, 7).toString("base64url");
  for (const [own, peer, [ofOwn, ofPeer]] of [
    [a, b, keys],
    [b, a, keys.toReversed()],
  ] as const) {
    await own.store.put("contacts", peer.userId, {
      userId: peer.userId,
      method: "key",
      metAt: 1_000,
      receiptHash,
      peerName: "Peer",
      ownOpening: { deviceId: own.device.self.deviceId, log: own.device.log },
      peerOpening: { deviceId: peer.device.self.deviceId, log: peer.device.log },
      sessionKeys: { own: ofOwn, peer: ofPeer },
    });
    own.server.mailbox(own.userId).contacts.add(peer.userId);
  }
}
