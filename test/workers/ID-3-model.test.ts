// ID-3: whatever the devices of an account append, at once or one after another, and whatever happens to the server
// in between: it has the one log that verifies, its devices and no others have a say, and those that listen know.
// fast-check prints seed and path of a failing run; pass both to `assert` to see it again.

import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { registerAccount } from "./support/accounts.ts";
import { useStoppedClock } from "./support/clock.ts";
import { Household } from "./support/devices.ts";
import { befriend } from "./support/line.ts";
import { type Choice, DevicesWorld } from "./model/devicesWorld.ts";

useStoppedClock();

let ann: Awaited<ReturnType<typeof registerAccount>>;

beforeEach(async () => {
  ann = await registerAccount();
});

type Command = fc.AsyncCommand<object, DevicesWorld>;

const command = (name: string, act: (world: DevicesWorld) => Promise<void>): Command => ({
  check: () => true,
  run: async (_, world) => {
    await act(world);
    await world.check();
  },
  toString: () => name,
});

const choice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.constantFrom("add", "add", "remove", "recovery"),
  by: fc.nat(9),
  device: fc.nat(9),
});
const nameOf = ({ kind, by, device }: Choice) => `${kind} ${device} by ${by}`;

const append = fc
  .tuple(fc.array(choice, { minLength: 1, maxLength: 3 }), fc.constantFrom(0, 0, 1, 3))
  .map(([choices, repeated]) =>
    command(`append ${choices.map(nameOf).join(", ")} after ${repeated} known`, (world) =>
      world.append(choices, repeated),
    ),
  );
const race = fc
  .tuple(choice, choice)
  .map(([one, other]) =>
    command(`at once ${nameOf(one)} and ${nameOf(other)}`, (world) => world.race(one, other)),
  );
const ofDevice = (name: string, act: (world: DevicesWorld, device: number) => Promise<void>) =>
  fc.nat(9).map((device) => command(`${name} ${device}`, (world) => act(world, device)));
const ofWorld = (name: string, act: (world: DevicesWorld) => Promise<void>) =>
  fc.constant(command(name, act));

const COMMANDS = [
  append,
  append,
  append,
  race,
  ofDevice("listens:", (world, device) => world.listen(device)),
  ofDevice("listens:", (world, device) => world.listen(device)),
  ofDevice("opens an attempt:", (world, device) => world.openAttempt(device)),
  ofDevice("knocks, though removed:", (world, device) => world.knock(device)),
  ofWorld("registers again", (world) => world.register()),
  ofWorld("ann writes", (world) => world.write()),
  ofWorld("ann writes", (world) => world.write()),
  ofWorld("the mailbox hibernates", (world) => world.evict("hibernate")),
  ofWorld("the mailbox is evicted", (world) => world.evict("close")),
  ofWorld("all objects are aborted", (world) => world.restart()),
  ofWorld("the alarm fires", (world) => world.alarm()),
];

async function runSequences(numRuns: number, maxCommands: number): Promise<void> {
  let sequences = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands(COMMANDS, { maxCommands, size: "max" }), async (commands) => {
      sequences += 1;
      const house = await Household.of(1);
      await befriend(ann, { ...ann, userId: house.userId });
      const world = new DevicesWorld(house, ann);
      await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
      await world.settle();
    }),
    { numRuns, endOnFailure: false },
  );
  expect(sequences).toBe(numRuns);
}

test("ID-3: short lives of an account of several devices", { timeout: 240_000 }, () =>
  runSequences(100, 8),
);

test("ID-3: longer lives of an account of several devices", { timeout: 240_000 }, () =>
  runSequences(40, 25),
);
