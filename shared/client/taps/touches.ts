// Contacts by touch, as they come and go: told once each, when this device has verified them, and once more if the touch
// was undone. What was told is kept, so that neither a restart nor another tab tells it again.

import type { UserId } from "../../wire/ids.ts";
import { TAP_UNDO_SECONDS } from "../../wire/limits.ts";
import type { ContactRecord } from "../../wire/mailbox.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { TapProof } from "../../wire/tap.ts";
import { isPassing } from "../passing.ts";
import type { Contact } from "../model.ts";
import type { ServerClock } from "./clock.ts";
import type { Retrying } from "./retrying.ts";
import { alone, type TapsContext } from "./tapsContext.ts";

type TouchName = Pick<TapProof, "by" | "tapId">;

/** Someone who was told of, by these touches. */
interface Told {
  readonly userId: UserId;
  /** For when it is undone, and the contact is gone. */
  readonly name: string;
  readonly touches: readonly (TouchName & Pick<TapProof, "at">)[];
  /** Milliseconds by this device's clock. */
  readonly toldAt: number;
}

const PREFIX = "tap.told.";
/** What was undone in time is heard of a little later. */
const HEARD_MS = 60_000;
/** How long it is tried to undo the rest of what is undone in part. */
const PATIENCE_MS = 60_000;
/** The latest of those that the mailbox lists. */
const GROUPS_LOOKED_AT = 20;

export class Touches {
  readonly #context: TapsContext;
  readonly #clock: ServerClock;
  readonly #retrying: Retrying;
  readonly #startedAt: number;
  /** In this tab or process. */
  readonly #tellings = new Set<string>();
  /** Listings that could not be verified, by their sequence; tried again with the next connection. */
  readonly #doubtful = new Map<UserId, number>();
  #isQueued = false;
  #work: Promise<unknown> = Promise.resolve();

  constructor(context: TapsContext, clock: ServerClock, retrying: Retrying) {
    this.#context = context;
    this.#clock = clock;
    this.#retrying = retrying;
    this.#startedAt = context.ports.now();
    context.listeners.add((event) => {
      if (event.event === "tapped") this.#tellings.add(event.contact.userId);
      if (event.event === "undone") this.#tellings.delete(event.userId);
      if (event.event === "contacts") void this.look().catch(() => {}); // the next change, or connection
    });
  }

  /** Goes through all that is listed, or was told. Several that ask at once are served by one look. */
  async look(isNewConnection = false): Promise<void> {
    if (isNewConnection) this.#doubtful.clear();
    if (this.#isQueued) return;
    this.#isQueued = true;
    await this.#inTurn(async () => {
      this.#isQueued = false;
      const { store } = this.#context;
      const listed = await store.all<ContactRecord>("listings");
      const told = await store.range<Told>("settings", { prefix: PREFIX });
      const open = listed.filter((one) => this.#isOpen(one, told));
      const touched = new Set(listed.filter(isByTouch).map(({ userId }) => userId));
      const changing = told.filter((one) => !touched.has(one.userId) || this.#isRecent(one));
      const ids = new Set([...changing, ...open].map(({ userId }) => userId));
      for (const userId of ids) await this.#settle(userId);
    });
  }

  /** The contact as it stands, verified if that can be. */
  settle(userId: UserId): Promise<Contact | null> {
    return this.#inTurn(async () => {
      this.#doubtful.delete(userId);
      return this.#settle(userId);
    });
  }

  /**
   * Any submission takes back all touches of the two; each is told, since what else it has made, such as a group, it
   * lets go of by itself. @throws ProblemError `contact-unknown`, `undo-over`; ConnectionError
   */
  async undo(userId: UserId): Promise<void> {
    const { contacts } = this.#context;
    if ((await contacts.find(userId)) === null) throw new ProblemError("contact-unknown");
    const latestFirst = (await this.#proofsOf(userId)).toSorted((a, b) => b.at - a.at);
    let fault = new ProblemError("undo-over");
    let isUndone = false;
    try {
      for (const touch of latestFirst) {
        const refused = await this.#undoOne(userId, touch, isUndone);
        if (refused === null) isUndone = true;
        else if (refused.code !== "tap-unknown") fault = refused;
      }
      if (!isUndone) throw fault;
      for (const touch of await this.#leftInGroups(userId, latestFirst)) {
        await this.#undoOne(userId, touch, isUndone);
      }
    } finally {
      if (isUndone) {
        await contacts.refresh();
        await this.settle(userId);
      }
    }
  }

  /**
   * @param isUrgent whether an earlier call has let go of the contact, so that nobody can ask for this one again
   * @returns why the server refuses; null once it is undone @throws whatever passes by itself
   */
  async #undoOne(
    userId: UserId,
    { by, tapId }: TouchName,
    isUrgent: boolean,
  ): Promise<ProblemError | null> {
    const { device, ports } = this.#context;
    const call = () => device.call("undoTap", { params: { userId: by, tapId }, body: { userId } });
    try {
      await (isUrgent ? this.#retrying.call(call, ports.now() + PATIENCE_MS) : call());
      return null;
    } catch (error) {
      if (!(error instanceof ProblemError) || isPassing(error)) throw error;
      return error;
    }
  }

  /** Submissions of the two that no proof is listed of, but a group is left: of several in one direction, one is listed. */
  async #leftInGroups(userId: UserId, known: readonly TouchName[]): Promise<TouchName[]> {
    const { device, ports } = this.#context;
    const both = [device.identity.userId, userId];
    const endAt = ports.now() + PATIENCE_MS;
    const { groups } = await this.#retrying.call(() => device.call("groups", {}), endAt);
    const since = (await this.#clock.now()) - TAP_UNDO_SECONDS * 1_000;
    const left: TouchName[] = [];
    for (const groupId of groups.slice(-GROUPS_LOOKED_AT)) {
      const group = await device.call("group", { params: { groupId } }).catch(() => null);
      if (group === null || group.createdAt < since || isAmong(known, group)) continue;
      const isIn = (one: UserId) => group.members.some((member) => member.userId === one);
      if (both.includes(group.by) && both.every(isIn)) left.push(group);
    }
    return left;
  }

  #isOpen({ userId, sequence, proofs = [] }: ContactRecord, told: readonly Told[]): boolean {
    const known = told.find((one) => one.userId === userId)?.touches ?? [];
    const isNews = proofs.some((one) => one.kind === "tap" && !isAmong(known, one));
    return isNews && this.#doubtful.get(userId) !== sequence;
  }

  /** Its name may come yet, and other processes may have told it to their own. */
  #isRecent({ toldAt }: Told): boolean {
    return Math.abs(this.#context.ports.now() - toldAt) < TAP_UNDO_SECONDS * 1_000 + HEARD_MS;
  }

  async #settle(userId: UserId): Promise<Contact | null> {
    const { store, contacts } = this.#context;
    const told = await store.get<Told>("settings", PREFIX + userId);
    const proofs = await this.#proofsOf(userId);
    if (proofs.length === 0) {
      if (told !== null) await this.#gone(told);
      return contacts.get(userId);
    }
    const isNews = proofs.some((proof) => !isAmong(told?.touches ?? [], proof));
    const contact = isNews ? await contacts.verify(userId) : await contacts.get(userId);
    if (contact?.verified === true) await this.#tell(contact, proofs);
    else await this.#doubt(userId);
    return contact;
  }

  async #tell(contact: Contact, proofs: readonly TapProof[]): Promise<void> {
    const { store, ports, listeners } = this.#context;
    const { userId, name } = contact;
    const id = PREFIX + userId;
    const isNew = await alone(this.#context, id, async () => {
      const before = await store.get<Told>("settings", id);
      const isAgain = before?.touches.some((one) => isAmong(proofs, one)) === true;
      const touches = proofs.map(({ by, tapId, at }) => ({ by, tapId, at }));
      const toldAt = isAgain ? before.toldAt : ports.now();
      const told: Told = { userId, name, touches, toldAt };
      if (JSON.stringify(told) !== JSON.stringify(before)) await store.put("settings", id, told);
      if (!isAgain) return this.#isSince(proofs);
      // Another process told its own listeners alone.
      const isElsewhere = !store.reachesAll && toldAt >= this.#startedAt;
      return isElsewhere && !this.#tellings.has(userId) && this.#isSince(proofs);
    });
    if (!isNew) return;
    this.#tellings.add(userId);
    listeners.tell({ event: "tapped", contact });
  }

  /** What an account's other devices were told of before this one was there is no news. */
  #isSince(proofs: readonly TapProof[]): boolean {
    const { self, log } = this.#context.device;
    const since = self.number === 0 ? 0 : (log[self.number]?.createdAt ?? 0);
    return proofs.some(({ at }) => at > since);
  }

  /** It was undone, or removed: the submission itself tells which. */
  async #gone(told: Told): Promise<void> {
    const { store, listeners } = this.#context;
    const { userId, name } = told;
    const isUndone = await this.#isUndone(told);
    const isFirst = await alone(this.#context, PREFIX + userId, async () => {
      if ((await store.get("settings", PREFIX + userId)) === null) return !store.reachesAll;
      await store.delete("settings", PREFIX + userId);
      return true;
    });
    if (isUndone && isFirst) listeners.tell({ event: "undone", userId, name });
    this.#tellings.delete(userId);
  }

  async #isUndone({ userId, touches }: Told): Promise<boolean> {
    const { device } = this.#context;
    const own = device.identity.userId;
    const now = await this.#clock.now();
    for (const { by, tapId, at } of touches) {
      if (now > at + TAP_UNDO_SECONDS * 1_000 + HEARD_MS) continue;
      try {
        const { undone } = await device.call("tapState", { params: { userId: by, tapId } });
        if (undone.includes(by === own ? userId : own)) return true;
      } catch (error) {
        if (!(error instanceof ProblemError) || isPassing(error)) throw error;
      }
    }
    return false;
  }

  async #doubt(userId: UserId): Promise<void> {
    const listed = await this.#context.store.get<ContactRecord>("listings", userId);
    if (listed !== null) this.#doubtful.set(userId, listed.sequence);
  }

  async #proofsOf(userId: UserId): Promise<TapProof[]> {
    const listed = await this.#context.store.get<ContactRecord>("listings", userId);
    return (listed?.proofs ?? []).filter((proof) => proof.kind === "tap");
  }

  #inTurn<Value>(task: () => Promise<Value>): Promise<Value> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => {});
    return done;
  }
}

function isByTouch({ proofs = [] }: ContactRecord): boolean {
  return proofs.some(({ kind }) => kind === "tap");
}

function isAmong(all: readonly TouchName[], one: TouchName): boolean {
  return all.some(({ by, tapId }) => by === one.by && tapId === one.tapId);
}
