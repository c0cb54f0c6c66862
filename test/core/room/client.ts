// A client of a room, for the tests: it keeps its own roster by what it is told, and minds that no number is left out.

import type { UserId } from "../../../shared/wire/ids.ts";
import type { Member, RoomEvent, RoomNotice } from "../../../shared/wire/roomLine.ts";

/** What a client knows by what it was told. */
export interface Client {
  readonly socket: string;
  readonly userId: UserId;
  readonly line: string;
  readonly heard: RoomNotice[];
  /** By seat. */
  readonly members: Map<number, Member>;
  /** The last number that it knows of. */
  through: number;
  isOpen: boolean;
}

/**
 * As a client does. Numbers follow upon each other, but for those of another life of the room.
 * @param bornAfter the number before the first of this life; null for what has no number of its own
 */
export function hear(client: Client, notice: RoomNotice, bornAfter: number | null): void {
  client.heard.push(notice);
  if (notice.type === "entered") {
    client.members.clear();
    for (const member of notice.members) client.members.set(member.seat, member);
    client.through = notice.through;
  }
  if (notice.type !== "events" || client.through === 0) return;
  const first = notice.through - notice.events.length + 1;
  if (bornAfter !== null) {
    if (notice.through <= client.through) return;
    const isNext = first === Math.max(client.through, bornAfter) + 1;
    if (!isNext) throw new Error("a number was left out");
  }
  client.through = notice.through;
  for (const event of notice.events) apply(client.members, event);
}

function apply(members: Map<number, Member>, event: RoomEvent): void {
  if (event.kind === "left") members.delete(event.seat);
  if (event.kind !== "joined" && event.kind !== "changed") return;
  if ((event.kind === "changed") !== members.has(event.member.seat)) {
    throw new Error(`${event.kind} does not fit what is known`);
  }
  members.set(event.member.seat, event.member);
}
