// HTTP and sockets of the second client, written from docs/protocol.md alone: calls with proof of work,
// frames in both directions.

import * as crypto from "./independentCrypto.ts";
import { type Frames, JSON_FRAMES } from "./independentFrames.ts";

export type Json = Record<string, unknown>;

/** How an attempt ended without a match. */
export class Ended extends Error {}

/** What the server refused, by its code. */
export class Refused extends Error {}

export interface Socket {
  send(message: Json): void;
  /** @param reason none, but where the document names one */
  close(reason?: string): void;
  /** The next message, whatever it is. */
  any(): Promise<Json>;
  /** The next message, which must be of this type. */
  next(type: string): Promise<Json>;
  /** The next message of this type; others stay where they are. */
  until(type: string): Promise<Json>;
}

export class IndependentConnection {
  readonly #origin: string;
  token = "";

  constructor(origin: string) {
    this.#origin = origin;
  }

  async call(method: string, path: string, body?: Json): Promise<Json> {
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${this.token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = (text === "" ? {} : JSON.parse(text)) as Json;
    if (response.ok) return answer;
    const work = answer["work"] as { challenge: string; bits: number } | undefined;
    if (work === undefined || body?.["proof"] !== undefined) {
      throw new Refused(String(answer["code"]));
    }
    let solution = 0;
    while (!crypto.isWorkDone(work.challenge, solution, work.bits)) solution += 1;
    return this.call(method, path, { ...body, proof: { challenge: work.challenge, solution } });
  }

  /** The locator is null for the mailbox. */
  async open(
    purpose: Json,
    frames: Frames = JSON_FRAMES,
  ): Promise<Socket & { readonly locator: string }> {
    const { path, token, locator } = await this.call("POST", "/v1/upgrade-tokens", purpose);
    const socket = await this.#connect(String(path), String(token), frames);
    return { ...socket, locator: locator as string };
  }

  async #connect(path: string, token: string, frames: Frames): Promise<Socket> {
    const protocols = [frames.subprotocol, `acquaint.token.${token}`];
    const socket = new WebSocket(this.#origin.replace(/^http/, "ws") + path, protocols);
    socket.binaryType = "arraybuffer";
    const inbox: Json[] = [];
    const wakes: (() => void)[] = [];
    socket.addEventListener("message", ({ data }) => {
      inbox.push(...frames.decode(data as string | ArrayBuffer));
      for (const wake of wakes.splice(0)) wake();
    });
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", () => reject(new Error("the socket was refused")));
    });
    const find = async (isIt: (message: Json) => boolean): Promise<Json> => {
      for (;;) {
        const index = inbox.findIndex(isIt);
        if (index >= 0) return inbox.splice(index, 1)[0]!;
        await new Promise<void>((resolve) => wakes.push(resolve));
      }
    };
    return {
      send: (message) => socket.send(frames.encode([message])),
      close: (reason) => socket.close(1000, reason),
      any: () => find(() => true),
      next: async (type) => {
        const message = await find(() => true);
        if (message["type"] === "ended") throw new Ended(String(message["outcome"]));
        if (message["type"] === "problem") {
          throw new Refused(String((message["problem"] as Json)["code"]));
        }
        if (message["type"] !== type) throw new Error(`unexpected ${JSON.stringify(message)}`);
        return message;
      },
      until: (type) => find((message) => message["type"] === type),
    };
  }
}
