// ID-3: what devices of an account hand to each other when there are three: each gets what is for all, whenever it
// comes, and none takes what one that was removed has said.

import { expect, test } from "vitest";
import "../../../shared/client/handover/work.ts"; // loaded when there is something to do, in no time here
import type { Change } from "../../../shared/client/store/store.ts";
import { verifyLog } from "../../../shared/core/identity/deviceLog.ts";
import { appendRemove } from "../../../shared/core/identity/logDrafts.ts";
import { AccountServer, comesTrue, haveMet, Owner, OwnDevice } from "./ownDevices.ts";

/** Ann on so many devices that know of each other, all connected; and Ben, a contact of the first. */
async function openDevices(count = 3) {
  const server = new AccountServer();
  const owner = new Owner("Ann");
  const ann = await OwnDevice.open(server, owner);
  const ben = await OwnDevice.open(server, new Owner("Ben"));
  await haveMet(ann, ben);
  const numbers = Array.from({ length: count - 1 }, () => owner.add());
  const others: OwnDevice[] = [];
  for (const number of numbers) others.push(await OwnDevice.open(server, owner, number));
  const [second, third] = others as [OwnDevice, OwnDevice];
  for (const { device } of [ann, ...others]) await device.learnLog(owner.log);
  for (const device of [ben, ann, ...others]) await (await device.connect()).atRest();
  await rest(ann, ...others, ben);
  return { server, owner, ann, ben, second, third };
}

async function rest(...devices: OwnDevice[]): Promise<void> {
  for (const device of devices) await device.atRest();
  for (const device of devices) await device.atRest();
}

async function removeSecond(owner: Owner, by: OwnDevice): Promise<void> {
  const draft = appendRemove(verifyLog(owner.log)!, { device: 1, by: 0, createdAt: 1 });
  if (!draft.ok) throw new Error(draft.reason);
  owner.log = [...owner.log, draft.finish(await by.device.sign(draft.bytes))];
}

const card = { "@type": "Card", version: "1.0", uid: "urn:x", note: "long ".repeat(4_000) };
const hasCard = async ({ store }: OwnDevice) => (await store.get("cards", "urn:x")) !== null;

test("ID-3: what is shared and too large for a content waits at the server for each of the others", async () => {
  const { server, ann, second, third } = await openDevices();
  third.disconnect();
  await ann.store.apply(ann.line.handover.changes({ kind: "card", card } as never));
  ann.line.handover.look();
  await comesTrue(() => hasCard(second));
  await comesTrue(async () => (await second.store.all("handovers")).length === 0);
  expect(server.files.blobs.size).toBe(1);
  await third.connect();
  await comesTrue(() => hasCard(third));
});

test("ID-3: nor does one delete it that has not heard of the third device yet", async () => {
  const { server, owner, ann, ben, second } = await openDevices(2);
  const third = await OwnDevice.open(server, owner, owner.add());
  await third.store.put("settings", "arrived", { at: 1 }); // and does not say so
  await ann.device.learnLog(owner.log);
  await (await third.connect()).atRest();
  third.disconnect();
  await ann.store.apply(ann.line.handover.changes({ kind: "card", card } as never));
  ann.line.handover.look();
  await comesTrue(() => hasCard(second));
  await rest(ann, second, ben);
  expect(second.device.identity.devices).toHaveLength(2);
  await third.connect();
  await comesTrue(() => hasCard(third));
});

test("ID-3: what a device has said to its account before it was removed is not taken any more", async () => {
  const { owner, ann, ben, second, third } = await openDevices();
  third.disconnect();
  await second.profile.update({ name: "Mallory" });
  const text = { kind: "text", id: "AAAAAAAAAAA", at: 1, text: "never said" } as const;
  const content = { kind: "sync", to: ben.userId, content: text } as const;
  await second.line.submitWith([{ to: ann.userId, content }], []);
  await comesTrue(() => ann.profile.me.name === "Mallory");
  await rest(ann, second);
  await removeSecond(owner, ann);
  await ann.profile.update({ name: "Ann" });
  await third.device.learnLog(owner.log);
  await third.connect();
  await third.atRest();
  expect(third.profile.me.name).not.toBe("Mallory");
  expect(await third.shown(ben.userId)).toEqual([]);
  expect(third.server.mailbox(third.userId, third.number).waiting).toEqual([]);
  expect(third.faults).toEqual([]);
});

test("BOX-6: what is done of a handover is stored in the holder's turn alone", async () => {
  const { server, owner, ann, second } = await openDevices();
  const fenced: boolean[] = [];
  const { apply } = ann.store;
  ann.store.apply = (changes: readonly Change[], turn) => {
    if (changes.some(({ collection }) => collection === "handovers")) fenced.push(!!turn);
    return turn === undefined ? apply(changes) : apply(changes, turn);
  };
  await apply(ann.line.handover.changes({ kind: "card", card } as never));
  ann.line.handover.look();
  await comesTrue(() => hasCard(second));
  await comesTrue(async () => (await ann.store.all("handovers")).length === 0);
  expect(fenced.length).toBeGreaterThan(1); // the blob that was begun, and the end
  expect(fenced).not.toContain(false);
  expect(owner.log).toHaveLength(3);
  expect(server.files.blobs.size).toBe(1);
});
