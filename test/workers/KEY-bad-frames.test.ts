// Bad frames to all sockets: each is answered with a problem of a stable code, changes nothing, and spoils
// no message beside it.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";
import type * as z from "zod/mini";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import {
  ANSWERS_BURST,
  ANSWERS_PER_SECOND,
  FRAME_MAX_MESSAGES,
  SEND_BURST,
} from "../../shared/wire/limits.ts";
import { mailboxRequestSchema } from "../../shared/wire/mailbox.ts";
import { attemptRequestSchema } from "../../shared/wire/pairing.ts";
import { roomRequestSchema } from "../../shared/wire/roomLine.ts";
import { almostCanonical, mutated } from "../wire/badCbor.ts";
import { randomText, registerAccount, strangerActor } from "./support/accounts.ts";
import { badJson } from "./support/badInput.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import {
  answerMessage,
  claimMessage,
  freshLocator,
  openMessage,
  passphraseMessage,
} from "./support/pairing.ts";
import { Guest, openRoom, roomAt } from "./support/rooms.ts";
import { codes, connectToAttempt, connectToMailbox, type TestSocket } from "./support/sockets.ts";

const FRAMES_PER_SOCKET = 10_000;
/** Fewer, since 100,000 are tried on the encoding alone (test/wire/codec.test.ts). */
const BINARY_FRAMES = 3_000;
/** Not answered with more than a socket is at once. */
const BATCH = Math.floor(ANSWERS_BURST / FRAME_MAX_MESSAGES);
/** Until all those answers are forgotten. */
const FORGOTTEN_MS = (1_000 * ANSWERS_BURST) / ANSWERS_PER_SECOND;
/** One batch of so many goes over the wire, the others straight to the object, several times as fast. */
const BATCHES_A_WIRE = 10;

useStoppedClock();

/** Text or binary frames of which the schema takes no message. */
function badFrames(schema: z.ZodMiniType, valid: readonly object[]) {
  const message = badJson(schema, valid);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(message, { minLength: 1, maxLength: 16 }).map((all) => `[${all.join()}]`),
    },
    { weight: 2, arbitrary: message.filter((text) => !text.startsWith("[")) },
    { weight: 2, arbitrary: fc.string({ unit: "binary" }).filter((text) => text !== "ping") },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 100 }).map((array) => new Uint8Array(array).buffer),
    },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 17, max: 40 })
        .map((count) => JSON.stringify(Array(count).fill(valid[0]))),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2_000 }).map((depth) => "[".repeat(depth)) },
    { weight: 1, arbitrary: fc.constantFrom("", "[]", "{}", "null", "0", "[,]") },
  );
}

/** How many messages a frame is answered with: one for each of its own, or one for the whole. */
function answersTo(frame: string | ArrayBuffer, isBinary: boolean): number {
  if (typeof frame !== "string") {
    return isBinary ? Math.max(1, messagesIn(new Uint8Array(frame)).length) : 1;
  }
  try {
    const parsed = JSON.parse(frame) as unknown;
    return Array.isArray(parsed) && parsed.length > 0 && parsed.length <= 16 ? parsed.length : 1;
  } catch {
    return 1;
  }
}

/** Bytes of which the binary encoding takes no message, and messages in it that the schema does not take. */
function badBinaryFrames(schema: z.ZodMiniType, valid: readonly object[]) {
  const message = badJson(schema, valid).map((text) => JSON.parse(text) as unknown);
  const encoded = fc.array(message, { minLength: 1, maxLength: 16 }).chain((messages) => {
    const bytes = encodedIfPossible(messages);
    return bytes === null ? almostCanonical : fc.constant(bytes);
  });
  const mutatedOnes = fc.constantFrom(...valid).chain((one) => mutated(encodedIfPossible([one])!));
  return fc
    .oneof(encoded, almostCanonical, mutatedOnes, fc.uint8Array({ maxLength: 100 }))
    .filter((bytes) => messagesIn(bytes).every((one) => !schema.safeParse(one).success))
    .map((bytes) => new Uint8Array(bytes).buffer);
}

/** Null for a message that has no binary form, such as one with a number as its type. */
function encodedIfPossible(messages: readonly unknown[]): Uint8Array | null {
  try {
    return CODECS.cbor.encode(messages) as Uint8Array;
  } catch {
    return null;
  }
}

function messagesIn(bytes: Uint8Array): readonly unknown[] {
  const frame = CODECS.cbor.decode(bytes, false);
  return frame.ok ? frame.messages : [];
}

type Frame = string | ArrayBuffer;

/** A socket and the object at its other end, where it alone bears the tag. */
interface Connection {
  readonly socket: TestSocket;
  readonly stub: DurableObjectStub;
  readonly tag?: string;
  /** What a client says that has taken up so many answers. */
  readonly heard?: object;
}

interface Listening extends DurableObject {
  webSocketMessage(socket: WebSocket, frame: Frame): Promise<void>;
}

/** As if they had come over the wire. */
async function sendStraight({ stub, tag }: Connection, batch: readonly Frame[]): Promise<void> {
  await runInDurableObject<Listening, void>(stub, async (object, state) => {
    const [socket, ...others] = state.getWebSockets(tag);
    if (socket === undefined || others.length > 0) throw new Error("it is not clear which socket");
    for (const frame of batch) await object.webSocketMessage(socket, frame);
  });
}

async function expectRefusals(
  connection: Connection,
  frames: fc.Arbitrary<Frame>,
  isBinary = false,
): Promise<void> {
  const { socket } = connection;
  let batches = 0;
  await socket.ask();
  socket.frames.length = 0;
  const begunAt = Date.now();
  await fc.assert(
    fc.asyncProperty(
      fc.array(frames, { minLength: BATCH, maxLength: BATCH, size: "max" }),
      async (batch) => {
        advanceClock(FORGOTTEN_MS);
        const isStraight = batches % BATCHES_A_WIRE !== 0;
        batches += 1;
        if (isStraight) await sendStraight(connection, batch);
        else for (const frame of batch) socket.sendRaw(frame);
        const expected = batch.reduce((sum, frame) => sum + answersTo(frame, isBinary), 0);
        const answers = await socket.takeFrames(expected);
        for (const { type, problem } of answers) {
          expect(type).toBe("problem");
          expect(problem.code).toBe("malformed-message");
        }
        if (connection.heard !== undefined) socket.send(connection.heard);
      },
    ),
    // A socket that has lost count cannot be asked again, so nothing is shrunk.
    {
      numRuns: Math.ceil((isBinary ? BINARY_FRAMES : FRAMES_PER_SOCKET) / BATCH),
      endOnFailure: true,
    },
  );
  // What the object is there for is not over by then.
  advanceClock(begunAt + FORGOTTEN_MS - Date.now());
}

function contentOf(stub: DurableObjectStub): Promise<string> {
  return runInDurableObject(stub, async (_, { storage }) =>
    JSON.stringify([[...storage.kv.list()], await storage.getAlarm()]),
  );
}

const ATTEMPT_MESSAGES = [
  openMessage(),
  passphraseMessage(),
  claimMessage(),
  answerMessage(claimMessage().tag),
  { type: "cancel" },
  { type: "refuse" },
  { type: "acknowledge" },
];

/** An attempt with a claim, of either kind. */
async function claimed(isAsking: boolean) {
  const locator = freshLocator();
  const [ann, ben] = [strangerActor(), await registerAccount()] as const;
  const to = isAsking ? ben.userId : null;
  const initiator = await connectToAttempt(ann, "open", locator, { to });
  const message = isAsking ? passphraseMessage() : openMessage();
  await initiator.ask(message);
  const responder = isAsking
    ? await connectToAttempt(ben, "answer", locator, { sid: message.sid })
    : await connectToAttempt(ben, "claim", locator);
  return { locator, initiator, responder, ids: { initiator: ann.userId, responder: ben.userId } };
}

test.for([
  ["initiator", false],
  ["responder", true],
  ["visitor", false],
] as const)(
  "an attempt's socket takes 10,000 bad frames from its %s without harm (asking: %s)",
  { timeout: 600_000 },
  async ([who, isAsking]) => {
    const { locator, initiator, responder, ids } = await claimed(isAsking);
    const stub = env.ATTEMPTS.getByName(locator);
    const claim = claimMessage();
    await responder.ask(claim);
    const stranger = strangerActor();
    const visitor = await connectToAttempt(stranger, "claim", locator);
    await visitor.next("offer");
    const before = await contentOf(stub);

    const socket = { initiator, responder, visitor }[who];
    const frames = badFrames(attemptRequestSchema, ATTEMPT_MESSAGES);
    const tag = { ...ids, visitor: stranger.userId }[who];
    await expectRefusals({ socket, stub, tag }, frames);

    expect(await contentOf(stub)).toBe(before);
    initiator.send(answerMessage(claim.tag));
    expect((await initiator.ask()).map(({ type }) => type)).toEqual(["matched"]);
  },
);

test("a mailbox's socket takes 10,000 bad frames without harm", { timeout: 600_000 }, async () => {
  const ann = await registerAccount();
  const stub = env.MAILBOXES.getByName(ann.userId);
  const socket = await connectToMailbox(ann);
  const before = await contentOf(stub);
  const boxes = [{ device: 0, box: randomText(40) }];
  const frames = badFrames(mailboxRequestSchema, [
    { type: "hello", after: 3, reads: true },
    { type: "send", number: 1, to: ann.userId, boxes },
    { type: "transient", to: ann.userId, boxes },
    { type: "received", through: 3 },
  ]);
  await expectRefusals({ socket, stub }, frames);
  expect(await contentOf(stub)).toBe(before);
  expect(await socket.ask({ type: "hello", after: 0 })).toEqual([
    { type: "ready", sequence: 0, logLength: 1, now: expect.any(Number) },
  ]);
});

const ROOM_MESSAGES = [
  { type: "say", number: 1, text: "Good light today" },
  { type: "enter", line: randomText(8), name: "Ann", after: 3 },
  { type: "heard", through: 3 },
  { type: "tracks", audio: "live", video: "muted" },
  { type: "signal", to: strangerActor().userId, data: "{}" },
  { type: "invite", number: 2, to: strangerActor().userId },
  { type: "reply", number: 3, invitationId: randomText(16), reply: "accept" },
  { type: "leave" },
];

test("a room's socket takes 10,000 bad frames without harm", { timeout: 600_000 }, async () => {
  const ann = await registerAccount();
  const { roomId } = await openRoom(ann);
  const { socket, through } = await Guest.come(ann, roomId);
  const stub = roomAt(roomId);
  const before = await contentOf(stub);
  const heard = { type: "heard", through };
  await expectRefusals({ socket, stub, heard }, badFrames(roomRequestSchema, ROOM_MESSAGES));
  expect(await contentOf(stub)).toBe(before);
  const told = await socket.ask(ROOM_MESSAGES[0]);
  expect(told.map(({ type, events }) => [type, events[0].text])).toEqual([
    ["events", "Good light today"],
  ]);
});

/** A binary socket with what may be said on it; last something that is answered, in a word. */
const BINARY_SOCKETS = {
  "an attempt": async () => {
    const locator = freshLocator();
    const socket = await connectToAttempt(strangerActor(), "open", locator, {}, "cbor");
    await socket.ask(openMessage());
    const stub = env.ATTEMPTS.getByName(locator);
    const schema = attemptRequestSchema;
    return { socket, stub, schema, valid: ATTEMPT_MESSAGES, last: [{ type: "cancel" }, "ended"] };
  },
  "a mailbox": async () => {
    const ann = await registerAccount();
    const socket = await connectToMailbox(ann, "cbor");
    const stub = env.MAILBOXES.getByName(ann.userId);
    const hello = { type: "hello", after: 3, reads: false };
    return { socket, stub, schema: mailboxRequestSchema, valid: [hello], last: [hello, "ready"] };
  },
  "a room": async () => {
    const ann = await registerAccount();
    const { roomId } = await openRoom(ann);
    const { socket, through } = await Guest.come(ann, roomId, { wire: "cbor" });
    const heard = { type: "heard", through };
    const [say] = ROOM_MESSAGES;
    const stub = roomAt(roomId);
    const schema = roomRequestSchema;
    return { socket, stub, schema, valid: ROOM_MESSAGES, last: [say, "events"], heard };
  },
} as const;

test.for(Object.keys(BINARY_SOCKETS) as (keyof typeof BINARY_SOCKETS)[])(
  "WIRE-1: a binary socket of %s takes 3,000 bad frames without harm",
  { timeout: 600_000 },
  async (which) => {
    const { schema, valid, last, ...connection } = await BINARY_SOCKETS[which]();
    const { socket, stub } = connection;
    const before = await contentOf(stub);
    await expectRefusals(connection, badBinaryFrames(schema, valid), true);
    expect(await contentOf(stub)).toBe(before);
    const [message, answer] = last;
    expect((await socket.ask(message)).map(({ type }) => type)).toEqual([answer]);
  },
);

test.for(["an attempt", "a mailbox"] as const)(
  "a socket of %s is answered so often at once, and then closed: nothing of it counts any more",
  async (which) => {
    const { socket, last } = await BINARY_SOCKETS[which]();
    advanceClock(FORGOTTEN_MS);
    const from = socket.told.length;
    const nonsense = Array.from({ length: FRAME_MAX_MESSAGES }, () => 0);
    for (let said = 0; said < 2 * ANSWERS_BURST; said += nonsense.length) socket.send(...nonsense);
    socket.send(last[0]);
    expect(await socket.closed).toBe(1008);
    const told = socket.told.slice(from);
    expect([told.length, new Set(codes(told))]).toEqual([
      ANSWERS_BURST,
      new Set(["malformed-message"]),
    ]);
  },
);

test("a mailbox's socket that has no end of greetings, or of messages to strangers, is closed", async () => {
  const many = (message: object) => Array.from({ length: FRAME_MAX_MESSAGES }, () => message);
  const boxes = [{ device: 0, box: randomText(40) }];
  const [stranger] = [strangerActor().userId];
  for (const message of [
    { type: "hello", after: 0 },
    { type: "send", number: 1, to: stranger, boxes },
  ]) {
    const socket = await connectToMailbox(await registerAccount());
    for (let frame = 0; frame < 100 && !socket.isClosed; frame++) socket.send(...many(message));
    expect(await socket.closed, message.type).toBe(1008);
    expect(socket.told.length).toBeLessThan(SEND_BURST + 100);
  }
});

test("one bad message spoils no other of its frame", async () => {
  const locator = freshLocator();
  const initiator = await connectToAttempt(strangerActor(), "open", locator);
  initiator.send({ type: "claim" }, openMessage(), null, { type: "cancel" });
  const told = [];
  for (let count = 0; count < 4; count++) told.push((await initiator.next()).type);
  expect(told).toEqual(["problem", "opened", "problem", "ended"]);
});

test("a frame that is too large is refused, and the socket lives on", async () => {
  const socket = await connectToAttempt(strangerActor(), "open", freshLocator());
  socket.sendRaw(`["${"x".repeat(128 * 1024)}"]`);
  expect((await socket.next())["problem"].code).toBe("payload-too-large");
  expect((await socket.ask(openMessage()))[0]?.type).toBe("opened");
});
