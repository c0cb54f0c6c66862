// A socket that stays: it asks for an upgrade token, connects, and comes back after a loss, with jitter.
// What was said on a lost connection is not repeated here; whoever uses it decides that on each opening.

import type * as z from "zod/mini";
import type { Upgrade, UpgradeRequest } from "../wire/auth.ts";
import type { Locator } from "../wire/ids.ts";
import { SUBPROTOCOL_TOKEN_PREFIX } from "../wire/limits.ts";
import { ProblemError } from "../wire/problem.ts";
import { type Device, withWork } from "./device.ts";
import { jitteredDelayMs, type Ports, type SocketLike } from "./ports.ts";

const KEEP_ALIVE_MS = 25_000;
/** A connection that has lasted this long begins the waiting times anew. */
const SOUND_MS = 5_000;
/** A socket that does not open by then is tried anew. */
const OPEN_MS = 15_000;
const OPEN = 1;
/** What has said too much that is wrong is closed with that (RFC 6455, section 7.4.1): it would soon do so again. */
const POLICY_VIOLATION = 1008;
const AFTER_FAULT_SECONDS = 15;
const SESSION_PROBLEMS: readonly string[] = ["unauthenticated", "upgrade-refused"];

export interface LiveSocketOptions<Notice> {
  /** Asked before each connection, so that it can differ from the one before. */
  readonly upgrade: () => UpgradeRequest;
  readonly notices: z.ZodMiniType<Notice>;
  /** @param locator of the attempt that this connection leads to; null for mailbox and rooms */
  readonly onOpen: (locator: Locator | null) => void;
  readonly onNotice: (notice: Notice) => void;
  readonly onState: (state: "connecting" | "online" | "offline") => void;
  /** A refusal that trying again will hardly change; true gives up. */
  readonly onRefused: (error: ProblemError) => boolean;
  /** An upgrade that has been asked for already, for the first connection. */
  readonly first?: Upgrade;
  /** After a loss it comes back at once, and waits only when that fails. */
  readonly isUrgent?: boolean;
  /** The connection is closed after {@link LiveSocket.close}. */
  readonly onClosed?: () => void;
}

export class LiveSocket<Notice> {
  readonly #device: Device;
  readonly #ports: Ports;
  readonly #options: LiveSocketOptions<Notice>;
  #socket: SocketLike | null = null;
  #isClosed = false;
  /** Something was heard since the last ping; a half-open connection stays silent. */
  #isAlive = true;
  #tries = 0;
  #openedAt: number | null = null;
  #stopTimer: () => void = () => {};

  constructor(device: Device, ports: Ports, options: LiveSocketOptions<Notice>) {
    this.#device = device;
    this.#ports = ports;
    this.#options = options;
    if (options.first === undefined) void this.#connect();
    else this.#open(options.first);
  }

  /** False when there is no connection; the caller says it again once there is one. */
  send(...messages: readonly unknown[]): boolean {
    if (this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(this.#device.codec.encode(messages));
    return true;
  }

  /** Gives up this connection for a new one. */
  reconnect(): void {
    const socket = this.#socket;
    if (socket === null || this.#isClosed) return;
    this.#socket = null;
    this.#stopTimer();
    socket.close(1000);
    this.#retry();
  }

  close(reason?: string): void {
    this.#isClosed = true;
    this.#stopTimer();
    this.#socket?.close(1000, reason);
  }

  async #connect(): Promise<void> {
    this.#options.onState("connecting");
    try {
      const upgrade = await requestUpgrade(this.#device, this.#options.upgrade());
      if (!this.#isClosed) this.#open(upgrade);
    } catch (error) {
      if (this.#isClosed) return;
      if (error instanceof ProblemError && isFinal(error) && this.#options.onRefused(error)) {
        this.#isClosed = true;
        return;
      }
      this.#retry(error instanceof ProblemError ? error.problem.retryAfterSeconds : undefined);
    }
  }

  #open({ path, token, locator }: Upgrade): void {
    const url = new URL(path, this.#device.origin);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const { subprotocol } = this.#device.codec;
    const protocols = [subprotocol, `${SUBPROTOCOL_TOKEN_PREFIX}${token}`];
    const socket = this.#ports.openSocket(url.href, protocols);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#stopTimer = this.#ports.after(OPEN_MS, () => this.reconnect());
    socket.onopen = () => {
      if (this.#socket !== socket) return;
      this.#stopTimer();
      this.#openedAt = this.#ports.now();
      this.#options.onState("online");
      this.#isAlive = true;
      this.#keepAlive(socket);
      this.#options.onOpen(locator);
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#receive(data);
    };
    socket.onerror = () => {};
    socket.onclose = ({ code }) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      this.#stopTimer();
      if (this.#isClosed) this.#options.onClosed?.();
      else this.#retry(code === POLICY_VIOLATION ? AFTER_FAULT_SECONDS : undefined);
    };
  }

  #receive(data: unknown): void {
    this.#isAlive = true;
    if (data === "pong" || !(typeof data === "string" || data instanceof ArrayBuffer)) return;
    const frame = this.#device.codec.decode(data, true);
    for (const item of frame.ok ? frame.messages : []) {
      const parsed = this.#options.notices.safeParse(item);
      // A notice of a kind that this version does not know is for a later one.
      if (parsed.success && !this.#isClosed) this.#options.onNotice(parsed.data);
    }
  }

  #keepAlive(socket: SocketLike): void {
    this.#stopTimer = this.#ports.after(KEEP_ALIVE_MS, () => {
      if (this.#socket !== socket || socket.readyState !== OPEN) return;
      if (!this.#isAlive) return this.reconnect();
      this.#isAlive = false;
      socket.send("ping");
      this.#keepAlive(socket);
    });
  }

  #retry(afterSeconds?: number): void {
    const isSound = this.#openedAt !== null && this.#ports.now() - this.#openedAt > SOUND_MS;
    if (isSound) this.#tries = 0;
    this.#openedAt = null;
    this.#options.onState("offline");
    if (this.#isClosed) return; // by whoever was told
    const isAtOnce = this.#options.isUrgent === true && this.#tries === 0;
    const delay = isAtOnce ? 0 : jitteredDelayMs(this.#tries, this.#ports.random);
    this.#tries += 1;
    const waitMs = Math.max(delay, (afterSeconds ?? 0) * 1_000);
    this.#stopTimer = this.#ports.after(waitMs, () => void this.#connect());
  }
}

/** Asks for an upgrade token, with the proof of work that a claim may need. */
export function requestUpgrade(device: Device, wanted: UpgradeRequest) {
  return withWork((proof) => {
    const body = proof === undefined ? wanted : { ...wanted, proof };
    return device.call("upgrade", { body: body as UpgradeRequest });
  });
}

function isFinal({ problem, code }: ProblemError): boolean {
  return problem.status < 500 && !SESSION_PROBLEMS.includes(code);
}
