// This device's own prekeys: made here, left at the server for contacts who begin a session, made anew
// before they run out. A one-time prekey goes with the first message that used it.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import { type AgreementPair, publicKeyOf } from "../../core/crypto/diffieHellman.ts";
import { signedPrekeyBytes } from "../../core/crypto/prekeys.ts";
import { fromBase64Url } from "../../core/crypto/bytes.ts";
import type { SignedPrekey } from "../../wire/line.ts";
import { ENVELOPE_TTL_SECONDS, PREKEYS_FEW } from "../../wire/limits.ts";
import type { Device } from "../device.ts";
import type { Ports } from "../ports.ts";
import type { Change, Store } from "../store/store.ts";

const LEFT_AT_ONCE = 30;
const SIGNED_FOR_MS = 7 * 24 * 60 * 60 * 1_000;
/** Whoever drew a prekey just before it was replaced may have sent an envelope that waits for long. */
const KEPT_FOR_MS = SIGNED_FOR_MS + 2 * ENVELOPE_TTL_SECONDS * 1_000;
const ONE_TIME_MAX = 500;

interface StoredPrekey {
  readonly id: number;
  readonly secretKey: string;
  readonly madeAt: number;
}

interface Left {
  readonly signedId: number;
  readonly signedAt: number;
}

export class PrekeyBox {
  readonly #device: Device;
  readonly #ports: Ports;
  readonly #store: Store;
  #work: Promise<void> = Promise.resolve();

  constructor(device: Device, ports: Ports, store: Store) {
    this.#device = device;
    this.#ports = ports;
    this.#store = store;
  }

  /** @param left one-time prekeys that the server still has; null when it has not said */
  replenish(left: number | null): Promise<void> {
    const done = this.#work.then(() => this.#replenish(left));
    this.#work = done.catch(() => {});
    return done;
  }

  /** The one that this device has left at the server last, or leaves now. */
  async current(): Promise<SignedPrekey> {
    await this.replenish(null);
    const { signedId: id = 0 } = (await this.#store.get<Left>("device", this.#leftId())) ?? {};
    const pair = await this.signed(id);
    if (pair === null) throw new Error("This device has left no prekeys.");
    return this.#signedToWire({ id, ...pair });
  }

  signed(id: number): Promise<AgreementPair | null> {
    return this.#pair(signedId(id));
  }

  oneTime(id: number): Promise<AgreementPair | null> {
    return this.#pair(oneTimeId(id));
  }

  /** For when the first message that used it is kept. */
  spent(id: number): Change {
    return { collection: "prekeys", id: oneTimeId(id) };
  }

  async #pair(id: string): Promise<AgreementPair | null> {
    const stored = await this.#store.get<StoredPrekey>("prekeys", id);
    if (stored === null) return null;
    const secretKey = fromBase64Url(stored.secretKey);
    return { secretKey, publicKey: publicKeyOf(secretKey) };
  }

  /** The secrets are kept before their public halves are shown to anyone. */
  async #replenish(left: number | null): Promise<void> {
    const now = this.#ports.now();
    const before = await this.#store.get<Left>("device", this.#leftId());
    const isFresh = before !== null && now - before.signedAt < SIGNED_FOR_MS;
    if (isFresh && (left ?? LEFT_AT_ONCE) >= PREKEYS_FEW) return;
    const kept = isFresh ? await this.signed(before.signedId) : null;
    const signed = kept === null ? this.#make() : { id: before?.signedId ?? 0, ...kept };
    const missing = LEFT_AT_ONCE - (before === null ? 0 : (left ?? LEFT_AT_ONCE));
    const oneTime = Array.from({ length: Math.max(0, missing) }, () => this.#make());
    await this.#store.apply([
      ...(kept === null ? [keep(signedId(signed.id), signed, now)] : []),
      ...oneTime.map((pair) => keep(oneTimeId(pair.id), pair, now)),
      ...(await this.#outdated(now)),
    ]);
    const body = { signed: await this.#signedToWire(signed), oneTime: oneTime.map(toWire) };
    await this.#device.call("leavePrekeys", { body });
    const signedAt = kept === null ? now : (before?.signedAt ?? now);
    await this.#store.put("device", this.#leftId(), { signedId: signed.id, signedAt });
  }

  async #signedToWire(pair: AgreementPair & { id: number }): Promise<SignedPrekey> {
    const signature = await this.#device.sign(signedPrekeyBytes(pair.id, pair.publicKey));
    return { ...toWire(pair), signature: toBase64Url(signature) };
  }

  /** Whoever draws and never writes must not make this device keep secrets without end. */
  async #outdated(now: number): Promise<Change[]> {
    const signed = await this.#store.range<StoredPrekey>("prekeys", { prefix: signedId("") });
    const oneTime = await this.#store.range<StoredPrekey>("prekeys", { prefix: oneTimeId("") });
    const excess = oneTime.toSorted((a, b) => b.madeAt - a.madeAt).slice(ONE_TIME_MAX);
    return [
      ...signed.filter(({ madeAt }) => now - madeAt > KEPT_FOR_MS).map(({ id }) => signedId(id)),
      ...excess.map(({ id }) => oneTimeId(id)),
    ].map((id) => ({ collection: "prekeys", id }));
  }

  #make(): AgreementPair & { id: number } {
    const [a = 0, b = 0, c = 0, d = 0] = this.#ports.random(4);
    const id = 1 + (((a & 0x3f) * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) | 0);
    const secretKey = this.#ports.random(32);
    return { id, secretKey, publicKey: publicKeyOf(secretKey) };
  }

  #leftId(): string {
    return `prekeys ${this.#device.origin}`;
  }
}

/** Secrets of signed prekeys, for a device that goes over into another account with them. */
export async function signedPrekeys(store: Store): Promise<Change[]> {
  const all = await store.range<StoredPrekey>("prekeys", { prefix: signedId("") });
  return all.map((value) => ({ collection: "prekeys", id: signedId(value.id), value }));
}

const signedId = (id: number | "") => `signed.${id}`;
const oneTimeId = (id: number | "") => `once.${id}`;

function keep(id: string, pair: AgreementPair & { id: number }, madeAt: number): Change {
  const value: StoredPrekey = { id: pair.id, secretKey: toBase64Url(pair.secretKey), madeAt };
  return { collection: "prekeys", id, value };
}

function toWire({ id, publicKey }: AgreementPair & { id: number }) {
  return { id, key: toBase64Url(publicKey) };
}
