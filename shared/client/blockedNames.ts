// What those were called whom this account has blocked, whom it may know from nowhere else: kept on this device alone, for as
// long as the block lasts. The server is told of accounts, never of names.

import type { UserId } from "../wire/ids.ts";
import { NAME_MAX_CHARS } from "../wire/limits.ts";
import { nameOfStranger } from "./metContact.ts";
import type { Store } from "./store/store.ts";

interface BlockedName {
  readonly userId: UserId;
  readonly name: string;
}

const BLOCKED = "blocked.";

/** @param names that they may have, the best first; a short form of the id is none */
export async function keepBlockedName(
  store: Store,
  userId: UserId,
  names: readonly (string | undefined)[],
): Promise<void> {
  const name = names.find((one) => one !== undefined && one !== nameOfStranger(userId));
  if (name === undefined || name === "") return;
  const kept: BlockedName = { userId, name: name.slice(0, NAME_MAX_CHARS) };
  await store.put("settings", BLOCKED + userId, kept);
}

export async function dropBlockedName(store: Store, userId: UserId): Promise<void> {
  await store.delete("settings", BLOCKED + userId);
}

export async function blockedNames(store: Store): Promise<ReadonlyMap<UserId, string>> {
  const kept = await store.range<BlockedName>("settings", { prefix: BLOCKED });
  return new Map(kept.map(({ userId, name }) => [userId, name]));
}
