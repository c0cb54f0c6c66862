// One member of a room, the product's or one that it is measured against. All count what is delivered by the same scan
// of the bytes, so that the clients of all cost alike.

import { once } from "node:events";
import { type RawData, WebSocket } from "ws";
import type { Encoded } from "../shared/wire/codec/codec.ts";
import { CODECS } from "../shared/wire/codec/codecs.ts";
import { FRAME_MAX_MESSAGES, HEARD_EVERY_BYTES } from "../shared/wire/limits.ts";
import type { RoomNotice, RoomRequest } from "../shared/wire/roomLine.ts";

export const ROOM_KINDS = [
  "raw object",
  "bare, gathers alike",
  "bare, checks tokens",
  "partyserver",
  "Socket.IO on Node",
  "ws on Node",
  "product, JSON",
  "product, CBOR",
] as const;
export type RoomKind = (typeof ROOM_KINDS)[number];

/** Messages of a member that it has not got back itself. */
export const WINDOW = 64;
export const MESSAGE_BYTES = 200;

/** Each text begins with these, then four digits that name its speaker. */
const MARK = "|~>";
const [MARK_FIRST, MARK_SECOND, MARK_THIRD] = Buffer.from(MARK) as unknown as [
  number,
  number,
  number,
];

/** How one kind of room is spoken to. */
interface Dialect {
  /** The most messages of one frame. */
  readonly batch: number;
  /** What is sent when the socket is open, and when the server has greeted. */
  readonly enter: ((index: number) => Encoded) | null;
  readonly greeted: ((frame: Buffer) => Encoded | null) | null;
  isEntered(frame: Buffer): boolean;
  /** Parts of a frame, to be joined; as many as messages. */
  part(text: string): Buffer;
  frame(parts: readonly Buffer[]): Encoded | Buffer;
}

const comma = Buffer.from(",");
const [openBracket, closeBracket] = [Buffer.from("["), Buffer.from("]")];
const asJson = {
  part: (text: string) => Buffer.from(JSON.stringify({ type: "say", number: 1, text })),
  frame: (parts: readonly Buffer[]) =>
    Buffer.concat([
      openBracket,
      ...parts.flatMap((part, index) => (index === 0 ? [part] : [comma, part])),
      closeBracket,
    ]).toString("latin1"),
};
const enterAs = (index: number): string => {
  const line = Buffer.from(String(index).padStart(8, "0")).toString("base64url");
  const enter = { type: "enter", line, name: `Person ${index}` } satisfies RoomRequest;
  return JSON.stringify([enter]);
};
const plain: Dialect = {
  batch: 1,
  enter: enterAs,
  greeted: null,
  isEntered: (frame) => frame.includes('"entered"'),
  ...asJson,
};

/** Those of the array and of its first message, whose type comes first. */
const CBOR_HEADERS_BYTES = 2;

const DIALECTS: Readonly<Record<RoomKind, Dialect>> = {
  "raw object": plain,
  "bare, gathers alike": { ...plain, batch: FRAME_MAX_MESSAGES },
  "bare, checks tokens": { ...plain, batch: FRAME_MAX_MESSAGES },
  partyserver: plain,
  "Socket.IO on Node": {
    batch: 1,
    enter: null,
    // Its wire: "0…" greets, "40" joins, "42" is an event, "2" asks whether one is there (Engine.IO 4, Socket.IO 5).
    greeted: (frame) => (frame[0] === 0x30 ? "40" : frame[0] === 0x32 ? "3" : null),
    isEntered: (frame) => frame.includes('"entered"'),
    part: (text) => Buffer.from(`42${JSON.stringify(["say", text])}`),
    frame: ([part]) => part!.toString("latin1"),
  },
  "ws on Node": { ...plain, enter: null, isEntered: () => true },
  "product, JSON": { ...plain, batch: FRAME_MAX_MESSAGES, isEntered: isEnteredIn("json") },
  "product, CBOR": {
    batch: FRAME_MAX_MESSAGES,
    enter: (index) => CODECS.cbor.encode(JSON.parse(enterAs(index)) as unknown[]),
    greeted: null,
    isEntered: isEnteredIn("cbor"),
    // A frame of up to 23 messages is one byte, then the messages.
    part: (text) =>
      Buffer.from(CODECS.cbor.encode([{ type: "say", number: 1, text }]).slice(1) as Uint8Array),
    frame: (parts) => Buffer.concat([Buffer.of(0x80 + parts.length), ...parts]),
  },
};

/** By the first bytes of the frame: the list of members is not read, as by no other of the clients here. */
function isEnteredIn(wire: "json" | "cbor") {
  const [entered, problem] = [headOf(wire, "entered"), headOf(wire, "problem")];
  const start = wire === "json" ? 0 : CBOR_HEADERS_BYTES;
  const begins = (frame: Buffer, head: Buffer) =>
    frame.subarray(start, start + head.length).equals(head);
  return (frame: Buffer): boolean => {
    if (begins(frame, problem)) throw new Error(`refused: ${frame.toString("latin1")}`);
    return begins(frame, entered);
  };
}

function headOf(wire: "json" | "cbor", type: RoomNotice["type"]): Buffer {
  const frame = Buffer.from(CODECS[wire].encode([{ type }]));
  return wire === "json" ? frame.subarray(0, -"}]".length) : frame.subarray(CBOR_HEADERS_BYTES);
}

/** Where a member goes in. */
export interface Door {
  readonly url: string;
  readonly protocols: readonly string[];
}

export class Member {
  /** Its own among those of the room. */
  readonly index: number;
  /** Of its socket: by which code. */
  readonly closed: Promise<number>;
  /** Messages, its own among them. */
  received = 0;
  readonly #dialect: Dialect;
  readonly #isProduct: boolean;
  readonly #socket: WebSocket;
  readonly #part: Buffer;
  readonly #name: number;
  /** By their number of messages. */
  readonly #frames = new Map<number, Encoded | Buffer>();
  readonly #told: (member: Member, messages: number) => void;
  #toSay = 0;
  #unechoed = 0;
  #unheardBytes = 0;
  #entered: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #isEntered = false;

  private constructor(
    kind: RoomKind,
    index: number,
    socket: WebSocket,
    told: (member: Member, messages: number) => void,
  ) {
    const name = String(index).padStart(4, "0");
    this.index = index;
    this.closed = once(socket, "close").then(([code]) => code as number);
    this.#dialect = DIALECTS[kind];
    this.#isProduct = kind.startsWith("product");
    this.#socket = socket;
    this.#part = this.#dialect.part(`${MARK}${name}`.padEnd(MESSAGE_BYTES, "x"));
    this.#name = Buffer.from(name).readUInt32BE();
    this.#told = told;
  }

  /**
   * @param index below 10,000
   * @param told of each frame that brings messages, how many
   */
  static async enter(
    kind: RoomKind,
    { url, protocols }: Door,
    index: number,
    told: (member: Member, messages: number) => void,
  ): Promise<Member> {
    const socket = new WebSocket(url, [...protocols], {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    const member = new Member(kind, index, socket, told);
    await new Promise<void>((resolve, reject) => {
      member.#entered = { resolve, reject };
      socket.on("error", reject);
      socket.on("close", (code, reason) => reject(new Error(`closed (${code}) ${String(reason)}`)));
      socket.on("message", (data) => member.#hear(data));
      socket.on("open", () => {
        const enter = DIALECTS[kind].enter?.(index);
        if (enter !== undefined) socket.send(enter);
      });
    });
    return member;
  }

  /** Says that many, in frames as large as its kind has them, never more than a window ahead of its echo. */
  say(messages: number): void {
    this.#toSay += messages;
    this.#fill();
  }

  /** For good: no seat is kept for it. */
  async leave(): Promise<void> {
    this.#socket.close(1000, "done");
    await this.closed;
  }

  #fill(): void {
    while (this.#toSay > 0 && this.#unechoed < WINDOW) {
      const size = Math.min(this.#dialect.batch, this.#toSay, WINDOW - this.#unechoed);
      this.#toSay -= size;
      this.#unechoed += size;
      this.#socket.send(this.#frameOf(size));
    }
  }

  #frameOf(size: number): Encoded | Buffer {
    let frame = this.#frames.get(size);
    if (frame === undefined) {
      frame = this.#dialect.frame(Array.from({ length: size }, () => this.#part));
      this.#frames.set(size, frame);
    }
    return frame;
  }

  #hear(data: RawData): void {
    const frame = data as Buffer;
    if (!this.#isEntered) this.#greet(frame);
    else if (this.#dialect.greeted !== null) this.#greet(frame);
    const { all, own } = countIn(frame, this.#name);
    if (this.#isProduct) this.#confirm(frame);
    if (all === 0) return;
    this.received += all;
    this.#unechoed -= own;
    this.#told(this, all);
    if (own > 0) this.#fill();
  }

  #greet(frame: Buffer): void {
    const answer = this.#dialect.greeted?.(frame) ?? null;
    if (answer !== null) this.#socket.send(answer);
    if (this.#isEntered) return;
    try {
      if (!this.#dialect.isEntered(frame)) return;
      this.#isEntered = true;
      this.#entered!.resolve();
    } catch (error) {
      this.#entered!.reject(error as Error);
    }
  }

  /** As the product's own clients do: how far it has heard, once for so many bytes. */
  #confirm(frame: Buffer): void {
    this.#unheardBytes += frame.length;
    if (this.#unheardBytes < HEARD_EVERY_BYTES) return;
    const through = throughIn(frame);
    if (through === null) return;
    this.#unheardBytes = 0;
    const codec = this.#dialect === DIALECTS["product, CBOR"] ? CODECS.cbor : CODECS.json;
    this.#socket.send(codec.encode([{ type: "heard", through } satisfies RoomRequest]));
  }
}

/** The messages in a frame, and how many of them that member has said. */
function countIn(frame: Buffer, name: number): { all: number; own: number } {
  let all = 0;
  let own = 0;
  let at = frame.indexOf(MARK_FIRST);
  while (at >= 0) {
    const isMark = frame[at + 1] === MARK_SECOND && frame[at + 2] === MARK_THIRD;
    if (isMark) {
      all += 1;
      if (frame.readUInt32BE(at + MARK.length) === name) own += 1;
    }
    at = frame.indexOf(MARK_FIRST, at + (isMark ? MESSAGE_BYTES : 1));
  }
  return { all, own };
}

const THROUGH_IN_JSON = Buffer.from('"through":');
/** CBOR: an array of one map, whose first entry is its type (names.ts), and the second `through`, of eight bytes. */
const THROUGH_IN_CBOR = Buffer.of(0x0a, 0x1b);

/** Read off the head of a frame of events, without decoding the rest; null of any other. */
function throughIn(frame: Buffer): number | null {
  if (frame[0] === 0x5b) {
    const at = frame.subarray(0, 64).indexOf(THROUGH_IN_JSON);
    return at < 0
      ? null
      : Number.parseInt(frame.toString("latin1", at + THROUGH_IN_JSON.length, at + 32), 10);
  }
  const at = frame.subarray(0, 16).indexOf(THROUGH_IN_CBOR);
  return at < 0 ? null : Number(frame.readBigUInt64BE(at + THROUGH_IN_CBOR.length));
}
