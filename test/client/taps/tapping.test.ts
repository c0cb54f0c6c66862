// TAP-3 and TAP-6 on the device that reads: what is refused before it is sent, and that a submission is sent under one id
// until the server has answered, whatever is lost between.

import { expect, test } from "vitest";
import { ConnectionError, memoryStore, type TapOutcome } from "../../../shared/client/node.ts";
import { fromBase64Url, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { isSignatureBy } from "../../../shared/core/identity/deviceLog.ts";
import { tapStatement } from "../../../shared/core/tap/statements.ts";
import { adviceForTap } from "../../../shared/client/taps/tapAdvice.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { tapOutcomeSchema } from "../../../shared/wire/tap.ts";
import { aWhile, eventually, inTime } from "../pairingWorld.ts";
import { refusal } from "../world.ts";
import { ORIGIN, TapWorld } from "./tapWorld.ts";

async function openWorld() {
  const world = new TapWorld();
  const store = memoryStore();
  return { world, store, acquaint: await world.open(store), ben: world.phone("ben") };
}

const pending = (store: ReturnType<typeof memoryStore>) =>
  store.range("settings", { prefix: "tap.sent." });

test("TAP-8: what is no link of a touch is told apart from one of another server, before anything is sent", async () => {
  const { world, acquaint, ben } = await openWorld();
  const badge = `${ORIGIN}/#/badge/${"A".repeat(22)}`;
  expect(acquaint.taps.read(ben.url)).toMatchObject({ kind: "ticket", ticket: ben.ticket });
  expect(acquaint.taps.read(` ${badge}\n`)).toMatchObject({ kind: "badge" });
  const other = ben.url.replace(ORIGIN, "https://other.example");
  const refused = (urls: string[]) => acquaint.taps.tap(urls);
  await expect(refused([])).rejects.toMatchObject({ code: "none" });
  await expect(refused(["hello"])).rejects.toMatchObject({ code: "not-a-tap-link" });
  await expect(refused([`${ben.url}x`])).rejects.toMatchObject({ code: "not-a-tap-link" });
  await expect(refused([badge])).rejects.toMatchObject({ code: "not-a-tap-link" });
  await expect(refused([ben.url, other])).rejects.toMatchObject({ code: "other-server" });
  const many = Array.from({ length: 32 }, () => ben.url);
  await expect(refused(many)).rejects.toMatchObject({ code: "too-many" });
  expect(world.submissions).toEqual([]);
});

test("TAP-3: each ticket goes with this device's signature over it, in the order in which they were read", async () => {
  const { world, acquaint, ben } = await openWorld();
  const cem = world.phone("cem");
  const result = await acquaint.taps.tap([ben.url, cem.url]);
  const [{ tapId, taps }] = world.submissions as [(typeof world.submissions)[0]];
  expect(taps.map(({ ticket }) => ticket)).toEqual([ben.ticket, cem.ticket]);
  const { deviceId, signKey } = world.own.devices[0]!;
  for (const { ticket, signature } of taps) {
    const statement = tapStatement(tapId, world.own.userId, deviceId, fromBase64Url(ticket));
    expect(isSignatureBy(signKey, statement, fromBase64Url(signature))).toBe(true);
  }
  expect(result.tapId).toBe(tapId);
  expect(result.peers.map(({ userId }) => userId)).toEqual([ben.userId, cem.userId]);
});

test("TAP-3: every outcome comes with advice of its own, a sentence or more", async () => {
  const { world, acquaint, ben } = await openWorld();
  const advices = new Set<string>();
  for (const outcome of tapOutcomeSchema.options satisfies readonly TapOutcome[]) {
    world.judge = (request) => world.settled(request, outcome);
    const { peers } = await acquaint.taps.tap([ben.url]);
    expect(peers).toMatchObject([{ outcome, advice: adviceForTap(outcome), contact: null }]);
    advices.add(peers[0]!.advice);
  }
  expect(advices.size).toBe(9);
  for (const advice of advices) expect(advice).toMatch(/^[A-Z].+\.$/);
});

test("TAP-3: it is stored before it is sent, and forgotten once it is answered", async () => {
  const { world, store, acquaint, ben } = await openWorld();
  const kept: number[] = [];
  const { respond } = world;
  const counted = pending(store);
  expect(await counted).toEqual([]);
  world.respond = async (path, method) => {
    if (path === "/v1/taps") kept.push((await pending(store)).length);
    return (await respond(path, method)) as Response;
  };
  await acquaint.taps.tap([ben.url]);
  expect(kept).toEqual([1]);
  expect(await pending(store)).toEqual([]);
});

for (const [what, loss] of [
  ["is lost", () => undefined],
  ["is a fault of the server", () => refusal("internal-error")],
  ["asks to wait", () => refusal("too-many-requests", { retryAfterSeconds: 7 })],
] as const) {
  test(`TAP-6: when an answer ${what}, the same is said again under the same id`, async () => {
    const { world, acquaint, ben } = await openWorld();
    world.judge = (request) =>
      world.submissions.length < 3 ? loss() : world.settled(request, "established");
    const { peers } = await world.soon(acquaint.taps.tap([ben.url]));
    expect(peers[0]?.outcome).toBe("established");
    const [first, second, third] = world.submissions;
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });
}

test("TAP-6: a server that is not done yet is asked again under the same id", async () => {
  const { world, acquaint, ben } = await openWorld();
  world.judge = (request) =>
    world.submissions.length < 2
      ? world.settled(request, "established", { at: "settling" })
      : world.settled(request, "already");
  const { peers } = await world.soon(acquaint.taps.tap([ben.url]));
  expect(peers[0]?.outcome).toBe("already");
  expect(world.submissions[1]).toEqual(world.submissions[0]);
});

test("TAP-6: without an answer for a minute the person is told, and it goes on all the same", async () => {
  const { world, store, acquaint, ben } = await openWorld();
  world.judge = () => undefined;
  const before = world.clock.now();
  await expect(world.soon(acquaint.taps.tap([ben.url]))).rejects.toBeInstanceOf(ConnectionError);
  expect(world.clock.now() - before).toBeGreaterThanOrEqual(60_000);
  expect(await pending(store)).toHaveLength(1);
  world.judge = (request) => world.settled(request, "established");
  const sent = world.submissions.length;
  await inTime(world, () => world.submissions.length > sent);
  await aWhile();
  expect(await pending(store)).toEqual([]);
  expect(new Set(world.submissions.map(({ tapId }) => tapId)).size).toBe(1);
});

test("TAP-6: what a program that was killed has stored, the next one sends as it was", async () => {
  const { world, store, acquaint, ben } = await openWorld();
  world.judge = () => undefined;
  const lost = acquaint.taps.tap([ben.url]).catch(() => {});
  await eventually(() => world.submissions.length === 1);
  await acquaint.close();
  await world.soon(lost);
  world.judge = (request) => world.settled(request, "established");
  const sent = world.submissions.length;
  const again = await world.open(store);
  again.connect();
  await world.line();
  await eventually(() => world.submissions.length > sent);
  await aWhile();
  expect(world.submissions.at(-1)).toEqual(world.submissions[0]);
  expect(await pending(store)).toEqual([]);
});

test("TAP-6: what the server would not remember any more is not sent again", async () => {
  const { world, store, acquaint, ben } = await openWorld();
  world.judge = () => undefined;
  await expect(world.soon(acquaint.taps.tap([ben.url]))).rejects.toBeInstanceOf(ConnectionError);
  await acquaint.close();
  world.clock.advance(11 * 60_000);
  const sent = world.submissions.length;
  const again = await world.open(store);
  again.connect();
  await world.line();
  await inTime(world, () => world.certified > 0);
  await aWhile();
  world.clock.advance(60_000);
  await aWhile();
  expect(world.submissions.length).toBe(sent);
  expect(await pending(store)).toEqual([]);
});

test("TAP-3: what the server refuses as a whole is told at once, and not sent again", async () => {
  const { world, store, acquaint, ben } = await openWorld();
  world.judge = () => refusal("malformed-request");
  await expect(acquaint.taps.tap([ben.url])).rejects.toMatchObject({ code: "malformed-request" });
  expect(await pending(store)).toEqual([]);
});

test("TAP-3: an answer about other people than the tickets are of is not believed", async () => {
  const { world, store, acquaint, ben } = await openWorld();
  const cem = world.phone("cem");
  world.judge = (request) =>
    world.settled(request, "established", {
      outcomes: [{ outcome: "established", userId: cem.userId }],
    });
  await expect(acquaint.taps.tap([ben.url])).rejects.toThrow("not about what was sent");
  expect(await pending(store)).toEqual([]);
});

const TOUCH = (digit: number) => toBase64Url(new Uint8Array(16).fill(digit));

/** Ann has Ben by a touch of hers and one of his; of a second one of hers only a group tells. */
async function undoWorld() {
  const { world, store, acquaint, ben } = await openWorld();
  const own = acquaint.me.userId;
  const now = world.serverNow();
  const { deviceId } = world.own.devices[0]!;
  const proof = (by: string, id: number, at: number) => ({
    kind: "tap",
    tapId: TOUCH(id),
    by,
    device: deviceId,
    ticket: ben.ticket,
    signature: toBase64Url(new Uint8Array(64)),
    at,
  });
  const proofs = [proof(own, 1, now - 2_000), proof(ben.userId, 2, now - 1_000)];
  const listing = { userId: ben.userId, method: "tap", metAt: now, sequence: 1, blocked: false };
  await store.put("listings", ben.userId, { ...listing, receiptHash: TOUCH(9), proofs });
  const member = (userId: string) => ({ userId, deviceId, ticket: null });
  const rest = { signature: null, confirmation: null, share: null };
  const groups = new Map(
    [
      { id: 3, by: own, others: [ben.userId] },
      { id: 4, by: world.phone("cem").userId, others: [own, ben.userId] }, // they were all read by Cem
      { id: 5, by: own, others: [world.phone("dan").userId] },
      { id: 6, by: own, others: [ben.userId], createdAt: now - 700_000 },
    ].map(({ id, by, others, createdAt = now }) => {
      const members = [by, ...others].map((one) => ({ ...member(one), ...rest }));
      const group = { groupId: TOUCH(id), createdAt, tapId: TOUCH(id), by, members };
      return [TOUCH(id), group] as const;
    }),
  );
  const undone: string[] = [];
  const answers = new Map<string, () => Response | undefined>();
  const { respond } = world;
  world.respond = (path, method) => {
    if (path === "/v1/contacts") return Response.json({ contacts: [], next: null });
    if (path === "/v1/groups") return Response.json({ groups: [...groups.keys()] });
    const group = groups.get(path.replace("/v1/groups/", ""));
    if (group !== undefined) return Response.json(group);
    const [, by, tapId = ""] = /^\/v1\/taps\/(\w+)\/([^/]+)\/undo$/.exec(path) ?? [];
    if (by === undefined) return respond(path, method);
    undone.push(tapId);
    const answer = answers.get(tapId);
    if (answer !== undefined) return answer() ?? Promise.reject(new TypeError("lost"));
    return Response.json(world.settled({ tapId, taps: [] }, "established", { by: by as UserId }));
  };
  return { world, acquaint, ben, undone, answers };
}

test("TAP-7: an undo is told to each submission of the two, the latest first, and to those that a group is left of", async () => {
  const { acquaint, ben, undone } = await undoWorld();
  await acquaint.taps.undo(ben.userId);
  expect(undone).toEqual([TOUCH(2), TOUCH(1), TOUCH(3)]);
  expect(await acquaint.contacts.get(ben.userId)).toBeNull();
});

test("TAP-7: once one submission is undone, what the others refuse is nothing, and what is lost is said again", async () => {
  const { world, acquaint, ben, undone, answers } = await undoWorld();
  answers.set(TOUCH(2), () => refusal("undo-over"));
  const lost = (id: number) => () =>
    undone.filter((one) => one === TOUCH(id)).length > 1 ? refusal("tap-unknown") : undefined;
  answers.set(TOUCH(3), lost(3));
  await world.soon(acquaint.taps.undo(ben.userId));
  expect(undone).toEqual([TOUCH(2), TOUCH(1), TOUCH(3), TOUCH(3)]);
});

test("TAP-7: when no submission can be undone any more the contact stays, and nothing else is asked", async () => {
  const { acquaint, ben, undone, answers } = await undoWorld();
  for (const id of [1, 2]) answers.set(TOUCH(id), () => refusal("undo-over"));
  await expect(acquaint.taps.undo(ben.userId)).rejects.toMatchObject({ code: "undo-over" });
  expect(undone).toEqual([TOUCH(2), TOUCH(1)]);
  expect(await acquaint.contacts.get(ben.userId)).not.toBeNull();
});
