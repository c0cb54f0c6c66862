// The one place that names objects. A named object stays where it was first made,
// so the first digit of a locator stands for a region.

import type { Handle, Locator, RoomId, UserId } from "../shared/wire/ids.ts";
import type { Env } from "./env.ts";

const REGIONS: readonly DurableObjectLocationHint[] = [
  "wnam",
  "enam",
  "sam",
  "weur",
  "eeur",
  "apac",
  "oc",
  "afr",
  "me",
];

export function attemptAt(env: Env, locator: Locator) {
  const hint = REGIONS[Number(locator[0]) - 1];
  return env.ATTEMPTS.getByName(locator, hint === undefined ? {} : { locationHint: hint });
}

export function mailboxOf(env: Env, userId: UserId) {
  return env.MAILBOXES.getByName(userId);
}

export function directoryEntry(env: Env, handle: Handle) {
  return env.DIRECTORY.getByName(handle);
}

/** No handle has a blank in it, so the two kinds never meet. */
export function recoveryEntry(env: Env, recoveryId: string) {
  return env.DIRECTORY.getByName(`recovery ${recoveryId}`);
}

/** @param token base64url of 16 bytes; no handle has a blank in it, and no recovery id begins so */
export function badgeEntry(env: Env, token: string) {
  return env.DIRECTORY.getByName(`badge ${token}`);
}

/** @param network keyed digest of a network prefix */
export function gateOf(env: Env, network: string) {
  return env.GATES.getByName(network);
}

/** Nobody else's submission has the name, so whoever asks for one names its account. */
export function tapAttemptOf(env: Env, by: UserId, tapId: string) {
  return env.TAPS.getByName(`${by}.${tapId}`);
}

export function groupOf(env: Env, groupId: string) {
  return env.GROUPS.getByName(groupId);
}

/** A room, or a pair room. */
export function roomAt(env: Env, roomId: RoomId) {
  return env.ROOMS.getByName(roomId);
}

/** @param topic empty for rooms of all topics; no topic has a `#` in it */
export function lobbyShard(env: Env, topic: string, shard: number) {
  return env.LOBBIES.getByName(`${topic}#${shard}`);
}

export function operatorAt(env: Env, operatorId: string) {
  return env.OPERATORS.getByName(operatorId);
}

const REGION_BY_CONTINENT: Readonly<Record<string, number>> = {
  NA: 2,
  SA: 3,
  EU: 4,
  AS: 6,
  OC: 7,
  AF: 8,
};

/** The first digit for someone who asks from there; any region when the place is not known. */
export function regionDigit(continent: string | undefined, random: number): number {
  return REGION_BY_CONTINENT[continent ?? ""] ?? 1 + (random % REGIONS.length);
}
