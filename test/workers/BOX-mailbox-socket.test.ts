// KEY-5, BOX-1 as far as it stands: the mailbox's contacts, blocks and live socket.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, test, vi } from "vitest";
import { CONTACTS_PAGE, MAILBOX_MAX_SOCKETS } from "../../shared/wire/limits.ts";
import { mailboxNoticeSchema } from "../../shared/wire/mailbox.ts";
import {
  codeOf,
  randomText,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import { contactErrand, meet } from "./support/pairing.ts";
import { connectToMailbox, mintUpgrade, requestUpgrade, type Told } from "./support/sockets.ts";

let ann: TestAccount;
let ben: TestAccount;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
});

function mailboxOf(account: TestAccount) {
  return env.MAILBOXES.getByName(account.userId);
}

async function listen(account: TestAccount, after = 0) {
  const socket = await connectToMailbox(account);
  const told = await socket.ask({ type: "hello", after });
  for (const notice of told) expect(mailboxNoticeSchema.safeParse(notice).success).toBe(true);
  return { socket, told };
}

function ready(sequence: number): object {
  return { type: "ready", sequence, logLength: 1, now: expect.any(Number) };
}

async function contactsOf(account: TestAccount, after?: number): Promise<Told[]> {
  const path = `/v1/contacts${after === undefined ? "" : `?after=${after}`}`;
  return (await request("GET", path, { actor: account })).body.contacts;
}

/** A contact as an attempt hands it over, without the attempt. */
async function deliver(account: TestAccount, peer = strangerActor().userId): Promise<void> {
  await mailboxOf(account).take(contactErrand(account.userId, peer));
}

test("KEY-5: both are told live of the contact, with the same receipt and time", async () => {
  const [annListens, benListens] = [await listen(ann), await listen(ben)];
  expect(annListens.told).toEqual([ready(0)]);
  await meet(ann, ben);
  const [atAnn, atBen] = [
    await annListens.socket.next("contacts"),
    await benListens.socket.next("contacts"),
  ];
  expect(atAnn["contacts"]).toMatchObject([{ userId: ben.userId, method: "key", blocked: false }]);
  expect(atBen["contacts"]).toMatchObject([{ userId: ann.userId, method: "key", blocked: false }]);
  const { receiptHash, metAt } = atAnn["contacts"][0];
  expect(atBen["contacts"][0]).toMatchObject({ receiptHash, metAt });
  expect(await contactsOf(ann)).toEqual(atAnn["contacts"]);
});

test("KEY-5: one who was away is told when he says hello, and only of what he has not seen", async () => {
  await meet(ann, ben);
  const { told } = await listen(ann);
  expect(told.map(({ type }) => type)).toEqual(["contacts", "ready"]);
  const { sequence } = told[1] as Told;
  expect(told[0]?.["contacts"][0].sequence).toBe(sequence);
  expect((await listen(ann, sequence as number)).told).toEqual([ready(sequence as number)]);
  expect((await listen(ann, (sequence as number) - 1)).told.length).toBe(2);
});

test("a socket hears nothing live before its hello", async () => {
  const socket = await connectToMailbox(ann);
  await deliver(ann);
  expect(await socket.ask()).toEqual([]);
  expect((await socket.ask({ type: "hello", after: 0 })).map(({ type }) => type)).toEqual([
    "contacts",
    "ready",
  ]);
});

test("every device that listens is told", async () => {
  const listeners = [await listen(ann), await listen(ann), await listen(ann)];
  await deliver(ann);
  for (const { socket } of listeners) expect((await socket.next("contacts")).type).toBe("contacts");
});

test(
  "a long list comes in pages, in order and whole, by socket and by request",
  { timeout: 30_000 },
  async () => {
    const count = CONTACTS_PAGE + 7;
    for (let index = 0; index < count; index++) await deliver(ann);
    const { told } = await listen(ann);
    const bySocket = told.flatMap(({ contacts }) => (contacts ?? []) as Told[]);
    expect(bySocket.length).toBe(count);
    const sequences = bySocket.map((contact) => contact["sequence"] as number);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));

    const first = (await request("GET", "/v1/contacts", { actor: ann })).body;
    expect(first.contacts.length).toBe(CONTACTS_PAGE);
    const second = (await request("GET", `/v1/contacts?after=${first.next}`, { actor: ann })).body;
    expect(second.next).toBe(null);
    expect([...first.contacts, ...second.contacts]).toEqual(bySocket);
  },
);

test("a contact that is committed again is stored once and told once", async () => {
  const { socket } = await listen(ann);
  const errand = contactErrand(ann.userId, strangerActor().userId);
  for (let tries = 0; tries < 3; tries++) await mailboxOf(ann).take(errand);
  await evictDurableObject(mailboxOf(ann));
  await mailboxOf(ann).take(errand);
  await socket.ask();
  expect(socket.told.filter(({ type }) => type === "contacts").length).toBe(1);
  expect((await contactsOf(ann)).length).toBe(1);
});

test("meeting again renews the contact, with a new receipt and a higher sequence", async () => {
  await meet(ann, ben);
  const [before] = await contactsOf(ann);
  await meet(ben, ann);
  const contacts = await contactsOf(ann);
  expect(contacts.length).toBe(1);
  expect(contacts[0]?.["receiptHash"]).not.toBe(before?.["receiptHash"]);
  expect(contacts[0]?.["sequence"]).toBeGreaterThan(before?.["sequence"]);
});

test("removing a contact is told live, is one-sided, and is refused for one who is none", async () => {
  await meet(ann, ben);
  const { socket } = await listen(ann);
  const path = `/v1/contacts/${ben.userId}`;
  expect((await request("DELETE", path, { actor: ann })).status).toBe(204);
  const removed = await socket.next("removed");
  expect(removed).toMatchObject({ type: "removed", userId: ben.userId });
  const { told } = await listen(ann, (removed["sequence"] as number) - 1);
  expect(
    told.map(({ type }) => type),
    "a device that was away",
  ).toEqual(["removed", "ready"]);
  expect(await contactsOf(ann)).toEqual([]);
  expect((await contactsOf(ben)).length).toBe(1);
  expect(codeOf(await request("DELETE", path, { actor: ann }))).toBe("contact-unknown");
});

test.for(["awake", "evicted"] as const)(
  "a sequence is never used again after a removal (object %s)",
  async (condition) => {
    await deliver(ann);
    const [first] = await contactsOf(ann);
    await request("DELETE", `/v1/contacts/${first?.["userId"]}`, { actor: ann });
    if (condition === "evicted") await evictDurableObject(mailboxOf(ann));
    await deliver(ann);
    const [second] = await contactsOf(ann);
    expect(second?.["sequence"]).toBeGreaterThan(first?.["sequence"]);
    expect(await contactsOf(ann, first?.["sequence"])).toEqual([second]);
  },
);

test("sockets survive hibernation, and those that had said hello go on hearing", async () => {
  const { socket } = await listen(ann);
  const silent = await connectToMailbox(ann);
  await evictDurableObject(mailboxOf(ann), { webSockets: "hibernate" });
  await deliver(ann);
  expect((await socket.next("contacts")).type).toBe("contacts");
  expect(await silent.ask()).toEqual([]);
  expect(socket.isClosed).toBe(false);
});

test("a block shows on the contact, is told live, is listed, and can be lifted", async () => {
  await meet(ann, ben);
  const { socket } = await listen(ann);
  const path = `/v1/blocks/${ben.userId}`;
  const blocks = async () => (await request("GET", "/v1/blocks", { actor: ann })).body.blocked;
  for (let tries = 0; tries < 2; tries++) {
    expect((await request("PUT", path, { actor: ann })).status).toBe(204);
  }
  await socket.next("contacts");
  expect((await socket.next("contacts"))["contacts"]).toMatchObject([
    { userId: ben.userId, blocked: true },
  ]);
  expect(await blocks()).toEqual([ben.userId]);
  expect((await contactsOf(ann))[0]?.["blocked"]).toBe(true);
  for (let tries = 0; tries < 2; tries++) {
    expect((await request("DELETE", path, { actor: ann })).status).toBe(204);
  }
  expect((await socket.next("contacts"))["contacts"]).toMatchObject([{ blocked: false }]);
  expect(await blocks()).toEqual([]);
});

test("one who was blocked before the meeting is told of as blocked", async () => {
  await request("PUT", `/v1/blocks/${ben.userId}`, { actor: ann });
  const { socket } = await listen(ann);
  await meet(ann, ben);
  expect((await socket.next("contacts"))["contacts"]).toMatchObject([
    { userId: ben.userId, blocked: true },
  ]);
});

test("more sockets than a mailbox holds are turned away, and room comes back", async () => {
  const sockets = [];
  for (let index = 0; index < MAILBOX_MAX_SOCKETS; index++)
    sockets.push(await connectToMailbox(ann));
  const refused = await requestUpgrade("/v1/mailbox", await mintUpgrade(ann, "mailbox", null));
  expect(refused.status).toBe(503);
  expect(((await refused.json()) as { code: string }).code).toBe("try-again");
  sockets[0]?.close();
  await sockets[0]?.closed;
  expect((await sockets[1]?.ask())?.length).toBe(0);
  expect((await connectToMailbox(ann)).isClosed).toBe(false);
});

test("a late or repeated delivery brings no removed contact back; meeting again does", async () => {
  const errand = contactErrand(ann.userId, ben.userId);
  await mailboxOf(ann).take(errand);
  await request("DELETE", `/v1/contacts/${ben.userId}`, { actor: ann });
  await mailboxOf(ann).take(errand);
  expect(await contactsOf(ann)).toEqual([]);
  await meet(ann, ben);
  expect((await contactsOf(ann)).map((contact) => contact["userId"])).toEqual([ben.userId]);
});

test("KEY-6: what was released for a device that stayed away is kept for it alone, until it says so", async () => {
  const sid = randomText(16);
  const notice = {
    type: "matched",
    confirmation: randomText(64),
    identity: randomText(100),
    card: randomText(296),
    matchedAt: Date.now(),
  } as const;
  const keepUntil = Date.now() + 7 * 86_400_000;
  const release = { sid, deviceId: ann.deviceId, notice, keepUntil };
  const errand = contactErrand(ann.userId, ben.userId, { release });
  for (let tries = 0; tries < 2; tries++) await mailboxOf(ann).take(errand);
  const path = `/v1/releases/${sid}`;
  const nothing = { release: null };
  expect((await request("GET", path, { actor: ben })).body).toEqual(nothing);
  const tablet = { userId: ann.userId, deviceId: strangerActor().deviceId };
  expect(codeOf(await request("GET", path, { actor: tablet }))).toBe("unauthenticated");
  expect((await request("DELETE", path, { actor: ben })).status).toBe(204);
  expect((await request("GET", path, { actor: ann })).body).toEqual({ release: notice });
  for (let tries = 0; tries < 2; tries++) {
    expect((await request("DELETE", path, { actor: ann })).status).toBe(204);
  }
  expect((await request("GET", path, { actor: ann })).body).toEqual(nothing);
});

test("KEY-6: after seven days no row holds a byte of what nobody fetched", async () => {
  const sid = randomText(16);
  const card = randomText(296);
  const notice = { type: "matched", confirmation: "", identity: "", card, matchedAt: 1 } as const;
  const keepUntil = Date.now() + 1_000;
  const release = { sid, deviceId: ann.deviceId, notice, keepUntil };
  await mailboxOf(ann).take(contactErrand(ann.userId, ben.userId, { release }));
  const rows = () =>
    runInDurableObject(mailboxOf(ann), (_, { storage }) => JSON.stringify([...storage.kv.list()]));
  expect(await rows()).toContain(card);
  vi.useFakeTimers({ toFake: ["Date"], now: keepUntil });
  try {
    expect(await runDurableObjectAlarm(mailboxOf(ann))).toBe(true);
    expect(await rows()).not.toContain(card);
  } finally {
    vi.useRealTimers();
  }
});
