// TAP-4, TAP-8: contacts by touch and by badge introduce themselves to each other: name and card come over the line, once,
// from the devices that took part, whatever comes in between.

import { expect, test } from "vitest";
import "../../../shared/client/handover/work.ts"; // loaded when there is something to do, in no time here
import "../../../shared/client/taps/witness.ts";
import { CardBox } from "../../../shared/client/cardBox.ts";
import { emptyCard, memoryStore } from "../../../shared/client/node.ts";
import { keepName } from "../../../shared/client/taps/contactAsking.ts";
import { takeIntroduction } from "../../../shared/client/taps/introductions.ts";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import type { IntroductionContent } from "../../../shared/core/line/introductionContent.ts";
import { AccountServer, comesTrue, haveMet, Owner, OwnDevice } from "../handover/ownDevices.ts";
import { dyingStore } from "../line/dyingStore.ts";
import { another, hear, listed, openTwo, request, touch } from "./touching.ts";

const card = (uid: string, note = "") => ({ ...emptyCard(uid, `${uid}'s card`), note }) as never;

/** Each box that goes from one device to an account, told apart; its repetitions are the same box. */
function boxesOf(from: OwnDevice, to: OwnDevice): Set<string> {
  const boxes = new Set<string>();
  const { server } = from;
  const hearAll = server.hear.bind(server);
  server.hear = (sender, messages) => {
    for (const message of messages) {
      const isIt = message.type === "send" && sender.userId === from.userId;
      if (isIt && message.to === to.userId) boxes.add(message.boxes.map(({ box }) => box).join());
    }
    hearAll(sender, messages);
  };
  return boxes;
}

async function named(own: OwnDevice, peer: OwnDevice, name: string): Promise<void> {
  await comesTrue(async () => (await own.contacts.get(peer.userId))?.name === name);
}

test("TAP-4: those who have touched get to know each other's name and chosen card, each told once", async () => {
  const { ann, ben } = await openTwo();
  const [byAnn, byBen] = [boxesOf(ann, ben), boxesOf(ben, ann)];
  await new CardBox(ann.store).save(card("urn:ann"));
  const first = await touch(ann, ben);
  listed([ann, ben], [first]);
  await hear(ann, ben);
  await named(ann, ben, "Ben");
  await named(ben, ann, "Ann");
  expect(await ben.contacts.get(ann.userId)).toMatchObject({ card: { uid: "urn:ann" } });
  expect(await ann.contacts.get(ben.userId)).toMatchObject({ card: null, cardProblem: null });
  expect(await ben.messages.conversations()).toEqual([]);
  listed([ann, ben], [first, await touch(ben, ann, { id: 2 })]);
  await hear(ann, ben);
  expect([byAnn.size, byBen.size]).toEqual([1, 1]);
  expect(await ann.store.all("handovers")).toEqual([]);
});

test("TAP-4: of several devices that which took part says it, and all of the other side hear it", async () => {
  const { ann, ben } = await openTwo();
  const [phone, tablet] = [await another(ann), await another(ben)];
  const boxes = [boxesOf(ann, ben), boxesOf(ben, ann)];
  listed([ann, ben], [await touch(phone, tablet)]);
  await hear(ann, ben, phone, tablet);
  for (const own of [ann, phone]) await named(own, ben, "Ben");
  for (const own of [ben, tablet]) await named(own, ann, "Ann");
  expect(boxes.map(({ size }) => size)).toEqual([1, 1]);
});

test("TAP-8: by a badge it is the device that asked, and the one that approved", async () => {
  const { ann, ben } = await openTwo();
  const tablet = await another(ben);
  const boxes = [boxesOf(ann, ben), boxesOf(ben, ann)];
  listed([ann, ben], [await request(ann, tablet)]);
  await hear(ann, ben, tablet);
  await named(ben, ann, "Ann");
  await comesTrue(async () => (await tablet.store.all("handovers")).length === 0);
  expect(boxes.map(({ size }) => size)).toEqual([1, 1]);
});

test("TAP-4: a card that is too long for a message waits at the server, as does the name", async () => {
  const { server, ann, ben } = await openTwo();
  await new CardBox(ann.store).save(card("urn:ann", "long ".repeat(6_000)));
  listed([ann, ben], [await touch(ann, ben)]);
  await hear(ann, ben);
  await comesTrue(async () => (await ben.contacts.get(ann.userId))?.card?.uid === "urn:ann");
  expect(await ben.contacts.get(ann.userId)).toMatchObject({ name: "Ann", cardProblem: null });
  expect(server.files.blobs.size).toBe(1);
  expect(await ben.store.all("handovers")).toEqual([]);
});

test(
  "TAP-4: whichever write a device dies before, the other hears of it once",
  { timeout: 60_000 },
  async () => {
    for (let fatal = 0, died = true; died; fatal++) {
      const server = new AccountServer();
      const ben = await (await OwnDevice.open(server, new Owner("Ben"))).connect();
      const first = await OwnDevice.open(server, new Owner("Ann")); // only touches
      const boxes = boxesOf(first, ben);
      const store = memoryStore();
      await store.put("settings", "name", { name: "Ann", changedAt: 1 });
      const again = (kept = store) => OwnDevice.open(server, first.owner, 0, kept);
      const proof = await touch(first, ben);
      listed([first, ben], [proof]);
      const dying = dyingStore(store, fatal);
      await hear(ben);
      const living = again(dying.store).then(async (ann) => {
        await ann.connect();
        await hear(ann);
        return ann;
      });
      const heard = async () => (await ben.contacts.get(first.userId))?.name === "Ann";
      await comesTrue(async () => dying.isDead || ((await heard()) && (await atRest(store))));
      died = dying.isDead;
      if (died) {
        server.online.delete(`${first.userId}.0`);
        const ann = await again();
        await ann.connect();
        await hear(ann);
        await ann.contacts.verify(ben.userId); // as with each connection
        await comesTrue(async () => {
          server.clock.advance(500);
          return (await heard()) && (await atRest(store));
        });
        await ann.line.stop();
      } else await (await living).line.stop();
      expect(boxes.size, `before write ${fatal}`).toBe(1);
      await ben.line.stop();
    }
  },
);

test("TAP-6: name and card of a meeting stay, whatever is said of them later", async () => {
  const { ann, ben } = await openTwo();
  await haveMet(ann, ben);
  const before = await ben.contacts.get(ann.userId);
  const said = { kind: "introduction", at: 1, name: "Somebody else" } as const;
  await ben.store.apply(await takeIntroduction(ben.store, ann.userId, said));
  expect(await ben.contacts.get(ann.userId)).toEqual(before);
});

test("TAP-4: one introduction counts of each touch, and nobody introduces who is no contact", async () => {
  const { ann, ben } = await openTwo();
  const say = async (name: string, at: number) => {
    const content = { kind: "introduction", at, name } as const;
    await ben.store.apply(await takeIntroduction(ben.store, ann.userId, content));
  };
  await say("Ann", 2_000);
  expect(await ben.contacts.get(ann.userId)).toBe(null);
  listed([ann, ben], [await touch(ann, ben, { at: ann.server.clock.now() })]);
  await ben.contacts.refresh();
  await ben.contacts.verify(ann.userId);
  expect((await ben.contacts.get(ann.userId))?.name).toBe("Ann");
  await say("Annie", 1_000);
  await say("Mum", 3_000);
  expect((await ben.contacts.get(ann.userId))?.name).toBe("Ann");
});

test("ROOM-6: whoever has been asked is called so until they introduce themselves, verified or not", async () => {
  const { ann, ben } = await openTwo();
  const nameOfAnn = async () => (await ben.contacts.get(ann.userId))?.name;
  const say = async (name: string, at: number) => {
    const content = { kind: "introduction", at, name } as const;
    await ben.store.apply(await takeIntroduction(ben.store, ann.userId, content));
  };
  await keepName(ben.store, ann.userId, "Annie of the tea");
  expect([await nameOfAnn(), await ben.contacts.nameOf(ann.userId)]).toEqual([
    undefined,
    "Annie of the tea",
  ]);
  listed([ann, ben], [await request(ann, ben)]);
  await ben.contacts.refresh();
  expect(await ben.contacts.get(ann.userId)).toMatchObject({
    name: "Annie of the tea",
    verified: false,
  });
  await ben.contacts.verify(ann.userId);
  expect(await nameOfAnn()).toBe("Annie of the tea");
  await say("Ann", 0);
  await say("Mum", 1);
  await keepName(ben.store, ann.userId, "Somebody");
  expect(await nameOfAnn()).toBe("Ann");
});

test("TAP-4: a contact takes no other name or card by a later introduction, unless they have met anew", async () => {
  const { server, ann, ben } = await openTwo();
  const badge = await request(ann, ben);
  listed([ann, ben], [badge]);
  await hear(ann, ben);
  await named(ben, ann, "Ann");
  const tablet = await another(ben);
  await ben.line.handover.sendHistory(tablet.number);
  await named(tablet, ann, "Ann");
  server.clock.advance(60 * 60_000);
  const blob = { blobId: toBase64Url(new Uint8Array(16)), key: "", size: 1 };
  for (const own of [ben, tablet]) {
    const say = async (more: object) => {
      const content = { kind: "introduction", at: server.clock.now(), name: "Mum", ...more };
      return takeIntroduction(own.store, ann.userId, content as IntroductionContent);
    };
    for (const more of [{}, { blob }, { at: 8e15 }]) expect(await say(more)).toEqual([]);
    listed([ann, ben], [await touch(ann, ben)]);
    await own.contacts.refresh();
    await own.store.apply(await say({ name: "Anna" }));
    await named(own, ann, "Anna");
    expect(await say({ at: server.clock.now() + 1 })).toEqual([]);
    listed([ann, ben], [badge]);
  }
});

test("ID-3: a device that comes later is handed name and card, and verifies the contact itself", async () => {
  const { ann, ben } = await openTwo();
  await new CardBox(ann.store).save(card("urn:ann"));
  listed([ann, ben], [await touch(ann, ben)]);
  await hear(ann, ben);
  await named(ben, ann, "Ann");
  const tablet = await another(ben);
  await ben.line.handover.sendHistory(tablet.number);
  await named(tablet, ann, "Ann");
  await hear(tablet);
  expect(await tablet.contacts.get(ann.userId)).toMatchObject({
    card: { uid: "urn:ann" },
    verified: true,
    vouched: true,
  });
});

async function atRest(store: OwnDevice["store"]): Promise<boolean> {
  const left = [...(await store.all("handovers")), ...(await store.all("outbox"))];
  return left.length === 0;
}
