// Whole lives of attempts, each a random sequence of commands, and all that must be true of their ends.
// fast-check prints seed and path of a failing run; pass both to `assert` to see it again.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import fc from "fast-check";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { advanceClock, useStoppedClock } from "../support/clock.ts";
import { freshLocator } from "../support/pairing.ts";
import { makeCast } from "./cast.ts";
import { COMMANDS, OPENINGS } from "./commands.ts";
import { ErrandsUnderWay } from "./errandsUnderWay.ts";
import { Mailboxes } from "./mailboxes.ts";
import { Oracle } from "./oracle.ts";
import { settle } from "./settling.ts";
import { World } from "./world.ts";

let mailboxes: Mailboxes;
let errands: ErrandsUnderWay;

/** Sets the people and their mailboxes up around the tests of a file. */
export function useLives(): void {
  useStoppedClock();

  beforeAll(async () => {
    mailboxes = new Mailboxes(await makeCast());
    await mailboxes.begin();
    errands = await ErrandsUnderWay.watch();
    // The decoy's pause is platform time that these runs need not spend; KEY-3 tests it as it is.
    vi.spyOn(scheduler, "wait").mockResolvedValue();
  });

  afterAll(() => vi.restoreAllMocks());
}

/** Lets so many sequences of at most so many commands happen to an attempt, and checks each to its end. */
export async function runSequences(numRuns: number, maxCommands: number): Promise<void> {
  let sequences = 0;
  const commands = fc.commands(COMMANDS, { maxCommands, size: "max" });
  await fc.assert(
    fc.asyncProperty(OPENINGS, commands, async (opening, following) => {
      sequences += 1;
      await mailboxes.nextRun();
      const world = new World(freshLocator(), mailboxes, errands);
      const model = { oracle: new Oracle() };
      try {
        await opening.run(model, world);
        await fc.asyncModelRun(() => ({ model, real: world }), following);
        await settle(world, model.oracle, "acknowledged");
      } catch (error) {
        errands.abandon();
        advanceClock(1);
        await mailboxes.begin();
        throw error;
      } finally {
        world.dropLines();
        mailboxes.dropLines(model.oracle);
      }
    }),
    { numRuns, endOnFailure: false },
  );
  expect(sequences).toBe(numRuns);
}
