// Whether this device's account was erased, as its store and the server's notices tell. The server keeps no row
// that says so: it is the devices that do not bring an erased account back.

import { fromBase64Url } from "../core/crypto/bytes.ts";
import { eraseTranscript, isSignatureBy, type VerifiedLog } from "../core/identity/deviceLog.ts";
import type { DeviceLog } from "../wire/auth.ts";
import type { MailboxNotice } from "../wire/mailbox.ts";
import type { Store } from "./store/store.ts";

type ErasedNotice = Extract<MailboxNotice, { type: "erased" }>;

/** Held, and kept as a mark, from before the server is asked until all else is deleted as well. */
const ERASURE = "erasure";

/** Tells other tabs and processes of this device to look whether the account is still there. */
export const ERASED_SIGNAL = "erased";

/** The account is no more: it was erased here or on another device. What this device keeps can still be read. */
export class AccountErased extends Error {
  constructor() {
    super("This account was erased.");
    this.name = "AccountErased";
  }
}

export class ErasureMark {
  readonly #store: Store;
  readonly #log: DeviceLog;
  /** Told when it turns out that the account was erased. */
  onErased: () => void = () => {};

  constructor(store: Store, log: DeviceLog) {
    this.#store = store;
    this.#log = log;
  }

  /** For the tab or process that erases: no other does so, or begins a new account here, until it is released. */
  hold(): Promise<(() => void) | null> {
    return this.#store.hold(ERASURE);
  }

  /** From now on nothing here registers the account again. */
  put(): Promise<void> {
    return this.#store.put("device", ERASURE, true);
  }

  /** The server has refused to erase: the account stays. */
  remove(): Promise<void> {
    return this.#store.delete("device", ERASURE);
  }

  /** @throws AccountErased when it was erased, by whichever tab or process */
  async check(): Promise<void> {
    if ((await this.#isKept()) && !(await isMarked(this.#store))) return;
    this.onErased();
    throw new AccountErased();
  }

  /** What the server says counts if a device of this account has signed for it. */
  async learn(
    { device, challenge, signature }: ErasedNotice,
    origin: string,
    { devices }: VerifiedLog,
  ): Promise<void> {
    const signer = devices.find(({ number }) => number === device);
    const signed = eraseTranscript(origin, challenge);
    if (signer === undefined) return;
    if (!isSignatureBy(signer.signKey, signed, fromBase64Url(signature))) return;
    if (await this.#isKept()) await this.put();
    // Another window may have deleted all just now, and this one has put its mark into the empty store.
    if (!(await this.#isKept())) await this.remove();
    this.onErased();
  }

  async #isKept(): Promise<boolean> {
    const kept = await this.#store.loadIdentity();
    return JSON.stringify(kept?.log) === JSON.stringify(this.#log);
  }
}

/**
 * Deletes what a crash has left of an account that was erased, before a new one begins.
 * @throws AccountErased while another tab or process is at it
 */
export async function clearErased(store: Store): Promise<void> {
  if (!(await isMarked(store))) return;
  const release = await store.hold(ERASURE);
  if (release === null) throw new AccountErased();
  await store.clear().finally(release);
}

async function isMarked(store: Store): Promise<boolean> {
  return (await store.get("device", ERASURE)) !== null;
}
