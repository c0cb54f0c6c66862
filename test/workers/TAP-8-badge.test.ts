// TAP-8: a badge finds its account and brings requests to become contacts, which their receiver approves, declines or
// leaves alone.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { requestReceiptHash } from "../../shared/core/tap/statements.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { askedSchema, foundBadgeSchema } from "../../shared/wire/contactRequests.ts";
import {
  BADGE_BURST,
  CONTACT_REQUEST_TTL_SECONDS,
  CONTACT_REQUESTS_MAX,
} from "../../shared/wire/limits.ts";
import {
  codeOf,
  makeAccount,
  randomText,
  registerAccount,
  request,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import { addDevice, listen } from "./support/asking.ts";
import {
  approvalOf,
  approve,
  areContacts,
  ask,
  askBody,
  asked,
  block,
  contactsOf,
  draftBadge,
  end,
  find,
  gist,
  type HeldBadge,
  keptBy,
  makeBadge,
  news,
  ownerOf,
  putBadge,
  settle,
  usesOf,
  waitingAt,
} from "./support/badges.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { befriend, mailboxOf, removeDevice } from "./support/line.ts";

useStoppedClock();

const TTL_MS = CONTACT_REQUEST_TTL_SECONDS * 1_000;

/** The owner of the badge. */
let ann: TestAccount;
/** Who asks. */
let ben: TestAccount;
let badge: HeldBadge;

beforeEach(async () => {
  [ann, ben] = [await registerAccount(), await registerAccount()];
  badge = await makeBadge(ann);
});

afterEach(() => vi.restoreAllMocks());

describe("TAP-8: a badge", () => {
  test("is found by its token, with the salt that proves whose it is", async () => {
    const { status, body } = await find(ben, badge.token);
    expect(status).toBe(200);
    expect(foundBadgeSchema.parse(body)).toEqual({
      userId: ann.userId,
      salt: badge.salt,
      handle: null,
    });
    expect((await find(ann, badge.token)).status, "one's own").toBe(200);
  });

  test("is of its maker alone: a token that does not commit to the account is refused", async () => {
    const { token } = draftBadge(ben);
    const refusal = await putBadge(ann, { ...draftBadge(ann), token });
    expect([refusal.status, codeOf(refusal)]).toEqual([400, "malformed-request"]);
    expect(Object.keys(refusal.body.fields)).toEqual(["token"]);
    const own = await request("GET", "/v1/badge", { actor: ann });
    expect(own.body.badge.token).toBe(badge.token);
  });

  test("that is revoked is gone at once, and from the directory", async () => {
    expect((await request("DELETE", "/v1/badge", { actor: ann })).status).toBe(204);
    expect((await request("GET", "/v1/badge", { actor: ann })).body).toEqual({ badge: null });
    expect(codeOf(await find(ben, badge.token))).toBe("badge-unknown");
    expect(codeOf(await ask(ben, badge))).toBe("badge-unknown");
    expect(await ownerOf(badge)).toBe(null);
    expect((await request("DELETE", "/v1/badge", { actor: ann })).status, "again").toBe(204);
  });

  test("takes the former one's place; made again, it stays as it is", async () => {
    await asked(ben, badge);
    const { body: before } = await request("GET", "/v1/badge", { actor: ann });
    advanceClock(1_000);
    expect((await putBadge(ann, badge)).body).toEqual(before.badge);
    expect(before.badge.uses).toBe(1);
    const next = await makeBadge(ann);
    expect(await usesOf(ann)).toBe(0);
    expect(codeOf(await ask(ben, badge))).toBe("badge-unknown");
    expect(codeOf(await find(ben, badge.token))).toBe("badge-unknown");
    expect((await find(ben, next.token)).status).toBe(200);
    expect([await ownerOf(badge), await ownerOf(next)]).toEqual([null, ann.userId]);
  });

  test("that was never made sounds like one that was revoked, and like that of whoever has blocked one", async () => {
    const unknown = await find(ben, randomText(16));
    expect([unknown.status, codeOf(unknown)]).toEqual([404, "badge-unknown"]);
    await block(ann, ben);
    const blocked = await find(ben, badge.token);
    await request("DELETE", "/v1/badge", { actor: ann });
    const revoked = await find(await registerAccount(), badge.token);
    expect([blocked.body, revoked.body]).toEqual([unknown.body, unknown.body]);
  });

  test("of a directory that fails is given up by the alarm, or had: no token is left behind", async () => {
    const { Directory } = await import("../../workers/directory/Directory.ts");
    vi.spyOn(Directory.prototype, "claim").mockRejectedValueOnce(new Error("crash"));
    const next = draftBadge(ann);
    expect(codeOf(await putBadge(ann, next))).toBe("try-again");
    expect((await find(ben, badge.token)).status, "the one before still counts").toBe(200);
    await runDurableObjectAlarm(mailboxOf(ann));
    expect(await ownerOf(next)).toBe(null);
    expect((await putBadge(ann, next)).status).toBe(200);
    expect(await ownerOf(next)).toBe(ann.userId);
  });

  test("is nothing to whoever has no say in the account", async () => {
    const nobody = strangerActor();
    for (const [method, path] of [
      ["GET", "/v1/badge"],
      ["DELETE", "/v1/badge"],
    ] as const) {
      expect(codeOf(await request(method, path, { actor: nobody }))).toBe("unauthenticated");
    }
    const gone = await addDevice(ann);
    await removeDevice(gone);
    expect(codeOf(await putBadge(gone, draftBadge(ann)))).toBe("unauthenticated");
    expect(codeOf(await find(gone, badge.token))).toBe("unauthenticated");
  });
});

describe("TAP-8: a request that is approved", () => {
  test("makes both contacts by the badge, with one receipt and one proof; both are told", async () => {
    const [anns, bens] = [await listen(ann), await listen(ben)];
    const { status, body } = await ask(ben, badge);
    expect(status).toBe(201);
    const { requestId, expiresAt, createdAt } = askedSchema.parse(body);
    expect(body).toMatchObject({ to: ann.userId, via: "badge" });
    expect(expiresAt - createdAt).toBe(TTL_MS);
    const shown = (await anns.socket.next("contactRequest"))["request"];
    expect(shown).toMatchObject({
      requestId,
      from: ben.userId,
      device: ben.deviceId,
      handle: null,
    });
    expect((await bens.socket.next("asked"))["asked"]).toEqual(body);
    advanceClock(5_000);
    expect((await approve(ann, ben, requestId)).status).toBe(204);
    const [atAnn] = await contactsOf(ann);
    const [atBen] = await contactsOf(ben);
    expect(atAnn).toMatchObject({ userId: ben.userId, method: "badge", metAt: Date.now() });
    const { receiptHash, proofs, metAt } = atAnn as NonNullable<typeof atAnn>;
    expect(atBen).toMatchObject({
      userId: ann.userId,
      method: "badge",
      receiptHash,
      proofs,
      metAt,
    });
    expect(proofs).toEqual([
      {
        kind: "request",
        requestId,
        via: "badge",
        by: ben.userId,
        device: ben.deviceId,
        signature: shown.signature,
        approvedBy: ann.deviceId,
        approval: approvalOf(ann, ben, requestId),
        at: metAt,
      },
    ]);
    const [proof] = proofs ?? [];
    expect(proof?.kind === "request" && toBase64Url(requestReceiptHash(proof, ann.userId))).toBe(
      receiptHash,
    );
    expect(await news(anns)).toEqual(["contactRequest", "contacts", "approved"]);
    expect(await news(bens)).toEqual(["asked", "contacts", "approved"]);
    expect((await approve(ann, ben, requestId)).status, "again").toBe(204);
    expect(await news(anns)).toEqual(["contactRequest", "contacts", "approved"]);
  });

  test("is told again after each hello, until it is over; how it ended is told to those who were away", async () => {
    const before = await listen(ann);
    const away = before.told.at(-1)?.["sequence"] as number;
    const requestId = await asked(ben, badge);
    for (let times = 0; times < 2; times++) {
      expect(gist((await listen(ann, away)).told)).toEqual(["contactRequest"]);
      expect(gist((await listen(ben)).told)).toEqual(["asked"]);
      await evictDurableObject(mailboxOf(ann));
    }
    await end(ann, requestId);
    await evictDurableObject(mailboxOf(ann));
    const { told } = await listen(ann, away);
    expect(gist(told)).toEqual(["declined"]);
    expect(gist((await listen(ben)).told)).toEqual(["declined"]);
    await evictDurableObject(mailboxOf(ann));
    expect(gist((await listen(ann, told.at(-1)?.["sequence"])).told), "heard").toEqual([]);
  });

  test("changes nothing of a contact by something stronger", async () => {
    await befriend(ann, ben);
    const before = [await contactsOf(ann), await contactsOf(ben)];
    advanceClock(1_000);
    const requestId = await asked(ben, badge);
    const bens = await listen(ben);
    expect((await approve(ann, ben, requestId)).status).toBe(204);
    expect([await contactsOf(ann), await contactsOf(ben)]).toEqual(before);
    expect(await news(bens)).toEqual(["contacts", "asked", "approved"]);
  });

  test("settles the one that the other way waits, too", async () => {
    const other = await makeBadge(ben);
    const [mine, theirs] = [await asked(ben, badge), await asked(ann, other)];
    const [anns, bens] = [await listen(ann), await listen(ben)];
    expect((await approve(ann, ben, mine)).status).toBe(204);
    expect(await areContacts(ann, ben)).toEqual([true, true]);
    for (const side of [anns, bens]) {
      const told = await news(side);
      expect(told.filter((one) => one === "approved").length).toBe(2);
      expect(told.filter((one) => one === "contacts").length).toBe(1);
    }
    for (const side of [ann, ben]) {
      expect(await keptBy(side)).toMatchObject({ waiting: [], asked: [], owed: 0 });
    }
    expect((await approve(ben, ann, theirs)).status, "approved already").toBe(204);
  });

  test("makes one contact when each approves the other's at once", async () => {
    const other = await makeBadge(ben);
    const [mine, theirs] = [await asked(ben, badge), await asked(ann, other)];
    advanceClock(1);
    const answers = await Promise.all([approve(ann, ben, mine), approve(ben, ann, theirs)]);
    expect(answers.map(({ status }) => status)).toEqual([204, 204]);
    const [atAnn, atBen] = [await contactsOf(ann), await contactsOf(ben)];
    expect([atAnn.length, atBen.length]).toEqual([1, 1]);
    for (const side of [ann, ben]) {
      expect(await keptBy(side)).toMatchObject({ waiting: [], asked: [], owed: 0 });
    }
  });

  test("is approved by a device of the account alone, with its own signature over it", async () => {
    const requestId = await asked(ben, badge);
    const second = await addDevice(ann);
    const other = await asked(await registerAccount(), badge);
    for (const signature of [
      randomText(64),
      approvalOf(second, ben, requestId),
      approvalOf(ann, ben, other),
      approvalOf({ ...ann, userId: ben.userId }, ben, requestId),
    ]) {
      const refusal = await approve(ann, ben, requestId, signature);
      expect([refusal.status, codeOf(refusal)]).toEqual([400, "malformed-request"]);
      expect(Object.keys(refusal.body.fields)).toEqual(["signature"]);
    }
    expect(codeOf(await approve(ben, ben, requestId)), "the asker").toBe("request-unknown");
    await removeDevice(second);
    expect(codeOf(await approve(second, ben, requestId)), "removed").toBe("unauthenticated");
    expect(codeOf(await end(second, requestId))).toBe("unauthenticated");
    expect(await areContacts(ann, ben)).toEqual([false, false]);
    expect((await approve(ann, ben, requestId)).status).toBe(204);
  });
});

describe("TAP-8: a request", () => {
  test("that is declined is over at both ends, and cannot be approved any more", async () => {
    const [anns, bens] = [await listen(ann), await listen(ben)];
    const requestId = await asked(ben, badge);
    expect((await end(ann, requestId)).status).toBe(204);
    expect((await end(ann, requestId)).status, "again").toBe(204);
    expect(codeOf(await approve(ann, ben, requestId))).toBe("request-unknown");
    expect(codeOf(await end(ben, requestId)), "withdrawn too late").toBe("request-unknown");
    expect(await news(anns)).toEqual(["contactRequest", "declined"]);
    expect(await news(bens)).toEqual(["asked", "declined"]);
    expect(await areContacts(ann, ben)).toEqual([false, false]);
  });

  test("that is withdrawn is over at both ends, and cannot be approved any more", async () => {
    const [anns, bens] = [await listen(ann), await listen(ben)];
    const requestId = await asked(ben, badge);
    expect((await end(ben, requestId)).status).toBe(204);
    expect((await end(ben, requestId)).status, "again").toBe(204);
    expect(codeOf(await approve(ann, ben, requestId))).toBe("request-unknown");
    expect(await news(anns)).toEqual(["contactRequest", "withdrawn"]);
    expect(await news(bens)).toEqual(["asked", "withdrawn"]);
    expect(
      codeOf(await ask(ben, badge, askBody(ben, badge, requestId))),
      "the same once more",
    ).toBe("request-unknown");
  });

  test("expires at both ends, in seven days", async () => {
    const [anns, bens] = [await listen(ann), await listen(ben)];
    const requestId = await asked(ben, badge);
    await settle(ann, ben);
    advanceClock(TTL_MS - 100_000);
    await settle(ann, ben);
    expect((await keptBy(ann)).waiting).toEqual([requestId]);
    advanceClock(60_000);
    expect(codeOf(await approve(ann, ben, requestId)), "before any alarm").toBe("request-unknown");
    await settle(ann, ben);
    expect(await news(anns)).toEqual(["contactRequest", "expired"]);
    expect(await news(bens)).toEqual(["asked", "expired"]);
    advanceClock(TTL_MS);
    await settle(ann, ben);
    for (const side of [ann, ben]) {
      const empty = { waiting: [], asked: [], ended: [], owed: 0, heard: 0 };
      expect(await keptBy(side), "forgotten").toEqual(empty);
    }
  });

  test("of someone who has asked before takes the former's place", async () => {
    const [anns, bens] = [await listen(ann), await listen(ben)];
    const first = await asked(ben, badge);
    const second = await asked(ben, badge);
    expect((await keptBy(ann)).waiting).toEqual([second]);
    expect((await keptBy(ben)).asked).toEqual([second]);
    expect(await news(anns)).toEqual(["contactRequest", "withdrawn", "contactRequest"]);
    expect(await news(bens)).toEqual(["asked", "withdrawn", "asked"]);
    expect(codeOf(await approve(ann, ben, first))).toBe("request-unknown");
    expect((await approve(ann, ben, second)).status).toBe(204);
  });

  test("is shown three times of one asker within seven days; to it, those after seem to wait as well", async () => {
    const anns = await listen(ann);
    const answers = [];
    for (let times = 0; times < 5; times++) {
      const answer = await ask(ben, badge);
      answers.push([answer.status, Object.keys(answer.body)]);
      await end(ann, answer.body.requestId);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const shown = await news(anns);
    expect(shown.filter((one) => one === "contactRequest").length).toBe(3);
    expect(await usesOf(ann), "nor counted").toBe(3);
    advanceClock(TTL_MS);
    await asked(ben, badge);
    expect((await keptBy(ann)).waiting.length).toBe(1);
  });

  test("that was passed over ends as approved when the one before is approved", async () => {
    const ids = [];
    for (let times = 0; times < 4; times++) ids.push(await asked(ben, badge));
    expect((await keptBy(ann)).waiting).toEqual([ids[2]]);
    expect((await keptBy(ben)).asked).toEqual([ids[3]]);
    expect((await approve(ann, ben, ids[2] as string)).status).toBe(204);
    expect(await areContacts(ann, ben)).toEqual([true, true]);
    expect(await keptBy(ben)).toMatchObject({ asked: [], owed: 0 });
  });

  test("that comes twice is one, counted once; its id cannot stand for another", async () => {
    const body = askBody(ben, badge);
    const first = await ask(ben, badge, body);
    const again = await ask(ben, badge, body);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(await usesOf(ann)).toBe(1);
    const cem = await registerAccount();
    const cems = await makeBadge(cem);
    const other = await ask(ben, cems, askBody(ben, cems, body.requestId));
    expect([codeOf(other), Object.keys(other.body.fields)]).toEqual([
      "malformed-request",
      ["requestId"],
    ]);
    const taken = await ask(cem, badge, askBody(cem, badge, body.requestId));
    expect(taken.status, "sounds like waiting").toBe(201);
    expect((await waitingAt(ann)).map(({ from }) => from)).toEqual([ben.userId]);
    await end(ann, body.requestId);
    expect(codeOf(await ask(ben, badge, body)), "replayed").toBe("request-unknown");
    expect(await usesOf(ann)).toBe(1);
    const waiting = await asked(ann, cems);
    const crossed = await ask(cem, badge, askBody(cem, badge, waiting));
    expect(codeOf(crossed), "an id of somebody else's").toBe("malformed-request");
  });

  test("is refused without the device's own signature over it", async () => {
    const good = askBody(ben, badge);
    const cem = await registerAccount();
    for (const body of [
      { ...good, signature: randomText(64) },
      { ...good, requestId: randomText(16) },
      { ...askBody({ ...ben, signKey: cem.signKey }, badge) },
      { ...askBody({ ...ben, deviceId: cem.deviceId }, badge) },
    ]) {
      const refusal = await ask(ben, badge, body);
      expect([refusal.status, codeOf(refusal)]).toEqual([400, "malformed-request"]);
      expect(Object.keys(refusal.body.fields)).toEqual(["signature"]);
    }
    const gone = await addDevice(ben);
    await removeDevice(gone);
    expect(codeOf(await ask(gone, badge))).toBe("unauthenticated");
    expect(codeOf(await ask(ann, badge))).toBe("own-account");
    expect(await usesOf(ann)).toBe(0);
  });

  test("is refused by a token that is not of its receiver's badge, and leaves nothing behind", async () => {
    const cem = await registerAccount();
    const cems = await makeBadge(cem);
    const nobody = { ...badge, owner: makeAccount().userId };
    for (const wrong of [
      { ...badge, token: randomText(16) },
      { ...badge, token: cems.token },
      { ...cems, token: badge.token },
      nobody,
    ]) {
      const refusal = await ask(ben, wrong);
      expect([refusal.status, codeOf(refusal)]).toEqual([404, "badge-unknown"]);
    }
    const nothing = { waiting: [], asked: [], ended: [], owed: 0, heard: 0 };
    for (const side of [ann, ben, cem]) expect(await keptBy(side)).toEqual(nothing);
  });

  test("is one too many when a badge has brought too many, for a while; each is counted", async () => {
    const askers: TestAccount[] = [];
    for (let index = 0; index <= BADGE_BURST; index++) askers.push(await registerAccount());
    for (const asker of askers.slice(1)) await asked(asker, badge);
    expect(await usesOf(ann)).toBe(BADGE_BURST);
    const [last = ben] = askers;
    const refusal = await ask(last, badge);
    expect([refusal.status, codeOf(refusal)]).toEqual([429, "too-many-requests"]);
    expect(refusal.body.retryAfterSeconds).toBe(180);
    expect((await keptBy(last)).asked).toEqual([]);
    advanceClock(179_000);
    expect((await ask(last, badge)).body.retryAfterSeconds).toBe(1);
    advanceClock(1_000);
    await asked(last, badge);
    expect(await usesOf(ann)).toBe(BADGE_BURST + 1);
  });

  test("is one of so many that wait for an account, and that an account has open", async () => {
    const full = { requestId: "", to: ann.userId, via: "badge", createdAt: 0 };
    const expiresAt = Date.now() + TTL_MS;
    const many = (make: (index: number) => object) =>
      Array.from({ length: CONTACT_REQUESTS_MAX }, (_, index) => make(index));
    const held = (change: object) => ({ waiting: [], asked: [], ended: [], heard: [], ...change });
    await runInDurableObject(mailboxOf(ben), (_, { storage }) => {
      const open = many((index) => ({ ...full, requestId: `${index}`, expiresAt }));
      storage.kv.put("contactRequests", held({ asked: open }));
    });
    expect(codeOf(await ask(ben, badge))).toBe("list-full");
    await runInDurableObject(mailboxOf(ann), (_, { storage }) => {
      const open = many((index) => ({ requestId: `${index}`, from: `user ${index}`, expiresAt }));
      storage.kv.put("contactRequests", held({ waiting: open }));
    });
    expect((await ask(await registerAccount(), badge)).status, "sounds like waiting").toBe(201);
    expect((await keptBy(ann)).waiting.length).toBe(CONTACT_REQUESTS_MAX);
  });
});

describe("TAP-8: who is not wanted", () => {
  /** What an asker can tell: the same, whether it is heard or not. */
  async function seemsToWait(): Promise<void> {
    const bens = await listen(ben);
    const { status, body } = await ask(ben, badge);
    expect(status).toBe(201);
    expect(askedSchema.parse(body)).toEqual(body);
    expect(await news(bens)).toEqual(["asked"]);
    advanceClock(TTL_MS);
    await settle(ben, ann);
    expect(await news(bens)).toEqual(["asked", "expired"]);
  }

  test("blocked by the owner, is not shown, and seems to wait until the request expires", async () => {
    await block(ann, ben);
    const anns = await listen(ann);
    await seemsToWait();
    expect(await news(anns)).toEqual([]);
  });

  test("of an account that takes no requests, as well", async () => {
    await request("PATCH", "/v1/account", { actor: ann, body: { requestsFrom: "nobody" } });
    const anns = await listen(ann);
    await seemsToWait();
    expect(await news(anns)).toEqual([]);
  });

  test("contacts of contacts alone are shown where the account wants it so", async () => {
    const [cem, friend] = [await registerAccount(), await registerAccount()];
    await request("PATCH", "/v1/account", {
      actor: ann,
      body: { requestsFrom: "contactsOfContacts" },
    });
    await befriend(ann, friend);
    await befriend(friend, cem);
    await asked(ben, badge);
    await asked(cem, badge);
    expect((await waitingAt(ann)).map(({ from }) => from)).toEqual([cem.userId]);
  });

  test("blocked while the request waits, is dropped, and does not learn it", async () => {
    const [anns, bens] = [await listen(ann), await listen(ben)];
    const requestId = await asked(ben, badge);
    await block(ann, ben);
    expect(await news(anns)).toEqual(["contactRequest", "declined"]);
    expect(await news(bens)).toEqual(["asked"]);
    expect(codeOf(await approve(ann, ben, requestId))).toBe("request-unknown");
    expect(codeOf(await ask(ben, badge, askBody(ben, badge, requestId))), "again").toBe(undefined);
    advanceClock(TTL_MS);
    await settle(ben);
    expect(await news(bens)).toEqual(["asked", "expired"]);
  });

  test("blocked by the asker, is asked no more, and cannot be asked", async () => {
    const anns = await listen(ann);
    const requestId = await asked(ben, badge);
    await block(ben, ann);
    expect(await news(anns)).toEqual(["contactRequest", "withdrawn"]);
    expect(codeOf(await approve(ann, ben, requestId))).toBe("request-unknown");
    const refusal = await ask(ben, badge);
    expect([codeOf(refusal), Object.keys(refusal.body.fields)]).toEqual([
      "malformed-request",
      ["to"],
    ]);
  });
});
