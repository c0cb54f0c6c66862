// ROOM-1: platforms that open rooms for their own people. The house takes them in and lets them go; each acts by a key of
// which the server keeps a digest.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { HOUSE_TOKEN_TTL_SECONDS, ROOMS_PER_OPERATOR } from "../../shared/wire/limits.ts";
import { operatorSchema } from "../../shared/wire/rooms.ts";
import { newApiKey } from "../../workers/operator/apiKey.ts";
import { Operator } from "../../workers/operator/Operator.ts";
import { Room } from "../../workers/room/Room.ts";
import { newRoomId } from "../../workers/room/links.ts";
import {
  codeOf,
  randomText,
  registerAccount,
  sessionOf,
  strangerActor,
} from "./support/accounts.ts";
import { until } from "./support/asking.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { openRoom } from "./support/rooms.ts";
import {
  addOperator,
  askAs,
  type Bearer,
  contentOf,
  openRoomBy,
  roomInfo,
  type TestOperator,
  theHouse,
} from "./support/stewards.ts";

useStoppedClock();
afterEach(() => vi.restoreAllMocks());

const NOTHING = { values: "[]", alarm: null };

const objectOf = ({ operatorId }: TestOperator) => env.OPERATORS.getByName(operatorId);

const look = (bearer: Bearer | null, { operatorId }: Pick<TestOperator, "operatorId">) =>
  askAs(bearer, "GET", `/v1/operators/${operatorId}`);

async function remove({ operatorId }: TestOperator) {
  return askAs(await theHouse(), "DELETE", `/v1/operators/${operatorId}`);
}

async function untilGone(operator: TestOperator): Promise<void> {
  await until(async () => (await contentOf(objectOf(operator))).values === "[]");
  expect(await contentOf(objectOf(operator))).toEqual(NOTHING);
}

/** Closing a room fails so many times, as if it had crashed. */
function failToClose(times: number): { left: number } {
  const failing = { left: times };
  const { close } = Room.prototype;
  vi.spyOn(Room.prototype, "close").mockImplementation(async function (this: Room, ...by) {
    if (failing.left > 0) {
      failing.left -= 1;
      throw new Error("the room is away");
    }
    return close.apply(this, by);
  });
  return failing;
}

/** Lets all through that asks until `stop`, and from then on whoever has not asked before. */
function usedUp(limiter: RateLimit): { readonly keys: Set<string>; stop: () => void } {
  const keys = new Set<string>();
  let isStopped = false;
  vi.spyOn(limiter, "limit").mockImplementation(async ({ key }) => {
    if (!isStopped) keys.add(key);
    return { success: !isStopped || !keys.has(key) };
  });
  return { keys, stop: () => void (isStopped = true) };
}

describe("ROOM-1: the house", () => {
  test("takes an operator in, who has a name and a key that says who it is", async () => {
    const answer = await askAs(await theHouse(), "POST", "/v1/operators", { name: "Dance School" });
    expect(answer.status).toBe(201);
    const { operatorId, apiKey } = answer.body as TestOperator;
    expect(apiKey).toMatch(new RegExp(`^acq_${operatorId}_[\\w-]{64}$`));
    const { body } = await look(apiKey, { operatorId });
    const record = operatorSchema.parse(body);
    expect(record).toEqual({ operatorId, name: "Dance School", createdAt: Date.now(), rooms: [] });
    expect((await look(await theHouse(), { operatorId })).body).toEqual(record);
  });

  test("alone does: no session, no key of an operator, no token that is old or of another kind", async () => {
    const operator = await addOperator();
    const account = await registerAccount();
    const old = await theHouse();
    advanceClock((HOUSE_TOKEN_TTL_SECONDS + 1) * 1_000);
    const bearers = [null, await sessionOf(account), operator.apiKey, old, `${await theHouse()}x`];
    for (const bearer of bearers) {
      for (const [method, path, body] of [
        ["POST", "/v1/operators", { name: "Another" }],
        ["POST", `/v1/operators/${operator.operatorId}/keys`, undefined],
        ["DELETE", `/v1/operators/${operator.operatorId}`, undefined],
      ] as const) {
        expect(codeOf(await askAs(bearer, method, path, body))).toBe("unauthenticated");
      }
    }
    expect((await look(operator.apiKey, operator)).status, "its key still counts").toBe(200);
  });

  test("has no account, and opens no session's doors", async () => {
    for (const path of ["/v1/account", "/v1/rooms", "/v1/account/rooms"]) {
      expect(codeOf(await askAs(await theHouse(), "GET", path)), path).toBe("unauthenticated");
    }
  });

  test("is told of what is wrong with a name", async () => {
    for (const name of ["", " A", "two\nlines", "x".repeat(101)]) {
      const refusal = await askAs(await theHouse(), "POST", "/v1/operators", { name });
      expect([codeOf(refusal), Object.keys(refusal.body.fields)]).toEqual([
        "malformed-request",
        ["name"],
      ]);
    }
  });
});

describe("ROOM-1: an operator's key", () => {
  test("is kept as a digest alone", async () => {
    const operator = await addOperator();
    const { values } = await contentOf(objectOf(operator));
    expect(values).toContain("A Platform");
    expect(values).not.toContain(operator.apiKey.slice(-64));
  });

  test("says nothing of other operators; to accounts there are none", async () => {
    const [one, other] = [await addOperator(), await addOperator()];
    const session = await sessionOf(await registerAccount());
    for (const answer of [await look(one.apiKey, other), await look(session, one)]) {
      expect([answer.status, codeOf(answer)]).toEqual([404, "operator-unknown"]);
    }
  });

  test("that is wrong, or of nobody, is refused and writes nothing", async () => {
    const { operatorId, apiKey } = await addOperator();
    const wrong = apiKey.replace(/.$/, apiKey.endsWith("A") ? "B" : "A");
    const nobody = newRoomId();
    for (const key of [wrong, apiKey.replace(operatorId, nobody), apiKey.slice(0, -1)]) {
      expect(codeOf(await look(key, { operatorId }))).toBe("unauthenticated");
      expect(codeOf(await askAs(key, "POST", "/v1/rooms", { title: "x" }))).toBe("unauthenticated");
    }
    expect(await contentOf(env.OPERATORS.getByName(nobody))).toEqual(NOTHING);
  });

  test("that this server has not made, and whatever resembles one, wakes nobody", async () => {
    const { operatorId, apiKey } = await addOperator();
    const other = await addOperator();
    const verifying = vi.spyOn(Operator.prototype, "verify");
    const flipped = (at: number) => {
      const letter = apiKey.at(at) === "A" ? "B" : "A";
      return apiKey.slice(0, at) + letter + apiKey.slice(at + 1);
    };
    const begin = apiKey.length - 64;
    const keys = [
      flipped(begin),
      flipped(begin + 42),
      flipped(begin + 43),
      flipped(apiKey.length - 1),
      apiKey.replace(operatorId, other.operatorId),
      apiKey.replace(operatorId, newRoomId()),
      newApiKey("x".repeat(43), operatorId),
      `acq_${operatorId}_${"A".repeat(64)}`,
      `acq_${operatorId}_${"A".repeat(43)}`,
      `${apiKey}A`,
    ];
    for (const key of keys) {
      expect(codeOf(await look(key, { operatorId })), key).toBe("unauthenticated");
    }
    expect(verifying).not.toHaveBeenCalled();
    expect((await look(apiKey, { operatorId })).status).toBe(200);
    expect(verifying).toHaveBeenCalledTimes(1);
  });

  test("asks no faster than its brake lets it, and wakes nobody beyond; the one before slows nobody down", async () => {
    const { operatorId, apiKey } = await addOperator();
    const renewed = await askAs(await theHouse(), "POST", `/v1/operators/${operatorId}/keys`);
    const brake = usedUp(env.CHUNKS);
    await look(apiKey, { operatorId });
    brake.stop();
    const verifying = vi.spyOn(Operator.prototype, "verify");
    for (const answer of [
      await look(apiKey, { operatorId }),
      await askAs(apiKey, "POST", "/v1/rooms", { title: "x" }),
      await askAs(apiKey, "GET", `/v1/rooms/${newRoomId()}/reports`),
    ]) {
      expect([codeOf(answer), answer.headers.get("retry-after")]).toEqual([
        "too-many-requests",
        "60",
      ]);
    }
    expect(verifying).not.toHaveBeenCalled();
    expect((await look(renewed.body.apiKey, { operatorId })).status).toBe(200);
  });

  test("is good for nothing once another was made", async () => {
    const { operatorId, apiKey } = await addOperator();
    const renewed = await askAs(await theHouse(), "POST", `/v1/operators/${operatorId}/keys`);
    expect(renewed.status).toBe(201);
    expect(codeOf(await look(apiKey, { operatorId }))).toBe("unauthenticated");
    expect((await look(renewed.body.apiKey, { operatorId })).status).toBe(200);
  });

  test("is not made for an operator that is not there", async () => {
    const operatorId = newRoomId();
    const house = await theHouse();
    for (const answer of [
      await look(house, { operatorId }),
      await askAs(house, "POST", `/v1/operators/${operatorId}/keys`),
      await askAs(house, "DELETE", `/v1/operators/${operatorId}`),
    ]) {
      expect([answer.status, codeOf(answer)]).toEqual([404, "operator-unknown"]);
    }
    expect(await contentOf(env.OPERATORS.getByName(operatorId))).toEqual(NOTHING);
  });

  test("opens rooms in its name, which it lists until they are closed", async () => {
    const operator = await addOperator("Dance School");
    const { roomId } = await openRoomBy(operator, { title: "Tango" });
    const { room } = (await roomInfo(roomId))!;
    expect([room.title, room.owner, room.operator]).toEqual(["Tango", null, "Dance School"]);
    expect((await look(operator.apiKey, operator)).body.rooms).toEqual([roomId]);
    expect((await askAs(operator.apiKey, "DELETE", `/v1/rooms/${roomId}`)).status).toBe(204);
    await until(async () => (await look(operator.apiKey, operator)).body.rooms.length === 0);
  });

  test("has no say in rooms of others", async () => {
    const [one, other] = [await addOperator(), await addOperator()];
    const rooms = [await openRoomBy(other), await openRoom(await registerAccount())];
    for (const { roomId } of rooms) {
      const refusal = await askAs(one.apiKey, "DELETE", `/v1/rooms/${roomId}`);
      expect([refusal.status, codeOf(refusal)]).toEqual([403, "moderators-only"]);
      expect(await roomInfo(roomId)).not.toBe(null);
    }
  });
});

describe("ROOM-1: an operator that is let go", () => {
  test("has no key from that moment, its rooms are closed, and nothing is kept", async () => {
    const operator = await addOperator();
    const rooms = [await openRoomBy(operator), await openRoomBy(operator)];
    expect((await remove(operator)).status).toBe(204);
    expect(codeOf(await askAs(operator.apiKey, "POST", "/v1/rooms", { title: "x" }))).toBe(
      "unauthenticated",
    );
    await untilGone(operator);
    for (const { roomId } of rooms) expect(await roomInfo(roomId)).toBe(null);
    expect(codeOf(await remove(operator))).toBe("operator-unknown");
  });

  test("loses its rooms though they could not be closed at first", async () => {
    const operator = await addOperator();
    const { roomId } = await openRoomBy(operator);
    const failing = failToClose(2);
    expect((await remove(operator)).status).toBe(204);
    await until(() => failing.left === 1);
    expect((await remove(operator)).status, "again").toBe(204);
    expect(codeOf(await look(await theHouse(), operator))).toBe("operator-unknown");
    for (let tries = 0; tries < 2; tries++) {
      advanceClock(60_000);
      await runDurableObjectAlarm(objectOf(operator));
    }
    await untilGone(operator);
    expect(await roomInfo(roomId)).toBe(null);
  });

  test("loses its rooms though its object dies meanwhile", async () => {
    const operator = await addOperator();
    const { roomId } = await openRoomBy(operator);
    const closing = vi
      .spyOn(Room.prototype, "close")
      .mockImplementation(() => new Promise(() => {}));
    expect((await remove(operator)).status).toBe(204);
    await until(() => closing.mock.calls.length > 0);
    const abort = (_: unknown, state: DurableObjectState): void => state.abort("crash");
    await runInDurableObject(objectOf(operator), abort).catch(() => {});
    closing.mockRestore();
    expect(codeOf(await look(operator.apiKey, operator))).toBe("unauthenticated");
    expect(await runDurableObjectAlarm(objectOf(operator))).toBe(true);
    await untilGone(operator);
    expect(await roomInfo(roomId)).toBe(null);
  });

  test("opens no room at the last moment: one that was noted and stands only then is closed too", async () => {
    const operator = await addOperator();
    const object = objectOf(operator);
    const roomId = newRoomId();
    expect(await object.noteRoom(roomId)).toEqual({ ok: true, value: null });
    await remove(operator);
    expect((await contentOf(object)).alarm).not.toBe(null);
    expect(await object.noteRoom(newRoomId())).toEqual({ ok: false, code: "operator-unknown" });
    advanceClock(90_000);
    await runDurableObjectAlarm(object);
    await untilGone(operator);
  });
});

test("ROOM-7: an account looks after rooms no faster than its brake lets it, whichever they are, and wakes none beyond", async () => {
  const [session, other] = [
    await sessionOf(await registerAccount()),
    await sessionOf(await registerAccount()),
  ];
  const requests = [
    ["PATCH", "", { isLocked: true }],
    ["DELETE", ""],
    ["POST", "/links"],
    ["POST", "/moderation", { act: "ban", userId: strangerActor().userId }],
    ["GET", "/bans"],
    ["GET", "/reports"],
    ["DELETE", `/reports/${randomText(16)}`],
  ] as const;
  const askAll = (bearer: Bearer) =>
    Promise.all(
      requests.map(async ([method, path, body]) =>
        codeOf(await askAs(bearer, method, `/v1/rooms/${newRoomId()}${path}`, body)),
      ),
    );
  const brake = usedUp(env.RETURNS);
  expect(new Set(await askAll(session))).toEqual(new Set(["room-unknown"]));
  expect(brake.keys.size, "one for all").toBe(1);
  brake.stop();
  const waking = (["arrange", "close", "renewLink", "moderate", "bans"] as const).map((method) =>
    vi.spyOn(Room.prototype, method),
  );
  expect(new Set(await askAll(session))).toEqual(new Set(["too-many-requests"]));
  for (const spy of waking) expect(spy).not.toHaveBeenCalled();
  const looked = await askAs(session, "GET", `/v1/rooms/${newRoomId()}`);
  expect(codeOf(looked), "to look at one is counted apart").toBe("room-unknown");
  expect(new Set(await askAll(other))).toEqual(new Set(["room-unknown"]));
});

test("ROOM-1: an operator has so many rooms; those that ended without a word make place", async () => {
  const operator = await addOperator();
  const { roomId } = await openRoomBy(operator);
  const object = objectOf(operator);
  await runInDurableObject(object, (_, { storage }) => {
    storage.transactionSync(() => {
      for (let count = 1; count < ROOMS_PER_OPERATOR; count++) {
        storage.kv.put(`ownRoom:${newRoomId()}`, Date.now());
      }
    });
  });
  await evictDurableObject(object, { webSockets: "hibernate" });
  const full = await askAs(operator.apiKey, "POST", "/v1/rooms", { title: "One too many" });
  expect([full.status, codeOf(full)]).toEqual([409, "list-full"]);
  advanceClock(61_000);
  const next = await openRoomBy(operator);
  const { rooms } = (await look(operator.apiKey, operator)).body;
  expect(rooms).toContain(next.roomId);
  expect(rooms).toContain(roomId);
});
