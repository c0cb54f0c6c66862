// Client sockets of attempts and mailboxes that keep what arrives. Upgrade tokens are minted with the
// server's secret, so that a test chooses actor, object and purpose.

import { env, exports } from "cloudflare:workers";
import type { Locator } from "../../../shared/wire/ids.ts";
import type { Codec, Wire } from "../../../shared/wire/codec/codec.ts";
import { CODECS } from "../../../shared/wire/codec/codecs.ts";
import { SUBPROTOCOL_JSON, SUBPROTOCOL_TOKEN_PREFIX } from "../../../shared/wire/limits.ts";
import { type Actor, issueToken, type UpgradeClaims } from "../../../workers/auth/tokens.ts";
import { ORIGIN } from "./accounts.ts";

/** What arrived: any notice of either socket. */
// oxlint-disable-next-line typescript/no-explicit-any -- each test knows what it waits for
export type Told = { type: string } & Record<string, any>;

/** No message of the protocol: its refusal shows that all sent before it has been dealt with. */
const BARRIER = { type: "barrier" };

export class TestSocket {
  /** Everything that arrived, in order, refusals of barriers left out. */
  readonly told: Told[] = [];
  /** Frames as they came. */
  readonly frames: (string | ArrayBuffer)[] = [];
  readonly closed: Promise<number>;
  isClosed = false;
  pongs = 0;
  #read = 0;
  #refusedBarriers = 0;
  #sentBarriers = 0;
  readonly #socket: WebSocket;
  readonly #codec: Codec;
  #waiting: (() => void)[] = [];

  constructor(socket: WebSocket, codec: Codec = CODECS.json) {
    this.#socket = socket;
    this.#codec = codec;
    socket.binaryType = "arraybuffer";
    socket.accept();
    socket.addEventListener("message", ({ data }) => this.#take(data as string | ArrayBuffer));
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code }) => {
        this.isClosed = true;
        resolve(code);
        this.#wake();
      });
    });
  }

  send(...messages: unknown[]): void {
    this.sendRaw(this.#codec.encode(messages));
  }

  sendRaw(data: string | ArrayBuffer | Uint8Array): void {
    if (!this.isClosed) this.#socket.send(data);
  }

  /** Sends, and resolves with what arrived here until the object had dealt with it; nothing if it closed. */
  async ask(...messages: unknown[]): Promise<Told[]> {
    const from = this.told.length;
    this.send(...messages, BARRIER);
    this.#sentBarriers += 1;
    const awaited = this.#sentBarriers;
    await this.#until(() => this.#refusedBarriers >= awaited || this.isClosed);
    return this.told.slice(from);
  }

  /** The next notice not taken yet, of a type if one is given; others of before are passed over. */
  async next(type?: string): Promise<Told> {
    for (;;) {
      await this.#until(() => this.#read < this.told.length || this.isClosed);
      const told = this.told[this.#read];
      if (told === undefined) throw new Error(`the socket closed before ${type ?? "a notice"}`);
      this.#read += 1;
      if (type === undefined || told.type === type) return told;
    }
  }

  /** Sends a keep-alive, and resolves once it has been answered. */
  async ping(): Promise<void> {
    const awaited = this.pongs + 1;
    this.sendRaw("ping");
    await this.#until(() => this.pongs >= awaited || this.isClosed);
  }

  /** Resolves once that many have arrived since, or the socket has closed. */
  async toldFrom(from: number, count: number): Promise<void> {
    await this.#until(() => this.told.length >= from + count || this.isClosed);
  }

  /** The messages of the next frames, each of which holds one; nothing else takes them. */
  async takeFrames(count: number): Promise<Told[]> {
    await this.#until(() => this.frames.length >= count || this.isClosed);
    const taken = this.frames.splice(0, count);
    // Refusals of what was sent raw look like those of barriers.
    this.#refusedBarriers = this.#sentBarriers;
    this.told.length = 0;
    this.#read = 0;
    return taken.flatMap((frame) => this.#messagesIn(frame));
  }

  close(code = 1000, reason = ""): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#socket.close(code, reason);
    this.#wake();
  }

  #take(data: string | ArrayBuffer): void {
    if (data === "pong") {
      this.pongs += 1;
      return this.#wake();
    }
    this.frames.push(data);
    for (const message of this.#messagesIn(data)) {
      if (isRefusedBarrier(message)) this.#refusedBarriers += 1;
      else this.told.push(message);
    }
    this.#wake();
  }

  #messagesIn(data: string | ArrayBuffer): Told[] {
    const frame = this.#codec.decode(data, false);
    if (!frame.ok) throw new Error(frame.fault);
    return frame.messages as Told[];
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}

function isRefusedBarrier({ type, problem }: Told): boolean {
  return (
    type === "problem" && problem.code === "malformed-message" && "type" in (problem.fields ?? {})
  );
}

/** What was told, in a word each: the code of a problem, the outcome of an end, or else the type. */
export function codes(told: readonly Told[]): string[] {
  return told.map(({ type, problem, outcome }) => (problem?.code ?? outcome ?? type) as string);
}

/** The ends that a socket has heard, in order. */
export function ends({ told }: TestSocket): string[] {
  return told.flatMap(({ type, outcome }) =>
    type === "ended" ? [outcome as string] : type === "matched" ? ["connected"] : [],
  );
}

export type Purpose = UpgradeClaims["purpose"];

export async function mintUpgrade(
  { userId, deviceId }: Actor,
  purpose: Purpose,
  locator: string | null,
  change: Partial<UpgradeClaims> = {},
): Promise<string> {
  const { token } = await issueToken(env.SERVER_SECRET, "upgrade", {
    userId,
    deviceId,
    id: crypto.randomUUID(),
    issuedAt: Date.now(),
    network: "test network",
    purpose,
    locator: locator as Locator | null,
    sid: null,
    method: purpose === "claim" ? "key" : null,
    to: null,
    handle: null,
    room: null,
    ...change,
  });
  return token;
}

export async function requestUpgrade(
  path: string,
  token: string,
  protocols = `${SUBPROTOCOL_JSON}, ${SUBPROTOCOL_TOKEN_PREFIX}${token}`,
): Promise<Response> {
  return exports.default.fetch(
    new Request(`${ORIGIN}${path}`, {
      headers: { upgrade: "websocket", "sec-websocket-protocol": protocols },
    }),
  );
}

export async function connect(
  path: string,
  token: string,
  wire: Wire = "json",
): Promise<TestSocket> {
  const codec = CODECS[wire];
  const protocols = `${codec.subprotocol}, ${SUBPROTOCOL_TOKEN_PREFIX}${token}`;
  const response = await requestUpgrade(path, token, protocols);
  if (response.webSocket === null) {
    throw new Error(`the upgrade was refused: ${await response.text()}`);
  }
  return new TestSocket(response.webSocket, codec);
}

export async function connectToAttempt(
  actor: Actor,
  purpose: Purpose,
  locator: string,
  change: Partial<UpgradeClaims> = {},
  wire?: Wire,
): Promise<TestSocket> {
  const token = await mintUpgrade(actor, purpose, locator, change);
  return connect(`/v1/attempts/${locator}`, token, wire);
}

export async function connectToMailbox(actor: Actor, wire?: Wire): Promise<TestSocket> {
  return connect("/v1/mailbox", await mintUpgrade(actor, "mailbox", null), wire);
}
