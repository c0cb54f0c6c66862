// The line of the second client, written from docs/protocol.md alone ("Prekeys" to "The line"): leaves and draws
// prekeys, seals for each device of a contact, reads and acknowledges. It keeps all in memory.

import { randomBytes, randomInt } from "node:crypto";
import type { IndependentClient, Paired } from "./independentClient.ts";
import type { Json, Socket } from "./independentConnection.ts";
import { bytesOfContent, type Content, contentOf } from "./independentContents.ts";
import * as crypto from "./independentCrypto.ts";
import type { Frames } from "./independentFrames.ts";
import { agree, type Pair, pairOf } from "./independentSeal.ts";
import { type Kind, type Prekeys, readHeader, rootOf, Session } from "./independentSession.ts";

const CONTROL = ["receipt", "resend", "typing"];
const ONE_TIME = 12;

/** What a contact has said, and how. */
export interface Heard {
  readonly content: Content;
  readonly isTransient: boolean;
  readonly box: Buffer;
}

interface Bundle {
  readonly device: number;
  readonly signed: { readonly id: number; readonly key: string; readonly signature: string };
  readonly oneTime: { readonly id: number; readonly key: string } | null;
}

export class IndependentLine {
  readonly #client: IndependentClient;
  readonly #signedId = randomInt(1, 2 ** 31);
  readonly #signed = pairOf(randomBytes(32));
  readonly #oneTime = new Map<number, Pair>();
  /** By account; each of one device. */
  readonly #peers = new Map<string, crypto.Account>();
  readonly #pairings = new Map<string, Paired>();
  /** The one that opened last comes first. */
  readonly #sessions = new Map<string, Session[]>();
  #socket: Socket | null = null;
  #number = 0;

  constructor(client: IndependentClient) {
    this.#client = client;
    for (let i = 0; i < ONE_TIME; i++) {
      this.#oneTime.set(randomInt(1, 2 ** 31), pairOf(randomBytes(32)));
    }
  }

  get oneTimePrekeys(): number {
    return this.#oneTime.size;
  }

  /** Whom this device has met, and the keys that it holds from that. */
  met(paired: Paired): void {
    this.#peers.set(paired.peer.userId, paired.peer);
    this.#pairings.set(paired.peer.userId, paired);
  }

  /** A contact without a pairing: its account, by the log. */
  knows(peer: crypto.Account): void {
    this.#peers.set(peer.userId, peer);
  }

  /** As after a crash that cost the sessions, and the keys of pairings. */
  forget(): void {
    this.#sessions.clear();
    this.#pairings.clear();
  }

  get signedPrekey(): Bundle["signed"] {
    const { publicKey } = this.#signed;
    const signed = crypto.lvCat("acquaint prekey v1", crypto.u64be(this.#signedId), publicKey);
    const signature = crypto.b64(this.#client.signer.sign(signed));
    return { id: this.#signedId, key: crypto.b64(publicKey), signature };
  }

  /** How many are left at the server. */
  async leavePrekeys(): Promise<number> {
    const { left } = await this.#client.connection.call("PUT", "/v1/prekeys", {
      signed: this.signedPrekey,
      oneTime: [...this.#oneTime].map(([id, pair]) => ({ id, key: crypto.b64(pair.publicKey) })),
    });
    return left as number;
  }

  /** Reads from now on; what `ready` says. */
  async open(frames: Frames): Promise<Json> {
    this.#socket = await this.#client.connection.open({ purpose: "mailbox" }, frames);
    this.#socket.send({ type: "hello", after: 0, reads: true });
    return this.#socket.until("ready");
  }

  close(): void {
    this.#socket?.close();
  }

  /** Resolves with the box once the server has stored it. */
  async write(to: string, content: Content): Promise<Buffer> {
    const session = this.#sessions.get(to)?.[0] ?? (await this.#begin(to, this.#pairings.get(to)));
    const kind: Kind = CONTROL.includes(content.kind) ? "control" : "conversation";
    const box = session.seal(bytesOfContent(content), kind);
    await this.send(to, box);
    session.stored();
    return box;
  }

  async send(to: string, box: Buffer): Promise<void> {
    const number = this.#number++;
    const boxes = [{ device: 0, box: crypto.b64(box) }];
    this.#open.send({ type: "send", number, to, boxes });
    const { numbers } = await this.#open.until("stored");
    if ((numbers as number[])[0] !== number) throw new Error("another number");
  }

  type(to: string, isTyping: boolean): void {
    const [session] = this.#sessions.get(to) ?? [];
    const box = session!.sealTransient(bytesOfContent({ kind: "typing", isTyping }));
    this.#open.send({ type: "transient", to, boxes: [{ device: 0, box: crypto.b64(box) }] });
  }

  /** All that the next notice of envelopes brings; it is acknowledged. Null stands for what does not open. */
  async read(): Promise<(Heard | null)[]> {
    const { envelopes } = (await this.#open.until("envelopes")) as { envelopes?: Json[] };
    const heard: (Heard | null)[] = [];
    for (const { from, box } of envelopes!) {
      const opened = await this.#opened(from as string, crypto.fromB64(box as string));
      heard.push(opened);
    }
    this.#open.send({ type: "received", through: envelopes!.at(-1)!["sequence"] });
    return heard;
  }

  async readTyping(): Promise<Heard> {
    const { from, box } = await this.#open.until("transient");
    const bytes = crypto.fromB64(box as string);
    const [session] = this.#sessions.get(from as string) ?? [];
    const content = contentOf(session!.openTransient(bytes));
    return { content, isTransient: true, box: bytes };
  }

  /** What could not be opened is asked for, in a session without the key of a pairing. */
  async askAgain(to: string): Promise<void> {
    await this.#begin(to, undefined);
    await this.write(to, { kind: "resend" });
  }

  get #open(): Socket {
    if (this.#socket === null) throw new Error("there is no socket");
    return this.#socket;
  }

  async #begin(to: string, pairing: Paired | undefined): Promise<Session> {
    const { connection, account, agreement } = this.#client;
    const { log } = await connection.call("GET", `/v1/accounts/${to}/log`);
    const peer = crypto.verifiedAccount(log as crypto.Entry[]);
    if (peer.userId !== to) throw new Error("another account");
    const drawn = await connection.call("POST", `/v1/accounts/${to}/prekeys`, { devices: [0] });
    const [{ signed, oneTime }] = drawn["bundles"] as [Bundle];
    const key = crypto.fromB64(signed.key);
    const bytes = crypto.lvCat("acquaint prekey v1", crypto.u64be(signed.id), key);
    if (!crypto.isSigned(peer.signKey, bytes, crypto.fromB64(signed.signature))) {
      throw new Error("a prekey that is not the device's");
    }
    const ephemeral = pairOf(randomBytes(32));
    const oneTimeKey = oneTime && crypto.fromB64(oneTime.key);
    const agreements = [
      agree(agreement, key),
      agree(ephemeral, peer.agreeKey),
      agree(ephemeral, key),
      ...(oneTimeKey === null ? [] : [agree(ephemeral, oneTimeKey)]),
    ];
    const psk = pairing?.sessionKeys.own ?? null;
    const root = rootOf([account, peer], agreements, key, oneTimeKey, psk);
    const prekeys: Prekeys = {
      signedId: signed.id,
      oneTimeId: oneTime?.id ?? 0,
      ephemeral: ephemeral.publicKey,
      pairing: pairing ? crypto.fromB64(pairing.receiptHash).subarray(0, 8) : null,
    };
    this.#peers.set(to, peer);
    return this.#first(to, new Session([account, peer], root, prekeys, key));
  }

  async #opened(from: string, box: Buffer): Promise<Heard | null> {
    const sessions = this.#sessions.get(from) ?? [];
    for (const session of sessions) {
      try {
        const content = contentOf(session.open(box));
        this.#first(from, session);
        return { content, isTransient: false, box };
      } catch {
        // Perhaps another one opens it.
      }
    }
    const { prekeys } = readHeader(box).header;
    const name = prekeys?.ephemeral.toString("base64url");
    if (prekeys === null || sessions.some((session) => session.name === name)) return null;
    return this.#openFirst(from, box, prekeys);
  }

  #openFirst(from: string, box: Buffer, prekeys: Prekeys): Heard | null {
    const { account, agreement } = this.#client;
    const peer = this.#peers.get(from);
    const pairing = this.#pairings.get(from);
    const isKnown =
      prekeys.pairing === null ||
      (pairing !== undefined &&
        crypto.fromB64(pairing.receiptHash).subarray(0, 8).equals(prekeys.pairing));
    const oneTime = this.#oneTime.get(prekeys.oneTimeId);
    const isLeft = prekeys.oneTimeId === 0 || oneTime !== undefined;
    if (peer === undefined || !isKnown || !isLeft || prekeys.signedId !== this.#signedId) {
      return null;
    }
    const { ephemeral } = prekeys;
    const agreements = [
      agree(this.#signed, peer.agreeKey),
      agree(agreement, ephemeral),
      agree(this.#signed, ephemeral),
      ...(oneTime === undefined ? [] : [agree(oneTime, ephemeral)]),
    ];
    const psk = prekeys.pairing === null ? null : pairing!.sessionKeys.peer;
    const oneTimeKey = oneTime?.publicKey ?? null;
    const root = rootOf([peer, account], agreements, this.#signed.publicKey, oneTimeKey, psk);
    const session = new Session([account, peer], root, prekeys, this.#signed);
    const content = contentOf(session.open(box));
    this.#oneTime.delete(prekeys.oneTimeId);
    this.#first(from, session);
    return { content, isTransient: false, box };
  }

  #first(of: string, session: Session): Session {
    const others = (this.#sessions.get(of) ?? []).filter((one) => one !== session);
    this.#sessions.set(of, [session, ...others].slice(0, 5));
    return session;
  }
}
