// BOX-6: a reader that confirms nothing is sent no more than the window holds; others are not held up by it, and it
// gets everything once it goes on.

import { expect, test } from "vitest";
import { WINDOW_MAX_ENVELOPES } from "../../shared/wire/limits.ts";
import { meet } from "../support/clients.ts";
import { startHeldReader } from "../support/heldReader.ts";
import { startServer } from "../support/serverProcess.ts";
import {
  conversationOf,
  expectShownOnce,
  idOf,
  openTalker,
  textsOf,
  whenTold,
  write,
} from "../support/talkers.ts";

test(
  "BOX-6: of 1,800 messages to a stalled reader 800 are under way, others read on, and later all of them come",
  { timeout: 300_000 },
  async () => {
    const server = await startServer();
    const held = await startHeldReader(server.url);
    const writer = await openTalker(server.url, { name: "Writer" });
    const stalled = await openTalker(held.proxy.url, { name: "Stalled" });
    const other = await openTalker(server.url, { name: "Other" });
    await meet(writer.client, stalled.client);
    await meet(writer.client, other.client);
    const first = await writer.client.messages.send(idOf(stalled), "first");
    await whenTold(stalled, 1);
    expect(await writer.client.messages.stored(first)).toMatchObject({ text: "first" });

    held.hold();
    const texts = textsOf("to the stalled", 1_800);
    const written = write(writer, stalled, { texts, window: 200 });
    const others = textsOf("to the other", 40);
    await write(writer, other, { texts: others, window: 4 });
    await whenTold(other, others.length);
    await expectShownOnce(other, writer, others);
    await written;
    expect(held.underWay).toBeGreaterThan(WINDOW_MAX_ENVELOPES - 50);
    expect(held.underWay).toBeLessThanOrEqual(WINDOW_MAX_ENVELOPES);

    held.letGo();
    await whenTold(stalled, 1 + texts.length);
    await expectShownOnce(stalled, writer, ["first", ...texts]);
    expect(await conversationOf(writer, stalled)).toHaveLength(1 + texts.length);
    await server.stop();
  },
);
