// The attempts that devices of this account may be at, so that a device's end reaches them. With one device there
// is none to be removed, so they are held in memory alone until there are several.

import { earliest, retryDelayMs } from "../../shared/core/deadlines.ts";
import type { DeviceId, Locator } from "../../shared/wire/ids.ts";
import {
  CLAIM_WITHIN_SECONDS,
  NOTICE_TTL_SECONDS,
  PASSPHRASE_TERM_MAX_SECONDS,
  UPGRADE_TOKEN_TTL_SECONDS,
} from "../../shared/wire/limits.ts";
import type { Env } from "../env.ts";
import { attemptAt } from "../objects.ts";
import type { MailboxStore } from "./mailboxStore.ts";

/** From the asking for a token until nothing that came of it goes on. */
const MAY_LAST_MS =
  (UPGRADE_TOKEN_TTL_SECONDS +
    CLAIM_WITHIN_SECONDS +
    PASSPHRASE_TERM_MAX_SECONDS +
    NOTICE_TTL_SECONDS) *
  1_000;

export interface VisitedAttempt {
  readonly deviceId: DeviceId;
  readonly locator: Locator;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export class AttemptList {
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #wakeBy: (at: number) => Promise<void>;
  #loaded: readonly VisitedAttempt[] | undefined;
  #tries = 0;

  constructor(env: Env, store: MailboxStore, wakeBy: (at: number) => Promise<void>) {
    this.#env = env;
    this.#store = store;
    this.#wakeBy = wakeBy;
  }

  /** The device is about to get a token for that attempt. */
  async note(deviceId: DeviceId, locator: Locator): Promise<void> {
    const now = Date.now();
    const until = now + MAY_LAST_MS;
    const others = this.#visited().filter(
      (one) => one.until > now && (one.deviceId !== deviceId || one.locator !== locator),
    );
    if (this.#keep([...others, { deviceId, locator, until }])) await this.#wakeBy(until);
  }

  /** To be called in the turn in which devices were added or removed; what is owed then outlives a crash. */
  async devicesChanged(): Promise<void> {
    if (this.#keep(this.#visited())) await this.#wakeBy(Date.now() + retryDelayMs(0));
  }

  /** Ends what devices that were removed have begun. When to look again; null for never. */
  async settle(): Promise<number | null> {
    const userId = this.#store.account()?.userId;
    if (userId === undefined) return null;
    const owed = this.#visited().filter((one) => this.#store.device(one.deviceId) === null);
    const outcomes = await Promise.allSettled(
      owed.map(({ deviceId, locator }) => attemptAt(this.#env, locator).expel(userId, deviceId)),
    );
    const done = new Set(owed.filter((_, index) => outcomes[index]?.status === "fulfilled"));
    this.#tries = done.size === owed.length ? 0 : this.#tries + 1;
    const now = Date.now();
    const visited = this.#visited();
    const left = visited.filter((one) => !done.has(one) && one.until > now);
    if (left.length < visited.length) this.#keep(left);
    if (this.#store.attempts() === null) return null;
    const retryAt = this.#tries > 0 ? now + retryDelayMs(this.#tries) : null;
    return earliest(retryAt, ...left.map(({ until }) => until));
  }

  #visited(): readonly VisitedAttempt[] {
    this.#loaded ??= this.#store.attempts() ?? [];
    return this.#loaded;
  }

  /** Whether they are stored. */
  #keep(visited: readonly VisitedAttempt[]): boolean {
    this.#loaded = visited;
    const isStored = this.#store.attempts() !== null;
    const isToBe = visited.length > 0 && (isStored || this.#store.deviceNumbers().length > 1);
    if (isToBe) this.#store.setAttempts(visited);
    else if (isStored) this.#store.forgetAttempts();
    return isToBe;
  }
}
