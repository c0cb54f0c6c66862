// The prekeys of this account's devices. A one-time prekey goes to one drawer only.

import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isPrekeySignedBy } from "../../shared/core/crypto/prekeys.ts";
import type { OneTimePrekey, PrekeyBundle, PrekeysUpload } from "../../shared/wire/line.ts";
import { PREKEYS_MAX } from "../../shared/wire/limits.ts";
import type { StoredDevice } from "./deviceTable.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import type { Result } from "./results.ts";

/** A device that repeats an upload names ids no older than those of its last two. */
const DRAWN_MAX = 2 * PREKEYS_MAX;

export class PrekeyBox {
  readonly #store: MailboxStore;

  constructor(store: MailboxStore) {
    this.#store = store;
  }

  /**
   * Replaces the signed prekey and adds the others, as far as there is room; an id that is known already,
   * even if its prekey was drawn, changes nothing.
   * @returns how many one-time prekeys are left; refused when the device has not signed
   */
  leave(
    { number, signKey }: StoredDevice,
    { signed, oneTime }: PrekeysUpload,
  ): Result<{ left: number }> {
    const { id, key, signature } = signed;
    const prekey = { id, key: fromBase64Url(key), signature: fromBase64Url(signature) };
    if (!isPrekeySignedBy(fromBase64Url(signKey), prekey)) {
      return { ok: false, code: "malformed-request" };
    }
    const before = this.#store.prekeys.of(number);
    const drawn = before?.drawn ?? [];
    const kept = new Map<number, OneTimePrekey>();
    for (const one of before?.oneTime ?? []) kept.set(one.id, one);
    for (const one of oneTime) {
      if (kept.size >= PREKEYS_MAX) break;
      if (!kept.has(one.id) && !drawn.includes(one.id)) kept.set(one.id, one);
    }
    this.#store.prekeys.set(number, { signed, oneTime: [...kept.values()], drawn });
    return { ok: true, value: { left: kept.size } };
  }

  left(device: number): number {
    return this.#store.prekeys.of(device)?.oneTime.length ?? 0;
  }

  /** @param hasOneTime false leaves the one-time prekeys to others */
  draw(devices: readonly number[], hasOneTime: boolean): PrekeyBundle[] {
    const active = new Set(this.#store.deviceNumbers());
    return [...new Set(devices)].flatMap((device): PrekeyBundle[] => {
      const kept = active.has(device) ? this.#store.prekeys.of(device) : null;
      if (kept === null) return [];
      const [first, ...oneTime] = kept.oneTime;
      if (first === undefined || !hasOneTime) {
        return [{ device, signed: kept.signed, oneTime: null }];
      }
      const drawn = [...kept.drawn, first.id].slice(-DRAWN_MAX);
      this.#store.prekeys.set(device, { ...kept, oneTime, drawn });
      return [{ device, signed: kept.signed, oneTime: first }];
    });
  }
}
