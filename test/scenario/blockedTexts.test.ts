// What someone writes while being blocked never comes, although their device is told that it is stored and says it
// again after the block.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { conversationOf, idOf, openTalkers, whenSo, whenTold } from "../support/talkers.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test("texts of a blocked time are not shown after it, and what is written then is", async () => {
  const [ada, ben] = await openTalkers([server.url]);
  const say = async (writer: typeof ada, reader: typeof ada, text: string) => {
    const { messages } = writer.client;
    return messages.stored(await messages.send(idOf(reader), text));
  };
  await say(ada, ben, "before");
  await whenTold(ben, 1);
  // Turns the direction, so that Ada seals the next one with a key that Ben has not seen.
  await say(ben, ada, "before, too");
  await whenTold(ada, 1);
  await ben.client.contacts.block(idOf(ada));
  const during = await say(ada, ben, "during");
  expect(during.state).toBe("sent");
  await say(ada, ben, "during, again");
  await ben.client.contacts.unblock(idOf(ada));
  await say(ada, ben, "after");
  await whenTold(ben, 2);
  await say(ada, ben, "later");
  await whenTold(ben, 3);
  const isDelivered = async () => {
    const own = (await conversationOf(ada, ben)).filter(({ author }) => author === "me");
    return own.filter(({ state }) => state === "delivered").length === 3;
  };
  await whenSo(ada.client, isDelivered);
  expect(ben.told).toEqual(["before", "after", "later"]);
  const shown = await conversationOf(ben, ada);
  expect(shown.map(({ text }) => text)).toEqual(["before", "before, too", "after", "later"]);
});
