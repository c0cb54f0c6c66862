// PAS-2, PAS-4 to PAS-8, KEY-5: whatever happens, in whatever order, an attempt of either method has one
// outcome, the same for both. fast-check prints seed and path of a failing run; pass both to `assert` to
// see it again.

import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { freshLocator } from "./support/pairing.ts";
import { makeCast } from "./model/cast.ts";
import { COMMANDS, OPENINGS } from "./model/commands.ts";
import { ErrandsUnderWay } from "./model/errandsUnderWay.ts";
import { Mailboxes } from "./model/mailboxes.ts";
import { Oracle } from "./model/oracle.ts";
import { settle } from "./model/settling.ts";
import { World } from "./model/world.ts";

let mailboxes: Mailboxes;
let errands: ErrandsUnderWay;

useStoppedClock();

beforeAll(async () => {
  mailboxes = new Mailboxes(await makeCast());
  await mailboxes.begin();
  errands = await ErrandsUnderWay.watch();
  // The decoy's pause is platform time that these runs need not spend; KEY-3 tests it as it is.
  vi.spyOn(scheduler, "wait").mockResolvedValue();
});

afterAll(() => vi.restoreAllMocks());

async function runSequences(numRuns: number, maxCommands: number): Promise<void> {
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

test("PAS-5 PAS-6 PAS-7: short lives end the same for both sides", { timeout: 240_000 }, () =>
  runSequences(650, 4),
);

test("PAS-5 PAS-6 PAS-7: longer lives end the same for both sides", { timeout: 240_000 }, () =>
  runSequences(300, 10),
);

test("PAS-5 PAS-6 PAS-7: many lives of one locator never mix", { timeout: 240_000 }, () =>
  runSequences(60, 24),
);
