// The people of one submission as a group (TAP-4): members and their receipts, for members alone. What has changed is
// owed to mailboxes until they have confirmed it. Once it is over and everybody knows, nothing is kept.

import { DurableObject } from "cloudflare:workers";
import { retryDelayMs } from "../../shared/core/deadlines.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { Group as GroupRecord } from "../../shared/wire/tap.ts";
import type { Env } from "../env.ts";
import { DONE, type Result } from "../mailbox/results.ts";
import { mailboxOf } from "../objects.ts";

const STATE_KEY = "group";
/** How soon the alarm goes on with what a crash has cut short. */
const CHECK_MS = 10_000;
/** Nobody is a group alone; and what touches have made is one of three or more, as long as touches are undone. */
const FEWEST = 2;
const FEWEST_OF_TOUCHES = 3;

interface GroupState {
  readonly group: GroupRecord;
  /** Mailboxes that have yet to hear how it stands for their account. */
  readonly owes: readonly UserId[];
}

export class Group extends DurableObject<Env> {
  #state: GroupState | null | undefined;
  /** One run at a time, so that no mailbox hears of an earlier change after a later one. */
  #telling: Promise<void> | null = null;
  #tries = 0;

  /** Unless it is there. Members' mailboxes list it by word of the submission. */
  create(group: GroupRecord): void {
    if (this.#load() === null) this.#save({ group, owes: [] });
  }

  read(userId: UserId): Result<GroupRecord> {
    const group = this.#load()?.group;
    return group !== undefined && hasMember(group, userId)
      ? { ok: true, value: group }
      : { ok: false, code: "group-unknown" };
  }

  /** The others are told of it here. Doing it again changes nothing. */
  async leave(userId: UserId): Promise<Result<null>> {
    const state = this.#load();
    if (state === null || !hasMember(state.group, userId)) {
      return { ok: false, code: "group-unknown" };
    }
    const before = state.group.members.map((member) => member.userId);
    const group = without(state.group, userId, FEWEST);
    this.#save({ group, owes: [...new Set([...state.owes, ...before])] });
    await this.ctx.storage.setAlarm(Date.now() + CHECK_MS);
    this.ctx.waitUntil(this.#tell().catch(() => this.#retry()));
    return DONE;
  }

  /** Whose touch is undone, or who is no more. Those that remain are told by the submission: none, when it is over. */
  async letGo(userId: UserId): Promise<{ readonly remaining: readonly UserId[] }> {
    const state = this.#load();
    if (state === null) return { remaining: [] };
    const group = hasMember(state.group, userId)
      ? without(state.group, userId, FEWEST_OF_TOUCHES)
      : state.group;
    if (group.members.length === 0 && state.owes.length === 0) await this.#forget();
    else if (group !== state.group) this.#save({ ...state, group });
    return { remaining: group.members.map((member) => member.userId) };
  }

  override async alarm(): Promise<void> {
    try {
      await this.#tell();
    } catch {
      await this.#retry();
    }
  }

  #tell(): Promise<void> {
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = null;
    });
    return this.#telling;
  }

  /** All at once; a mailbox that is away keeps nobody else waiting. @throws when there is one */
  async #tellAll(): Promise<void> {
    let state = this.#load();
    while (state !== null && state.owes.length > 0) {
      const told = await Promise.allSettled(state.owes.map((owner) => this.#tellOne(owner)));
      if (told.some(({ status }) => status === "rejected")) throw new Error("a mailbox is away");
      state = this.#load();
    }
    this.#tries = 0;
    if (state === null) return;
    if (state.group.members.length === 0) return this.#forget();
    this.#save(state);
    await this.ctx.storage.deleteAlarm();
  }

  /** Until it is confirmed by all, what one has confirmed is in memory alone: losing it costs a repetition. */
  async #tellOne(owner: UserId): Promise<void> {
    const before = this.#load();
    if (before === null) return;
    const { groupId } = before.group;
    const isMember = hasMember(before.group, owner);
    const isListed = await mailboxOf(this.env, owner).take({
      kind: "listing",
      owner,
      groupId,
      isListed: isMember,
    });
    const state = this.#load();
    if (state === null || hasMember(state.group, owner) !== isMember) return;
    this.#state = { ...state, owes: state.owes.filter((one) => one !== owner) };
    // Without its account there is no member.
    if (isMember && !isListed) await this.leave(owner);
  }

  async #retry(): Promise<void> {
    this.#tries += 1;
    await this.ctx.storage.setAlarm(Date.now() + retryDelayMs(this.#tries));
  }

  async #forget(): Promise<void> {
    this.#state = null;
    await this.ctx.storage.deleteAll();
  }

  #load(): GroupState | null {
    this.#state ??= this.ctx.storage.kv.get<GroupState>(STATE_KEY) ?? null;
    return this.#state;
  }

  #save(state: GroupState): void {
    this.ctx.storage.kv.put(STATE_KEY, state);
    this.#state = state;
  }
}

/** Nobody is left of a group that is too small to be one. */
function without(group: GroupRecord, userId: UserId, fewest: number): GroupRecord {
  const members = group.members.filter((member) => member.userId !== userId);
  return { ...group, members: members.length < fewest ? [] : members };
}

function hasMember({ members }: GroupRecord, userId: UserId): boolean {
  return members.some((member) => member.userId === userId);
}
