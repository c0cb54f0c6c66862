// PAS-5, PAS-6: requests that end without an answer of this device: declined, blocked, missed, dealt with elsewhere.

import { describe, expect, test } from "vitest";
import { ConnectionError, memoryStore } from "../../shared/client/node.ts";
import {
  aWhile,
  BEN,
  eventually,
  HIGHEST_SID,
  LOWEST_SID,
  problemOf,
  typesOn,
} from "./pairingWorld.ts";
import { heardAll, openLine, oversOf, sidsOf, withRequest } from "./requestWorld.ts";

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
    void acquaint.requests.refuse(HIGHEST_SID);
    await world.attempt(1);
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
