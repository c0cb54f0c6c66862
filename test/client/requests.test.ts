// PAS-2: requests of others to meet, as this account's owner sees them: they come over the mailbox's line, wait
// until T1, and are answered or put off.

import { describe, expect, test } from "vitest";
import { ConnectionError, memoryStore } from "../../shared/client/node.ts";
import {
  BEN,
  CEM,
  HIGHEST_SID,
  LOWEST_SID,
  eventually,
  problemOf,
  typesOn,
} from "./pairingWorld.ts";
import { changes, heardAll, openLine, oversOf, sidsOf, withRequest } from "./requestWorld.ts";
import { refusal } from "./world.ts";

describe("PAS-2: a request arrives", () => {
  test("with who asks and until when by this device's clock, whatever the server's shows", async () => {
    const { world, acquaint } = await withRequest({ handle: "ben" as never });
    expect(acquaint.requests.waiting).toEqual([
      {
        sid: HIGHEST_SID,
        from: BEN,
        name: "@ben",
        handle: "ben",
        isContact: false,
        expiresAt: world.clock.now() + 59_000,
        answerBy: world.clock.now() + 89_000,
        isPostponed: false,
      },
    ]);
    expect(changes(world)).toBe(1);
  });

  test("by the name of the contact, if it is one, and by a short id otherwise", async () => {
    const store = memoryStore();
    await store.put("contacts", BEN, { userId: BEN, metAt: 1, peerName: "Ben", receiptHash: "r" });
    const { world, acquaint, line } = await openLine(store);
    world.respond = (path) =>
      path === "/v1/contacts" ? Promise.reject(new TypeError("offline")) : undefined;
    await world.ring(line, acquaint, world.request(LOWEST_SID));
    await world.ring(line, acquaint, world.request(HIGHEST_SID, { from: CEM }));
    expect(acquaint.requests.waiting).toMatchObject([
      { name: "Ben", isContact: true },
      { name: "cccc…cccc", isContact: false },
    ]);
  });

  test("once, however often it is told", async () => {
    const { world, acquaint, line, request } = await withRequest();
    for (let time = 0; time < 3; time++) {
      line.say([{ type: "request", request, now: world.serverNow() }]);
    }
    await heardAll(world, line);
    expect(sidsOf(acquaint)).toEqual([HIGHEST_SID]);
    expect(changes(world)).toBe(1);
  });

  test("PAS-4: and waits until T1 to the millisecond; then the list changes by itself", async () => {
    const { world, acquaint } = await withRequest();
    world.clock.advance(58_999);
    expect(sidsOf(acquaint)).toEqual([HIGHEST_SID]);
    world.clock.advance(1);
    expect(sidsOf(acquaint)).toEqual([]);
    expect(acquaint.requests.of(BEN)).toBeNull();
    expect(changes(world)).toBe(2);
    await expect(acquaint.requests.answer(HIGHEST_SID, "words")).rejects.toMatchObject({
      code: "attempt-over",
    });
  });

  test("the oldest first, and each is found by its asker", async () => {
    const { world, acquaint, line } = await withRequest();
    await world.ring(line, acquaint, world.request(LOWEST_SID, { from: CEM }));
    expect(sidsOf(acquaint)).toEqual([HIGHEST_SID, LOWEST_SID]);
    expect(acquaint.requests.of(CEM)?.sid).toBe(LOWEST_SID);
  });

  test("and is let go of, with its timers, when the program closes", async () => {
    const { world, acquaint } = await withRequest();
    await acquaint.close();
    expect(sidsOf(acquaint)).toEqual([]);
    const before = changes(world);
    world.clock.advance(100_000);
    expect(changes(world)).toBe(before);
  });
});

describe("PAS-2: a request is put off", () => {
  test("and taken up again; it waits as long as before, and nobody is told", async () => {
    const { world, acquaint } = await withRequest();
    const asked = world.requests.length;
    acquaint.requests.postpone(HIGHEST_SID);
    expect(acquaint.requests.waiting).toMatchObject([{ isPostponed: true }]);
    acquaint.requests.postpone(HIGHEST_SID, false);
    expect(acquaint.requests.waiting).toMatchObject([{ isPostponed: false }]);
    expect(changes(world)).toBe(3);
    expect(world.requests.length).toBe(asked);
    acquaint.requests.postpone(HIGHEST_SID);
    world.clock.advance(59_000);
    expect(sidsOf(acquaint)).toEqual([]);
  });

  test("only while it waits", async () => {
    const { acquaint } = await openLine();
    expect(() => acquaint.requests.postpone(HIGHEST_SID)).toThrow(
      expect.objectContaining({ code: "attempt-over" }) as Error,
    );
  });
});

describe("PAS-2: a request is answered", () => {
  test("over a socket of its own attempt; it waits no more, and the meeting tells the rest", async () => {
    const { world, acquaint, request } = await withRequest();
    const answered = acquaint.requests.answer(HIGHEST_SID, "their words");
    expect(sidsOf(acquaint)).toEqual([]);
    const socket = await world.attempt(0);
    expect(world.wanted.at(-1)).toEqual({
      purpose: "answer",
      locator: request.locator,
      sid: HIGHEST_SID,
    });
    await world.claimed(socket, HIGHEST_SID);
    const meeting = await answered;
    expect(meeting.role).toBe("responder");
    socket.say([{ type: "claimed", answerBy: world.serverNow() + 5_000, now: world.serverNow() }]);
    await eventually(() => meeting.events.length > 0);
    expect(meeting.events).toEqual([{ event: "claimed", answerBy: world.clock.now() + 5_000 }]);
  });

  test("and that it is over, by the mailbox's word, is told to no device that answered it", async () => {
    const { world, acquaint, line, request } = await withRequest();
    const answered = acquaint.requests.answer(HIGHEST_SID, "their words");
    await world.claimed(await world.attempt(0), HIGHEST_SID);
    await answered;
    line.say([world.over(request, "answered"), world.over(request, "mismatch", 2)]);
    line.say([{ type: "request", request, now: world.serverNow() }]);
    await heardAll(world, line);
    expect(oversOf(world)).toEqual([]);
    expect(sidsOf(acquaint)).toEqual([]);
  });

  test.for([
    ["empty", " "],
    ["tooLong", "x".repeat(201)],
    ["malformed", "a\u0007b"],
  ] as const)(
    "a passphrase that is %s is refused before anything is sent, and it still waits",
    async ([code, words]) => {
      const { world, acquaint } = await withRequest();
      const asked = world.requests.length;
      await expect(acquaint.requests.answer(HIGHEST_SID, words)).rejects.toMatchObject({
        name: "PassphraseError",
        problem: { code },
      });
      expect(world.requests.length).toBe(asked);
      expect(sidsOf(acquaint)).toEqual([HIGHEST_SID]);
    },
  );

  test("PAS-3: nor with a passphrase that is burnt, and it still waits", async () => {
    const { world, acquaint, line } = await withRequest();
    const answered = acquaint.requests.answer(HIGHEST_SID, "burnt words");
    const socket = await world.attempt(0);
    await world.claimed(socket, HIGHEST_SID);
    const meeting = await answered;
    socket.say([{ type: "ended", outcome: "mismatch" }]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: "mismatch" });
    await world.ring(line, acquaint, world.request(LOWEST_SID));
    await expect(acquaint.requests.answer(LOWEST_SID, "Burnt  words")).rejects.toMatchObject({
      problem: { code: "burnt" },
    });
    expect(sidsOf(acquaint)).toEqual([LOWEST_SID]);
  });

  test("without a connection it still waits, and can be answered again", async () => {
    const { world, acquaint } = await withRequest();
    world.respond = () => Promise.reject(new TypeError("offline"));
    await expect(acquaint.requests.answer(HIGHEST_SID, "words")).rejects.toBeInstanceOf(
      ConnectionError,
    );
    expect(sidsOf(acquaint)).toEqual([HIGHEST_SID]);
    world.respond = () => undefined;
    const answered = acquaint.requests.answer(HIGHEST_SID, "words");
    await world.claimed(await world.attempt(0), HIGHEST_SID);
    expect((await answered).isOver).toBe(false);
  });

  test("when another device was first, that is said, and it waits no more", async () => {
    const { world, acquaint } = await withRequest();
    const answered = acquaint.requests.answer(HIGHEST_SID, "words");
    const socket = await world.attempt(0);
    socket.accept();
    socket.say([problemOf("answered-elsewhere")]);
    await expect(answered).rejects.toMatchObject({ code: "answered-elsewhere" });
    expect(sidsOf(acquaint)).toEqual([]);
  });

  test("with an offer that is not the request's nothing is claimed: someone plays false", async () => {
    const { world, acquaint } = await withRequest();
    const answered = acquaint.requests.answer(HIGHEST_SID, "words");
    const socket = await world.attempt(0);
    socket.accept();
    socket.say([world.offer(LOWEST_SID)]);
    const meeting = await answered;
    await expect(meeting.contact).rejects.toMatchObject({ reason: "tampered" });
    expect(typesOn(socket)).not.toContain("claim");
  });

  test("by asking its asker in turn: that answers it, and no second attempt is opened", async () => {
    const { world, acquaint } = await withRequest();
    const asked = acquaint.ask({ to: BEN, passphrase: "their words" });
    await world.claimed(await world.attempt(0), HIGHEST_SID);
    expect((await asked).role).toBe("responder");
    expect(world.wanted.map(({ purpose }) => purpose)).toEqual(["mailbox", "answer"]);
  });
});

test("PAS-8: a refusal by the server to let it be answered now keeps it waiting", async () => {
  const { world, acquaint } = await withRequest();
  world.respond = (path) =>
    path === "/v1/upgrade-tokens"
      ? refusal("too-many-requests", { retryAfterSeconds: 5 })
      : undefined;
  await expect(acquaint.requests.answer(HIGHEST_SID, "words")).rejects.toMatchObject({
    code: "too-many-requests",
  });
  expect(sidsOf(acquaint)).toEqual([HIGHEST_SID]);
});
