// ID-3: a device that has just come into an account gets all that another one has, once, and hears of later changes.

import { describe, expect, test } from "vitest";
import "../../../shared/client/handover/work.ts"; // loaded when there is something to do, in no time here
import type { HandedContact } from "../../../shared/core/handover/handed.ts";
import { memoryStore } from "../../../shared/client/node.ts";
import { AccountServer, comesTrue, haveMet, Owner, OwnDevice } from "./ownDevices.ts";

/** Ann on two devices, the second of which has just come; and Ben. Ann's first device has some history with him. */
async function openAccount() {
  const server = new AccountServer();
  const owner = new Owner("Ann");
  const ann = await OwnDevice.open(server, owner);
  const ben = await OwnDevice.open(server, new Owner("Ben"));
  await haveMet(ann, ben);
  await settledIn(ann);
  await settledIn(ben);
  await ann.profile.update({ name: "Ann" });
  await ann.contacts.update(ben.userId, { alias: "Benny", note: "at the fair" });
  for (let i = 0; i < 30; i++) {
    await ann.messages.send(ben.userId, `mine ${i} ${"words ".repeat(20)}`);
    await ben.messages.send(ann.userId, `theirs ${i} ${"words ".repeat(20)}`);
  }
  await rest(ann, ben);
  const number = owner.add();
  await ann.device.learnLog(owner.log);
  return { server, owner, ann, ben, number };
}

async function rest(...devices: OwnDevice[]): Promise<void> {
  for (const device of devices) await device.atRest();
  for (const device of devices) await device.atRest();
}

/** With its prekeys left, so that others can begin sessions with it at once. */
async function settledIn(device: OwnDevice): Promise<void> {
  await device.connect();
  await device.atRest();
}

const isWhole = (device: OwnDevice) =>
  device.told.some((event) => event.event === "history" && event.done === event.total);

describe("ID-3: a history", () => {
  test("brings contacts with their proofs, notes, the name and conversations to the new device", async () => {
    const { server, owner, ann, ben, number } = await openAccount();
    const other = await OwnDevice.open(server, owner, number);
    await settledIn(other);
    await ann.line.handover.sendHistory(number);
    await comesTrue(() => isWhole(other));
    await rest(ann, other, ben);
    expect(await other.shown(ben.userId)).toEqual(await ann.shown(ben.userId));
    expect(await other.messages.conversations()).toMatchObject([
      { unread: 30, preview: { text: expect.stringContaining("theirs 29") as string } },
    ]);
    const [contact] = await other.contacts.list();
    expect(contact).toMatchObject({ name: "Benny", note: "at the fair", verified: true });
    expect(contact?.receiptHash).toBe((await ann.contacts.get(ben.userId))?.receiptHash);
    expect(await other.contacts.pairingWith(ben.userId)).toBe(null);
    expect(other.profile.me.name).toBe("Ann");
    expect(other.told.filter(({ event }) => event === "message")).toEqual([]);
    expect(server.files.blobs.size).toBe(0); // taken, and deleted
    for (const device of [ann, other]) expect(await device.store.all("handovers")).toEqual([]);
    expect([...ann.faults, ...other.faults]).toEqual([]);
  });

  test("carries no keys, sessions, drafts or anything under way", async () => {
    const { server, owner, ann, ben, number } = await openAccount();
    await ann.messages.setDraft(ben.userId, "not yet said");
    const other = await OwnDevice.open(server, owner, number);
    const secrets = new Set<string>();
    for (const collection of [
      "sessions",
      "prekeys",
      "outbox",
      "attempts",
      "drafts",
      "contacts",
    ] as const)
      for (const value of await ann.store.all<object>(collection)) collectSecrets(value, secrets);
    expect(secrets.size).toBeGreaterThan(20);
    await settledIn(other);
    const before = new Set<string>();
    for (const collection of ["sessions", "prekeys"] as const)
      for (const value of await other.store.all<object>(collection)) collectSecrets(value, before);
    await ann.line.handover.sendHistory(number);
    await comesTrue(() => isWhole(other));
    const kept = JSON.stringify(
      await Promise.all(
        (["contacts", "settings", "notes", "messages", "conversations", "drafts"] as const).map(
          (collection) => other.store.all(collection),
        ),
      ),
    );
    expect(kept).toContain("theirs 29");
    for (const secret of secrets) expect(kept).not.toContain(secret);
    expect(await other.messages.draft(ben.userId)).toBe("");
  });

  test("comes in parts, the newest messages first, while both hear what is new", async () => {
    const { server, owner, ann, ben, number } = await openAccount();
    ann.line.handover.bundleBytes = 10_000;
    const other = await OwnDevice.open(server, owner, number);
    await settledIn(other);
    await ann.line.handover.sendHistory(number);
    for (let i = 0; i < 10; i++) {
      await ben.messages.send(ann.userId, `meanwhile ${i}`);
      await ann.messages.send(ben.userId, `answer ${i}`);
    }
    await comesTrue(() => isWhole(other));
    await rest(ann, ben, other);
    const parts = other.told.flatMap((event) => (event.event === "history" ? [event] : []));
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.map(({ done }) => done)).toEqual(parts.map(({ done }) => done).toSorted(byNumber));
    expect((await other.shown(ben.userId)).toSorted()).toEqual(
      (await ann.shown(ben.userId)).toSorted(),
    );
    expect((await other.messages.conversation(ben.userId))?.unread).toBe(
      (await ann.messages.conversation(ben.userId))?.unread,
    );
  });

  test("waits for what the server had taken on for the first device alone", async () => {
    const { server, owner, ann, ben, number } = await openAccount();
    ann.disconnect();
    const [log] = [owner.log];
    owner.log = log.slice(0, 1); // before the new device is listed
    await ben.messages.send(ann.userId, "for one device alone");
    await rest(ben);
    owner.log = log;
    const other = await OwnDevice.open(server, owner, number);
    await settledIn(other);
    await ann.line.handover.sendHistory(number);
    await rest(ann, other);
    expect(await other.shown(ben.userId)).toEqual([]);
    await settledIn(ann);
    await comesTrue(() => isWhole(other));
    expect((await other.shown(ben.userId)).at(-1)).toContain("for one device alone");
  });

  test("comes as soon as the new device is ready, however long the other has tried in vain", async () => {
    const { server, owner, ann, ben, number } = await openAccount();
    await ann.line.handover.sendHistory(number);
    for (let minutes = 0; minutes < 20; minutes++) {
      server.clock.advance(60_000);
      await ann.atRest();
    }
    const other = await OwnDevice.open(server, owner, number);
    await settledIn(other);
    await comesTrue(() => isWhole(other));
    expect(await other.shown(ben.userId)).toEqual(await ann.shown(ben.userId));
    expect(await other.store.get("settings", "arrived")).not.toBe(null);
  });

  test("is for the one device, and not for others of the account", async () => {
    const { server, owner, ann, ben, number } = await openAccount();
    const third = owner.add();
    await ann.device.learnLog(owner.log);
    const [other, bystander] = [
      await OwnDevice.open(server, owner, number),
      await OwnDevice.open(server, owner, third),
    ];
    await other.device.learnLog(owner.log);
    for (const device of [other, bystander]) await settledIn(device);
    await ann.line.handover.sendHistory(number);
    await comesTrue(() => isWhole(other));
    await rest(ann, other, bystander);
    expect(await bystander.shown(ben.userId)).toEqual([]);
    expect(bystander.told.filter(({ event }) => event === "history")).toEqual([]);
  });

  test("to a device that was removed meanwhile is called off", async () => {
    const { owner, ann, number } = await openAccount();
    const { appendRemove } = await import("../../../shared/core/identity/logDrafts.ts");
    const { verifyLog } = await import("../../../shared/core/identity/deviceLog.ts");
    const draft = appendRemove(verifyLog(owner.log)!, { device: number, by: 0, createdAt: 1 });
    if (!draft.ok) throw new Error(draft.reason);
    owner.log = [...owner.log, draft.finish(await ann.device.sign(draft.bytes))];
    await ann.device.learnLog(owner.log);
    await ann.line.handover.sendHistory(number);
    await comesTrue(async () => (await ann.store.all("handovers")).length === 0);
    expect(ann.server.files.blobs.size).toBe(0);
  });
});

describe("ID-3: later changes", () => {
  async function bothOpen() {
    const opened = await openAccount();
    const other = await OwnDevice.open(opened.server, opened.owner, opened.number);
    await settledIn(other);
    await opened.ann.line.handover.sendHistory(opened.number);
    await comesTrue(() => isWhole(other));
    return { ...opened, other };
  }

  test("of notes and of the name reach the other device, the latest counts on both", async () => {
    const { server, ann, ben, other } = await bothOpen();
    server.clock.advance(1_000);
    await ann.contacts.update(ben.userId, { note: "by the first" });
    await ann.profile.update({ name: "Anna" });
    await rest(ann, other);
    expect(await other.contacts.get(ben.userId)).toMatchObject({
      note: "by the first",
      name: "Benny",
    });
    expect(other.profile.me.name).toBe("Anna");
    server.clock.advance(1_000);
    ann.disconnect();
    await ann.contacts.update(ben.userId, { alias: "earlier" });
    server.clock.advance(1_000);
    await other.contacts.update(ben.userId, { alias: "later" });
    await settledIn(ann);
    await rest(ann, other);
    for (const device of [ann, other]) {
      expect(await device.contacts.get(ben.userId)).toMatchObject({ name: "later" });
    }
  });

  test("of a contact wait until the mailbox lists it, and one that was removed does not come back", async () => {
    const { server, ann, other } = await bothOpen();
    const cleo = await OwnDevice.open(server, new Owner("Cleo"));
    await haveMet(ann, cleo, "cleo ");
    const known = await ann.store.get<HandedContact & { userId: string }>("contacts", cleo.userId);
    const { transcript, ownOpening, peerOpening } = known!;
    const record = {
      kind: "contact",
      transcript,
      ownOpening,
      peerOpening,
      card: null,
      cardProblem: null,
    } as const;
    server.contacts.get(ann.userId)?.delete(cleo.userId);
    await ann.store.apply(ann.line.handover.changes(record));
    ann.line.handover.look();
    await comesTrue(async () => (await other.store.all("handovers")).length === 1);
    expect(await other.contacts.get(cleo.userId)).toBe(null);
    server.contacts.get(ann.userId)?.add(cleo.userId);
    server.clock.advance(30_000);
    await comesTrue(async () => (await other.contacts.get(cleo.userId))?.verified === true);
    await comesTrue(async () => (await other.store.all("handovers")).length === 0);

    server.contacts.get(ann.userId)?.delete(cleo.userId);
    await other.contacts.refresh();
    await ann.store.apply(ann.line.handover.changes(record));
    ann.line.handover.look();
    await comesTrue(async () => (await other.store.all("handovers")).length === 1);
    server.clock.advance(24 * 60 * 60 * 1_000);
    await comesTrue(async () => (await other.store.all("handovers")).length === 0);
    expect(await other.contacts.get(cleo.userId)).toBe(null);
  });

  test("made in another tab are told by the one that holds the line, which tells what it takes", async () => {
    const { server, owner, ann, ben, other } = await bothOpen();
    const tab = await OwnDevice.open(server, owner, 0, ann.store);
    tab.line.start();
    server.clock.advance(1_000);
    await tab.contacts.update(ben.userId, { alias: "by the tab" });
    await comesTrue(async () => (await other.contacts.get(ben.userId))?.name === "by the tab");
    server.clock.advance(1_000);
    tab.told.length = 0;
    await other.profile.update({ name: "Anna" });
    await comesTrue(() => tab.profile.me.name === "Anna");
    expect(tab.line.isHolder).toBe(false);
    expect(tab.told.map(({ event }) => event)).toContain("profile");
    expect(ann.profile.me.name).toBe("Anna");
  });

  test("of an account with one device are told to nobody, and anyone else's word counts for nothing", async () => {
    const server = new AccountServer();
    const ann = await OwnDevice.open(server, new Owner("Ann"));
    const ben = await OwnDevice.open(server, new Owner("Ben"), 0, memoryStore());
    await haveMet(ann, ben);
    await settledIn(ann);
    await settledIn(ben);
    await ann.profile.update({ name: "Ann" });
    expect(await ann.store.all("handovers")).toEqual([]);
    const { encodeBundle } = await import("../../../shared/core/handover/bundle.ts");
    const bytes = encodeBundle([{ kind: "name", name: "Mallory", changedAt: 9_000_000_000_000 }]);
    const records = Buffer.from(bytes).toString("base64url");
    await ben.line.submitWith([{ to: ann.userId, content: { kind: "handover", records } }], []);
    await rest(ann, ben);
    expect(ann.profile.me.name).toBe("Ann");
    expect(ann.faults).toEqual([]);
  });
});

function byNumber(a: number, b: number): number {
  return a - b;
}

/** Strings that look like keys: 32 bytes in base64url. */
function collectSecrets(value: object, into: Set<string>): void {
  for (const [name, inner] of Object.entries(value)) {
    const isPublic = ["transcript", "ownOpening", "peerOpening", "receiptHash"].includes(name);
    if (isPublic || inner === null) continue;
    if (typeof inner === "object") collectSecrets(inner as object, into);
    else if (typeof inner === "string" && inner.length === 43) into.add(inner);
  }
}
