// BOX-6: a device whose store dies before any of its writes, from its first prekeys on, goes on from what was kept:
// nothing that it had kept is lost, and nothing is there twice.

import { expect, test } from "vitest";
import { memoryStore } from "../../../shared/client/node.ts";
import { dyingStore } from "./dyingStore.ts";
import { LineServer, meetBetween, Person, calm, eventually } from "./lineWorld.ts";

interface Lives {
  readonly died: boolean;
  readonly mortal: string[];
  readonly other: string[];
  readonly unread: number;
  readonly heard: string[];
}

/** A device that dies before that write while both write to each other, and what both show after its restart. */
async function liveTwice(fatal: number): Promise<Lives> {
  const server = new LineServer();
  const base = memoryStore();
  const other = await Person.open(server);
  const before = await Person.open(server, base);
  await meetBetween(before, other);
  const dying = dyingStore(base, fatal);
  const first = await Person.open(server, dying.store);
  await other.connect();
  let isSaid = false;
  const living = first.connect().then(async () => {
    await first.messages.send(other.userId, "from the mortal");
    isSaid = true;
  });
  await other.messages.send(first.userId, "one for the mortal");
  await other.messages.send(first.userId, "another");
  await eventually(() => {
    server.world.clock.advance(100); // prekeys may not have been there at first
    return dying.isDead || (isSaid && first.heard.length === 2);
  });
  await calm();
  const { isDead } = dying;
  first.disconnect();
  if (!isDead) await living.then(() => first.line.stop());

  const second = await Person.open(server, base);
  await second.connect();
  // Whatever failed for want of the other is tried again.
  server.world.clock.advance(60_000);
  await second.messages.send(other.userId, "after");
  await other.messages.send(second.userId, "after");
  const shown = async (person: Person, peer: Person) => await person.shown(peer);
  await eventually(async () => (await shown(second, other)).includes("peer: after"));
  await eventually(async () => (await shown(other, second)).includes("peer: after"));
  await calm();
  const mortal = await shown(second, other);
  if (isSaid) expect(mortal, `killed at ${fatal}`).toContain("me: from the mortal");
  expect(second.faults, `killed at ${fatal}`).toEqual([]);
  expect(await base.all("outbox"), `killed at ${fatal}`).toEqual([]);
  const { unread = 0 } = (await second.messages.conversation(other.userId)) ?? {};
  return { died: isDead, mortal, other: await shown(other, second), unread, heard: other.heard };
}

test(
  "BOX-6: whichever write a device dies before, each text is there once at both ends, in its author's order",
  { timeout: 120_000 },
  async () => {
    let fatal = 0;
    for (let died = true; died; fatal++) {
      const lives = await liveTwice(fatal);
      const label = `killed at ${fatal}`;
      died = lives.died;
      const of = (shown: readonly string[], author: string) =>
        shown.filter((text) => text.startsWith(author)).map((text) => text.replace(/^\w+: /, ""));
      const received = ["one for the mortal", "another", "after"];
      expect(of(lives.mortal, "peer"), label).toEqual(received);
      expect(lives.unread, label).toBe(received.length);
      expect(of(lives.other, "peer"), label).toEqual(of(lives.mortal, "me"));
      expect(lives.heard, label).toEqual(of(lives.mortal, "me"));
      expect(new Set(lives.other).size, label).toBe(lives.other.length);
    }
    expect(fatal).toBeGreaterThan(8);
  },
);
