// BOX-2: whatever two people say to each other, in whatever order and over whatever connections, both devices keep
// the same conversation.

import { test } from "vitest";
import { converseInAllKinds } from "../support/mixedConversation.ts";
import { startServer } from "../support/serverProcess.ts";

test(
  "BOX-2: of 300 texts, replies, edits, reactions, deletions, timers and receipts over breaking connections both keep the same",
  { timeout: 300_000 },
  async () => {
    const server = await startServer();
    await converseInAllKinds(server.url, { contents: 300, seed: Date.now() % 1_000_000 });
    await server.stop();
  },
);
