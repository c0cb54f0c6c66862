// BOX-6: a client killed before any of its steps, while it sends or receives, goes on from its folder: nothing
// that it had kept is lost, and nothing is there twice. Each round begins new sessions, so that these die, too.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Acquaint, fileStore, memoryStore, type Store } from "../../shared/client/node.ts";
import { IMPATIENT, meet, openClient } from "../support/clients.ts";
import { killableDevice } from "../support/killableDevice.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import {
  conversationOf,
  idOf,
  openTalker,
  type Talker,
  talkerOn,
  whenTold,
} from "../support/talkers.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** Whatever leaves a trace: between two of these, death is the same. */
const LASTING = /^(put|delete|apply|say|hear|request)/;

/** An account may begin only so many sessions in a minute. */
const ROUNDS_OF_A_PAIR = 5;

interface People {
  readonly mortal: Store;
  readonly other: Talker;
  readonly otherStore: Store;
}

async function openPeople(): Promise<People> {
  const mortal = fileStore(mkdtempSync(join(tmpdir(), "mortal-")));
  const otherStore = memoryStore();
  const other = await openTalker(server.url, { name: "Other", store: otherStore });
  const first = await openClient(server.url, { name: "Mortal", store: mortal });
  await meet(first, other.client);
  await first.close();
  return { mortal, other, otherStore };
}

/** As after a loss on both sides: the next message begins a session. */
async function forgetSessions(store: Store): Promise<void> {
  const ids = await store.all<{ states: unknown[] }>("sessions");
  if (ids.length === 0) return;
  const contacts = await store.all<{ userId: string }>("contacts");
  await store.apply(contacts.map(({ userId }) => ({ collection: "sessions", id: `${userId}.0` })));
}

/** What one round did, and before which step the device died; null if it finished. */
async function liveUntil(
  { mortal, other }: People,
  fatal: number,
  act: (mortal: Acquaint) => Promise<void>,
): Promise<string | null> {
  const device = killableDevice(mortal);
  const ports = { ...IMPATIENT, ...device.ports };
  const client = await Acquaint.open({ server: server.url, store: device.store, ports });
  let steps = 0;
  device.killBefore((step) => LASTING.test(step) && steps++ === fatal);
  client.connect();
  await Promise.race([act(client), device.killed]);
  if (!device.isDead) await Promise.race([client.close(), device.killed]);
  expect(other.client.me.userId).not.toBe(client.me.userId);
  return device.isDead ? (device.steps.at(-1) ?? "") : null;
}

const textsIn = async (reader: Talker, writer: Talker): Promise<string[]> =>
  (await conversationOf(reader, writer)).map(({ author, text }) => `${author}: ${text}`);

const flipped = (texts: readonly string[]): string[] =>
  texts.map((text) => text.replace(/^\w+/, (author) => (author === "me" ? "peer" : "me")));

test(
  "BOX-6: killed before any of its steps while sending, and started again, it has sent each text that it kept, once",
  { timeout: 300_000 },
  async () => {
    let people!: People;
    let rounds = 0;
    for (let died: string | null = "not yet"; died !== null; rounds++) {
      if (rounds % ROUNDS_OF_A_PAIR === 0) people = await openPeople();
      const { mortal, other, otherStore } = people;
      for (const store of [mortal, otherStore]) await forgetSessions(store);
      const text = `text ${rounds}`;
      let isKept = false;
      died = await liveUntil(people, rounds, async (client) => {
        const message = await client.messages.send(idOf(other), text);
        isKept = true;
        await client.messages.stored(message);
        await client.messages.settled(idOf(other));
      });
      const label = `round ${rounds}, ${died ?? "finished"}`;
      const again = await openTalker(server.url, { store: mortal });
      await again.client.messages.send(idOf(other), `after ${rounds}`);
      await again.client.messages.settled(idOf(other));
      const [here, there] = [await textsIn(again, other), await textsIn(other, again)];
      const copies = here.filter((shown) => shown === `me: ${text}`).length;
      expect(copies, label).toBeLessThanOrEqual(1);
      if (isKept) expect(copies, label).toBe(1);
      expect(there, label).toEqual(flipped(here));
      await other.client.messages.settled(idOf(again));
      await again.client.close();
    }
    expect(rounds).toBeGreaterThan(8);
  },
);

test(
  "BOX-6: killed before any of its steps while receiving, and started again, it shows each text once and in order",
  { timeout: 300_000 },
  async () => {
    let people!: People;
    let sent: string[] = [];
    let rounds = 0;
    for (let died: string | null = "not yet"; died !== null; rounds++) {
      if (rounds % ROUNDS_OF_A_PAIR === 0) {
        people = await openPeople();
        sent = [];
      }
      const { mortal, other, otherStore } = people;
      for (const store of [mortal, otherStore]) await forgetSessions(store);
      died = await liveUntil(people, rounds, async (client) => {
        const reader = talkerOn(client);
        for (const half of ["a", "b"]) {
          const text = `${half} ${rounds}`;
          sent.push(text);
          await other.client.messages.send(client.me.userId, text);
        }
        await whenTold(reader, 2);
        await client.messages.settled(idOf(other));
      });
      const label = `round ${rounds}, ${died ?? "finished"}`;
      const again = await openTalker(server.url, { store: mortal });
      await other.client.messages.settled(idOf(again));
      sent.push(`after ${rounds}`);
      await other.client.messages.send(idOf(again), `after ${rounds}`);
      await other.client.messages.settled(idOf(again));
      await expect
        .poll(() => textsIn(again, other), { message: label })
        .toEqual(sent.map((text) => `peer: ${text}`));
      const unread = async () =>
        (await again.client.messages.conversation(idOf(other)))?.unread ?? 0;
      // A reader between two files of one change may see the text a moment before it is counted.
      await expect.poll(unread, { message: label }).toBe(sent.length);
      await again.client.messages.settled(idOf(other));
      await again.client.close();
    }
    expect(rounds).toBeGreaterThan(8);
  },
);
