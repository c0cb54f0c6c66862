// What attempts released for a device that stayed away: kept, sealed, for that device alone, until it has it
// or it has waited long enough.

import { earliest } from "../../shared/core/deadlines.ts";
import type { KeptRelease } from "../../shared/core/pairing/delivery.ts";
import type { DeviceId } from "../../shared/wire/ids.ts";
import type { MatchedNotice } from "../../shared/wire/pairing.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import { DONE, type Result } from "./results.ts";

export class ReleaseBox {
  readonly #store: MailboxStore;
  readonly #wakeBy: (at: number) => Promise<void>;

  constructor(store: MailboxStore, wakeBy: (at: number) => Promise<void>) {
    this.#store = store;
    this.#wakeBy = wakeBy;
  }

  /** For a device that was removed meanwhile, nothing is. */
  async keep(release: KeptRelease | null): Promise<void> {
    if (release === null || this.#store.device(release.deviceId) === null) return;
    this.#store.releases.keep(release);
    await this.#wakeBy(release.keepUntil);
  }

  for(deviceId: DeviceId, sid: string): Result<MatchedNotice | null> {
    const kept = this.#store.releases.find(sid);
    return { ok: true, value: kept?.deviceId === deviceId ? kept.notice : null };
  }

  acknowledged(deviceId: DeviceId, sid: string): Result<null> {
    if (this.#store.releases.find(sid)?.deviceId === deviceId) this.#store.releases.forget(sid);
    return DONE;
  }

  /** Forgets what was kept long enough. When to look again; null for never. */
  prune(now: number): number | null {
    const releases = this.#store.releases.all();
    for (const { sid, keepUntil } of releases) {
      if (keepUntil <= now) this.#store.releases.forget(sid);
    }
    return earliest(...releases.map(({ keepUntil }) => keepUntil).filter((until) => until > now));
  }
}
