// PAS-2: requests of others to meet, as this account's owner sees them: they come over the mailbox's line, wait
// until T1, and are answered, declined, put off or blocked.

import { describe, expect, test } from "vitest";
import { type Acquaint, ConnectionError, memoryStore } from "../../shared/client/node.ts";
import type { TestSocket } from "./world.ts";
import {
  aWhile,
  BEN,
  CEM,
  eventually,
  HIGHEST_SID,
  LOWEST_SID,
  PairingWorld,
  problemOf,
  typesOn,
} from "./pairingWorld.ts";
import { refusal } from "./world.ts";

async function openLine(store = memoryStore()) {
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  acquaint.connect();
  return { world, acquaint, line: await world.line() };
}

/** As openLine, with a request of Ben's that waits. */
async function withRequest(members: Parameters<PairingWorld["request"]>[1] = {}) {
  const opened = await openLine();
  const request = opened.world.request(HIGHEST_SID, members);
  await opened.world.ring(opened.line, opened.acquaint, request);
  return { ...opened, request };
}

const sidsOf = ({ requests }: Acquaint) => requests.waiting.map(({ sid }) => sid);
const changes = ({ told }: PairingWorld) => told.filter(({ event }) => event === "requests").length;
const oversOf = ({ told }: PairingWorld) => told.filter(({ event }) => event === "requestOver");

/** Lets the line take in what it was told, which it does in order. */
async function heardAll(world: PairingWorld, line: TestSocket): Promise<void> {
  const before = oversOf(world).length;
  line.say([world.over(world.request("_".repeat(21) + "A", { from: CEM }), "timedOut", 1)]);
  await eventually(() => oversOf(world).length > before);
  world.told.splice(world.told.indexOf(oversOf(world).at(-1)!), 1);
}

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

describe("PAS-6: a request is declined", () => {
  test("on its attempt's socket, and done once the server has said that it ended", async () => {
    const { world, acquaint, line, request } = await withRequest();
    let isDone = false;
    const declined = acquaint.requests.refuse(HIGHEST_SID).then(() => (isDone = true));
    expect(sidsOf(acquaint)).toEqual([]);
    const socket = await world.attempt(0);
    expect(world.wanted.at(-1)).toMatchObject({ purpose: "answer", sid: HIGHEST_SID });
    socket.accept();
    socket.say([world.offer(HIGHEST_SID)]);
    await eventually(() => typesOn(socket).includes("refuse"));
    await aWhile();
    expect(isDone).toBe(false);
    socket.say([{ type: "ended", outcome: "refused" }]);
    await declined;
    line.say([world.over(request, "refused")]);
    await heardAll(world, line);
    expect(oversOf(world)).toEqual([]);
  });

  test.for([
    ["a claim of this device", { type: "claimed", answerBy: 5, now: 1 }],
    ["an answer of another device", problemOf("answered-elsewhere")],
    ["how it ended", { type: "ended", outcome: "mismatch" }],
  ] as const)(
    "but only while nobody has answered: %s is neither declined nor acknowledged",
    async ([, notice]) => {
      const { world, acquaint } = await withRequest();
      const declined = acquaint.requests.refuse(HIGHEST_SID);
      const socket = await world.attempt(0);
      socket.accept();
      socket.say([notice]);
      await declined;
      expect(typesOn(socket)).toEqual([]);
    },
  );

  test("in vain without a connection: then it still waits", async () => {
    const { world, acquaint } = await withRequest();
    const declined = acquaint.requests.refuse(HIGHEST_SID);
    const failed = declined.catch((error: unknown) => error);
    await world.attempt(0);
    world.clock.advance(15_000);
    expect(await failed).toBeInstanceOf(ConnectionError);
    expect(sidsOf(acquaint)).toEqual([HIGHEST_SID]);
  });

  test("or is over already: there is nothing left to decline", async () => {
    const { world, acquaint } = await withRequest();
    const declined = acquaint.requests.refuse(HIGHEST_SID);
    const socket = await world.attempt(0);
    socket.accept();
    socket.say([problemOf("attempt-over")]);
    await declined;
    expect(sidsOf(acquaint)).toEqual([]);
  });
});

describe("PAS-6: its asker is blocked", () => {
  test("on the server, who is not told; the request waits no more", async () => {
    const { world, acquaint } = await withRequest();
    await acquaint.requests.block(HIGHEST_SID);
    expect(world.requests.some(({ path }) => path.includes(BEN) && path.includes("block"))).toBe(
      true,
    );
    expect(world.attempts).toEqual([]);
    expect(sidsOf(acquaint)).toEqual([]);
  });

  test("in vain without a connection: then it still waits", async () => {
    const { world, acquaint } = await withRequest();
    world.respond = () => Promise.reject(new TypeError("offline"));
    await expect(acquaint.requests.block(HIGHEST_SID)).rejects.toBeInstanceOf(ConnectionError);
    expect(sidsOf(acquaint)).toEqual([HIGHEST_SID]);
  });
});

describe("PAS-5: a request is over", () => {
  test.for(["answered", "timedOut", "cancelled", "blocked"] as const)(
    "as %s, without this device's doing: it waits no more, and that is told",
    async (outcome) => {
      const { world, acquaint, line, request } = await withRequest();
      line.say([world.over(request, outcome)]);
      await eventually(() => oversOf(world).length === 1);
      const { sid, from, openedAt } = request;
      const over = { sid, from, name: "bbbb…bbbb", openedAt, outcome };
      expect(oversOf(world)).toEqual([{ event: "requestOver", request: over }]);
      expect(sidsOf(acquaint)).toEqual([]);
    },
  );

  test("though it never rang here: that it was missed is told", async () => {
    const { world, line } = await openLine();
    line.say([world.over(world.request(LOWEST_SID, { handle: "ben" as never }), "timedOut")]);
    await eventually(() => oversOf(world).length === 1);
    expect(oversOf(world)).toMatchObject([{ request: { name: "@ben", outcome: "timedOut" } }]);
  });

  test("after an answer that did not go out, which this device has not given then", async () => {
    const { world, acquaint, line, request } = await withRequest();
    await acquaint.requests.answer(HIGHEST_SID, "").catch(() => {});
    line.say([world.over(request, "timedOut")]);
    await eventually(() => oversOf(world).length === 1);
    expect(sidsOf(acquaint)).toEqual([]);
  });
});

describe("PAS-9: a request of a contact that was cancelled", () => {
  test.for([
    ["at the time of the meeting, by making way for this one", 0, false],
    ["five minutes after the meeting and later", 300_000, true],
  ] as const)("%s", async ([, since, isTold]) => {
    const store = memoryStore();
    const { world, line } = await openLine(store);
    const request = world.request(HIGHEST_SID);
    await store.put("contacts", BEN, {
      userId: BEN,
      metAt: request.openedAt - since,
      peerName: "Ben",
      receiptHash: "r",
    });
    line.say([world.over(request, "cancelled")]);
    await heardAll(world, line);
    expect(oversOf(world)).toHaveLength(isTold ? 1 : 0);
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
