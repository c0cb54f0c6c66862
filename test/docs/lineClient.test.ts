// docs/protocol.md suffices for the line, too: what was written from it alone writes to the SDK and is written
// to, over a running server, in either encoding and either role of a session.

import { afterAll, beforeAll, expect, test } from "vitest";
import { Acquaint, type AcquaintEvent, memoryStore } from "../../shared/client/node.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { IndependentClient } from "./independentClient.ts";
import { CBOR_FRAMES, type Frames, JSON_FRAMES } from "./independentFrames.ts";
import { IndependentLine } from "./independentLine.ts";
import { readHeader } from "./independentSession.ts";

const ID = "AAECAwQFBgc";
const SECOND_ID = "CAkKCwwNDg8";

let server: ServerProcess;
/** On the SDK. */
let ann: Acquaint;

beforeAll(async () => {
  server = await startServer();
  ann = await Acquaint.open({ server: server.url, store: memoryStore(), name: "Ann" });
  ann.connect();
});

afterAll(async () => {
  await ann.close();
  await server.stop();
});

/** Somebody by the document, who has met Ann by her key. */
async function meet(name: string) {
  const client = new IndependentClient(server.url, name);
  await client.signIn();
  const line = new IndependentLine(client);
  expect(await line.leavePrekeys()).toBe(line.oneTimePrekeys);
  const meeting = await ann.showKey();
  const [, paired] = await Promise.all([meeting.contact, client.enter(meeting.key!.digits, "")]);
  line.met(paired);
  return { line, userId: client.account.userId };
}

/** The next event at Ann that is of interest. */
function heard(isIt: (event: AcquaintEvent) => boolean): Promise<AcquaintEvent> {
  return new Promise((resolve) => {
    const off = ann.on((event) => {
      if (!isIt(event)) return;
      off();
      resolve(event);
    });
  });
}

const messageFrom = (userId: string) =>
  heard((event) => event.event === "message" && event.message.peer === userId);

/** Ann's own message, once it is so. */
async function untilOwn(userId: string, id: string, isIt: (state?: string) => boolean) {
  for (;;) {
    const changed = heard((event) => event.event === "conversation");
    const record = await ann.messages.message(userId, `me/${id}`);
    if (isIt(record?.state)) return record!;
    await changed;
  }
}

test.for([
  ["CBOR", CBOR_FRAMES],
  ["JSON", JSON_FRAMES],
] as const)(
  "BOX-1, BOX-2: the SDK begins, over %s: text, receipts, answer, reaction, edit, typing",
  async ([, frames]: readonly [string, Frames]) => {
    const { line, userId } = await meet("Ben");
    const drawn = line.oneTimePrekeys - 1;
    const text = await ann.messages.send(userId, "hello");
    await ann.messages.stored(text);
    expect(await line.open(frames)).toMatchObject({ prekeys: drawn, waiting: 1 });
    const [first] = await line.read();
    expect(first?.content).toEqual({ kind: "text", id: text.id, at: text.at, text: "hello" });
    const { prekeys } = readHeader(first!.box).header;
    expect(prekeys?.pairing).not.toBeNull();
    expect(line.oneTimePrekeys).toBe(drawn);

    await line.write(ann.me.userId, { kind: "receipt", state: "delivered", of: [text.id] });
    await untilOwn(userId, text.id, (state) => state === "delivered");
    const replied = messageFrom(userId);
    const replyTo = { by: "receiver", id: text.id } as const;
    const answer = await line.write(ann.me.userId, {
      kind: "text",
      id: ID,
      at: 1_800_000_000_000,
      text: "hello, Ann",
      replyTo,
    });
    expect(await replied).toMatchObject({
      message: { id: ID, text: "hello, Ann", replyTo: { author: "me", id: text.id } },
    });
    // The receipt began the chain, and the server has its key.
    expect(readHeader(answer).header).toMatchObject({ epoch: 0, n: 1, ratchet: null });
    expect(await line.read()).toMatchObject([
      { content: { kind: "receipt", state: "delivered", of: [ID] } },
    ]);

    const record = await ann.messages.message(userId, `peer/${ID}`);
    await ann.messages.react(record!, "👍");
    const [reaction] = await line.read();
    expect(reaction?.content).toMatchObject({ kind: "reaction", emoji: "👍" });
    expect(reaction?.content.of).toEqual({ by: "receiver", id: ID });
    const { header } = readHeader(reaction!.box);
    expect(header).toMatchObject({ epoch: 1, prekeys: null });
    expect(header.ratchet?.previousN).toBeGreaterThan(0);
    await ann.messages.edit(text, "hello, Ben");
    const [edit] = await line.read();
    expect(edit?.content).toMatchObject({ kind: "edit", of: text.id, text: "hello, Ben" });

    const typing = heard((event) => event.event === "typing");
    line.type(ann.me.userId, true);
    expect(await typing).toEqual({ event: "typing", userId, isTyping: true });
    const typed = line.readTyping();
    await ann.messages.setTyping(userId, true);
    expect((await typed).content).toEqual({ kind: "typing", isTyping: true });
    line.close();
  },
);

test("BOX-1: the client by the document begins, with the key of the pairing; a box that comes twice is shown once", async () => {
  const { line, userId } = await meet("Cy");
  await line.open(CBOR_FRAMES);
  const said = { kind: "text", id: ID, at: 1_800_000_000_000, text: "good morning" };
  const came = messageFrom(userId);
  const box = await line.write(ann.me.userId, said);
  expect(readHeader(box).header.prekeys?.pairing).not.toBeNull();
  expect(await came).toMatchObject({ message: { text: "good morning" } });
  expect((await line.read())[0]?.content).toMatchObject({ kind: "receipt", of: [ID] });

  await line.send(ann.me.userId, box);
  const next = messageFrom(userId);
  await line.write(ann.me.userId, { ...said, id: SECOND_ID, text: "and good night" });
  expect(await next).toMatchObject({ message: { id: SECOND_ID } });
  const shown = await ann.messages.page(userId);
  expect(shown.map(({ text }) => text)).toEqual(["good morning", "and good night"]);

  await ann.messages.read(userId);
  const states: unknown[] = [];
  while (!states.includes("read")) {
    states.push(...(await line.read()).map((one) => one?.content.state));
  }
  line.close();
});

test("BOX-1: a client by the document that lost its sessions asks again, and has what it missed", async () => {
  const { line, userId } = await meet("Dee");
  await line.open(CBOR_FRAMES);
  const first = await ann.messages.send(userId, "before");
  expect((await line.read())[0]?.content).toMatchObject({ text: "before" });
  await line.write(ann.me.userId, { kind: "receipt", state: "delivered", of: [first.id] });
  await untilOwn(userId, first.id, (state) => state === "delivered");
  await ann.messages.send(userId, "established");
  await line.read();

  line.forget();
  const lost = await ann.messages.send(userId, "lost");
  expect(await line.read()).toEqual([null]);
  await line.askAgain(ann.me.userId);
  const texts: string[] = [];
  while (!texts.includes("lost")) {
    for (const again of await line.read()) texts.push(again?.content.text ?? "");
  }
  expect(texts).toEqual(["established", "lost"]);
  await line.write(ann.me.userId, { kind: "receipt", state: "read", of: [lost.id] });
  await untilOwn(userId, lost.id, (state) => state === "read");
  line.close();
});
