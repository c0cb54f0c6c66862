// Whole lives of the line, each a random sequence of commands, and all that must be true of their ends.
// fast-check prints seed and path of a failing run; pass both to `assert` to see it again.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import fc from "fast-check";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { useStoppedClock } from "../support/clock.ts";
import { failDeliveries } from "../support/line.ts";
import { LINE_COMMANDS, type LineCast, LineWorld, makeLineCast } from "./lineWorld.ts";

let cast: LineCast;
let failing: ReturnType<typeof failDeliveries>;

/** Sets the people up around each test of a file. */
export function useLives(): void {
  useStoppedClock();

  beforeEach(async () => {
    cast = await makeLineCast();
    failing = failDeliveries(cast.ben, 0);
  });

  afterEach(() => vi.restoreAllMocks());
}

/** Lets so many sequences of at most so many commands happen to the line, and checks each to its end. */
export async function runSequences(numRuns: number, maxCommands: number): Promise<void> {
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
