// A member, or someone who waits, is called otherwise from now on: the handle is the server's word, so nobody goes on
// showing one that was given up, and may be somebody else's.

import type { Draft } from "./draft.ts";
import type { RoomEventOf } from "./events.ts";
import { tellKnocking } from "./knocking.ts";
import { tellChanged } from "./roster.ts";
import { personOf } from "./state.ts";

/** The mailbox of an account says what its handle is. Whoever is not in the room is no matter of it. */
export function rename(draft: Draft, { userId, handle }: RoomEventOf<"rename">): null {
  const person = personOf(draft.state, userId);
  if (person === null || person.handle === handle) return null;
  draft.changePerson(userId, { handle });
  if (draft.state.waiting.has(userId)) tellKnocking(draft);
  else tellChanged(draft, userId);
  return null;
}
