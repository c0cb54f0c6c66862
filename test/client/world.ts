// The SDK's surroundings in memory: a clock that stands until it is told to go on, a server of canned
// answers, and sockets that the test opens, feeds and drops. These are the SDK's own ports.

import type { Ports, SocketLike } from "../../shared/client/node.ts";
import type { Codec } from "../../shared/wire/codec/codec.ts";
import { preferredCodec } from "../../shared/wire/codec/codecs.ts";
import { problem, type ProblemCode, type ProblemMembers } from "../../shared/wire/problem.ts";
import { textOf } from "../support/frames.ts";

class TestClock {
  #now = 1_800_000_000_000;
  readonly #timers = new Map<number, { readonly at: number; readonly task: () => void }>();
  #lastId = 0;

  readonly now = (): number => this.#now;

  readonly after = (delayMs: number, task: () => void): (() => void) => {
    const id = ++this.#lastId;
    this.#timers.set(id, { at: this.#now + delayMs, task });
    return () => this.#timers.delete(id);
  };

  /** Delays of all that waits, the soonest first. */
  get waits(): number[] {
    return [...this.#timers.values()].map(({ at }) => at - this.#now).toSorted((a, b) => a - b);
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#timers]
        .filter(([, { at }]) => at <= end)
        .toSorted(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [id, { at, task }] = due;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      task();
    }
    this.#now = end;
  }
}

export class TestSocket implements SocketLike {
  readonly url: string;
  readonly protocols: readonly string[];
  /** As JSON, in whichever encoding it was sent. */
  readonly sent: string[] = [];
  readonly #codec: Codec | undefined;
  binaryType = "blob";
  readyState = 0;
  closedWith: number | null = null;
  closedBecause: string | undefined;
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;

  constructor(url: string, protocols: readonly string[]) {
    this.url = url;
    this.protocols = protocols;
    this.#codec = preferredCodec(protocols);
  }

  send(data: string | Uint8Array): void {
    this.sent.push(textOf(data));
  }

  /** A close handshake that the other side never completes, as on a half-open connection. */
  close(code = 1005, reason?: string): void {
    this.closedWith = code;
    this.closedBecause = reason;
    this.readyState = 2;
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  /** Messages, in the encoding that the client has asked for; or a text as it is. */
  say(frame: readonly unknown[] | string): void {
    const data = typeof frame === "string" ? frame : this.#codec!.encode(frame);
    this.onmessage?.({ data: typeof data === "string" ? data : data.buffer });
  }

  drop(code = 1006): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

export class World {
  readonly clock = new TestClock();
  readonly requests: { readonly path: string; readonly method: string; readonly body: unknown }[] =
    [];
  readonly sockets: TestSocket[] = [];
  /** What two random bytes are, which is what jitter asks for; 0 is the shortest delay. */
  jitter = 0;
  /** Stands before the server's own answers; undefined leaves it to them. */
  answer: (path: string, method: string) => Promise<Response> | Response | undefined = () =>
    undefined;
  readonly #watchers = new Set<() => void>();
  #token = 0;

  readonly ports: Ports = {
    now: this.clock.now,
    after: this.clock.after,
    random: (length) =>
      length === 2
        ? Uint8Array.of(this.jitter >> 8, this.jitter & 0xff)
        : crypto.getRandomValues(new Uint8Array(length)),
    openSocket: (url, protocols) => {
      const socket = new TestSocket(url, protocols);
      this.sockets.push(socket);
      this.#notify();
      return socket;
    },
    fetch: async (url, { method = "GET", body }) => {
      const path = new URL(url).pathname;
      this.requests.push({ path, method, body: body == null ? null : JSON.parse(body as string) });
      this.#notify();
      return (await this.answer(path, method)) ?? this.#serve(path);
    },
  };

  /** Resolves with the socket of that number, once it is there. */
  async socket(index: number): Promise<TestSocket> {
    await this.until(() => this.sockets.length > index);
    return this.sockets[index]!;
  }

  /** Looks again whenever the SDK has asked for something. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watch = (): void => {
        if (!isSo()) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  countOf(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  #notify(): void {
    for (const watch of this.#watchers) watch();
  }

  #serve(path: string): Response {
    switch (path) {
      case "/v1/accounts":
        return Response.json(ACCOUNT, { status: 201 });
      case "/v1/challenges":
        return Response.json({ challenge: "challenge" });
      case "/v1/sessions":
        return Response.json({
          token: `session${++this.#token}`,
          expiresAt: this.clock.now() + 15 * 60_000,
        });
      case "/v1/upgrade-tokens":
        return Response.json({
          token: `upgrade${++this.#token}`,
          path: "/v1/mailbox",
          locator: null,
        });
      case "/v1/contacts":
        return Response.json({ contacts: [], next: null });
      default:
        return new Response(null, { status: 204 });
    }
  }
}

const ACCOUNT = {
  userId: "a".repeat(32),
  logHead: "A".repeat(43),
  handle: null,
  visibility: "anyone",
  requestsFrom: "anyone",
};

export function refusal(code: ProblemCode, members: ProblemMembers = {}): Response {
  const body = problem(code, members);
  return Response.json(body, { status: body.status });
}

/** Lets promises that need nothing but their turn have it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
