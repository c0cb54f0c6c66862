// ID-3: what accounts say of their own devices. It is shown once; where it does not fit what the server shows, an alarm
// is told and nothing more is sent, until the server shows what was said.

import { expect, test } from "vitest";
import { linkingId } from "../../../shared/client/contactSettings.ts";
import type { Content } from "../../../shared/core/line/content.ts";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { extendLog } from "../../../shared/core/identity/deviceLog.ts";
import { appendRecovery } from "../../../shared/core/identity/logDrafts.ts";
import type { DeviceLog } from "../../../shared/wire/auth.ts";
import type { ProblemCode } from "../../../shared/wire/problem.ts";
import { refusal } from "../world.ts";
import { calm, eventually, meetBetween, openTwo, Person } from "./lineWorld.ts";

/** Two who have written to each other, both connected. */
async function openTalking(): Promise<[Person, Person]> {
  const [a, b] = await openTwo();
  await a.connect();
  await b.connect();
  await a.messages.send(b.userId, "hello");
  await eventually(() => b.heard.length === 1);
  return [a, b];
}

/** The person's log with one entry more, and what contacts are told of it. */
async function grownLog({ device }: Person, byte: number) {
  const recoveryKey = new Uint8Array(32).fill(byte);
  const draft = appendRecovery(device.identity, { recoveryKey, by: 0, createdAt: 2_000 });
  if (!draft.ok) throw new Error(draft.reason);
  const entry = draft.finish(await device.sign(draft.bytes));
  const log = [...device.log, entry] as DeviceLog;
  const head = toBase64Url(extendLog(device.identity, entry)!.head);
  const content = { kind: "devices", at: 2_000, length: 2, head, change: "recovery" } as const;
  return { log, content };
}

const says = (from: Person, to: Person, content: Content) =>
  from.line.submitWith([{ to: to.userId, content }], []);

const sentBy = ({ server, userId }: Person) =>
  server.said.filter(({ from }) => from === userId).length;

async function expectSilence(a: Person, b: Person): Promise<void> {
  const before = sentBy(a);
  await a.messages.send(b.userId, "held back");
  await calm();
  a.server.world.clock.advance(120_000);
  await calm();
  expect(sentBy(a)).toBe(before);
}

test("ID-3: that a contact's devices have changed is shown once, however often it is said", async () => {
  const [a, b] = await openTalking();
  const { log, content } = await grownLog(b, 1);
  b.server.mailbox(b.userId).log = log;
  await says(b, a, content);
  await says(b, a, content);
  await b.messages.send(a.userId, "after");
  await eventually(() => a.heard.includes("after"));
  const page = await a.messages.page(b.userId);
  expect(page.map(({ kind, devicesChange, text }) => devicesChange ?? `${kind} ${text}`)).toEqual([
    "text hello",
    "recovery",
    "text after",
  ]);
  expect(a.toldOf("forked")).toEqual([]);
  expect((await a.line.logs.of(b.userId)).length).toBe(2);
});

test("ID-3: when a contact names another head than the server shows, nothing more is sent", async () => {
  const [a, b] = await openTalking();
  const [shown, said] = [await grownLog(b, 1), await grownLog(b, 2)];
  b.server.mailbox(b.userId).log = shown.log;
  await says(b, a, said.content);
  await eventually(() => a.toldOf("forked").length > 0);
  expect(a.toldOf("forked")[0]).toEqual({ event: "forked", userId: b.userId });
  await expectSilence(a, b);
});

test("ID-3: while the server withholds a change that a contact tells of, nothing is sent; then all goes", async () => {
  const [a, b] = await openTalking();
  const { log, content } = await grownLog(b, 1);
  await says(b, a, content);
  await eventually(() => a.toldOf("forked").length > 0);
  await expectSilence(a, b);
  b.server.mailbox(b.userId).log = log;
  await a.messages.send(b.userId, "and this");
  await eventually(() => b.heard.includes("and this"));
  expect(b.heard).toEqual(["hello", "held back", "and this"]);
  expect(await a.line.logs.isForked(b.userId)).toBe(false);
});

/** As the server answers whoever asks for a log from now on; null for what it has. @returns how often they asked */
function logsAre({ server }: Person, code: () => ProblemCode | null): () => number {
  const answer = server.answer.bind(server);
  let asked = 0;
  server.answer = (userId, path, ...rest) => {
    if (!/^.v1.accounts.[^/]+.log$/.test(path)) return answer(userId, path, ...rest);
    asked += 1;
    const refused = code();
    return refused === null ? answer(userId, path, ...rest) : refusal(refused);
  };
  return () => asked;
}

test("ID-3: what a contact says of its log is kept until the server answers: nothing goes before", async () => {
  const [a, b] = await openTalking();
  const { log, content } = await grownLog(b, 1);
  let code: ProblemCode | null = "try-again";
  const asked = logsAre(a, () => code);
  await says(b, a, content);
  await eventually(() => asked() > 0);
  await expectSilence(a, b);
  expect(a.toldOf("forked")).toEqual([]);
  code = null;
  b.server.mailbox(b.userId).log = log;
  a.server.world.clock.advance(60_000);
  await eventually(() => b.heard.includes("held back"));
  expect(a.toldOf("forked")).toEqual([]);
  expect(a.faults).toEqual([]);
  expect((await a.store.all("logs")).length).toBe(1);
});

test.each(["try-again", null] as const)(
  "BOX-6: what a contact has said of its log survives a restart (%s)",
  async (code) => {
    const [a, b] = await openTalking();
    const { log, content } = await grownLog(b, 1);
    const asked = logsAre(a, () => code);
    await says(b, a, content);
    await eventually(() => asked() > 0);
    await calm();
    a.disconnect();
    await a.line.stop();
    const again = await Person.open(a.server, a.store);
    await again.connect();
    await expectSilence(again, b);
    expect(again.toldOf("forked").length > 0).toBe(code === null);
    expect(await again.line.logs.isForked(b.userId)).toBe(code === null);
    if (code !== null) return;
    b.server.mailbox(b.userId).log = log;
    a.server.world.clock.advance(5 * 60_000);
    await eventually(() => b.heard.includes("held back"));
    expect(await again.line.logs.isForked(b.userId)).toBe(false);
  },
);

test("ID-3: something else that is said later, and that the server does show, lifts no alarm", async () => {
  const [a, b] = await openTalking();
  const [shown, hidden] = [await grownLog(b, 1), await grownLog(b, 2)];
  await says(b, a, hidden.content);
  await eventually(() => a.toldOf("forked").length > 0);
  b.server.mailbox(b.userId).log = shown.log;
  await says(b, a, shown.content);
  await eventually(async () => (await a.line.logs.refresh(b.userId)).length === 2);
  await expectSilence(a, b);
});

test("ID-3: who meets a contact anew is not bound by what was said in its name before", async () => {
  const [a, b] = await openTalking();
  const head = toBase64Url(new Uint8Array(32));
  await says(b, a, { kind: "devices", at: 1, length: 40, head, change: "added" });
  await eventually(() => a.toldOf("forked").length > 0);
  await expectSilence(a, b);
  // That the server lists another meeting is no meeting.
  const listing = { userId: b.userId, blocked: false, sequence: 1, receiptHash: "B".repeat(43) };
  await a.store.put("listings", b.userId, listing);
  await expectSilence(a, b);
  const met = await a.store.get<object>("contacts", b.userId);
  await a.store.put("contacts", b.userId, { ...met, receiptHash: "B".repeat(43) });
  await a.messages.send(b.userId, "met again");
  await eventually(() => b.heard.includes("met again"));
  expect(await a.line.logs.isForked(b.userId)).toBe(false);
});

test("ID-3: a contact that says it again and again costs few questions, and holds up nobody", async () => {
  const [a, b] = await openTalking();
  const asked = logsAre(a, () => null);
  for (let i = 0; i < 60; i++) {
    const head = toBase64Url(new Uint8Array(32).fill(i));
    await says(b, a, { kind: "devices", at: i, length: 40, head, change: "added" });
  }
  await b.messages.send(a.userId, "after");
  await eventually(() => a.heard.includes("after"));
  await calm();
  expect(asked()).toBeLessThan(5);
  expect(a.toldOf("forked").length).toBeLessThan(5);
  expect((await a.store.all("logs")).length).toBeLessThan(120);
});

test("BOX-6: what comes of an account whose devices cannot be asked for is left for later, and nothing else", async () => {
  const [b, a] = await openTalking();
  const cem = await Person.open(b.server);
  await meetBetween(b, cem);
  await cem.connect();
  let code: ProblemCode | null = "too-many-requests";
  const asked = logsAre(b, () => code);
  const box = toBase64Url(new Uint8Array(100));
  const { waiting } = b.server.mailbox(b.userId);
  b.server.deliver(b.userId, { from: a.userId, device: 3, box });
  await a.messages.send(b.userId, "behind it");
  await cem.messages.send(b.userId, "of someone else");
  await eventually(() => b.heard.includes("of someone else"));
  await calm();
  expect(asked()).toBe(1);
  expect(b.faults).toEqual([]);
  expect(b.heard).not.toContain("behind it");
  expect(waiting.length).toBeGreaterThan(2);
  // It comes again with another connection, too.
  b.disconnect();
  await b.connect();
  expect(b.heard).not.toContain("behind it");
  code = null;
  b.server.world.clock.advance(60_000);
  await eventually(() => b.heard.includes("behind it"));
  await calm();
  expect(waiting).toEqual([]);
  expect(b.heard.filter((text) => text === "of someone else")).toHaveLength(1);
});

test("ID-3: a contact that was met otherwise is not heard about linking", async () => {
  const [a, b] = await openTalking();
  const told = a.toldOf("devices").length;
  const prekey = await b.line.prekeys.current();
  const possession = toBase64Url(new Uint8Array(64));
  await says(b, a, { kind: "join", at: 1, name: "a device", possession, prekey });
  await says(b, a, { kind: "joined" });
  await b.messages.send(a.userId, "after");
  await eventually(() => a.heard.includes("after"));
  expect(await a.store.get("settings", linkingId(b.userId))).toBeNull();
  expect(a.toldOf("devices")).toHaveLength(told);
});
