// This device's certificate (TAP-1): kept, so that tickets need no network, and renewed once half of its life has
// passed. What the server hands out is taken only if it is of this device.

import { equalBytes, fromBase64Url } from "../../core/crypto/bytes.ts";
import { readCertificate } from "../../core/tap/certificate.ts";
import { TICKET_TTL_SECONDS } from "../../wire/limits.ts";
import type { Certificate } from "../../wire/tap.ts";
import { ConnectionError } from "../connectionError.ts";
import { isPassing } from "../passing.ts";
import type { ServerClock } from "./clock.ts";
import { TapError } from "./tapError.ts";
import type { TapsContext } from "./tapsContext.ts";

/** Times are by the server's clock. */
interface Kept {
  readonly certificate: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A certificate to make a ticket with. */
export interface Valid {
  /** 174 bytes. */
  readonly bytes: Uint8Array;
  /** By the server's clock. */
  readonly expiresAt: number;
}

const TICKET_TTL_MS = TICKET_TTL_SECONDS * 1_000;

export class Certificates {
  readonly #context: TapsContext;
  readonly #clock: ServerClock;
  #renewal: Promise<Kept> | null = null;

  constructor(context: TapsContext, clock: ServerClock) {
    this.#context = context;
    this.#clock = clock;
  }

  /**
   * One that lasts; asks the server only when there is none that outlives a ticket.
   * @throws TapError `no-certificate` when there is none, and the server cannot be asked
   * @throws ProblemError when the server refuses, as for a device that was removed
   */
  async valid(): Promise<Valid> {
    const kept = await this.#kept();
    const now = await this.#clock.now();
    if (kept !== null && kept.expiresAt - now > TICKET_TTL_MS) return asValid(kept);
    try {
      return asValid(await this.renew());
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (kept !== null && kept.expiresAt > now) return asValid(kept);
      throw new TapError("no-certificate", error);
    }
  }

  /** How long until half of its life has passed; 0 without one. */
  async dueInMs(): Promise<number> {
    const kept = await this.#kept();
    if (kept === null) return 0;
    const dueAt = (kept.issuedAt + kept.expiresAt) / 2;
    return Math.max(0, dueAt - (await this.#clock.now()));
  }

  /** @throws ConnectionError; ProblemError when the server refuses, and what was kept is no longer */
  renew(): Promise<Kept> {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async forget(): Promise<void> {
    await this.#context.store.delete("settings", this.#id);
  }

  get #id(): string {
    return `tap.certificate ${this.#context.device.origin}`;
  }

  async #renew(): Promise<Kept> {
    const { device, ports, store } = this.#context;
    const askedAt = ports.now();
    const answer = await device.call("certificate", {}).catch(async (error: unknown) => {
      if (!isPassing(error)) await this.forget();
      throw error;
    });
    await this.#clock.learn(answer.now, askedAt, ports.now());
    if (!this.#isOwn(answer)) {
      throw new ConnectionError("The server has certified another device than this one.");
    }
    const { certificate, expiresAt } = answer;
    const kept: Kept = { certificate, issuedAt: answer.now, expiresAt };
    await store.put("settings", this.#id, kept);
    return kept;
  }

  async #kept(): Promise<Kept | null> {
    const { device, store } = this.#context;
    const kept = await store.get<Kept>("settings", this.#id);
    if (kept === null) return null;
    const isActive = device.identity.devices.some(({ number }) => number === device.self.number);
    if (isActive && this.#isOwn(kept)) return kept;
    await this.forget(); // of a device that was removed, or of another account
    return null;
  }

  #isOwn({ certificate, expiresAt }: Pick<Certificate, "certificate" | "expiresAt">): boolean {
    const { identity, self } = this.#context.device;
    const read = readCertificate(fromBase64Url(certificate));
    return (
      read !== null &&
      read.userId === identity.userId &&
      equalBytes(read.signKey, self.signKey) &&
      read.expiresAtSeconds * 1_000 >= expiresAt
    );
  }
}

function asValid({ certificate, expiresAt }: Kept): Valid {
  return { bytes: fromBase64Url(certificate), expiresAt };
}
