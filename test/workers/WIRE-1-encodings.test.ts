// WIRE-1: a socket speaks the encoding that it was opened with, to its end and through hibernation; both sides
// of a conversation may differ, and what comes in another encoding changes nothing.

import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import type { Codec, Wire } from "../../shared/wire/codec/codec.ts";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import { Frame } from "../../workers/http/sockets.ts";
import { registerAccount, strangerActor } from "./support/accounts.ts";
import {
  answerMessage,
  claimMessage,
  contactErrand,
  freshLocator,
  openMessage,
} from "./support/pairing.ts";
import {
  connectToAttempt,
  connectToMailbox,
  mintUpgrade,
  requestUpgrade,
  type TestSocket,
} from "./support/sockets.ts";

const WIRES = ["json", "cbor"] as const;
const other = (wire: Wire): Wire => (wire === "json" ? "cbor" : "json");
const PAIRS = WIRES.flatMap((a) => WIRES.map((b) => [a, b] as const));

/** Of all that a socket was told, whether it came as text or as bytes. */
function wiresOf({ frames }: TestSocket): Set<Wire> {
  return new Set(frames.map((frame) => (typeof frame === "string" ? "json" : "cbor")));
}

function contentOf(stub: DurableObjectStub): Promise<string> {
  return runInDurableObject(stub, async (_, { storage }) =>
    JSON.stringify([[...storage.kv.list()], await storage.getAlarm()]),
  );
}

describe("which encoding is spoken", () => {
  test.for([
    ["acquaint.v1.json", "acquaint.v1.json"],
    ["acquaint.v1.cbor", "acquaint.v1.cbor"],
    ["acquaint.v1.cbor,acquaint.v1.json", "acquaint.v1.cbor"],
    ["acquaint.v1.json, acquaint.v1.cbor", "acquaint.v1.json"],
    ["acquaint.v2.cbor, other, acquaint.v1.cbor", "acquaint.v1.cbor"],
  ])("of %s, %s is echoed, and the token is not", async ([offered, echoed]) => {
    const actor = await registerAccount();
    for (const [purpose, path, locator] of [
      ["open", "/v1/attempts/417", "417"],
      ["mailbox", "/v1/mailbox", null],
    ] as const) {
      const token = await mintUpgrade(actor, purpose, locator);
      const protocols = `acquaint.token.${token}, ${offered}`;
      const response = await requestUpgrade(path, token, protocols);
      expect(response.status).toBe(101);
      expect(response.headers.get("sec-websocket-protocol")).toBe(echoed);
      response.webSocket?.accept();
    }
  });

  test("an attempt's refusal is told over a socket in the encoding that was asked for", async () => {
    for (const wire of WIRES) {
      const locator = freshLocator();
      const socket = await connectToAttempt(strangerActor(), "resume", locator, {}, wire);
      expect((await socket.next("problem"))["problem"].code).toBe("attempt-unknown");
      expect(wiresOf(socket)).toEqual(new Set([wire]));
    }
  });
});

test.for(PAIRS)(
  "two people meet, one by %s and the other by %s, though the object hibernates between any two frames",
  async ([annSpeaks, benSpeaks]) => {
    const locator = freshLocator();
    const stub = env.ATTEMPTS.getByName(locator);
    const [ann, ben] = [await registerAccount(), await registerAccount()];
    const opening = openMessage();
    const claim = claimMessage();
    const answer = answerMessage(claim.tag);

    const initiator = await connectToAttempt(ann, "open", locator, {}, annSpeaks);
    await evictDurableObject(stub);
    initiator.send(opening);
    await initiator.next("opened");
    await evictDurableObject(stub);
    const responder = await connectToAttempt(ben, "claim", locator, {}, benSpeaks);
    const { share, commitment, sid } = opening;
    expect(await responder.next("offer")).toMatchObject({ share, commitment, sid });
    await evictDurableObject(stub);
    responder.send(claim);
    const { confirmation } = claim;
    expect(await initiator.next("claim")).toMatchObject({ share: claim.share, confirmation });
    await evictDurableObject(stub);
    initiator.send(answer);
    const boxesOf = ({ identity, card }: typeof claim | typeof answer) => ({ identity, card });
    expect(await initiator.next("matched")).toMatchObject(boxesOf(claim));
    expect(await responder.next("matched")).toMatchObject(boxesOf(answer));
    expect([wiresOf(initiator), wiresOf(responder)]).toEqual([
      new Set([annSpeaks]),
      new Set([benSpeaks]),
    ]);
  },
);

test("devices of one account hear the same news, each in its encoding, and do so after a hibernation", async () => {
  const ann = await registerAccount();
  const stub = env.MAILBOXES.getByName(ann.userId);
  const sockets = await Promise.all(WIRES.map((wire) => connectToMailbox(ann, wire)));
  for (const socket of sockets) await socket.ask({ type: "hello", after: 0, reads: false });
  await evictDurableObject(stub);
  await stub.take(contactErrand(ann.userId, strangerActor().userId));
  const [byJson, byCbor] = await Promise.all(sockets.map((socket) => socket.next("contacts")));
  expect(byJson).toEqual(byCbor);
  expect(sockets.map(wiresOf)).toEqual(WIRES.map((wire) => new Set([wire])));
});

describe("a frame in the encoding that is not spoken", () => {
  test.for(WIRES)(
    "is refused by an attempt on a socket of %s, and changes nothing",
    async (wire) => {
      const locator = freshLocator();
      const stub = env.ATTEMPTS.getByName(locator);
      const socket = await connectToAttempt(strangerActor(), "open", locator, {}, wire);
      await socket.ask(openMessage());
      for (const isHibernating of [false, true]) {
        if (isHibernating) await evictDurableObject(stub);
        const before = await contentOf(stub);
        const from = socket.told.length;
        socket.sendRaw(CODECS[other(wire)].encode([{ type: "cancel" }]));
        await socket.toldFrom(from, 1);
        const [told] = socket.told.slice(from);
        expect(told?.["problem"]).toMatchObject({ code: "malformed-message" });
        expect(await contentOf(stub)).toBe(before);
      }
      expect((await socket.ask({ type: "cancel" }))[0]).toMatchObject({ outcome: "cancelled" });
      expect(wiresOf(socket)).toEqual(new Set([wire]));
    },
  );

  test.for(WIRES)("is refused by a mailbox on a socket of %s", async (wire) => {
    const socket = await connectToMailbox(await registerAccount(), wire);
    socket.sendRaw(CODECS[other(wire)].encode([{ type: "hello", after: 0, reads: false }]));
    expect((await socket.next())["problem"].code).toBe("malformed-message");
    const told = await socket.ask({ type: "hello", after: 0, reads: false });
    expect(told.map(({ type }) => type)).toEqual(["ready"]);
  });

  test.for(WIRES)(
    "does not include keep-alives, which are text on a socket of %s, too",
    async (wire) => {
      const locator = freshLocator();
      const socket = await connectToAttempt(strangerActor(), "open", locator, {}, wire);
      await socket.ping();
      await evictDurableObject(env.ATTEMPTS.getByName(locator));
      await socket.ping();
      expect(socket.pongs).toBe(2);
      expect(socket.told).toEqual([]);
    },
  );
});

test("a frame for many sockets is encoded once for each encoding", () => {
  const messages = [{ type: "cancel" }];
  const frame = new Frame(messages);
  const encode = vi.fn<Codec["encode"]>(CODECS.cbor.encode);
  const counting = { ...CODECS.cbor, encode };
  expect(frame.in(counting)).toBe(frame.in(counting));
  expect(encode).toHaveBeenCalledTimes(1);
  expect(frame.in(CODECS.json)).toBe(JSON.stringify(messages));
});

test("a binary frame that is too large is refused, and the socket lives on", async () => {
  const socket = await connectToAttempt(strangerActor(), "open", freshLocator(), {}, "cbor");
  socket.sendRaw(new Uint8Array(128 * 1024 + 1));
  expect((await socket.next())["problem"].code).toBe("payload-too-large");
  expect((await socket.ask(openMessage()))[0]?.type).toBe("opened");
});

test("a message with numbers of a later version is refused alone", async () => {
  const socket = await connectToAttempt(strangerActor(), "open", freshLocator(), {}, "cbor");
  const frame = CODECS.cbor.encode([{ type: "refuse" }, openMessage()]) as Uint8Array;
  // The first message's type, one byte behind two heads and a key, becomes a number of no list.
  const spoilt = Uint8Array.from([...frame.slice(0, 3), 0x18, 0xff, ...frame.slice(4)]);
  socket.sendRaw(spoilt);
  expect((await socket.next())["problem"].code).toBe("malformed-message");
  expect((await socket.next()).type).toBe("opened");
});
