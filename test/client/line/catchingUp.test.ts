// ID-3: what waits until all has come that the server had taken on before does not wait for what comes later.

import { expect, test } from "vitest";
import { CatchingUp } from "../../../shared/client/line/catchingUp.ts";
import { memoryStore } from "../../../shared/client/node.ts";
import { turn, World } from "../world.ts";

test("someone who never ceases to send holds nothing up", async () => {
  const catchingUp = new CatchingUp(new World().ports, memoryStore(), () => true);
  let asked = 0;
  let hasCome = false;
  void catchingUp.anew(() => (asked += 1)).then(() => (hasCome = true));
  catchingUp.expect(5);
  expect(asked).toBe(2);
  catchingUp.came(1);
  catchingUp.expect(5); // one more has been sent meanwhile
  for (let i = 0; i < 4; i++) {
    catchingUp.came(1);
    await turn();
    expect(hasCome).toBe(false);
    // At every time some wait that were not there when it was asked.
  }
  catchingUp.came(1);
  await turn();
  expect(hasCome).toBe(true);
});

test("each connection counts anew, and who waits is not forgotten", async () => {
  const catchingUp = new CatchingUp(new World().ports, memoryStore(), () => true);
  let hasCome = false;
  void catchingUp.anew(() => {}).then(() => (hasCome = true));
  catchingUp.expect(3);
  catchingUp.expect(null);
  catchingUp.came(3);
  catchingUp.expect(2);
  catchingUp.came(1);
  await turn();
  expect(hasCome).toBe(false);
  catchingUp.came(1);
  await turn();
  expect(hasCome).toBe(true);
});
