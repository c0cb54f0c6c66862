// A sender and the reader of one mailbox, or of a raw box, which speaks the same frames as JSON. Boxes are random
// bytes: the server never looks into them.

import { randomBytes } from "node:crypto";
import { WebSocket } from "ws";
import type { MailboxNotice, MailboxRequest } from "../shared/wire/mailbox.ts";
import type { Codec, Encoded } from "../shared/wire/codec/codec.ts";
import { CODECS } from "../shared/wire/codec/codecs.ts";
import type { BenchAccount } from "./accounts.ts";
import { upgradeFor } from "./clients.ts";

export const MAILBOX_KINDS = [
  "raw, one hop",
  "raw, two hops",
  "product behind a raw hop",
  "product, JSON",
  "product, CBOR",
] as const;
export type MailboxKind = (typeof MAILBOX_KINDS)[number];

/** The mailbox that is written to. */
export interface Place {
  readonly kind: MailboxKind;
  readonly url: string;
  readonly box: string;
}

/** Messages in a frame, as the SDK sends them. */
export const BATCH = 16;
const BOX_BYTES = 200;

/** Sends to one receiver; the next frame goes once the last one is stored. */
export class Sender {
  readonly #socket: LineSocket;
  readonly #batch: Encoded;
  readonly #single: Encoded;

  private constructor(socket: LineSocket, to: string, devices: readonly number[]) {
    this.#socket = socket;
    const messages = Array.from({ length: BATCH }, (_, number) => ({
      type: "send",
      number,
      to,
      boxes: devices.map((device) => ({
        device,
        box: randomBytes(BOX_BYTES).toString("base64url"),
      })),
    }));
    this.#batch = socket.codec.encode(messages);
    this.#single = socket.codec.encode(messages.slice(0, 1));
  }

  /** @param devices of the receiver */
  static async open(
    place: Place,
    sender: BenchAccount | string,
    devices: readonly number[] = [0],
  ): Promise<Sender> {
    const socket = await socketAt(place, sender, false);
    return new Sender(socket, place.box, devices);
  }

  async sendBatches(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) await this.#send(this.#batch, BATCH);
  }

  sendOne(): Promise<void> {
    return this.#send(this.#single, 1);
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  #send(frame: Encoded, messages: number): Promise<void> {
    let open = messages;
    const stored = this.#socket.until((notice) => {
      if (notice.type === "refused") throw new Error(JSON.stringify(notice.problem));
      if (notice.type === "stored") open -= notice.numbers.length;
      return open === 0;
    });
    this.#socket.send(frame);
    return stored;
  }
}

/** Reads all that the mailbox has for it, and confirms each notice. */
export class Reader {
  #socket: LineSocket | null = null;
  #read = 0;
  #taken = 0;

  static async open(place: Place, device: BenchAccount | string): Promise<Reader> {
    const reader = new Reader();
    reader.#socket = await socketAt(place, device, true, (notice, socket) => {
      const through = notice.type === "envelopes" ? notice.envelopes.at(-1)?.sequence : undefined;
      if (notice.type !== "envelopes" || through === undefined) return;
      reader.#read += notice.envelopes.length;
      socket.send(socket.codec.encode([{ type: "received", through } satisfies MailboxRequest]));
    });
    return reader;
  }

  /** Resolves once that many more have come. */
  async take(count: number): Promise<void> {
    this.#taken += count;
    const taken = this.#taken;
    if (this.#read < taken) await this.#socket?.until(() => this.#read >= taken);
  }

  /** Resolves once the server has heard all that was confirmed. */
  async close(): Promise<void> {
    await this.#socket?.close();
  }
}

async function socketAt(
  { kind, url, box }: Place,
  device: BenchAccount | string,
  reads: boolean,
  hear: Hear = () => {},
): Promise<LineSocket> {
  const socketsUrl = url.replace("http", "ws");
  if (typeof device === "string") {
    const path = kind === "raw, two hops" && !reads ? `relay/${device}?to=${box}` : `box/${box}`;
    const query = reads ? "?reads" : kind === "raw, one hop" ? `?from=${device}` : "";
    return LineSocket.open(`${socketsUrl}/${path}${query}`, null, CODECS.json, hear);
  }
  if (kind === "product behind a raw hop" && !reads) {
    const relayUrl = `${socketsUrl}/relay/${device.userId}?to=${box}`;
    return LineSocket.open(relayUrl, null, CODECS.json, hear);
  }
  const { socketUrl, tokenProtocol } = await upgradeFor(url, device, { purpose: "mailbox" });
  const codec = kind === "product, CBOR" ? CODECS.cbor : CODECS.json;
  const socket = await LineSocket.open(socketUrl, tokenProtocol, codec, hear);
  const ready = socket.until(({ type }) => type === "ready");
  socket.send(codec.encode([{ type: "hello", after: 0, reads: true } satisfies MailboxRequest]));
  await ready;
  return socket;
}

type Hear = (notice: MailboxNotice, socket: LineSocket) => void;

class LineSocket {
  readonly codec: Codec;
  readonly #hear: Hear;
  readonly #socket: WebSocket;
  readonly #closed: Promise<void>;
  #waiting: { isOver: (notice: MailboxNotice) => boolean; done: () => void } | null = null;
  #fail: (error: Error) => void = () => {};

  private constructor(socket: WebSocket, codec: Codec, hear: Hear) {
    this.codec = codec;
    this.#hear = hear;
    this.#socket = socket;
    this.#closed = new Promise((resolve) => {
      socket.on("close", (code) => {
        this.#fail(new Error(`closed (${code})`));
        resolve();
      });
    });
    socket.on("message", (data: Buffer, isBinary) => {
      const frame = codec.decode(isBinary ? data : data.toString(), true);
      if (!frame.ok) return this.#fail(new Error(frame.fault));
      for (const notice of frame.messages as MailboxNotice[]) this.#receive(notice);
    });
  }

  /** @param tokenProtocol stands for the upgrade token; null for a raw box, which asks for none */
  static async open(
    url: string,
    tokenProtocol: string | null,
    codec: Codec,
    hear: Hear,
  ): Promise<LineSocket> {
    const protocols = tokenProtocol === null ? [] : [codec.subprotocol, tokenProtocol];
    const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    const line = new LineSocket(socket, codec, hear);
    await new Promise((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
    });
    return line;
  }

  send(frame: Encoded): void {
    this.#socket.send(frame);
  }

  /** Resolves with the first notice after which it is over; one wait at a time. */
  until(isOver: (notice: MailboxNotice) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#waiting = { isOver, done: resolve };
    });
  }

  close(): Promise<void> {
    this.#socket.close(1000);
    return this.#closed;
  }

  #receive(notice: MailboxNotice): void {
    this.#hear(notice, this);
    try {
      if (this.#waiting?.isOver(notice) !== true) return;
      this.#waiting.done();
      this.#waiting = null;
    } catch (error) {
      this.#fail(error as Error);
    }
  }
}
