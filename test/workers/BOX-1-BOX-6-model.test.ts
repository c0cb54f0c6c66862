// BOX-1, BOX-6: whatever happens, in whatever order, each device gets every acknowledged envelope at least
// once and, those that it has left out, exactly once and in the order in which it was sent. fast-check prints
// seed and path of a failing run; pass both to `assert` to see it again.

import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useStoppedClock } from "./support/clock.ts";
import { failDeliveries } from "./support/line.ts";
import { LINE_COMMANDS, type LineCast, LineWorld, makeLineCast } from "./model/lineWorld.ts";

let cast: LineCast;
let failing: ReturnType<typeof failDeliveries>;

useStoppedClock();

beforeEach(async () => {
  cast = await makeLineCast();
  failing = failDeliveries(cast.ben, 0);
});

afterEach(() => vi.restoreAllMocks());

async function runSequences(numRuns: number, maxCommands: number): Promise<void> {
  let sequences = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(LINE_COMMANDS, { maxCommands, size: "max" }), async (commands) => {
      sequences += 1;
      const world = new LineWorld(cast, failing);
      try {
        await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
        await world.settle();
      } catch (error) {
        cast = await makeLineCast();
        vi.restoreAllMocks();
        failing = failDeliveries(cast.ben, 0);
        throw error;
      }
    }),
    { numRuns, endOnFailure: false },
  );
  expect(sequences).toBe(numRuns);
}

test("short lives of the line lose nothing and keep the order", { timeout: 240_000 }, () =>
  runSequences(200, 8),
);

test("longer lives of the line lose nothing and keep the order", { timeout: 240_000 }, () =>
  runSequences(120, 30),
);
