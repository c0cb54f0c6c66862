// Rooms against the smallest objects that do the same, and against what else rooms are made with.

import { withStateFolder } from "./folders.ts";
import { benchFanOut } from "./roomsFanOut.ts";
import { benchIdle } from "./roomsIdle.ts";
import { benchStalled } from "./roomsStalled.ts";
import { benchStorm } from "./roomsStorm.ts";

export async function benchRooms({ quick }: { quick: boolean }): Promise<void> {
  for (const bench of [benchFanOut, benchStorm, benchIdle, benchStalled]) {
    await withStateFolder("/dev/shm", (stateDir) => bench(stateDir, quick));
  }
}
