// ID-3: a device that is linked gets all that the account has, over a server that is killed meanwhile and whatever
// starts anew, while contacts go on writing: the same conversations on both, nothing lost and nothing twice.

import { expect, test } from "vitest";
import { ConversationWork } from "../../shared/client/line/conversationWork.ts";
import { Acquaint, type AcquaintEvent, memoryStore, type Store } from "../../shared/client/node.ts";
import { toBase32, toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { meet, openClient } from "../support/clients.ts";
import { atEnd } from "../support/endings.ts";
import { startServer } from "../support/serverProcess.ts";

const CONVERSATIONS = 20;
const MESSAGES_EACH = 250;
/** Long enough for the history to take several blobs. */
const WORDS = "words ".repeat(220);

/** As if they had been said, over the last days. */
async function fill(store: Store, peer: UserId): Promise<void> {
  const begun = Date.now() - 3 * 24 * 60 * 60 * 1_000;
  for (let i = 0; i < MESSAGES_EACH; i += 50) {
    const work = new ConversationWork(store, begun + i);
    for (let n = i; n < i + 50; n++) {
      const author = n % 2 === 0 ? "me" : "peer";
      const id = toBase64Url(utf8(`${peer.slice(0, 3)}${String(n).padStart(5, "0")}`));
      const text = `${author} ${n} ${WORDS}`;
      await work.apply(peer, author, { kind: "text", id, at: begun + n, text });
    }
    await store.apply(work.changes());
  }
}

/** What both devices are to have alike: all but places and when it was read. */
async function kept(device: Acquaint, peer: string): Promise<string[]> {
  const page = await device.messages.page(peer, { limit: 10_000 });
  return page.map(({ author, id, kind, text }) => `${author} ${id} ${kind} ${text}`);
}

test(
  "ID-3: a linked device gets 5,000 messages of 20 conversations while new ones come and the server is killed",
  { timeout: 180_000 },
  async () => {
    let server = await startServer();
    const stores = { first: memoryStore(), other: memoryStore() };
    const first = await openClient(server.url, { store: stores.first, name: "Ann" });
    const friends = await Promise.all(
      ["Ben", "Cleo", "Dana"].map((name) => openClient(server.url, { name })),
    );
    first.connect();
    for (const friend of friends) {
      friend.connect();
      await meet(first, friend);
      await first.contacts.update(friend.me.userId, { note: `a friend: ${friend.me.name}` });
    }
    // With people who are contacts no more, too.
    const peers: UserId[] = friends.map(({ me }) => me.userId);
    for (let i = peers.length; i < CONVERSATIONS; i++) {
      peers.push(toBase32(new Uint8Array(20).fill(i)) as UserId);
    }
    for (const peer of peers) await fill(stores.first, peer);

    const device = await openClient(server.url, { store: stores.other });
    device.connect();
    const devices = await first.devices();
    const shown = await devices.link();
    const joining = (await device.devices()).join(shown.key?.code ?? "", "Ann's laptop");
    await Promise.all([shown.contact, (await joining).contact]);
    const joined = new Promise<void>((resolve) => {
      device.on(({ event }) => event === "joined" && resolve());
    });
    await expect.poll(async () => (await devices.applicants()).length).toBe(1);
    const [applicant] = await devices.applicants();
    const number = await devices.admit(applicant!.userId);
    const writing = friends.map(async (friend) => {
      for (let i = 0; i < 20; i++) {
        await friend.messages.send(first.me.userId, `${friend.me.name} meanwhile ${i}`);
        await friend.messages.settled(first.me.userId);
      }
    });
    await joined;

    const told: AcquaintEvent[] = [];
    const openOther = async () => {
      const opened = await Acquaint.open({ store: stores.other, server: server.url });
      opened.on((event) => told.push(event));
      atEnd(() => opened.close());
      opened.connect();
      return opened;
    };
    let other = await openOther();
    await expect.poll(() => told.some(({ event }) => event === "history")).toBe(true);
    await other.close(); // in the middle of it
    const { port } = new URL(server.url);
    await server.kill9();
    server = await startServer({ stateDir: server.stateDir, port: Number(port) });
    other = await openOther();
    await expect
      .poll(() => told.some((one) => one.event === "history" && one.done === one.total), {
        timeout: 60_000,
      })
      .toBe(true);
    await Promise.all(writing);
    for (const friend of friends) {
      await friend.messages.send(first.me.userId, "the last one");
      for (const one of [first, other]) {
        await expect
          .poll(async () => (await kept(one, friend.me.userId)).at(-1))
          .toContain("the last one");
      }
    }

    for (const peer of peers) {
      const [ofFirst, ofOther] = [await kept(first, peer), await kept(other, peer)];
      expect(new Set(ofOther).size).toBe(ofOther.length);
      expect(ofOther.toSorted()).toEqual(ofFirst.toSorted());
      expect(ofOther.length).toBe(MESSAGES_EACH + (peers.indexOf(peer) < friends.length ? 21 : 0));
      const unread = [first, other].map((one) => one.messages.conversation(peer));
      const [mine, theirs] = await Promise.all(unread);
      expect(theirs?.unread).toBe(mine?.unread);
    }
    for (const friend of friends) {
      const contact = await other.contacts.get(friend.me.userId);
      expect(contact).toMatchObject({
        name: friend.me.name,
        verified: true,
        note: `a friend: ${friend.me.name}`,
      });
    }
    expect(other.me).toMatchObject({ userId: first.me.userId, name: "Ann" });
    expect((await (await other.devices()).list()).map(({ name }) => name)).toContain(
      "Ann's laptop",
    );
    for (const store of Object.values(stores)) {
      await expect.poll(() => store.all("handovers")).toEqual([]);
    }
    expect(number).toBe(1);
    await server.stop();
  },
);
