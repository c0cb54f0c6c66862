// What rooms have yet to hear of this account: which of its devices were removed, and whom it does not meet from now on,
// or meets again. It is stored in the turn of its cause, told at once, and again by the alarm until the rooms have it. Of
// its handle they hear while it is changed (handleChange.ts), which sees to what has failed.

import { retryDelayMs } from "../../shared/core/deadlines.ts";
import type { Handle, UserId } from "../../shared/wire/ids.ts";
import type { Env } from "../env.ts";
import { roomAt } from "../objects.ts";
import type { JoinedRoom, UntoldHiding } from "./keptRooms.ts";
import type { MailboxStore } from "./mailboxStore.ts";

export class RoomNews {
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #hidden: () => readonly UserId[];
  readonly #wakeBy: (at: number) => Promise<void>;
  #telling: Promise<void> | null = null;
  #tries = 0;

  /** @param hidden whom the account does not meet, as it stands */
  constructor(
    env: Env,
    store: MailboxStore,
    hidden: () => readonly UserId[],
    wakeBy: (at: number) => Promise<void>,
  ) {
    this.#env = env;
    this.#store = store;
    this.#hidden = hidden;
    this.#wakeBy = wakeBy;
  }

  /** To be awaited before `changed`: from then on a crash delays what rooms are told, and loses nothing. */
  async prepare(): Promise<void> {
    if (this.#store.rooms.joined().length > 0) await this.#wakeBy(Date.now() + retryDelayMs(0));
  }

  /** To be called in the turn of a block or its end. Resolves once the rooms know, or will be told by the alarm. */
  async changed(peer: UserId): Promise<void> {
    const { rooms } = this.#store;
    if (rooms.joined().length === 0) return;
    const others = rooms.untold().filter((one) => one.peer !== peer);
    rooms.setUntold([...others, { id: crypto.randomUUID(), peer }]);
    await this.settle();
  }

  /** To be called in the turn in which devices were removed; what is owed then outlives a crash. */
  async devicesChanged(): Promise<void> {
    if (this.#strangers().length > 0) await this.#wakeBy(Date.now() + retryDelayMs(0));
  }

  /** What the account is called. Resolves once no room shows it by another handle. @throws while a room is away */
  async tellHandle(handle: Handle | null): Promise<void> {
    const userId = this.#store.account()?.userId;
    if (userId === undefined) return;
    const rooms = new Set(this.#store.rooms.joined().map(({ roomId }) => roomId));
    await allOf([...rooms].map((roomId) => roomAt(this.#env, roomId).rename(userId, handle)));
  }

  /** Brings rooms what they have yet to hear. When to try again; null when nothing is left. */
  async settle(): Promise<number | null> {
    try {
      do {
        this.#telling ??= this.#tellAll().finally(() => {
          this.#telling = null;
        });
        await this.#telling;
      } while (this.#isOwing());
      this.#tries = 0;
      return null;
    } catch {
      this.#tries += 1;
      const nextTry = Date.now() + retryDelayMs(this.#tries);
      await this.#wakeBy(nextTry).catch(() => {});
      return nextTry;
    }
  }

  /** All at once; a room that is away keeps no other waiting. @throws when there is one */
  async #tellAll(): Promise<void> {
    const userId = this.#store.account()?.userId;
    if (userId === undefined) return;
    const outcomes = await Promise.allSettled([
      this.#expel(userId, this.#strangers()),
      this.#hide(userId, this.#store.rooms.untold()),
    ]);
    if (outcomes.some(({ status }) => status === "rejected")) throw new Error("a room is away");
  }

  async #expel(userId: UserId, strangers: readonly JoinedRoom[]): Promise<void> {
    if (strangers.length === 0) return;
    await allOf(
      strangers.map(({ roomId, deviceId }) => roomAt(this.#env, roomId).expel(userId, deviceId)),
    );
    this.#store.rooms.forgetJoined((one) => strangers.some((other) => isSame(one, other)));
  }

  /** Told is how it stands by then, so that no earlier change comes after a later one. */
  async #hide(userId: UserId, untold: readonly UntoldHiding[]): Promise<void> {
    if (untold.length === 0) return;
    const rooms = new Set(this.#store.rooms.joined().map(({ roomId }) => roomId));
    const hidden = new Set(this.#hidden());
    const changes = [...rooms].flatMap((roomId) => untold.map(({ peer }) => ({ roomId, peer })));
    await allOf(
      changes.map(({ roomId, peer }) =>
        roomAt(this.#env, roomId).setHidden(userId, peer, hidden.has(peer)),
      ),
    );
    const told = new Set(untold.map(({ id }) => id));
    this.#store.rooms.setUntold(this.#store.rooms.untold().filter(({ id }) => !told.has(id)));
  }

  #isOwing(): boolean {
    const { rooms } = this.#store;
    if (this.#store.account() === null) return false;
    return rooms.untold().length + this.#strangers().length > 0;
  }

  /** Of devices that were removed. */
  #strangers(): readonly JoinedRoom[] {
    const { rooms } = this.#store;
    return rooms.joined().filter(({ deviceId }) => this.#store.device(deviceId) === null);
  }
}

/** Resolves once all are done, @throws if one has failed, when no other is under way any more */
async function allOf(tasks: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(tasks);
  if (outcomes.some(({ status }) => status === "rejected")) throw new Error("a room is away");
}

function isSame(one: JoinedRoom, other: JoinedRoom): boolean {
  return one.deviceId === other.deviceId && one.roomId === other.roomId;
}
