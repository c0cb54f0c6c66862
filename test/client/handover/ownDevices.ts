// Accounts with several devices each, and a server between them that keeps envelopes, prekeys, logs and blobs as the
// real one does, in memory. Who is a contact of whom has met, with proofs that hold.

import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { exchangeOf } from "../../../scripts/docs/exampleExchange.ts";
import { type Person, person } from "../../../scripts/docs/examplePeople.ts";
import { exampleBytes } from "../../../scripts/docs/exampleValues.ts";
import { ContactBook } from "../../../shared/client/contactBook.ts";
import { Device } from "../../../shared/client/device.ts";
import { ConversationWork } from "../../../shared/client/line/conversationWork.ts";
import type { Line } from "../../../shared/client/line/line.ts";
import type { Messages } from "../../../shared/client/line/messages.ts";
import { openLine } from "../../../shared/client/line/openLine.ts";
import type { Verification } from "../../../shared/client/line/verification.ts";
import { Listeners } from "../../../shared/client/listeners.ts";
import type { AcquaintEvent } from "../../../shared/client/model.ts";
import { memoryStore, type Store } from "../../../shared/client/node.ts";
import { Profile } from "../../../shared/client/profile.ts";
import type { WitnessDoor } from "../../../shared/client/taps/witnessDoor.ts";
import { toBase64Url, utf8 } from "../../../shared/core/crypto/bytes.ts";
import { verifyLog } from "../../../shared/core/identity/deviceLog.ts";
import { appendAdd } from "../../../shared/core/identity/logDrafts.ts";
import { conclude } from "../../../shared/core/pairing/exchange.ts";
import { hashOfReceipt } from "../../../shared/core/pairing/transcript.ts";
import type { DeviceLog } from "../../../shared/wire/auth.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import type { Envelope, PrekeysUpload } from "../../../shared/wire/line.ts";
import type { ContactRecord, MailboxRequest } from "../../../shared/wire/mailbox.ts";
import { problem } from "../../../shared/wire/problem.ts";
import { calm } from "../line/lineWorld.ts";
import { FileServer } from "../line/fileWorld.ts";
import { refusal, turn } from "../world.ts";

const ORIGIN = "https://acquaint.example";
const MET_AT = 1_790_000_000_000;

/** Far more than anything here takes on a busy machine. */
const PATIENCE_MS = 20_000;

type OneTime = PrekeysUpload["oneTime"][number];

/** What the server keeps for one device. */
interface Mailbox {
  readonly waiting: Envelope[];
  prekeys: { signed: PrekeysUpload["signed"]; oneTime: OneTime[] } | null;
}

interface Keys {
  readonly seed: Uint8Array;
  readonly agreeScalar: Uint8Array;
}

/** Resolves once it is so; fails rather than wait for what never comes. */
export async function comesTrue(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`it never comes to this: ${String(isSo)}`);
    await turn();
  }
}

/** An account, and the keys of its devices by their number. */
export class Owner {
  readonly person: Person;
  log: DeviceLog;
  readonly keys: Keys[];

  constructor(name: string) {
    this.person = person(name, MET_AT - 1_000);
    this.log = [...this.person.log];
    this.keys = [this.person];
  }

  get userId(): UserId {
    return this.person.identity.userId;
  }

  /** Lists one more device, signed by the first. @returns its number */
  add(): number {
    const name = `${this.person.name} ${this.log.length}`;
    const keys = {
      seed: exampleBytes(`${name} sign`, 32),
      agreeScalar: exampleBytes(`${name} agree`, 32),
    };
    const draft = appendAdd(verifyLog(this.log)!, {
      signKey: ed25519.getPublicKey(keys.seed),
      agreeKey: x25519.getPublicKey(keys.agreeScalar),
      by: 0,
      createdAt: MET_AT + this.log.length,
    });
    if (!draft.ok) throw new Error(draft.reason);
    const by = (seed: Uint8Array) => ed25519.sign(draft.bytes, seed);
    this.log = [...this.log, draft.finish(by(this.person.seed), by(keys.seed))];
    this.keys.push(keys);
    return this.keys.length - 1;
  }
}

export class AccountServer {
  readonly files = new FileServer();
  readonly owners = new Map<UserId, Owner>();
  readonly contacts = new Map<UserId, Set<UserId>>();
  /** What the mailbox of an account says of a contact besides, by both ids with a space between them. */
  readonly listed = new Map<string, Partial<ContactRecord>>();
  /** Stands before the other answers. */
  answer: (from: OwnDevice, pathname: string) => Response | undefined = () => undefined;
  readonly online = new Map<string, OwnDevice>();
  readonly #mailboxes = new Map<string, Mailbox>();
  #sequence = 0;

  get clock() {
    return this.files.world.clock;
  }

  mailbox(userId: UserId, number: number): Mailbox {
    const name = `${userId}.${number}`;
    const known = this.#mailboxes.get(name) ?? { waiting: [], prekeys: null };
    this.#mailboxes.set(name, known);
    return known;
  }

  async fetch(from: OwnDevice, url: string, init: RequestInit): Promise<Response> {
    const { pathname } = new URL(url);
    const { method = "GET", body } = init;
    const { userId, number } = from;
    const answer = this.answer(from, pathname);
    if (answer !== undefined) return answer;
    if (pathname === "/v1/prekeys" && method === "PUT") {
      const own = this.mailbox(userId, number);
      const { signed, oneTime } = JSON.parse(body as string) as PrekeysUpload;
      own.prekeys = { signed, oneTime: [...(own.prekeys?.oneTime ?? []), ...oneTime].slice(0, 50) };
      return Response.json({ left: own.prekeys.oneTime.length });
    }
    if (pathname === "/v1/contacts") return this.#contactPage(userId);
    const [, of, what] = /^\/v1\/accounts\/(\w+)\/(prekeys|log)$/.exec(pathname) ?? [];
    if (of === undefined) return this.files.fetch(userId, url, init);
    const isKnown = of === userId || this.contacts.get(userId)?.has(of as UserId);
    if (isKnown !== true) return refusal("not-a-contact");
    if (what === "log") return Response.json({ log: this.owners.get(of as UserId)!.log });
    const { devices } = JSON.parse(body as string) as { devices: number[] };
    const bundles = devices.flatMap((device) => {
      const { prekeys } = this.mailbox(of as UserId, device);
      if (prekeys === null) return [];
      return [{ device, signed: prekeys.signed, oneTime: prekeys.oneTime.shift() ?? null }];
    });
    return Response.json({ bundles });
  }

  hear(from: OwnDevice, messages: readonly MailboxRequest[]): void {
    for (const message of messages) {
      if (message.type === "hello") from.greet();
      if (message.type === "received") {
        const { waiting } = this.mailbox(from.userId, from.number);
        while ((waiting[0]?.sequence ?? Infinity) <= message.through) waiting.shift();
      }
      if (message.type === "send") this.#keep(from, message);
    }
  }

  #keep(from: OwnDevice, { to, number, boxes }: Extract<MailboxRequest, { type: "send" }>): void {
    const listed = verifyLog(this.owners.get(to)!.log)!.devices.map((device) => device.number);
    const wanted = listed.filter((one) => to !== from.userId || one !== from.number);
    if (wanted.join() !== boxes.map(({ device }) => device).join()) {
      from.hear({ type: "refused", number, problem: problem("devices-changed") });
      return;
    }
    for (const { device, box } of boxes) {
      const kept = { from: from.userId, device: from.number, box, sequence: ++this.#sequence };
      this.mailbox(to, device).waiting.push(kept);
      this.online.get(`${to}.${device}`)?.hear({ type: "envelopes", envelopes: [kept] });
    }
    from.hear({ type: "stored", numbers: [number] });
  }

  #contactPage(userId: UserId): Response {
    const contacts = [...(this.contacts.get(userId) ?? [])].map((peer) => ({
      userId: peer,
      method: "key",
      metAt: MET_AT,
      receiptHash: "A".repeat(43),
      sequence: MET_AT,
      blocked: false,
      ...this.listed.get(`${userId} ${peer}`),
    }));
    return Response.json({ contacts, next: null });
  }
}

/** A device, as one run of a program. */
export class OwnDevice {
  readonly server: AccountServer;
  readonly owner: Owner;
  readonly number: number;
  readonly store: Store;
  readonly told: AcquaintEvent[] = [];
  readonly faults: unknown[] = [];
  device!: Device;
  contacts!: ContactBook;
  profile!: Profile;
  line!: Line;
  messages!: Messages;
  verification!: Verification;
  witness!: WitnessDoor;
  listeners!: Listeners<AcquaintEvent>;
  isConnected = false;
  #work: Promise<unknown> = Promise.resolve();

  private constructor(server: AccountServer, owner: Owner, number: number, store: Store) {
    this.server = server;
    this.owner = owner;
    this.number = number;
    this.store = store;
  }

  static async open(
    server: AccountServer,
    owner: Owner,
    number = 0,
    store: Store = memoryStore(),
  ): Promise<OwnDevice> {
    const own = new OwnDevice(server, owner, number, store);
    server.owners.set(owner.userId, owner);
    const ports = {
      ...server.files.world.ports,
      fetch: (url: string, init: RequestInit) => server.fetch(own, url, init),
    };
    await store.adoptIdentity({
      keys: await cryptoKeys(owner.keys[number]!),
      log: owner.log.slice(0, number + 1),
    });
    own.device = await Device.open(ORIGIN, store, ports);
    const listeners = new Listeners<AcquaintEvent>();
    listeners.add((event) => own.told.push(event));
    const tell = (event: AcquaintEvent["event"]) => () => listeners.tell({ event } as never);
    own.contacts = new ContactBook(own.device, store, tell("contacts"));
    own.profile = await Profile.open(own.device, store, "", tell("profile"));
    const { line, messages, verification, witness } = openLine({
      device: own.device,
      ports,
      store,
      contacts: own.contacts,
      listeners,
      me: () => own.profile.me,
      connect: () => own.line.start(),
    });
    own.line = line;
    own.messages = messages;
    own.verification = verification;
    own.witness = witness;
    own.listeners = listeners;
    own.profile.shareBy(line.handover);
    line.onHold = () => own.isConnected && own.#say([{ type: "hello", after: 0, reads: true }]);
    return own;
  }

  get userId(): UserId {
    return this.owner.userId;
  }

  /** A connection that stands and is greeted, with all that waits. */
  async connect(): Promise<this> {
    this.isConnected = true;
    this.server.online.set(`${this.userId}.${this.number}`, this);
    this.line.start();
    await comesTrue(() => this.line.isHolder);
    this.witness.online();
    this.greet();
    return this;
  }

  disconnect(): void {
    this.isConnected = false;
    this.server.online.delete(`${this.userId}.${this.number}`);
    this.line.lost();
  }

  hear(notice: Parameters<Line["take"]>[0]): void {
    const enqueue = () => this.#enqueue(() => this.line.take(notice));
    enqueue();
  }

  greet(): void {
    const { waiting, prekeys } = this.server.mailbox(this.userId, this.number);
    const ready = { prekeys: prekeys?.oneTime.length ?? 0, waiting: waiting.length };
    this.#enqueue(() => this.line.ready((messages) => this.#say(messages), ready));
    const envelopes = [...waiting];
    if (envelopes.length > 0) this.hear({ type: "envelopes", envelopes });
  }

  async atRest(): Promise<void> {
    await calm();
    await this.#work;
  }

  /** What is kept of a conversation, the oldest first. */
  async shown(peer: UserId): Promise<string[]> {
    const page = await this.messages.page(peer, { limit: 100_000 });
    return page.map(({ author, kind, text, state = "" }) => `${author} ${kind} ${text} ${state}`);
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

/** Each gets the other as a contact, as a meeting of their first devices leaves it. */
export async function haveMet(one: OwnDevice, other: OwnDevice, draw = ""): Promise<void> {
  const secrets = { method: "key", draw, openedAt: MET_AT, prs: utf8("x"), card: new Uint8Array() };
  const people = { ann: one.owner.person, ben: other.owner.person };
  const exchange = exchangeOf(people, secrets as Parameters<typeof exchangeOf>[1]);
  const { isk, transcript, a, b, claim, answer } = exchange;
  const initiator = conclude({ role: "initiator", transcript, isk }, a.nonce, claim.message)!;
  const responder = conclude({ role: "responder", transcript, isk }, b.nonce, answer.message)!;
  for (const [self, peer, met, ownOpening] of [
    [one, other, initiator, responder.opening],
    [other, one, responder, initiator.opening],
  ] as const) {
    const { own, peer: theirs } = met.sessionKeys;
    await self.store.put("contacts", peer.userId, {
      userId: peer.userId,
      method: "key",
      metAt: MET_AT,
      receiptHash: toBase64Url(hashOfReceipt(transcript)),
      peerName: met.peer.name,
      card: null,
      cardProblem: null,
      transcript,
      ownOpening,
      peerOpening: met.opening,
      sessionKeys: { own: toBase64Url(own), peer: toBase64Url(theirs) },
    });
    const { contacts } = self.server;
    contacts.set(self.userId, (contacts.get(self.userId) ?? new Set()).add(peer.userId));
  }
}

/** As many messages of each side as if they had been said, on this device alone. */
export async function fill(device: OwnDevice, peer: UserId, count: number): Promise<void> {
  const { store, server } = device;
  for (let i = 0; i < 2 * count; i++) {
    const work = new ConversationWork(store, server.clock.now() + i);
    const author = i % 2 === 0 ? "me" : "peer";
    const id = toBase64Url(exampleBytes(`${peer} ${i}`, 8));
    const text = `${author} ${i} ${"words ".repeat(40)}`;
    await work.apply(peer, author, { kind: "text", id, at: server.clock.now() + i, text });
    await store.apply(work.changes());
  }
}

async function cryptoKeys({ seed, agreeScalar }: Keys) {
  const pair = async (crv: "Ed25519" | "X25519", secret: Uint8Array, known: Uint8Array) => {
    const x = toBase64Url(known);
    const jwk = { kty: "OKP", crv, x };
    const uses = crv === "Ed25519" ? (["sign", "verify"] as const) : (["deriveBits", ""] as const);
    const publicUses = crv === "Ed25519" ? [uses[1] as KeyUsage] : [];
    const secretJwk = { ...jwk, d: toBase64Url(secret) };
    return {
      publicKey: await crypto.subtle.importKey("jwk", jwk, crv, true, publicUses),
      privateKey: await crypto.subtle.importKey("jwk", secretJwk, crv, true, [uses[0]]),
    };
  };
  return {
    sign: await pair("Ed25519", seed, ed25519.getPublicKey(seed)),
    agree: await pair("X25519", agreeScalar, x25519.getPublicKey(agreeScalar)),
  };
}
