// What a room has been told of accounts whose upgrade tokens may be on their way still: the token says how it was before.
// In memory alone, like the tokens that were taken: an object that wakes takes only tokens that were issued right before
// (upgradeTokens.ts), and by then the mailbox made no other.

import type { DeviceId, Handle, UserId } from "../../shared/wire/ids.ts";
import { UPGRADE_TOKEN_TTL_SECONDS } from "../../shared/wire/limits.ts";

/** As long as a token may come in that was being made then, and its socket may enter. */
const REMEMBERED_MS = 2 * UPGRADE_TOKEN_TTL_SECONDS * 1_000;

interface Remembered {
  readonly until: number;
  readonly isHidden: boolean;
}

export class LateTokens {
  readonly #expelled = new Map<string, number>();
  readonly #handles = new Map<UserId, { readonly until: number; readonly handle: Handle | null }>();
  /** By account: whom it hides since, or hides no more. */
  readonly #views = new Map<UserId, Map<UserId, Remembered>>();

  /** @param deviceId null: the account is no more */
  expel(userId: UserId, deviceId: DeviceId | null): void {
    const now = Date.now();
    for (const [name, until] of this.#expelled) if (until < now) this.#expelled.delete(name);
    this.#expelled.set(nameOf(userId, deviceId), now + REMEMBERED_MS);
  }

  isExpelled(userId: UserId, deviceId: DeviceId): boolean {
    const now = Date.now();
    const isLate = (name: string) => (this.#expelled.get(name) ?? 0) >= now;
    return isLate(nameOf(userId, null)) || isLate(nameOf(userId, deviceId));
  }

  rename(userId: UserId, handle: Handle | null): void {
    const now = Date.now();
    for (const [account, { until }] of this.#handles) {
      if (until < now) this.#handles.delete(account);
    }
    this.#handles.set(userId, { until: now + REMEMBERED_MS, handle });
  }

  /** What the account is called, of what it was when its token was made. */
  handleNow(userId: UserId, handle: Handle | null): Handle | null {
    const told = this.#handles.get(userId);
    return told === undefined || told.until < Date.now() ? handle : told.handle;
  }

  setHidden(userId: UserId, other: UserId, isHidden: boolean): void {
    const now = Date.now();
    for (const [account, view] of this.#views) {
      for (const [one, { until }] of view) if (until < now) view.delete(one);
      if (view.size === 0) this.#views.delete(account);
    }
    const view = this.#views.get(userId) ?? new Map<UserId, Remembered>();
    view.set(other, { until: now + REMEMBERED_MS, isHidden });
    this.#views.set(userId, view);
  }

  /** Whom the account hides, of whom it did when its token was made. */
  hiddenNow(userId: UserId, hidden: readonly UserId[]): readonly UserId[] {
    const view = this.#views.get(userId);
    if (view === undefined) return hidden;
    const now = Date.now();
    const others = new Set(hidden);
    for (const [other, { until, isHidden }] of view) {
      // Every token that is about says so itself by now.
      if (until < now) continue;
      if (isHidden) others.add(other);
      else others.delete(other);
    }
    return [...others];
  }
}

function nameOf(userId: UserId, deviceId: DeviceId | null): string {
  return deviceId === null ? userId : `${userId} ${deviceId}`;
}
