// PAS-5, PAS-6, PAS-7, KEY-5: whatever happens, in whatever order, an attempt has one outcome, the same for both.
// fast-check prints seed and path of a failing run; pass both to `assert` to see it again.

import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { registerAccount, type TestAccount } from "./support/accounts.ts";
import { useStoppedClock } from "./support/clock.ts";
import { freshLocator } from "./support/pairing.ts";
import { COMMANDS } from "./model/commands.ts";
import { type Name, Oracle } from "./model/oracle.ts";
import { World } from "./model/world.ts";

let accounts: Record<Name, TestAccount>;

useStoppedClock();

beforeAll(async () => {
  const [ann, ben, cem] = [
    await registerAccount(),
    await registerAccount(),
    await registerAccount(),
  ];
  const annsTablet = { ...ann, deviceId: "tablettablettabl" as TestAccount["deviceId"] };
  accounts = { ann, annsTablet, ben, cem };
  // The decoy's pause is platform time that these runs need not spend; KEY-3 tests it as it is.
  vi.spyOn(scheduler, "wait").mockResolvedValue();
});

afterAll(() => vi.restoreAllMocks());

async function runSequences(numRuns: number, maxCommands: number): Promise<void> {
  let sequences = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(COMMANDS, { maxCommands, size: "max" }), async (commands) => {
      sequences += 1;
      const world = await new World(freshLocator(), accounts).begin();
      const model = { oracle: new Oracle() };
      await fc.asyncModelRun(() => ({ model, real: world }), commands);
      await world.settle(model.oracle);
    }),
    { numRuns, endOnFailure: false },
  );
  expect(sequences).toBe(numRuns);
}

test("PAS-5 PAS-6 PAS-7: short lives end the same for both sides", { timeout: 240_000 }, () =>
  runSequences(500, 8),
);

test("PAS-5 PAS-6 PAS-7: longer lives end the same for both sides", { timeout: 240_000 }, () =>
  runSequences(400, 16),
);

test("PAS-5 PAS-6 PAS-7: many lives of one locator never mix", { timeout: 240_000 }, () =>
  runSequences(150, 40),
);
