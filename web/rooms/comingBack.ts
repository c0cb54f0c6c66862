// A page that is loaded anew goes back into the rooms that its window was in, while the seats there are kept; later it
// offers to.

import { ProblemError } from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { problemText } from "../problems.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { wayInto } from "./linkTokens.ts";
import { stays } from "./stays.ts";
import { type WasIn, wasIn } from "./wasIn.ts";
import { endText } from "./words.ts";

/** Once for each page. A room for two follows the one that both came from. */
export async function goBackIn(): Promise<void> {
  const { userId } = session.acquaint.me;
  const { rooms, returning } = wasIn.store.state;
  for (const room of rooms) if (room.userId !== userId) wasIn.drop(room.roomId);
  for (const room of rooms) {
    if (room.userId === userId && returning.includes(room.roomId))
      await comeBack(room).catch(() => {});
    wasIn.returned(room.roomId);
  }
}

/** By a press, wherever one is on the page. */
export async function comeBackTo(room: WasIn): Promise<void> {
  try {
    await comeBack(room);
  } catch (error) {
    notify(problemText(error));
  }
  go(paths.room(room.roomId));
}

/** @throws what keeps one out for now */
async function comeBack(room: WasIn): Promise<void> {
  const { roomId, title } = room;
  try {
    await stays.join(wayInto(roomId), room.name);
  } catch (error) {
    const isOver = error instanceof ProblemError && error.code === "room-unknown";
    if (!isOver && !room.isPair) throw error;
    wasIn.drop(roomId);
    if (location.hash === paths.room(roomId)) return; // It is said there.
    if (isOver && !room.isPair) {
      notify(`${title}: ${endText({ kind: "refused", problem: error.code }).title.toLowerCase()}.`);
    }
  }
}
