// A room arranged otherwise, locked, given a new link, or closed (ROOM-1, ROOM-7): what follows for those who are in it
// or wait.

import { problem } from "../../wire/problem.ts";
import type { ArrangeRoom, RoomRecord } from "../../wire/rooms.ts";
import type { Draft } from "./draft.ts";
import { endRoom } from "./endings.ts";
import { isFull, sit } from "./entering.ts";
import type { Refusal, RoomEventOf } from "./events.ts";
import { keepTracks } from "./tracks.ts";
import { tellKnocking } from "./knocking.ts";
import { sayOf } from "./moderation.ts";
import { knockersOf, roleOf, type Waiting } from "./state.ts";

export function arrange(draft: Draft, event: RoomEventOf<"arrange">): Refusal | null {
  const { by, change } = event;
  const { record } = draft.state;
  const say = sayOf(record, by);
  const isLockAlone = Object.keys(change).every((key) => key === "isLocked");
  if (say === null || (say === "moderator" && !isLockAlone)) return { code: "moderators-only" };
  const refusal = unfit({ ...record.room, ...change }, change, by.kind === "account");
  if (refusal !== null) return refusal;
  const room = arranged(record.room, change);
  if (JSON.stringify(room) === JSON.stringify(record.room)) return null;
  draft.setRecord({ room });
  tellLobby(draft, record.room, room);
  keepTracks(draft);
  draft.happened({ kind: "arranged", room }, null);
  if (room.admission === "anyone" && !room.isLocked) letIn(draft);
  if (room.admission === "link") turnAway(draft);
  return null;
}

/** What does not go together. */
export function unfit(
  room: Pick<RoomRecord, "isListed" | "admission" | "pace">,
  change: ArrangeRoom,
  isByAccount: boolean,
): Refusal | null {
  if (change.pace === null && isByAccount) {
    return { code: "malformed-request", fields: { pace: "is needed, but for operators" } };
  }
  if (change.isListed === true && room.admission === "link") {
    return { code: "malformed-request", fields: { isListed: "is not for one joined by its link" } };
  }
  return null;
}

function arranged(room: RoomRecord, change: ArrangeRoom): RoomRecord {
  const next = { ...room, ...change };
  return next.admission === "link" ? { ...next, isListed: false } : next;
}

function tellLobby(draft: Draft, before: RoomRecord, after: RoomRecord): void {
  if (before.isListed && before.topic !== null && before.topic !== after.topic) {
    draft.owe(`unlist:${before.topic}`);
  }
  if (after.isListed && after.topic !== null) draft.settle(`unlist:${after.topic}`);
  if (before.isListed || after.isListed) draft.owe("lobby");
}

/** Nobody has to wait any more; for whom there is no room, it is full as for everyone. */
function letIn(draft: Draft): void {
  for (const person of knockersOf(draft.state)) {
    if (!isFull(draft.state)) sit(draft, person, null);
    else refuse(draft, person, "room-full");
  }
}

/** Nobody lets people in any more: as everyone, they need the link, but for those who look after the room. */
function turnAway(draft: Draft): void {
  for (const person of knockersOf(draft.state)) {
    const isMember = roleOf(draft.state.record, person.userId) === "member";
    if (isMember) refuse(draft, person, "link-needed");
  }
}

function refuse(
  draft: Draft,
  { userId, sockets }: Waiting,
  code: "room-full" | "link-needed",
): void {
  for (const ref of sockets) {
    draft.tellSocket(ref.socket, { type: "problem", problem: problem(code) });
    draft.close(ref, code);
  }
  draft.drop("waiting", userId);
  tellKnocking(draft);
}

/** The one before leads nowhere from then on. */
export function renewLink(draft: Draft, event: RoomEventOf<"renewLink">): Refusal | null {
  if (sayOf(draft.state.record, event.by) !== "owner") return { code: "moderators-only" };
  draft.setRecord({ linkHash: event.linkHash });
  return null;
}

export function close(draft: Draft, { by }: RoomEventOf<"close">): Refusal | null {
  const { record } = draft.state;
  if (sayOf(record, by) !== "owner") return { code: "moderators-only" };
  endRoom(draft, record.pair === null ? "closed" : "over");
  return null;
}
