// Passphrases that this device has offered: whoever was at the other end has had a guess at them, so none
// is offered in another attempt, unless it has led to a verified peer. What is kept is a digest that only
// this device's key can make, so that the store alone tells nothing of them.

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64Url, lvCat, toBase64Url, utf8 } from "../core/crypto/bytes.ts";
import type { Device } from "./device.ts";
import type { Store } from "./store/store.ts";

interface Offered {
  /** The attempt's record. */
  readonly by: string;
}

export class BurntPassphrases {
  readonly #store: Store;
  readonly #device: Pick<Device, "ownSecret">;

  constructor(store: Store, device: Pick<Device, "ownSecret">) {
    this.#store = store;
    this.#device = device;
  }

  /**
   * Takes a passphrase for one attempt, before it is offered there. False when another one has it.
   * @param prs in base64url
   */
  async take(prs: string, attempt: string): Promise<boolean> {
    const id = await this.#idOf(prs);
    const release = await this.#store.hold(id);
    if (release === null) return false; // another tab or process is about to offer it
    try {
      const offered = await this.#store.get<Offered>("settings", id);
      if (offered !== null && offered.by !== attempt) return false;
      await this.#store.put("settings", id, { by: attempt } satisfies Offered);
      return true;
    } finally {
      release();
    }
  }

  /** Keeps it for one attempt that is beginning, until released. Null while another one is, in whichever tab. */
  async reserve(prs: string): Promise<(() => void) | null> {
    return this.#store.hold(`beginning ${await this.#idOf(prs)}`);
  }

  /** It has led to a verified peer. */
  async lift(prs: string): Promise<void> {
    await this.#store.delete("settings", await this.#idOf(prs));
  }

  async has(prs: string): Promise<boolean> {
    return (await this.#store.get("settings", await this.#idOf(prs))) !== null;
  }

  async #idOf(prs: string): Promise<string> {
    const burnt = lvCat(utf8("acquaint burnt v1"), fromBase64Url(prs));
    return `burnt ${toBase64Url(hmac(sha256, await this.#device.ownSecret(), burnt))}`;
  }
}
