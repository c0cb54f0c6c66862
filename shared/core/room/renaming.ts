// A member, or someone who waits, is called otherwise from now on: the handle is the server's word, so nobody goes on
// showing one that was given up, and may be somebody else's.

import type { Draft } from "./draft.ts";
import type { RoomEventOf } from "./events.ts";
import { tellKnocking } from "./knocking.ts";
import { memberOf } from "./roster.ts";

/** The mailbox of an account says what its handle is. Whoever is not in the room is no matter of it. */
export function rename(draft: Draft, { userId, handle }: RoomEventOf<"rename">): null {
  const { present, away, waiting } = draft.state;
  const member = present.get(userId);
  const absent = away.get(userId);
  const waits = waiting.get(userId);
  if (member !== undefined && member.handle !== handle) {
    const next = { ...member, handle };
    draft.setPresent(next);
    draft.attach(userId, next.sockets);
    draft.happened({ kind: "changed", member: memberOf(draft.state, next) }, userId);
  }
  if (absent !== undefined && absent.handle !== handle) {
    const next = { ...absent, handle };
    draft.setAway(next);
    draft.happened({ kind: "changed", member: memberOf(draft.state, next) }, userId);
  }
  if (waits !== undefined && waits.handle !== handle) {
    draft.setWaiting({ ...waits, handle });
    draft.attach(userId, waits.sockets);
    tellKnocking(draft);
  }
  return null;
}
