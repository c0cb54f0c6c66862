// ROOM-6: members of a room ask each other to become contacts. The room vouches that both are in it; whoever is asked
// decides; a decline is told to the asker alone (ROOM-7).

import { runDurableObjectAlarm } from "cloudflare:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import {
  approvalStatement,
  requestReceiptHash,
  requestStatement,
} from "../../shared/core/tap/statements.ts";
import { askedSchema, contactRequestSchema } from "../../shared/wire/contactRequests.ts";
import type { RoomId } from "../../shared/wire/ids.ts";
import {
  BADGE_BURST,
  BADGE_REQUESTS_PER_HOUR,
  CONTACT_REQUEST_TTL_SECONDS,
} from "../../shared/wire/limits.ts";
import type { Actor } from "../../workers/auth/tokens.ts";
import { Room } from "../../workers/room/Room.ts";
import { newRoomId } from "../../workers/room/links.ts";
import {
  type Answer,
  codeOf,
  randomText,
  registerAccount,
  request,
  type TestAccount,
} from "./support/accounts.ts";
import { addDevice, listen } from "./support/asking.ts";
import {
  approve,
  areContacts,
  block,
  contactsOf,
  crashAt,
  end,
  keptBy,
  news,
  settle,
  waitingAt,
} from "./support/badges.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Ledger } from "./support/ledger.ts";
import { befriend, mailboxOf } from "./support/line.ts";
import type { TestSocket } from "./support/sockets.ts";
import { openRoom } from "./support/rooms.ts";
import { enterRoom } from "./support/stewards.ts";

useStoppedClock();

const TTL_MS = CONTACT_REQUEST_TTL_SECONDS * 1_000;

/** Has opened the room, and is asked. */
let ann: TestAccount;
/** Asks. */
let ben: TestAccount;
let roomId: RoomId;
let sockets: TestSocket[];

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  ({ roomId } = await openRoom(ann, { title: "Tango" }));
  sockets = [await enterRoom(ann, roomId, "Ann"), await enterRoom(ben, roomId, "Ben")];
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of sockets) socket.close();
});

function askBody(asker: TestAccount, to: Actor, room = roomId, requestId = randomText(16)) {
  const { userId, deviceId, signKey } = asker;
  const statement = requestStatement(requestId, userId, deviceId, to.userId, "room");
  const signature = toBase64Url(ed25519.sign(statement, signKey));
  return { requestId, to: to.userId, via: "room" as const, roomId: room, signature };
}

function ask(asker: TestAccount, to: Actor, body: object = askBody(asker, to)): Promise<Answer> {
  return request("POST", "/v1/contact-requests", { actor: asker, body });
}

/** Asks, and resolves with the id. */
async function asked(asker: TestAccount, to: Actor): Promise<string> {
  const { status, body } = await ask(asker, to);
  if (status !== 201) throw new Error(`asking was refused: ${JSON.stringify(body)}`);
  return body.requestId;
}

function approval(device: TestAccount, asker: TestAccount, requestId: string): string {
  const { userId, deviceId } = asker;
  const statement = requestStatement(requestId, userId, deviceId, device.userId, "room");
  const approved = approvalStatement(statement, device.deviceId);
  return toBase64Url(ed25519.sign(approved, device.signKey));
}

const approved = (device: TestAccount, asker: TestAccount, requestId: string) =>
  approve(device, asker, requestId, approval(device, asker, requestId));

async function leave(socket: TestSocket): Promise<void> {
  socket.send({ type: "leave" });
  await socket.closed;
}

describe("ROOM-6: a request out of a room", () => {
  test("says what its asker is called there, and the room's title, as the room knows them", async () => {
    const anns = await listen(ann);
    const { status, body } = await ask(ben, ann);
    expect(status).toBe(201);
    expect(askedSchema.parse(body)).toMatchObject({ to: ann.userId, via: "room" });
    const { request: shown } = await anns.socket.next("contactRequest");
    expect(contactRequestSchema.parse(shown)).toEqual(shown);
    expect(shown).toMatchObject({ from: ben.userId, via: "room", name: "Ben", title: "Tango" });
    expect(await waitingAt(ann)).toEqual([shown]);
  });

  test("that is accepted makes contacts on both sides by the room, with one receipt and one proof", async () => {
    const [anns, bens] = [await listen(ann), await listen(ben)];
    const requestId = await asked(ben, ann);
    expect((await approved(ann, ben, requestId)).status).toBe(204);
    await settle(ann, ben);
    const [[ofAnn], [ofBen]] = [await contactsOf(ann), await contactsOf(ben)];
    expect([ofAnn?.method, ofBen?.method]).toEqual(["room", "room"]);
    const proof = ofAnn?.proofs?.[0];
    expect(proof).toMatchObject({ kind: "request", via: "room", by: ben.userId });
    expect(ofBen?.proofs).toEqual([proof]);
    const hash = toBase64Url(requestReceiptHash(proof as never, ann.userId));
    expect([ofAnn?.receiptHash, ofBen?.receiptHash]).toEqual([hash, hash]);
    expect(await news(anns)).toEqual(["contactRequest", "contacts", "approved"]);
    expect(await news(bens)).toEqual(["asked", "contacts", "approved"]);
  });

  test("that is declined is told to the asker alone, and nobody in the room hears of any of it", async () => {
    const anns = await listen(ann);
    const bens = await listen(ben);
    const third = await registerAccount();
    const thirds = await listen(third);
    sockets.push(await enterRoom(third, roomId, "Carl"));
    const heard = sockets.map(({ told }) => told.length);
    const requestId = await asked(ben, ann);
    expect((await end(ann, requestId)).status).toBe(204);
    expect(await news(bens)).toEqual(["asked", "declined"]);
    expect(await news(anns), "it leaves one's own devices").toEqual(["contactRequest", "declined"]);
    expect(await news(thirds)).toEqual([]);
    for (const socket of sockets) await socket.ask();
    const since = sockets.map(({ told }, index) => gistOf(told.slice(heard[index])));
    expect(since.flat().filter((kind) => kind !== "joined")).toEqual([]);
    expect(await areContacts(ann, ben)).toEqual([false, false]);
  });

  test("expires at both ends, in seven days", async () => {
    const [anns, bens] = [await listen(ann), await listen(ben)];
    await asked(ben, ann);
    advanceClock(TTL_MS);
    for (const account of [ann, ben]) await runDurableObjectAlarm(mailboxOf(account));
    expect(await news(anns)).toEqual(["contactRequest", "expired"]);
    expect(await news(bens)).toEqual(["asked", "expired"]);
  });

  test("can be made by an account that is in the room with another of its devices", async () => {
    const second = await addDevice(ben);
    const requestId = await asked(second, ann);
    expect((await approved(ann, second, requestId)).status).toBe(204);
    expect(await areContacts(ann, ben)).toEqual([true, true]);
  });

  test("needs both in the room: whoever has left, never came, or names another room is refused", async () => {
    const [away, elsewhere] = [await registerAccount(), await openRoom(ann)];
    const refusals = [
      await ask(away, ann),
      await ask(ben, away),
      await ask(ben, ann, askBody(ben, ann, elsewhere.roomId)),
      await ask(ben, ann, askBody(ben, ann, newRoomId())),
    ];
    await leave(sockets[1]!);
    refusals.push(await ask(ben, ann), await ask(ann, ben));
    for (const answer of refusals) {
      expect([answer.status, codeOf(answer)]).toEqual([403, "not-in-room"]);
    }
    for (const account of [ann, ben, away]) {
      expect(await keptBy(account)).toMatchObject({ waiting: [], asked: [], owed: 0, heard: 0 });
    }
  });

  test("is to be tried again while the room cannot be asked, and nothing of it is kept", async () => {
    const body = askBody(ben, ann);
    vi.spyOn(Room.prototype, "share").mockRejectedValueOnce(new Error("away"));
    const refusal = await ask(ben, ann, body);
    expect([refusal.status, codeOf(refusal)]).toEqual([503, "try-again"]);
    expect(await keptBy(ben)).toMatchObject({ asked: [], owed: 0 });
    expect((await ask(ben, ann, body)).status).toBe(201);
    expect((await waitingAt(ann)).map(({ requestId }) => requestId)).toEqual([body.requestId]);
  });

  test("that was made stays though the room ends; asked again, it is the same", async () => {
    const body = askBody(ben, ann);
    const first = await ask(ben, ann, body);
    await request("DELETE", `/v1/rooms/${roomId}`, { actor: ann });
    const again = await ask(ben, ann, body);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await approved(ann, ben, body.requestId)).status).toBe(204);
    expect(await areContacts(ann, ben)).toEqual([true, true]);
  });

  test("is signed by the device that asks, for a room: one for a badge is another", async () => {
    const body = askBody(ben, ann);
    const byBadge = requestStatement(body.requestId, ben.userId, ben.deviceId, ann.userId, "badge");
    for (const signature of [
      randomText(64),
      toBase64Url(ed25519.sign(byBadge, ben.signKey)),
      toBase64Url(ed25519.sign(fromBase64Url(body.requestId), ben.signKey)),
    ]) {
      const refusal = await ask(ben, ann, { ...body, signature });
      expect([codeOf(refusal), Object.keys(refusal.body.fields)]).toEqual([
        "malformed-request",
        ["signature"],
      ]);
    }
    expect(codeOf(await ask(ben, ann, { ...body, token: randomText(16) }))).toBe(
      "malformed-request",
    );
    expect(codeOf(await ask(ben, ben))).toBe("own-account");
  });

  test("of both at once makes one contact when either is accepted", async () => {
    const [ofBen] = [await asked(ben, ann), await asked(ann, ben)];
    await approved(ann, ben, ofBen);
    await settle(ann, ben);
    expect((await contactsOf(ann)).length + (await contactsOf(ben)).length).toBe(2);
    expect(await keptBy(ben)).toMatchObject({ waiting: [], asked: [] });
    expect(await keptBy(ann)).toMatchObject({ waiting: [], asked: [] });
  });

  test.each(["sender", "receiver"] as const)(
    "comes, though its %s dies on the way",
    async (victim) => {
      crashAt("ask", victim, "after");
      await ask(ben, ann).catch(() => {});
      await settle(ben, ann);
      expect((await waitingAt(ann)).map(({ from }) => from)).toEqual([ben.userId]);
    },
  );

  test("costs the rows of one by a badge", async () => {
    await asked(ben, await joined("Dora")); // sets alarms
    const peer = await joined("Emma");
    const ledger = await Ledger.open();
    await asked(ben, peer);
    const written = ledger.rows.filter((row) => row !== "setAlarm");
    expect(written, String(ledger)).toHaveLength(5);
  });
});

async function joined(name: string): Promise<TestAccount> {
  const account = await registerAccount();
  sockets.push(await enterRoom(account, roomId, name));
  return account;
}

describe("ROOM-7: between those who have blocked", () => {
  test("no request comes: whoever is blocked is not in the room with them, as far as it can tell", async () => {
    await block(ann, ben);
    const refusal = await ask(ben, ann);
    expect([refusal.status, codeOf(refusal)]).toEqual([403, "not-in-room"]);
    const own = await ask(ann, ben);
    expect(Object.keys(own.body.fields), "of one's own block one knows").toEqual(["to"]);
    expect(await waitingAt(ann)).toEqual([]);
  });

  test("what waited goes, and the asker does not learn why it is not answered", async () => {
    const bens = await listen(ben);
    await asked(ben, ann);
    await block(ann, ben);
    expect(await waitingAt(ann)).toEqual([]);
    expect(await news(bens)).toEqual(["asked"]);
  });

  test("one that is under way at the time of the block is never shown", async () => {
    const anns = await listen(ann);
    const { share } = Room.prototype;
    vi.spyOn(Room.prototype, "share").mockImplementationOnce(async function (
      this: Room,
      ...given: Parameters<typeof share>
    ) {
      const shared = await share.apply(this, given);
      await block(ann, ben);
      return shared;
    });
    const { status } = await ask(ben, ann);
    expect([201, 403]).toContain(status);
    expect(await news(anns)).toEqual([]);
    expect(await waitingAt(ann)).toEqual([]);
  });
});

describe("ROOM-6: requests of strangers", () => {
  test("come at a pace, whoever asks; those of contacts are not counted", async () => {
    const friend = await joined("Fay");
    await befriend(ann, friend);
    advanceClock(1_000);
    const shared = { title: "Tango", name: "Somebody" };
    vi.spyOn(Room.prototype, "share").mockResolvedValue(shared);
    for (let count = 0; count < BADGE_BURST; count++) await asked(await registerAccount(), ann);
    const late = await registerAccount();
    const refusal = await ask(late, ann);
    expect(codeOf(refusal)).toBe("too-many-requests");
    const rest = refusal.body.retryAfterSeconds as number;
    expect(rest).toBe(3_600 / BADGE_REQUESTS_PER_HOUR);
    expect(await keptBy(late)).toMatchObject({ asked: [] });
    expect((await ask(friend, ann)).status).toBe(201);
    advanceClock(rest * 1_000);
    expect((await ask(late, ann)).status).toBe(201);
  });

  test("are not heard by whoever wants none, who they cannot tell from others", async () => {
    const anns = await listen(ann);
    await request("PATCH", "/v1/account", { actor: ann, body: { requestsFrom: "nobody" } });
    expect((await ask(ben, ann)).status).toBe(201);
    expect(await news(anns)).toEqual([]);
    expect(await waitingAt(ann)).toEqual([]);
  });
});

function gistOf(told: readonly { type: string; events?: { kind: string }[] }[]): string[] {
  return told.flatMap(({ type, events }) => events?.map(({ kind }) => kind) ?? type);
}
