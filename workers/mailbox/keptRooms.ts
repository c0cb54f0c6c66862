// What a mailbox keeps of rooms: where its devices may be, a value for all of them; who has blocked the account, a value
// each; and of whom rooms have yet to be told, a value.

import type { DeviceId, RoomId, UserId } from "../../shared/wire/ids.ts";
import { BLOCKS_MAX } from "../../shared/wire/limits.ts";

const JOINED_KEY = "rooms";
const UNTOLD_KEY = "roomsUntold";
const MARK_PREFIX = "hiddenBy:";

export interface JoinedRoom {
  readonly deviceId: DeviceId;
  readonly roomId: RoomId;
  /** When it was let in there, in milliseconds since 1970; within moments after it may have been again. */
  readonly at: number;
}

/** Someone who has become hidden from the account, or is so no more. */
export interface UntoldHiding {
  /** Of this change to it. */
  readonly id: string;
  readonly peer: UserId;
}

export class KeptRooms {
  readonly #values: SyncKvStorage;
  readonly #isOpen: () => boolean;

  /** @param isOpen false without an account: work that was under way leaves nothing behind then */
  constructor(values: SyncKvStorage, isOpen: () => boolean) {
    this.#values = values;
    this.#isOpen = isOpen;
  }

  /** The oldest first. */
  joined(): readonly JoinedRoom[] {
    return this.#values.get<readonly JoinedRoom[]>(JOINED_KEY) ?? [];
  }

  setJoined(joined: readonly JoinedRoom[]): void {
    this.#set(JOINED_KEY, joined);
  }

  forgetJoined(isMeant: (one: JoinedRoom) => boolean): void {
    const joined = this.joined();
    const others = joined.filter((one) => !isMeant(one));
    if (others.length < joined.length) this.setJoined(others);
  }

  untold(): readonly UntoldHiding[] {
    return this.#values.get<readonly UntoldHiding[]>(UNTOLD_KEY) ?? [];
  }

  setUntold(untold: readonly UntoldHiding[]): void {
    this.#set(UNTOLD_KEY, untold);
  }

  /** Those who have blocked the account. */
  hiddenBy(): UserId[] {
    return [...this.#values.list({ prefix: MARK_PREFIX })].map(
      ([key]) => key.slice(MARK_PREFIX.length) as UserId,
    );
  }

  isHiddenBy(peer: UserId): boolean {
    return this.#values.get(MARK_PREFIX + peer) !== undefined;
  }

  /** Whether it is otherwise than before. What goes beyond the bound is not kept: whoever blocks hides itself as well. */
  mark(peer: UserId, isHidden: boolean): boolean {
    if (!this.#isOpen() || isHidden === this.isHiddenBy(peer)) return false;
    if (!isHidden) this.#values.delete(MARK_PREFIX + peer);
    else if (this.hiddenBy().length >= BLOCKS_MAX) return false;
    else this.#values.put(MARK_PREFIX + peer, true);
    return true;
  }

  #set(key: string, list: readonly object[]): void {
    if (!this.#isOpen()) return;
    if (list.length === 0) this.#values.delete(key);
    else this.#values.put(key, list);
  }
}
