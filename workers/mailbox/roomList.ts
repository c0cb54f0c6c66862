// The rooms that devices of this account may be in, so that the end of a device or of the account, and every block,
// reach them; and those that the account has opened. A block hides two accounts from each other (ROOM-7): the mailbox of
// whoever blocks tells its rooms, and the other's, which keeps a mark and tells its own.

import type { Handle, RoomId, UserId } from "../../shared/wire/ids.ts";
import {
  ROOMS_JOINED_MAX,
  ROOMS_PER_ACCOUNT,
  UPGRADE_TOKEN_TTL_SECONDS,
} from "../../shared/wire/limits.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { mailboxOf, roomAt } from "../objects.ts";
import { OwnedRooms } from "../room/ownedRooms.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import { DONE, type Result, UNAUTHENTICATED } from "./results.ts";
import { RoomNews } from "./roomNews.ts";

/** What a room is to know of an account that comes into it. */
export interface RoomPass {
  readonly handle: Handle | null;
  /** Whom the account does not meet, by either's wish. */
  readonly hidden: readonly UserId[];
}

const TTL_MS = UPGRADE_TOKEN_TTL_SECONDS * 1_000;
/** From the asking for a token until its socket has entered; a third of it for clocks that differ. */
const COMING_MS = 3 * TTL_MS;
/** So soon after a note nothing is written for who comes again: the note counts for that much longer instead. */
const NOTE_COVERS_MS = TTL_MS;
/** Others that are told at a time that the account has come to its end. */
const BATCH = 50;

export class RoomList {
  /** What they have yet to hear. */
  readonly news: RoomNews;
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #own: OwnedRooms;

  constructor(
    env: Env,
    values: SyncKvStorage,
    store: MailboxStore,
    wakeBy: (at: number) => Promise<void>,
  ) {
    this.#env = env;
    this.#store = store;
    this.news = new RoomNews(env, store, () => this.hidden(), wakeBy);
    this.#own = new OwnedRooms(env, values, ROOMS_PER_ACCOUNT);
  }

  /** The device is about to get a token for that room. */
  async admit(actor: Actor, roomId: RoomId): Promise<Result<RoomPass>> {
    // Until nothing can come in between: others are being let in at the same time.
    while (!this.#hasPlace(roomId)) {
      if (!(await this.#makePlace(actor.userId))) return { ok: false, code: "list-full" };
    }
    const pass = this.pass(actor);
    if (!pass.ok) return pass;
    const { deviceId } = actor;
    const at = Date.now();
    const joined = this.#store.rooms.joined();
    const noted = joined.find((one) => one.deviceId === deviceId && one.roomId === roomId);
    if (noted === undefined || at >= noted.at + NOTE_COVERS_MS) {
      const others = joined.filter((one) => one !== noted);
      this.#store.rooms.setJoined([...others, { deviceId, roomId, at }]);
    }
    return pass;
  }

  /** What a room is to know now of an account that comes by that device. */
  pass({ deviceId }: Actor): Result<RoomPass> {
    const account = this.#store.account();
    if (account === null || this.#store.device(deviceId) === null) return UNAUTHENTICATED;
    return { ok: true, value: { handle: account.handle.handle, hidden: this.hidden() } };
  }

  /** Those whom the account does not meet, by either's wish. */
  hidden(): UserId[] {
    const own = this.#store.account()?.userId;
    if (own === undefined) return [];
    const hidden = new Set([...this.#store.contacts.blocks(), ...this.#store.rooms.hiddenBy()]);
    hidden.delete(own);
    return [...hidden];
  }

  /** Another account has blocked this one, or does no more; doing it again changes nothing. */
  async mark(peer: UserId, isHidden: boolean): Promise<void> {
    await this.news.prepare();
    if (this.#store.rooms.mark(peer, isHidden)) await this.news.changed(peer);
  }

  /** The account is about to open that room. */
  async noteOwn({ deviceId }: Actor, roomId: RoomId): Promise<Result<null>> {
    await this.#own.makePlace();
    if (this.#store.device(deviceId) === null) return UNAUTHENTICATED;
    return this.#own.note(roomId) ? DONE : { ok: false, code: "list-full" };
  }

  own(): RoomId[] {
    return this.#own.list();
  }

  /** It has ended, or was never opened. */
  forgetOwn(roomId: RoomId): void {
    this.#own.forget(roomId);
  }

  /** Of an account that is no more: it leaves all rooms. @throws when one is away */
  async leaveAll(userId: UserId): Promise<void> {
    const joined = new Set(this.#store.rooms.joined().map(({ roomId }) => roomId));
    await Promise.all([...joined].map((roomId) => roomAt(this.#env, roomId).expel(userId, null)));
  }

  /** Of an account that is no more: rooms that it has opened end, and nobody keeps a mark of it. @throws as above */
  async end(userId: UserId): Promise<void> {
    if ((await this.#own.closeAll()) !== null) throw new Error("a room has yet to be closed");
    const blocked = this.#store.contacts.blocks();
    for (let from = 0; from < blocked.length; from += BATCH) {
      const batch = blocked.slice(from, from + BATCH);
      const unhide = { kind: "hidden", isHidden: false } as const;
      await Promise.all(
        batch.map((peer) => mailboxOf(this.#env, peer).takeContactErrand(userId, unhide)),
      );
      for (const peer of batch) this.#store.contacts.unblock(peer);
    }
  }

  #hasPlace(roomId: RoomId): boolean {
    const noted = new Set(this.#store.rooms.joined().map((one) => one.roomId));
    return noted.has(roomId) || noted.size < ROOMS_JOINED_MAX;
  }

  /** Forgets the oldest of the rooms that say that the account has left. False where there is none. */
  async #makePlace(userId: UserId): Promise<boolean> {
    const noted = new Set(this.#store.rooms.joined().map((one) => one.roomId));
    for (const other of noted) {
      if (this.#mayBeComing(other) || (await this.#isIn(userId, other))) continue;
      // While it said so, the account may have been let in there again.
      if (this.#mayBeComing(other)) continue;
      this.#store.rooms.forgetJoined((one) => one.roomId === other);
      return true;
    }
    return false;
  }

  /** By a token that the room has not seen yet. Told from what is stored alone: this object may have slept since. */
  #mayBeComing(roomId: RoomId): boolean {
    const since = Date.now() - NOTE_COVERS_MS - COMING_MS;
    return this.#store.rooms.joined().some((one) => one.roomId === roomId && one.at > since);
  }

  /** As far as can be told: a room that is away may have it. */
  #isIn(userId: UserId, roomId: RoomId): Promise<boolean> {
    return roomAt(this.#env, roomId)
      .has(userId)
      .catch(() => true);
  }
}
