// The groups that this account is in, each member with what this device can verify of it.

import type { UserId } from "../../wire/ids.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { Group, GroupMember } from "../../wire/tap.ts";
import type { VerifiedLog } from "../../core/identity/deviceLog.ts";
import { inOrder } from "../blobs/parallel.ts";
import { ForkedLogError } from "../forkedLog.ts";
import { isPassing } from "../passing.ts";
import { isComparedBy, type KeyOf, verifiedMembers } from "./groupChecks.ts";
import type { GroupInfo } from "./model.ts";
import { nameOf, type TapsContext } from "./tapsContext.ts";

const AT_ONCE = 6;
/** In `settings`: who was at the table of a group when this device first saw that all had compared its phrase. */
const tableId = (groupId: string) => `tap.table.${groupId}`;
/** In `settings`: members as this device has verified them, for when those have left by whom it could. */
const membersId = (groupId: string) => `tap.members.${groupId}`;

type SeenMember = Pick<GroupMember, "userId" | "deviceId" | "ticket">;

export class GroupWork {
  readonly #context: TapsContext;
  /** As they were read last. */
  readonly #read = new Map<string, GroupInfo>();

  constructor(context: TapsContext) {
    this.#context = context;
  }

  /** The latest first. Of more than the server lets be read at a time, some are as they were read last, or are left out. */
  async list(): Promise<GroupInfo[]> {
    const { groups } = await this.#context.device.call("groups", {});
    const found: GroupInfo[] = [];
    let isEnough = false;
    const get = async (groupId: string): Promise<GroupInfo | null> => {
      if (isEnough) return this.#read.get(groupId) ?? null;
      return this.get(groupId).catch((error: unknown) => {
        const code = error instanceof ProblemError ? error.code : null;
        if (code === "group-unknown") return null; // left, or dissolved, meanwhile
        if (code !== "too-many-requests") throw error;
        isEnough = true;
        return this.#read.get(groupId) ?? null;
      });
    };
    await inOrder(AT_ONCE, groups.toReversed(), get, async (_, group) => {
      if (group !== null) found.push(group);
    });
    return found.toSorted((a, b) => b.createdAt - a.createdAt);
  }

  async get(groupId: string): Promise<GroupInfo> {
    const { device, contacts } = this.#context;
    const group = await device.call("group", { params: { groupId } });
    const keyOf = await this.#keysOf(group.members);
    const verified = await this.#verified(group, keyOf);
    const { createdAt, by, members } = group;
    const read: GroupInfo = {
      groupId,
      createdAt,
      by,
      isCompared: await this.#isCompared(group, keyOf),
      members: await Promise.all(
        members.map(async ({ userId }) => ({
          userId,
          name: await nameOf(this.#context, userId),
          isMe: userId === device.identity.userId,
          isContact: (await contacts.get(userId)) !== null,
          verified: verified.has(userId),
        })),
      ),
    };
    this.#read.set(groupId, read);
    return read;
  }

  async leave(groupId: string): Promise<void> {
    const { device, store, listeners } = this.#context;
    await device.call("leaveGroup", { params: { groupId } });
    this.#read.delete(groupId);
    await store.apply([
      { collection: "settings", id: tableId(groupId) },
      { collection: "settings", id: membersId(groupId) },
    ]);
    listeners.tell({ event: "groups" });
  }

  /** Whoever was verified once stays so, as the same device with the same ticket. */
  async #verified(group: Group, keyOf: KeyOf): Promise<Set<UserId>> {
    const { store } = this.#context;
    const id = membersId(group.groupId);
    const known = (await store.get<readonly SeenMember[]>("settings", id)) ?? [];
    const fresh = verifiedMembers(group, keyOf);
    const isKnown = (member: SeenMember) => known.some((one) => isSame(one, member));
    const isVerified = (member: SeenMember) => fresh.has(member.userId) || isKnown(member);
    const verified = group.members.filter(isVerified);
    if (!verified.every(isKnown)) {
      const seen = verified.map(({ userId, deviceId, ticket }) => ({ userId, deviceId, ticket }));
      await store.put("settings", id, seen satisfies readonly SeenMember[]);
    }
    return new Set(verified.map(({ userId }) => userId));
  }

  /** Who has left since is still among those who compared it. */
  async #isCompared({ groupId, tapId, members }: Group, keyOf: KeyOf): Promise<boolean> {
    const { store } = this.#context;
    const kept = await store.get<readonly GroupMember[]>("settings", tableId(groupId));
    if (kept !== null) {
      const names = new Set(kept.map(({ userId }) => userId));
      return members.every(({ userId }) => names.has(userId));
    }
    const { userId } = this.#context.device.identity;
    const isCompared = isComparedBy(userId, tapId, members, keyOf);
    if (isCompared) await store.put("settings", tableId(groupId), members);
    return isCompared;
  }

  /** By the logs of this account, of its contacts, and of whoever else lets it see theirs. */
  async #keysOf(members: readonly GroupMember[]): Promise<KeyOf> {
    const known = new Map<UserId, VerifiedLog>();
    for (const { userId, deviceId } of members) {
      const log = await this.#logOf(userId, deviceId);
      if (log !== null) known.set(userId, log);
    }
    return (userId, deviceId) => {
      const log = known.get(userId);
      if (log === undefined) return null;
      const all = [...log.devices, ...log.removed];
      return all.find((one) => one.deviceId === deviceId)?.signKey;
    };
  }

  async #logOf(userId: UserId, deviceId: string): Promise<VerifiedLog | null> {
    const { device, contacts, logs } = this.#context;
    const isOwn = userId === device.identity.userId;
    if (!isOwn && (await contacts.get(userId)) === null) return null;
    try {
      const log = await logs.of(userId);
      const isListed = [...log.devices, ...log.removed].some((one) => one.deviceId === deviceId);
      return isListed ? log : await logs.refresh(userId);
    } catch (error) {
      if (error instanceof ForkedLogError || isPassing(error)) return null;
      if (!(error instanceof ProblemError)) throw error;
      return null;
    }
  }
}

function isSame(one: SeenMember, other: SeenMember): boolean {
  return (
    one.userId === other.userId && one.deviceId === other.deviceId && one.ticket === other.ticket
  );
}
