// ID-3: three devices of one account and two of another write, answer, edit, react, delete and read in random order,
// while they come and go. In the end all five keep the same conversation.

import { expect, test } from "vitest";
import type { MessageRecord } from "../../shared/client/node.ts";
import { STANDARD_PORTS, within } from "../../shared/client/ports.ts";
import { openClient, IMPATIENT, meet } from "../support/clients.ts";
import { joinTo } from "../support/linking.ts";
import { conversationFacts, type Side } from "../support/mixedConversation.ts";
import { pseudoRandom } from "../support/pseudoRandom.ts";
import { startServer } from "../support/serverProcess.ts";
import { type Talker, talkerOn, whenSo } from "../support/talkers.ts";

const STEPS = 150;
const SETTLED_WITHIN_MS = 90_000;
/** One step in so many, a device loses its connection or comes back. */
const TURN_EVERY = 8;
const EMOJIS = ["👍", "🎉", ""];

test(
  "ID-3: three devices of one account and two of another come to one conversation, whatever the schedule",
  { timeout: 240_000 },
  async () => {
    const seed = Date.now() % 1_000_000;
    const chance = pseudoRandom(seed);
    const one = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)]!;
    const server = await startServer();
    const ada = await openClient(server.url, { name: "Ada", ports: IMPATIENT });
    const ben = await openClient(server.url, { name: "Ben", ports: IMPATIENT });
    for (const client of [ada, ben]) client.connect();
    await meet(ada, ben);
    const clients = {
      ada: [ada, await joinTo(ada, server.url), await joinTo(ada, server.url)],
      ben: [ben, await joinTo(ben, server.url)],
    };
    const sideOf = (own: typeof ada, peer: typeof ada, side: Side["side"]) => {
      const told: string[] = [];
      own.on((event) => {
        if (event.event === "message") told.push(event.message.id);
      });
      return { talker: talkerOn(own), peer: peer.me.userId, side, told };
    };
    const devices = [
      ...clients.ada.map((client) => sideOf(client, ben, "first")),
      ...clients.ben.map((client) => sideOf(client, ada, "second")),
    ];
    const away = new Set<Talker>();
    let count = 0;
    const written: string[] = [];
    const text = (): string => {
      written.push(`${count++} ${one(["short", "漢字 and „quotes“", "rather longer than that"])}`);
      return written.at(-1) as string;
    };

    for (let step = 0; step < STEPS; step++) {
      const { talker, peer } = one(devices);
      const { messages } = talker.client;
      if (chance() < 1 / TURN_EVERY) {
        if (away.delete(talker)) talker.client.connect();
        else {
          away.add(talker);
          await talker.client.close();
        }
        continue;
      }
      // One that is away may write as well; sending connects, so it is back.
      away.delete(talker);
      const page = await messages.page(peer, { limit: 20 });
      const texts = page.filter(({ kind, isDeleted }) => kind === "text" && !isDeleted);
      const record: MessageRecord | undefined = texts.length === 0 ? undefined : one(texts);
      const isOwn = record?.author === "me";
      await one<() => Promise<unknown>>([
        () => messages.send(peer, text()),
        () => messages.send(peer, text()),
        async () =>
          record && messages.send(peer, text(), { replyTo: `${record.author}/${record.id}` }),
        async () => isOwn && messages.edit(record, `${record.text} edited ${step}`),
        async () => record && messages.react(record, one(EMOJIS)),
        async () => isOwn && chance() < 0.3 && messages.delete(record),
        () => messages.read(peer),
      ])();
    }

    for (const { talker } of devices) talker.client.connect();
    for (const { talker, peer } of devices) await talker.client.messages.settled(peer);
    const all = () => Promise.all(devices.map(conversationFacts));
    const areAlike = async (): Promise<boolean> => {
      const [first, ...others] = await all();
      const isComplete = first !== undefined && first.length >= written.length;
      return isComplete && others.every((facts) => facts.join("\n") === first.join("\n"));
    };
    await within(
      STANDARD_PORTS,
      SETTLED_WITHIN_MS,
      Promise.race(devices.map(({ talker }) => whenSo(talker.client, areAlike))),
    );
    const [first = [], ...others] = await all();
    for (const facts of others) expect(facts, `seed ${seed}`).toEqual(first);
    expect(first.length, `seed ${seed}`).toBe(written.length);
    for (const { told } of devices) {
      const twice = told.filter((id, index) => told.indexOf(id) < index);
      expect(twice, `told twice, seed ${seed}`).toEqual([]);
    }
    await Promise.all(devices.map(({ talker }) => talker.client.close()));
    await server.stop();
  },
);
