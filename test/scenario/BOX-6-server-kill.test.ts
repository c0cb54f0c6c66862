// BOX-6: what the server has acknowledged outlives `kill -9`, and its readers see it once and in order.

import { expect, test } from "vitest";
import { writeUnderKills } from "../support/killsUnderLoad.ts";
import { MortalServer } from "../support/mortalServer.ts";

test(
  "BOX-6: of 600 messages both ways, under six kills of the server, each arrives once and in order",
  { timeout: 300_000 },
  async () => {
    const server = await MortalServer.start();
    await writeUnderKills(server, { kills: 6, messages: 600 });
    expect(server.kills).toBe(6);
    await server.stop();
  },
);
