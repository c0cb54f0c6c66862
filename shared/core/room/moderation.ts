// Who looks after a room (ROOM-7): whose say goes how far, and what they do about people. Nobody acts against the owner,
// and moderators not against each other.

import type { UserId } from "../../wire/ids.ts";
import {
  DENIED_SECONDS,
  ROOM_MAX_APPROVED,
  ROOM_MAX_BANS,
  ROOM_MAX_MODERATORS,
  ROOM_MAX_WAITING,
} from "../../wire/limits.ts";
import type { Draft } from "./draft.ts";
import { isFull, sit } from "./entering.ts";
import type { Refusal, RoomEventOf } from "./events.ts";
import { tellKnocking, tellKnockingTo } from "./knocking.ts";
import { letOut } from "./leaving.ts";
import { tellChanged } from "./roster.ts";
import { personOf, roleOf, seatedOf, type Steward, type StoredRoom } from "./state.ts";

export type Say = "owner" | "moderator";

/** How far somebody's word goes in a room; null for not at all. In a pair room nobody's but the house's. */
export function sayOf({ room, opener, moderators }: StoredRoom, steward: Steward): Say | null {
  if (steward.kind === "house") return "owner";
  if (steward.kind === "operator") {
    return opener.kind === "operator" && opener.operatorId === steward.operatorId ? "owner" : null;
  }
  if (room.owner === steward.userId) return "owner";
  return moderators.includes(steward.userId) ? "moderator" : null;
}

/** Who may not come in, for those who look after the room. */
export function bansFor(record: StoredRoom, steward: Steward): StoredRoom["bans"] | Refusal {
  return sayOf(record, steward) === null ? { code: "moderators-only" } : record.bans;
}

export function moderate(draft: Draft, event: RoomEventOf<"moderate">): Refusal | null {
  const { act, userId, by, name } = event;
  const { record } = draft.state;
  const say = sayOf(record, by);
  const role = roleOf(record, userId);
  const isOwners = act === "appoint" || act === "dismiss";
  const isAgainst = act === "remove" || act === "ban" || act === "deny";
  const isAbove = role === "owner" || (role === "moderator" && say !== "owner");
  if (say === null || (isOwners && say !== "owner") || (isAgainst && isAbove)) {
    return { code: "moderators-only" };
  }
  switch (act) {
    case "admit":
      return admit(draft, userId);
    case "deny":
      return deny(draft, userId);
    case "remove":
      return remove(draft, userId);
    case "ban":
      return ban(draft, userId, name);
    case "unban":
      return unban(draft, userId);
    case "appoint":
      return appoint(draft, userId);
    case "dismiss":
      return dismiss(draft, userId);
  }
}

/** Also into a locked room, which is locked for those whom nobody lets in. */
function admit(draft: Draft, userId: UserId): Refusal | null {
  const { state } = draft;
  const waits = state.waiting.get(userId);
  if (waits === undefined) return seatedOf(state, userId) === null ? { code: "not-in-room" } : null;
  if (isFull(state)) return { code: "room-full" };
  const others = state.record.approved.filter((one) => one !== userId);
  draft.setRecord({ approved: [...others, userId].slice(-ROOM_MAX_APPROVED) });
  sit(draft, waits, null);
  return null;
}

function deny(draft: Draft, userId: UserId): Refusal | null {
  if (!draft.state.waiting.has(userId)) return { code: "not-in-room" };
  const still = draft.state.record.denied.filter(
    (one) => one.userId !== userId && draft.now < one.until,
  );
  const until = draft.now + DENIED_SECONDS * 1_000;
  draft.setRecord({ denied: [...still, { userId, until }].slice(-ROOM_MAX_WAITING) });
  letOut(draft, userId, "denied");
  return null;
}

/** Whoever was let in has to be let in again, and a moderator is none any more. */
function remove(draft: Draft, userId: UserId): Refusal | null {
  if (seatedOf(draft.state, userId) === null) return { code: "not-in-room" };
  dropFrom(draft, "approved", userId);
  dropFrom(draft, "moderators", userId);
  letOut(draft, userId, "removed");
  return null;
}

/** Whoever looks through the bans later has nothing else to tell the account by than the name that it has now. */
function ban(draft: Draft, userId: UserId, called: string | undefined): Refusal | null {
  const { state, now } = draft;
  const { bans } = state.record;
  if (bans.some((one) => one.userId === userId)) return null;
  if (bans.length >= ROOM_MAX_BANS) return { code: "list-full" };
  const name = personOf(state, userId)?.name ?? called ?? null;
  draft.setRecord({ bans: [...bans, { userId, name, at: now }] });
  dropFrom(draft, "approved", userId);
  dropFrom(draft, "moderators", userId);
  letOut(draft, userId, "banned");
  return null;
}

/** Whoever was turned away may knock again, too. */
function unban(draft: Draft, userId: UserId): null {
  const { bans, denied } = draft.state.record;
  if (bans.some((one) => one.userId === userId)) {
    draft.setRecord({ bans: bans.filter((one) => one.userId !== userId) });
  }
  if (denied.some((one) => one.userId === userId)) {
    draft.setRecord({ denied: denied.filter((one) => one.userId !== userId) });
  }
  return null;
}

function appoint(draft: Draft, userId: UserId): Refusal | null {
  const { moderators } = draft.state.record;
  if (roleOf(draft.state.record, userId) !== "member") return null;
  if (moderators.length >= ROOM_MAX_MODERATORS) return { code: "list-full" };
  draft.setRecord({ moderators: [...moderators, userId] });
  unban(draft, userId);
  tellChanged(draft, userId);
  const waits = draft.state.waiting.get(userId);
  if (waits !== undefined && !isFull(draft.state)) sit(draft, waits, null);
  else tellKnocking(draft);
  return null;
}

function dismiss(draft: Draft, userId: UserId): null {
  if (!draft.state.record.moderators.includes(userId)) return null;
  dropFrom(draft, "moderators", userId);
  tellChanged(draft, userId);
  tellKnockingTo(draft, userId);
  return null;
}

function dropFrom(draft: Draft, list: "approved" | "moderators", userId: UserId): void {
  const users = draft.state.record[list];
  if (!users.includes(userId)) return;
  draft.setRecord({ [list]: users.filter((one) => one !== userId) });
}
