// The releases that wait for devices that stayed away: a value each, by the attempt.

import type { KeptRelease } from "../../shared/core/pairing/delivery.ts";
import type { DeviceId } from "../../shared/wire/ids.ts";

const PREFIX = "release:";

export class KeptReleases {
  readonly #values: SyncKvStorage;
  readonly #isOpen: () => boolean;

  /** @param isOpen false without an account: work that was under way leaves nothing behind then */
  constructor(values: SyncKvStorage, isOpen: () => boolean) {
    this.#values = values;
    this.#isOpen = isOpen;
  }

  keep(release: KeptRelease): void {
    if (this.#isOpen()) this.#values.put(PREFIX + release.sid, release);
  }

  find(sid: string): KeptRelease | null {
    return this.#values.get<KeptRelease>(PREFIX + sid) ?? null;
  }

  all(): KeptRelease[] {
    return [...this.#values.list<KeptRelease>({ prefix: PREFIX })].map(([, kept]) => kept);
  }

  forget(sid: string): void {
    this.#values.delete(PREFIX + sid);
  }

  forgetAllFor(deviceId: DeviceId): void {
    for (const kept of this.all()) if (kept.deviceId === deviceId) this.forget(kept.sid);
  }
}
