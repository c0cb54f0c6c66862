// TAP-8: whatever dies in between, both become contacts by a request, or neither does; it ends once, and is the same at
// both ends. Of an account that is erased, or a device that is removed, nothing is left.

import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Mailbox } from "../../workers/mailbox/Mailbox.ts";
import { codeOf, registerAccount, request, type TestAccount } from "./support/accounts.ts";
import { listen } from "./support/asking.ts";
import {
  abortMailbox,
  approve,
  areContacts,
  ask,
  askBody,
  asked,
  block,
  contactsOf,
  crashAt,
  draftBadge,
  end,
  erase,
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
import { Household, type Member } from "./support/devices.ts";
import { mailboxOf } from "./support/line.ts";

useStoppedClock();

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

describe("TAP-8: a crash", () => {
  const places = (["sender", "receiver"] as const).flatMap((victim) =>
    (["before", "after"] as const).map((at) => ({ victim, at })),
  );

  test.for(places)("of the $victim, $at the request has come, loses nothing", async (place) => {
    crashAt("ask", place.victim, place.at);
    const body = askBody(ben, badge);
    await ask(ben, badge, body).catch(() => {});
    await settle(ben, ann);
    expect((await ask(ben, badge, body)).status, "the device asks again").toBe(201);
    expect((await keptBy(ann)).waiting).toEqual([body.requestId]);
    expect(await keptBy(ben)).toMatchObject({ asked: [body.requestId], owed: 0 });
    expect(await usesOf(ann)).toBe(1);
  });

  test.for(places)(
    "of the $victim, $at the approval has come, leaves both contacts",
    async (place) => {
      const requestId = await asked(ben, badge);
      crashAt("approved", place.victim, place.at);
      await approve(ann, ben, requestId).catch(() => {});
      await settle(ann, ben);
      expect((await approve(ann, ben, requestId)).status, "the device says it again").toBe(204);
      expect(await areContacts(ann, ben)).toEqual([true, true]);
      const bens = await listen(ben);
      expect(gist(bens.told)).toEqual(["contacts", "approved"]);
      for (const side of [ann, ben]) {
        expect(await keptBy(side)).toMatchObject({ waiting: [], asked: [], owed: 0 });
      }
    },
  );

  test.for(places)("of the $victim, $at a no has come, leaves no request", async (place) => {
    const requestId = await asked(ben, badge);
    crashAt("declined", place.victim, place.at);
    await end(ann, requestId).catch(() => {});
    await settle(ann, ben);
    expect((await end(ann, requestId)).status).toBe(204);
    expect(gist((await listen(ben)).told)).toEqual(["declined"]);
    expect((await keptBy(ann)).owed).toBe(0);
  });

  test.for(places)(
    "of the $victim, $at a withdrawal has come, leaves no request",
    async (place) => {
      const requestId = await asked(ben, badge);
      crashAt("withdraw", place.victim, place.at);
      await end(ben, requestId).catch(() => {});
      await settle(ben, ann);
      expect((await end(ben, requestId)).status).toBe(204);
      expect((await keptBy(ann)).waiting).toEqual([]);
      expect(gist((await listen(ben)).told)).toEqual(["withdrawn"]);
      expect((await keptBy(ben)).owed).toBe(0);
    },
  );

  test("in the middle of an approval's write leaves it as it was", async () => {
    const requestId = await asked(ben, badge);
    await runInDurableObject(mailboxOf(ann), (_, { storage }) => {
      const put = storage.kv.put.bind(storage.kv);
      vi.spyOn(storage.kv, "put").mockImplementation((key, value) => {
        if (key === "owed") throw new Error("crash");
        put(key, value as never);
      });
    });
    expect((await approve(ann, ben, requestId)).status).toBe(500);
    vi.restoreAllMocks();
    await abortMailbox(ann.userId);
    expect(await areContacts(ann, ben)).toEqual([false, false]);
    expect((await keptBy(ann)).waiting).toEqual([requestId]);
    expect((await approve(ann, ben, requestId)).status).toBe(204);
    expect(await areContacts(ann, ben)).toEqual([true, true]);
  });

  test("of whoever was asked keeps a request, and then its withdrawal, in order", async () => {
    const refuse = vi.spyOn(Mailbox.prototype, "takeContactErrand");
    refuse.mockRejectedValue(new Error("away"));
    const { status, body } = await ask(ben, badge);
    expect(status).toBe(201);
    expect(codeOf(await end(ben, body.requestId))).toBe("try-again");
    expect(await keptBy(ben)).toMatchObject({ asked: [body.requestId], owed: 2 });
    refuse.mockRestore();
    const taken = vi.spyOn(Mailbox.prototype, "takeContactErrand");
    await settle(ben);
    expect(taken.mock.calls.map(([, { kind }]) => kind)).toEqual(["ask", "withdraw"]);
    expect(await keptBy(ben)).toMatchObject({ asked: [], ended: ["withdrawn"], owed: 0 });
    expect((await keptBy(ann)).waiting).toEqual([]);
  });

  test("that had a request refused when nobody waited any more ends it, in silence", async () => {
    const refuse = vi.spyOn(Mailbox.prototype, "takeContactErrand");
    refuse.mockRejectedValueOnce(new Error("away"));
    await asked(ben, badge);
    await request("DELETE", "/v1/badge", { actor: ann });
    await settle(ben);
    expect(await keptBy(ben)).toMatchObject({ asked: [], ended: ["expired"], owed: 0 });
  });

  test("that holds an approval up: who asks again meanwhile is not shown, and all ends as approved", async () => {
    const requestId = await asked(ben, badge);
    const refuse = vi.spyOn(Mailbox.prototype, "takeContactErrand");
    refuse.mockRejectedValueOnce(new Error("away"));
    await approve(ann, ben, requestId);
    advanceClock(1);
    await asked(ben, badge);
    expect(await keptBy(ann)).toMatchObject({ waiting: [], owed: 1 });
    await settle(ann, ben);
    expect(await keptBy(ben)).toMatchObject({
      asked: [],
      ended: ["withdrawn", "approved"],
      owed: 0,
    });
    expect(await areContacts(ann, ben)).toEqual([true, true]);
  });

  test("of the approving mailbox before a withdrawal: approved it stays, and the asker hears so", async () => {
    const requestId = await asked(ben, badge);
    const refuse = vi.spyOn(Mailbox.prototype, "takeContactErrand");
    refuse.mockRejectedValueOnce(new Error("away"));
    expect((await approve(ann, ben, requestId)).status).toBe(204);
    expect(await areContacts(ann, ben), "on its way").toEqual([true, false]);
    expect(codeOf(await end(ben, requestId))).toBe("request-unknown");
    await settle(ann, ben);
    expect(await areContacts(ann, ben)).toEqual([true, true]);
    expect(gist((await listen(ben)).told)).toEqual(["contacts", "approved"]);
  });
});

describe("TAP-8: erasing", () => {
  const NOTHING = { tables: [], values: [], alarm: null };

  async function contentOf(account: TestAccount): Promise<unknown> {
    return runInDurableObject(mailboxOf(account), async (_, { storage }) => ({
      tables: storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\'")
        .toArray(),
      values: [...storage.kv.list()],
      alarm: await storage.getAlarm(),
    }));
  }

  test("the owner gives the badge back, and leaves nothing; the asker waits until it expires", async () => {
    const bens = await listen(ben);
    const requestId = await asked(ben, badge);
    expect((await erase(ann)).status).toBe(204);
    expect(await contentOf(ann)).toEqual(NOTHING);
    expect(await ownerOf(badge)).toBe(null);
    expect(codeOf(await find(ben, badge.token))).toBe("badge-unknown");
    expect(codeOf(await ask(ben, badge))).toBe("badge-unknown");
    expect(codeOf(await approve(ann, ben, requestId))).toBe("unauthenticated");
    expect(await news(bens)).toEqual(["asked"]);
    expect((await end(ben, requestId)).status, "taken back from nobody").toBe(204);
  });

  test("the asker takes its requests back, and leaves nothing", async () => {
    const anns = await listen(ann);
    const requestId = await asked(ben, badge);
    expect((await erase(ben)).status).toBe(204);
    expect(await contentOf(ben)).toEqual(NOTHING);
    expect(await news(anns)).toEqual(["contactRequest", "withdrawn"]);
    expect(codeOf(await approve(ann, ben, requestId))).toBe("request-unknown");
  });

  test.for(["asker", "owner"] as const)(
    "of the %s while an approval is on its way ends well",
    async (who) => {
      const requestId = await asked(ben, badge);
      const refuse = vi.spyOn(Mailbox.prototype, "takeContactErrand");
      refuse.mockRejectedValueOnce(new Error("away"));
      await approve(ann, ben, requestId);
      const [gone, left] = who === "asker" ? [ben, ann] : [ann, ben];
      expect((await erase(gone)).status).toBe(204);
      await settle(left);
      expect(await contentOf(gone)).toEqual(NOTHING);
      expect((await keptBy(left)).owed).toBe(0);
      expect((await contactsOf(left)).length).toBe(who === "asker" ? 1 : 0);
    },
  );

  test("while a request is on its way, brings it to nobody", async () => {
    const refuse = vi.spyOn(Mailbox.prototype, "takeContactErrand");
    refuse.mockRejectedValueOnce(new Error("away"));
    await asked(ben, badge);
    expect((await erase(ben)).status).toBe(204);
    expect(await contentOf(ben)).toEqual(NOTHING);
    await settle(ben, ann);
    expect((await keptBy(ann)).waiting).toEqual([]);
  });

  test("meets a mailbox that is away: the alarm goes on, and nothing is left", async () => {
    await asked(ben, badge);
    const refuse = vi.spyOn(Mailbox.prototype, "takeContactErrand");
    refuse.mockRejectedValueOnce(new Error("away"));
    await erase(ben);
    expect(codeOf(await request("GET", "/v1/account", { actor: ben }))).toBe("unauthenticated");
    await runDurableObjectAlarm(mailboxOf(ben));
    expect(await contentOf(ben)).toEqual(NOTHING);
    expect((await keptBy(ann)).waiting).toEqual([]);
  });

  test("at once with a badge that is being made leaves no token taken", async () => {
    const drafts = Array.from({ length: 4 }, () => draftBadge(ann));
    await Promise.all([...drafts.map((draft) => putBadge(ann, draft)), erase(ann)]);
    await runDurableObjectAlarm(mailboxOf(ann));
    for (const draft of [badge, ...drafts]) expect(await ownerOf(draft)).toBe(null);
    expect(await contentOf(ann)).toEqual(NOTHING);
  });
});

describe("TAP-8: a device that is removed", () => {
  test("has what it asked taken back, and cannot approve what waits", async () => {
    const house = await Household.of(2);
    const asTested = (member: Member): TestAccount => ({ ...member, log: [] });
    const [kept, gone] = [asTested(house.member(0)), asTested(house.member(1))];
    const other = await makeBadge(ben);
    const [stays, goes] = [await asked(kept, badge), await asked(gone, other)];
    const waiting = await asked(ann, await makeBadge(gone));
    const bens = await listen(ben);
    await house.append(house.remove(1, 0));
    await settle(kept);
    expect(await news(bens)).toEqual(["contactRequest", "withdrawn"]);
    expect(codeOf(await approve(ben, gone, goes))).toBe("request-unknown");
    expect(await keptBy(kept)).toMatchObject({ asked: [stays], waiting: [waiting], owed: 0 });
    expect(codeOf(await approve(gone, ann, waiting))).toBe("unauthenticated");
    expect((await approve(kept, ann, waiting)).status).toBe(204);
  });
});

describe("TAP-8: whatever two do at once, and whichever errand fails", () => {
  const doings = [
    "nothing",
    "ask",
    "approve",
    "end",
    "withdraw",
    "block",
    "unblock",
    "alarm",
  ] as const;
  type Doing = (typeof doings)[number];
  const doing = fc.constantFrom<Doing>(...doings, "ask", "approve", "approve");
  const steps = fc.array(
    fc.record({
      doings: fc.tuple(doing, doing),
      fails: fc.constantFrom("never", "never", "before", "after", "always"),
      passes: fc.constantFrom(1, 1, 60_000, 4 * 24 * 60 * 60_000),
    }),
    { minLength: 2, maxLength: 10, size: "max" },
  );

  async function act(what: Doing, self: TestAccount, peer: TestAccount, theirs: HeldBadge) {
    const kept = await keptBy(self);
    const [waiting] = kept.waiting;
    const own = kept.asked.at(-1);
    if (what === "ask") await ask(self, theirs);
    if (what === "approve" && waiting !== undefined) await approve(self, peer, waiting);
    if (what === "end" && waiting !== undefined) await end(self, waiting);
    if (what === "withdraw" && own !== undefined) await end(self, own);
    if (what === "block") await block(self, peer);
    if (what === "unblock") {
      await request("DELETE", `/v1/blocks/${peer.userId}`, { actor: self });
    }
    if (what === "alarm") await runDurableObjectAlarm(mailboxOf(self));
  }

  const take = Mailbox.prototype.takeContactErrand;

  /** How the errands of one step fare: of those that fail, the first alone, or all of them. */
  function meetWith(fails: string): void {
    let isOver = fails === "never";
    vi.spyOn(Mailbox.prototype, "takeContactErrand").mockImplementation(async function (
      this: Mailbox,
      ...errand
    ) {
      if (isOver) return take.apply(this, errand);
      isOver = fails !== "always";
      if (fails === "after") await take.apply(this, errand);
      throw new Error("away");
    });
  }

  test(
    "they are contacts of each other or not, and every request ends once",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const [a, b] = [await registerAccount(), await registerAccount()];
          const [as, bs] = [await makeBadge(a), await makeBadge(b)];
          const listening = [await listen(a), await listen(b)];
          for (const {
            doings: [first, second],
            fails,
            passes,
          } of all) {
            meetWith(fails);
            await Promise.all([act(first, a, b, bs), act(second, b, a, as)]);
            vi.restoreAllMocks();
            advanceClock(passes);
          }
          for (let rounds = 0; rounds < 3; rounds++) await settle(a, b);
          const [atA, atB] = await areContacts(a, b);
          expect(atA).toBe(atB);
          const [keptA, keptB] = [await keptBy(a), await keptBy(b)];
          expect([keptA.owed, keptB.owed]).toEqual([0, 0]);
          for (const [self, other] of [
            [a, keptB],
            [b, keptA],
          ] as const) {
            const waiting = await waitingAt(self);
            expect(waiting.length).toBeLessThanOrEqual(1);
            if (waiting.length > 0) expect(other.asked.length).toBeGreaterThan(0);
          }
          for (const one of listening) {
            await one.socket.ask();
            const over = one.socket.told.filter(({ type }) => type === "contactRequestOver");
            const ids = over.map((notice) => notice["requestId"]);
            expect(new Set(ids).size, "told of each end once").toBe(ids.length);
            one.socket.close();
          }
        }),
        { numRuns: 12 },
      );
    },
  );
});
