// Clients that pair two people, one function for each way. Frames are built beforehand where the server
// alone is to be measured: it compares tags and relays boxes, and never looks into them.

import { randomBytes } from "node:crypto";
import { Agent, request } from "node:http";
import { ristretto255 } from "@noble/curves/ed25519.js";
import { WebSocket } from "ws";
import { toBase64Url } from "../shared/core/crypto/bytes.ts";
import {
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
  SUBPROTOCOL_JSON,
  SUBPROTOCOL_TOKEN_PREFIX,
} from "../shared/wire/limits.ts";
import type { MailboxNotice } from "../shared/wire/mailbox.ts";
import type { UpgradeRequest } from "../shared/wire/auth.ts";
import type { AttemptNotice } from "../shared/wire/pairing.ts";
import type { BenchAccount } from "./accounts.ts";

/** Milliseconds since the pairing began. */
export interface Timed {
  /** Both clients know. */
  readonly knownMs: number;
  /** And both mailboxes have stored the contact; the raw object has none. */
  readonly committedMs: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 2_000 });
const BODY = "x".repeat(200);

export async function meetByPosts(url: string, name: string, query: string): Promise<Timed> {
  const startedAt = performance.now();
  const path = `${url}/posts/${name}${query}`;
  await Promise.all([post(path, {}, BODY), post(path, {}, BODY)]);
  const took = performance.now() - startedAt;
  return { knownMs: took, committedMs: took };
}

export async function meetByExchange(url: string, name: string): Promise<Timed> {
  const startedAt = performance.now();
  const socketUrl = `${url.replace("http", "ws")}/exchange/${name}?side=`;
  const a = new FrameSocket<RawFrame>(`${socketUrl}a`);
  await a.opened;
  a.send({ type: "first", BODY });
  await a.next("stored");
  const b = new FrameSocket<RawFrame>(`${socketUrl}b`);
  await b.next("first");
  b.send({ type: "second", BODY });
  await a.next("second");
  a.send({ type: "third", BODY });
  await b.next("third");
  b.send({ type: "fourth", BODY });
  await a.next("fourth");
  const took = performance.now() - startedAt;
  a.close();
  b.close();
  return { knownMs: took, committedMs: took };
}

interface RawFrame {
  readonly type: string;
}

/** A whole pairing by instant key but for the clients' cryptography. */
export async function meetByKey(
  url: string,
  a: BenchAccount,
  b: BenchAccount,
  cardBytes: number,
): Promise<Timed> {
  const startedAt = performance.now();
  const frames = framesWith(cardBytes);
  const { initiator, locator } = await openAttempt(url, a, frames.open);
  const { socket } = await connect(url, b, { purpose: "claim", locator, method: "key" });
  return finish(initiator, socket, frames, startedAt);
}

/** The same by passphrase, asked of an account that holds a line to its mailbox. */
export async function meetByPassphrase(
  url: string,
  a: BenchAccount,
  b: BenchAccount,
  cardBytes: number,
): Promise<Timed> {
  const startedAt = performance.now();
  const frames = framesWith(cardBytes);
  const line = await lineOf(url, b);
  const sid = randomBytes(16).toString("base64url");
  const coming = line.next("request");
  const open = frames.ask.replace(frames.sid, sid);
  const { initiator } = await openAttempt(url, a, open, { to: b.userId });
  const asked = (await coming) as unknown as { request: { locator: string } };
  const { locator } = asked.request;
  const { socket } = await connect(url, b, { purpose: "answer", locator, sid });
  return finish(initiator, socket, frames, startedAt);
}

async function finish(
  initiator: FrameSocket<AttemptNotice>,
  responder: FrameSocket<AttemptNotice>,
  frames: ReturnType<typeof framesWith>,
  startedAt: number,
): Promise<Timed> {
  await responder.next("offer");
  responder.send(frames.claim);
  await initiator.next("claim");
  initiator.send(frames.answer);
  await Promise.all([initiator.next("matched"), responder.next("matched")]);
  const knownMs = performance.now() - startedAt;
  initiator.send([{ type: "acknowledge" }]);
  responder.send([{ type: "acknowledge" }]);
  await Promise.all([initiator.next("acknowledged"), responder.next("acknowledged")]);
  const committedMs = performance.now() - startedAt;
  initiator.close();
  responder.close();
  return { knownMs, committedMs };
}

const lines = new WeakMap<BenchAccount, Promise<FrameSocket<MailboxNotice>>>();

/** The account's line to its mailbox, opened once. */
export function lineOf(url: string, account: BenchAccount): Promise<FrameSocket<MailboxNotice>> {
  let line = lines.get(account);
  if (line === undefined) {
    line = holdLine(url, account);
    lines.set(account, line);
  }
  return line;
}

export async function holdLine(
  url: string,
  account: BenchAccount,
): Promise<FrameSocket<MailboxNotice>> {
  const { socket } = await connect<MailboxNotice>(url, account, { purpose: "mailbox" });
  await socket.opened;
  socket.send([{ type: "hello", after: 0 }]);
  await socket.next("ready");
  return socket;
}

/** Stands once `opened` has come; a locator in use is exchanged for another. */
export async function openAttempt(
  url: string,
  account: BenchAccount,
  open: unknown,
  asking: { to?: string } = {},
) {
  for (let tries = 0; tries < 20; tries += 1) {
    const wanted = { purpose: "open", tried: 0, ...asking } as const;
    const { socket, locator } = await connect(url, account, wanted);
    await socket.opened;
    socket.send(open);
    const notice = await socket.next("opened", "problem");
    if (notice.type === "opened") return { initiator: socket, locator: locator! };
    const { problem } = notice as Extract<AttemptNotice, { type: "problem" }>;
    if (problem.code !== "locator-taken") throw new Error(JSON.stringify(problem));
    socket.close();
  }
  throw new Error("every locator is in use");
}

/** Asks for an upgrade token and opens the socket that it is for. */
export async function connect<Notice extends { readonly type: string } = AttemptNotice>(
  url: string,
  account: BenchAccount,
  wanted: Pick<UpgradeRequest, "purpose"> & Record<string, unknown>,
) {
  const { socketUrl, tokenProtocol, locator } = await upgradeFor(url, account, wanted);
  const socket = new FrameSocket<Notice>(socketUrl, [SUBPROTOCOL_JSON, tokenProtocol]);
  return { socket, locator };
}

/** Where that socket is opened, and the subprotocol to offer beside that of an encoding. */
export async function upgradeFor(
  url: string,
  account: BenchAccount,
  wanted: Pick<UpgradeRequest, "purpose">,
) {
  const headers = {
    authorization: `Bearer ${account.token}`,
    "content-type": "application/json",
    "cf-connecting-ip": account.address,
  };
  const answer = await post(`${url}/v1/upgrade-tokens`, headers, JSON.stringify(wanted));
  const { token, path, locator } = JSON.parse(answer) as Record<string, string>;
  const socketUrl = `${url.replace("http", "ws")}${path}`;
  return { socketUrl, tokenProtocol: `${SUBPROTOCOL_TOKEN_PREFIX}${token}`, locator };
}

/** A socket whose notices are awaited by their type. */
export class FrameSocket<Notice extends { readonly type: string }> {
  readonly opened: Promise<void>;
  readonly #socket: WebSocket;
  readonly #unread: Notice[] = [];
  #waiting: {
    types: readonly string[];
    resolve: (notice: Notice) => void;
    reject: (error: Error) => void;
  } | null = null;

  constructor(url: string, protocols: string[] = []) {
    this.#socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.on("open", resolve);
      this.#socket.on("error", reject);
    });
    this.opened.catch(() => {}); // whoever waits for a notice hears of it by the close that follows
    this.#socket.on("close", (code) => {
      this.#waiting?.reject(new Error(`closed (${code}), awaiting ${this.#waiting.types.join()}`));
    });
    this.#socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Notice | Notice[];
      for (const notice of Array.isArray(frame) ? frame : [frame]) this.#receive(notice);
    });
  }

  /** The next notice of one of these types; what lies between is passed over. */
  next(...types: readonly string[]): Promise<Notice> {
    const found = this.#unread.findIndex((notice) => types.includes(notice.type));
    const notice = this.#unread[found];
    this.#unread.splice(0, found + 1);
    if (notice !== undefined) return Promise.resolve(notice);
    return new Promise((resolve, reject) => {
      this.#waiting = { types, resolve, reject };
    });
  }

  send(frame: unknown): void {
    this.#socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  close(): void {
    this.#socket.close(1000);
  }

  #receive(notice: Notice): void {
    if (this.#waiting?.types.includes(notice.type) !== true) {
      if (notice.type === "problem") this.#waiting?.reject(new Error(JSON.stringify(notice)));
      this.#unread.push(notice);
      return;
    }
    const { resolve } = this.#waiting;
    this.#waiting = null;
    resolve(notice);
  }
}

type FrameName = "sid" | "open" | "ask" | "claim" | "answer" | "refusal";
const frameCache = new Map<number, Record<FrameName, string>>();

/** The frames of a pairing, as long as real ones; the refusal answers a claim that did not verify. */
export function framesWith(cardBytes: number) {
  let frames = frameCache.get(cardBytes);
  if (frames === undefined) {
    const bytes = (length: number) => Buffer.alloc(length, 7).toString("base64url");
    const shareOf = (scalar: bigint) =>
      toBase64Url(ristretto255.Point.BASE.multiply(scalar).toBytes());
    const part = { share: shareOf(3n), commitment: bytes(32) };
    const sealed = { identity: bytes(24 + 16 + 768), card: bytes(24 + 16 + 4 + 252 + cardBytes) };
    const proof = { tag: bytes(32), confirmation: bytes(64), ...sealed };
    const sid = bytes(16);
    const opening = { type: "open", sid, ...part, share: shareOf(2n) };
    const terms = { t1Seconds: PASSPHRASE_T1_SECONDS, t2Seconds: PASSPHRASE_T2_SECONDS };
    frames = {
      sid,
      open: JSON.stringify([{ ...opening, method: "key" }]),
      ask: JSON.stringify([{ ...opening, method: "passphrase", ...terms }]),
      claim: JSON.stringify([{ type: "claim", ...part, ...proof }]),
      answer: JSON.stringify([{ type: "answer", ...proof }]),
      refusal: JSON.stringify([
        { type: "answer", ...proof, tag: bytes(32).replace("B", "C"), identity: null, card: null },
      ]),
    };
    frameCache.set(cardBytes, frames);
  }
  return frames;
}

export function post(url: string, headers: Record<string, string>, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        if (response.statusCode! < 300) resolve(text);
        else reject(new Error(`${response.statusCode}: ${text}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
