// Who of a room is hidden from whom: an index of the pairs that are in it, both ways, whoever of the two has blocked.

import type { UserId } from "../../wire/ids.ts";
import type { Apart, Person, RoomState } from "./state.ts";

/** Those in the room who are not there for that person. */
export function hiddenAmong({ present, away }: RoomState, person: Person): UserId[] {
  const found: UserId[] = [];
  const hidesAnybody = person.hidden.size > 0;
  for (const people of [present, away]) {
    for (const { userId, hidden } of people.values()) {
      if (!hidesAnybody && hidden.size === 0) continue;
      const isHidden = person.hidden.has(userId) || hidden.has(person.userId);
      if (isHidden && userId !== person.userId) found.push(userId);
    }
  }
  return found;
}

/** With these pairs, both ways, and no other of that person. */
export function withApart(apart: Apart, userId: UserId, others: readonly UserId[]): Apart {
  if (others.length === 0 && !apart.has(userId)) return apart;
  const next = new Map(apart);
  for (const other of apart.get(userId) ?? []) {
    const rest = new Set(next.get(other));
    rest.delete(userId);
    if (rest.size === 0) next.delete(other);
    else next.set(other, rest);
  }
  next.delete(userId);
  if (others.length > 0) next.set(userId, new Set(others));
  for (const other of others) next.set(other, new Set(next.get(other)).add(userId));
  return next;
}
