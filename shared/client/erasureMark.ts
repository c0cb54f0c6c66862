// Whether this device's account was erased, as its store and the server's notices tell. The server keeps no row
// that says so: it is the devices that do not bring an erased account back.

import { fromBase64Url } from "../core/crypto/bytes.ts";
import { eraseTranscript, isSignatureBy, type VerifiedLog } from "../core/identity/deviceLog.ts";
import type { MailboxNotice } from "../wire/mailbox.ts";
import { AccountErased, type Ending } from "./accountErased.ts";
import type { Store } from "./store/store.ts";

type ErasedNotice = Extract<MailboxNotice, { type: "erased" }>;

/** Held, and kept as a mark, from before the server is asked until all else is deleted as well. */
const ERASURE = "erasure";

/** Tells other tabs and processes of this device to look whether the account is still there. */
export const ERASED_SIGNAL = "erased";

export class ErasureMark {
  readonly #store: Store;
  /** What the identity was stored with. */
  readonly #begun: unknown;
  /** Told when it turns out that this device speaks for its account no more. */
  onErased: (ending: Ending) => void = () => {};

  constructor(store: Store, begun: unknown) {
    this.#store = store;
    this.#begun = begun;
  }

  /** For the tab or process that erases: no other does so, or begins a new account here, until it is released. */
  hold(): Promise<(() => void) | null> {
    return this.#store.hold(ERASURE);
  }

  /** From now on nothing here registers the account again. */
  put(): Promise<void> {
    return this.#store.put("device", ERASURE, "erased" satisfies Ending);
  }

  /** The server has refused to erase: the account stays. */
  remove(): Promise<void> {
    return this.#store.delete("device", ERASURE);
  }

  /** The account's log lists this device as removed. */
  async putRemoved(): Promise<never> {
    await this.#store.put("device", ERASURE, "removed" satisfies Ending);
    this.onErased("removed");
    throw new AccountErased("removed");
  }

  /** Tells if an earlier run has found this device removed: no server is needed to know. */
  async lookForRemoval(): Promise<void> {
    if ((await markOf(this.#store)) === "removed") this.onErased("removed");
  }

  /** @throws AccountErased when it was erased or removed, as whichever tab or process has found */
  async check(): Promise<void> {
    const mark = await markOf(this.#store);
    if (mark === null && (await this.#isKept())) return;
    this.onErased(mark ?? "erased");
    throw new AccountErased(mark ?? "erased");
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
    this.onErased("erased");
  }

  async #isKept(): Promise<boolean> {
    const kept = await this.#store.loadIdentity();
    return JSON.stringify(kept?.log) === JSON.stringify(this.#begun);
  }
}

/**
 * Deletes what a crash has left of an account that was erased, before a new one begins.
 * @throws AccountErased while another tab or process is at it
 */
export async function clearErased(store: Store): Promise<void> {
  if ((await markOf(store)) === null) return;
  const release = await store.hold(ERASURE);
  if (release === null) throw new AccountErased();
  await store.clear().finally(release);
}

function markOf(store: Store): Promise<Ending | null> {
  return store.get<Ending>("device", ERASURE);
}
