// BOX-6 on a bad network: whatever it does to frames and connections, every message arrives once and in order.

import { afterAll, beforeAll, test } from "vitest";
import { converseInChaos } from "../support/chaosConversation.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test(
  "BOX-6: 30 sessions over a network that resets, delays, repeats and falls silent lose nothing and repeat nothing",
  { timeout: 300_000 },
  async () => {
    const seed = Date.now() % 1_000_000;
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        Array.from({ length: 10 }, (_, lane) =>
          converseInChaos(server.url, { messages: 12, seed: seed + round * 10 + lane }),
        ),
      );
    }
  },
);
