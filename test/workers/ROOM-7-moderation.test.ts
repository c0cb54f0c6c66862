// ROOM-7: owners and moderators remove, ban, lock and read reports; a block hides two people from each other in a room at
// once, whoever of them has blocked.

import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { RoomId } from "../../shared/wire/ids.ts";
import {
  INVITATION_TTL_SECONDS,
  MEMBER_MAX_REPORTS,
  MEMBER_MAX_REPORTS_ON_ONE,
  REPORT_MAX_MESSAGES,
  REPORT_NOTE_MAX_CHARS,
  ROOM_REPORT_TTL_SECONDS,
  ROOM_REPORTS_MAX_BYTES,
  ROOM_TEXT_MAX_BYTES,
  UPGRADE_TOKEN_TTL_SECONDS,
} from "../../shared/wire/limits.ts";
import {
  bansSchema,
  type Report,
  type ReportedMessage,
  type ReportRequest,
} from "../../shared/wire/rooms.ts";
import { openHidden, sealHidden } from "../../workers/auth/sealing.ts";
import type { Actor } from "../../workers/auth/tokens.ts";
import type { Steward } from "../../shared/core/room/state.ts";
import { codeOf, randomText, registerAccount, request, strangerActor } from "./support/accounts.ts";
import { advanceClock, useStoppedClock } from "./support/clock.ts";
import { Ledger } from "./support/ledger.ts";
import {
  abort,
  arrange,
  connectToRoom,
  evict,
  Guest,
  keptBy,
  makeRoom,
  moderate,
  openRoom,
  refusalOf,
  ring,
  roomAt,
  stewardOf,
} from "./support/rooms.ts";

useStoppedClock();

const HOUSE = { kind: "house" } as const;

/** The owner. */
let ann: Actor;
/** A moderator. */
let mia: Actor;
let ben: Actor;
let cleo: Actor;
let roomId: RoomId;

beforeEach(async () => {
  [ann, mia, ben, cleo] = [strangerActor(), strangerActor(), strangerActor(), strangerActor()];
  roomId = await makeRoom(ann, { moderators: [mia.userId] });
});

describe("ROOM-7: whoever looks after a room", () => {
  test("removes people, who are out at once and may come back", async () => {
    const [atMia, atBen] = [await Guest.come(mia, roomId), await Guest.come(ben, roomId)];
    expect(await moderate(mia, roomId, "remove", ben)).toBe(undefined);
    await atBen.socket.closed;
    expect(atBen.codes.at(-1)).toBe("removed");
    await atMia.until(() => atMia.people.length === 1);
    expect(await moderate(mia, roomId, "remove", ben)).toBe("not-in-room");
    await Guest.come(ben, roomId);
  });

  test("bans people, who stay out, whatever becomes of the object, until they are let in again", async () => {
    const [atMia, atBen] = [
      await Guest.come(mia, roomId),
      await Guest.come(ben, roomId, { name: "Ben" }),
    ];
    const at = Date.now();
    expect(await moderate(mia, roomId, "ban", ben)).toBe(undefined);
    advanceClock(1_000);
    await atBen.socket.closed;
    expect(atBen.codes.at(-1)).toBe("banned");
    await abort(roomId);
    expect(await refusalOf(ben, roomId)).toBe("room-barred");
    const value = [{ userId: ben.userId, name: "Ben", at }];
    expect(await roomAt(roomId).bans(stewardOf(mia))).toEqual({ ok: true, value });
    expect(await roomAt(roomId).bans(stewardOf(ben))).toMatchObject({ code: "moderators-only" });
    expect(await moderate(mia, roomId, "unban", ben)).toBe(undefined);
    await Guest.come(ben, roomId);
    expect(atMia.socket.isClosed, "by the crash").toBe(true);
  });

  test("locks and unlocks; all else is the owner's, and nobody acts against the owner", async () => {
    const [atAnn, atMia] = [await Guest.come(ann, roomId), await Guest.come(mia, roomId)];
    expect(await arrange(mia, roomId, { isLocked: true })).toBe(undefined);
    expect(await refusalOf(ben, roomId)).toBe("room-locked");
    expect(await arrange(mia, roomId, { title: "Mine" })).toBe("moderators-only");
    expect(await arrange(ben, roomId, { isLocked: false })).toBe("moderators-only");
    for (const act of ["remove", "ban"] as const) {
      expect(await moderate(mia, roomId, act, ann), act).toBe("moderators-only");
      expect(await moderate(ben, roomId, act, mia), act).toBe("moderators-only");
    }
    expect(await moderate(mia, roomId, "appoint", ben)).toBe("moderators-only");
    expect(await roomAt(roomId).close(stewardOf(mia))).toMatchObject({ code: "moderators-only" });
    expect(await arrange(ann, roomId, { title: "Another", isLocked: false })).toBe(undefined);
    await atMia.until(() => atMia.events.some(({ kind }) => kind === "arranged"));
    expect([atAnn.people.length, (await roomAt(roomId).info())?.room.title]).toEqual([
      2,
      "Another",
    ]);
  });

  test("is made so, and made a member again, by the owner alone", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    expect(await moderate(ann, roomId, "appoint", ben)).toBe(undefined);
    await atAnn.until(() => atAnn.member(ben)?.role === "moderator");
    expect(await moderate(ben, roomId, "ban", cleo)).toBe(undefined);
    await evict(roomId);
    expect(await moderate(ann, roomId, "dismiss", ben)).toBe(undefined);
    await atBen.until(() => atBen.member(ben)?.role === "member");
    expect(await moderate(ben, roomId, "unban", cleo)).toBe("moderators-only");
  });

  test("is the house as well, in every room, and an operator in its own", async () => {
    const platform: Steward = { kind: "operator", operatorId: "aaaaaaaaaaaaaaaa", name: "P" };
    const another: Steward = { kind: "operator", operatorId: "bbbbbbbbbbbbbbbb", name: "Q" };
    const own = await makeRoom(platform, { pace: null });
    await Guest.come(ben, own);
    expect(await moderate(another, own, "remove", ben)).toBe("moderators-only");
    expect(await moderate(platform, roomId, "ban", ben)).toBe("moderators-only");
    expect(await moderate(platform, own, "remove", ben)).toBe(undefined);
    expect(await moderate(HOUSE, own, "ban", ben)).toBe(undefined);
    expect(await moderate(HOUSE, roomId, "ban", ann)).toBe("moderators-only");
    expect(await roomAt(roomId).close(HOUSE)).toEqual({ ok: true, value: null });
  });

  test("does all of that over HTTP, with a device of its account", async () => {
    const owner = await registerAccount();
    const { roomId: own } = await openRoom(owner);
    const path = `/v1/rooms/${own}`;
    const atBen = await Guest.come(ben, own, { name: "Ben" });
    const ban = { act: "ban", userId: ben.userId };
    const stranger = await request("POST", `${path}/moderation`, { actor: ben, body: ban });
    expect(codeOf(stranger), "of no account").toBe("unauthenticated");
    const done = await request("POST", `${path}/moderation`, { actor: owner, body: ban });
    expect(done.status).toBe(204);
    await atBen.socket.closed;
    const bans = await request("GET", `${path}/bans`, { actor: owner });
    expect(bansSchema.parse(bans.body)).toEqual(bans.body);
    const at = Date.now();
    expect(bans.body).toEqual({ banned: [{ userId: ben.userId, name: "Ben", at }] });
    const other = await registerAccount();
    const refused = await request("GET", `${path}/bans`, { actor: other });
    expect([refused.status, codeOf(refused)]).toEqual([403, "moderators-only"]);
    const reported = await request("POST", `${path}/reports`, {
      actor: other,
      body: { reportId: randomText(16), userId: ben.userId, reason: "spam" },
    });
    expect(codeOf(reported)).toBe("not-in-room");
    const reports = await request("GET", `${path}/reports`, { actor: owner });
    expect(reports.body).toEqual({ reports: [] });
    const none = await request("DELETE", `${path}/reports/${randomText(16)}`, { actor: owner });
    expect(codeOf(none)).toBe("report-unknown");
  });
});

describe("ROOM-7: a report", () => {
  function reportOn({ userId }: Actor, change: Partial<ReportRequest> = {}): ReportRequest {
    return { reportId: randomText(16), userId, reason: "harassment", ...change };
  }

  function claim(number: number, text = "As she says"): ReportedMessage {
    return { number, text, at: 1 };
  }

  async function readBy(by: Actor | Steward, at = roomId): Promise<readonly Report[] | string> {
    const read = await roomAt(at).reports(stewardOf(by));
    return read.ok ? read.value : read.code;
  }

  test("keeps what the room itself has relayed, for those who look after it, once", async () => {
    const [atBen, atCleo] = [await Guest.come(ben, roomId), await Guest.come(cleo, roomId)];
    atBen.say("Something bad");
    await atCleo.hears("Something bad");
    const { through } = atCleo;
    atCleo.say("Mine");
    await atCleo.hears("Mine");
    const messages = [through, atCleo.through, 12_345].map((number) => claim(number, `${number}`));
    const wanted = reportOn(ben, { note: "He shouts", messages });
    for (let times = 0; times < 2; times++) {
      expect(await roomAt(roomId).report(cleo.userId, wanted)).toMatchObject({ ok: true });
    }
    await evict(roomId);
    const read = await readBy(mia);
    expect(read).toEqual([
      {
        ...reportOn(ben, { reportId: wanted.reportId, note: "He shouts" }),
        messages: [
          { text: "12345", at: 1, isConfirmed: false },
          { text: "Something bad", at: Date.now() - 10, isConfirmed: true },
          { text: `${atCleo.through}`, at: 1, isConfirmed: false },
        ],
        by: cleo.userId,
        name: ben.userId.slice(0, 6),
        at: Date.now() - 10,
      },
    ]);
    expect([await readBy(ann), await readBy(HOUSE)]).toEqual([read, read]);
    expect([await readBy(ben), await readBy(cleo)]).toEqual(["moderators-only", "moderators-only"]);
    const { reportId } = wanted;
    expect(await roomAt(roomId).dropReport(stewardOf(ben), reportId)).toMatchObject({
      code: "moderators-only",
    });
    expect(await roomAt(roomId).dropReport(stewardOf(mia), reportId)).toMatchObject({ ok: true });
    expect([await readBy(mia), await keptBy(roomId)]).toEqual([[], ["record"]]);
  });

  test("loses no message to the room's sleep, nor to the end of the stay of whom it is on", async () => {
    const [atBen, atCleo] = [await Guest.come(ben, roomId), await Guest.come(cleo, roomId)];
    atBen.say("Something bad");
    await atCleo.hears("Something bad");
    const messages = [claim(atCleo.through, "Something bad")];
    await evict(roomId);
    atBen.leave();
    await atCleo.until(() => atCleo.people.length === 1);
    expect(await roomAt(roomId).report(cleo.userId, reportOn(ben))).toMatchObject({
      code: "not-in-room",
    });
    const wanted = reportOn(ben, { messages });
    expect(await roomAt(roomId).report(cleo.userId, wanted)).toMatchObject({ ok: true });
    await evict(roomId);
    const [report] = (await readBy(mia)) as Report[];
    expect(report?.messages).toEqual([{ text: "Something bad", at: 1, isConfirmed: false }]);
  });

  test("is told of at once to the moderators who are there, and to those who come in later", async () => {
    const [atBen, atCleo] = [await Guest.come(ben, roomId), await Guest.come(cleo, roomId)];
    const atAnn = await Guest.come(ann, roomId);
    const counts = (guest: Guest) => guest.all("reports").map(({ count }) => count);
    await atAnn.next("reports");
    const report = async (on: Actor) => {
      const wanted = reportOn(on, { messages: [claim(1)] });
      expect(await roomAt(roomId).report(cleo.userId, wanted)).toMatchObject({ ok: true });
    };
    await report(ben);
    await atAnn.next("reports", 2);
    await report(mia);
    await report(ben);
    await atAnn.next("reports", 3);
    expect(counts(atAnn), "of one on a moderator nothing").toEqual([0, 1, 2]);
    await evict(roomId);
    await report(mia);
    await atAnn.settled();
    expect(counts(atAnn), "nor after a sleep").toEqual([0, 1, 2]);
    const tabs = [await connectToRoom(mia, roomId), await connectToRoom(mia, roomId)];
    const [atMia, tab] = tabs.map((one) => new Guest(mia, roomId, randomText(8), one));
    // In one turn, so that the later one is told at the end of it that it is in.
    await runInDurableObject(roomAt(roomId), (room, state) => {
      for (const socket of state.getWebSockets()) {
        const enter = { type: "enter", line: randomText(8), name: "Mia" };
        const isNew = socket.deserializeAttachment().visitor !== null;
        if (isNew) void room.webSocketMessage(socket, JSON.stringify([enter]));
      }
    });
    for (const guest of [atMia!, tab!]) {
      await guest.next("reports");
      const types = guest.notices.map(({ type }) => type).filter((type) => type !== "events");
      expect(types.slice(0, 2), "once she is in").toEqual(["entered", "reports"]);
    }
    const [latest] = (await readBy(ann)) as Report[];
    const before = counts(atMia!).length;
    await roomAt(roomId).dropReport(stewardOf(ann), latest!.reportId);
    await atMia!.next("reports", before + 1);
    expect(new Set(counts(atMia!))).toEqual(new Set([2, 1]));
    await moderate(ann, roomId, "dismiss", mia);
    await atAnn.next("reports", 5);
    await moderate(ann, roomId, "appoint", cleo);
    await atCleo.next("reports");
    expect([counts(atAnn).slice(3), counts(atCleo), counts(atBen)]).toEqual([[1, 3], [3], []]);
    expect(counts(atMia!).slice(before), "a member again").toEqual([1]);
  });

  test.each(["remove", "ban", "dismiss", "expel"] as const)(
    "is there to be read once the moderator whom it is on is none any more (%s)",
    async (act) => {
      const [atAnn] = [await Guest.come(ann, roomId), await Guest.come(mia, roomId)];
      await Guest.come(cleo, roomId);
      expect(await roomAt(roomId).report(cleo.userId, reportOn(mia))).toMatchObject({ ok: true });
      if (act === "expel") await roomAt(roomId).expel(mia.userId, null);
      else expect(await moderate(ann, roomId, act, mia)).toBeUndefined();
      await atAnn.next("reports", 2);
      expect(atAnn.all("reports").map(({ count }) => count)).toEqual([0, 1]);
      expect(await readBy(ann)).toMatchObject([{ userId: mia.userId }]);
    },
  );

  test("takes the longest messages there are, however they are escaped, and no more", async () => {
    const dora = await registerAccount();
    await Guest.come(dora, roomId);
    const text = "\u0001".repeat(ROOM_TEXT_MAX_BYTES);
    const numbers = Array.from({ length: REPORT_MAX_MESSAGES }, (_, number) => number);
    const body = reportOn(ben, {
      note: "\u0001".repeat(REPORT_NOTE_MAX_CHARS),
      messages: numbers.map((number) => claim(number, text)),
    });
    const path = `/v1/rooms/${roomId}/reports`;
    expect((await request("POST", path, { actor: dora, body })).status).toBe(204);
    const [report] = (await readBy(mia)) as Report[];
    expect(report?.messages.map((message) => message.text)).toEqual(numbers.map(() => text));
    for (const [wrong, code] of [
      [[...body.messages!, claim(11)], "malformed-request"],
      [[claim(1, `${text}x`)], "malformed-request"],
      [[claim(1, "")], "malformed-request"],
      [[1], "malformed-request"],
      [Array(20).fill(claim(1, text)), "payload-too-large"],
    ] as const) {
      const refused = await request("POST", path, {
        actor: dora,
        body: { ...body, messages: wrong },
      });
      expect(codeOf(refused)).toBe(code);
    }
  });

  test("about the owner or a moderator is for the house alone", async () => {
    await Guest.come(mia, roomId);
    await Guest.come(cleo, roomId);
    const about = reportOn(mia);
    expect(await roomAt(roomId).report(cleo.userId, about)).toMatchObject({ ok: true });
    expect([await readBy(ann), await readBy(mia)]).toEqual([[], []]);
    expect(await readBy(HOUSE)).toHaveLength(1);
    expect(await roomAt(roomId).dropReport(stewardOf(mia), about.reportId)).toMatchObject({
      code: "report-unknown",
    });
  });

  test("of a pair room is kept by the room, since nothing stays of the other", async () => {
    const [atBen, atCleo] = [await Guest.come(ben, roomId), await Guest.come(cleo, roomId)];
    const invitation = await atBen.invite(cleo);
    atCleo.reply(invitation, "accept");
    const { pair } = await atCleo.next("invitationOver");
    const pairId = pair?.roomId as RoomId;
    const [benAside, cleoAside] = [await Guest.come(ben, pairId), await Guest.come(cleo, pairId)];
    benAside.say("Between us");
    await cleoAside.hears("Between us");
    const atMia = await Guest.come(mia, roomId);
    const wanted = reportOn(ben, { messages: [claim(cleoAside.through)] });
    expect(await roomAt(pairId).report(cleo.userId, wanted)).toMatchObject({ ok: true });
    expect(await atMia.next("reports", 2)).toEqual({ type: "reports", count: 1 });
    const [report] = (await readBy(mia)) as Report[];
    expect(report?.messages).toMatchObject([{ text: "Between us", isConfirmed: true }]);
    expect(await keptBy(pairId)).toEqual(["record"]);
  });

  test("finds a place and is put aside, with no other one read; and all can be read, however long they are made", async () => {
    const text = `\u0100${"y".repeat(ROOM_TEXT_MAX_BYTES - 2)}`;
    const messages = Array.from({ length: REPORT_MAX_MESSAGES }, (_, number) =>
      claim(number, text),
    );
    const note = "字".repeat(REPORT_NOTE_MAX_CHARS);
    let taken = 0;
    let last = "";
    const everybody = Array.from({ length: 20 }, () => strangerActor());
    const report = async (by: Actor, more: Partial<ReportRequest>) => {
      const wanted = reportOn(strangerActor(), more);
      const done = await roomAt(roomId).report(by.userId, wanted);
      if (!done.ok) return done.code;
      taken++;
      last = wanted.reportId;
      return "taken";
    };
    await Guest.come(cleo, roomId);
    await report(cleo, { messages: [claim(1)] });
    const bodies = vi.fn<() => void>();
    await runInDurableObject(roomAt(roomId), (_, { storage }) => {
      const list = storage.kv.list.bind(storage.kv);
      vi.spyOn(storage.kv, "list").mockImplementation((options) => {
        if (options?.prefix === "report:") bodies();
        return list(options);
      });
    });
    for (const by of everybody) {
      const guest = await Guest.come(by, roomId);
      const codes: string[] = [];
      while (codes.length < MEMBER_MAX_REPORTS && codes.at(-1) !== "list-full") {
        codes.push(await report(by, { note, messages }));
      }
      expect(codes.slice(-2), "more than none, and fewer than ten").toEqual(["taken", "list-full"]);
      guest.leave();
    }
    expect(await roomAt(roomId).dropReport(stewardOf(mia), last)).toMatchObject({ ok: true });
    expect(bodies, "one report reads no other").not.toHaveBeenCalled();
    const body = JSON.stringify({ reports: await readBy(mia) });
    expect(bodies, "but who reads does").toHaveBeenCalled();
    expect(JSON.parse(body).reports).toHaveLength(taken - 1);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(ROOM_REPORTS_MAX_BYTES);
    await Guest.come(ben, roomId);
    expect(await report(ben, { note, messages: messages.slice(0, 3) })).toBe("taken");
    await evict(roomId);
    const longest = messages.map(({ number }) =>
      claim(number, "\u0001".repeat(ROOM_TEXT_MAX_BYTES)),
    );
    expect(await report(ben, { messages: longest }), "nor after a sleep").toBe("list-full");
  });

  test("is forgotten after a month, and no other with it", async () => {
    await Guest.come(ben, roomId);
    await Guest.come(cleo, roomId);
    await roomAt(roomId).report(cleo.userId, reportOn(ben));
    advanceClock(1_000);
    await roomAt(roomId).report(ben.userId, reportOn(cleo));
    const kept = async () => (await keptBy(roomId)).filter((key) => key.startsWith("report"));
    expect(await kept()).toHaveLength(2);
    advanceClock(ROOM_REPORT_TTL_SECONDS * 1_000 - 1_000);
    for (let round = 0; round < 3; round++) await ring(roomId);
    expect(await kept()).toHaveLength(1);
    advanceClock(1_000);
    for (let round = 0; round < 2; round++) await ring(roomId);
    expect(await kept()).toEqual([]);
  });

  test("is a value of its own, so that none becomes larger than one may be; nobody fills the box alone", async () => {
    roomId = await makeRoom(ann, { moderators: [mia.userId] });
    const [atBen, atCleo] = [await Guest.come(ben, roomId), await Guest.come(cleo, roomId)];
    const text = "字".repeat(1_365);
    atBen.sayAll(Array.from({ length: REPORT_MAX_MESSAGES }, () => text));
    await atCleo.until(() => atCleo.texts.length === REPORT_MAX_MESSAGES);
    const messages = Array.from({ length: REPORT_MAX_MESSAGES }, (_, back) =>
      claim(atCleo.through - back),
    );
    const ids = Array.from({ length: MEMBER_MAX_REPORTS_ON_ONE }, () => randomText(16));
    const report = (reportId: string) =>
      roomAt(roomId).report(cleo.userId, reportOn(ben, { reportId, messages }));
    for (const reportId of ids) {
      advanceClock(1);
      expect(await report(reportId)).toMatchObject({ ok: true });
    }
    expect(await report(randomText(16))).toMatchObject({ code: "list-full" });
    expect(await report(ids[0]!), "the same once more").toMatchObject({ ok: true });
    expect((await readBy(mia)) as Report[], "all of hers on him").toMatchObject(
      ids.toReversed().map((reportId) => ({ reportId, messages: messages.map(() => ({ text })) })),
    );
    await roomAt(roomId).report(ann.userId, reportOn(ben));
    await Guest.come(ann, roomId);
    const ledger = await Ledger.open();
    expect(await roomAt(roomId).report(ann.userId, reportOn(ben))).toMatchObject({ ok: true });
    expect(ledger.rows.filter((row) => row.startsWith("kv"))).toEqual(["kv.put"]);
    const sizes = await runInDurableObject(roomAt(roomId), (_, { storage }) =>
      [...storage.kv.list()].map(([, value]) => JSON.stringify(value).length),
    );
    expect(Math.max(...sizes)).toBeLessThan(50_000);
  });
});

describe("ROOM-7: a block", () => {
  test("hides two from each other from the beginning, whoever has blocked", async () => {
    const atAnn = await Guest.come(ann, roomId);
    const atBen = await Guest.come(ben, roomId, { hidden: [cleo.userId] });
    const atCleo = await Guest.come(cleo, roomId);
    await atAnn.until(() => atAnn.people.length === 3);
    expect([atBen.people, atCleo.people]).toEqual([
      [ann.userId, ben.userId],
      [ann.userId, cleo.userId],
    ]);
    for (const [guest, text] of [
      [atBen, "From Ben"],
      [atAnn, "From Ann"],
      [atCleo, "From Cleo"],
    ] as const) {
      guest.say(text);
      await atAnn.hears(text);
    }
    await Promise.all([atBen.settled(), atCleo.settled()]);
    expect([atBen.texts, atCleo.texts]).toEqual([
      ["From Ben", "From Ann"],
      ["From Ann", "From Cleo"],
    ]);
    for (const guest of [atBen, atCleo]) {
      const { userId } = guest === atBen ? cleo : ben;
      guest.socket.send({ type: "signal", to: userId, data: "offer" });
      const seen = JSON.stringify(guest.notices);
      expect(seen).not.toContain(userId);
    }
    await Promise.all([atBen.settled(), atCleo.settled()]);
    expect([atBen.all("signal"), atCleo.all("signal")]).toEqual([[], []]);
    expect(await roomAt(roomId).share(ben.userId, cleo.userId)).toBe(null);
    expect(await roomAt(roomId).share(ben.userId, ann.userId)).toMatchObject({ title: "A room" });
  });

  test("acts at once on two who are there, for them alone, and ends as it began", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const atCleo = await Guest.come(cleo, roomId);
    await atBen.invite(cleo);
    await atCleo.next("invitation");
    expect(await roomAt(roomId).setHidden(cleo.userId, ben.userId, true)).toBe(true);
    await atBen.until(() => !atBen.people.includes(cleo.userId));
    await atCleo.until(() => !atCleo.people.includes(ben.userId));
    expect((await atBen.next("invitationOver")).outcome).toBe("gone");
    await evict(roomId);
    atBen.say("Psst");
    await atAnn.hears("Psst");
    await atCleo.settled();
    expect([atCleo.texts, atAnn.people.length]).toEqual([[], 3]);
    await roomAt(roomId).setHidden(cleo.userId, ben.userId, false);
    await atBen.until(() => atBen.people.includes(cleo.userId));
    await atCleo.until(() => atCleo.people.includes(ben.userId));
    atBen.say("Hello again");
    await atCleo.hears("Hello again");
    expect(atAnn.events.filter(({ kind }) => kind === "left")).toEqual([]);
  });

  test("makes an invitation end as if nobody had answered, and tells nobody else of it", async () => {
    const atBen = await Guest.come(ben, roomId, { hidden: [cleo.userId] });
    const atCleo = await Guest.come(cleo, roomId);
    await atCleo.invite(ben);
    advanceClock(INVITATION_TTL_SECONDS * 1_000);
    await ring(roomId);
    expect((await atCleo.next("invitationOver")).outcome).toBe("timedOut");
    await atBen.settled();
    expect(atBen.codes.filter((code) => code.startsWith("invitation"))).toEqual([]);
  });

  test("that a room was told of counts for tokens that were made before it, and no longer", async () => {
    const atBen = await Guest.come(ben, roomId);
    await roomAt(roomId).setHidden(cleo.userId, ben.userId, true);
    advanceClock(2 * UPGRADE_TOKEN_TTL_SECONDS * 1_000 + 1);
    const atCleo = await Guest.come(cleo, roomId, { hidden: [] });
    await atBen.until(() => atBen.people.length === 2);
    expect(atCleo.people).toEqual([ben.userId, cleo.userId]);
  });

  test("is not undone by a token that was made before it", async () => {
    const atBen = await Guest.come(ben, roomId);
    await roomAt(roomId).setHidden(cleo.userId, ben.userId, true);
    const atCleo = await Guest.come(cleo, roomId, { hidden: [] });
    await atCleo.settled();
    expect([atCleo.people, atBen.people]).toEqual([[cleo.userId], [ben.userId]]);
  });

  test("does not tell who comes back what was said by whom it does not meet", async () => {
    const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
    const atCleo = await Guest.come(cleo, roomId, { hidden: [ben.userId] });
    const after = atCleo.through;
    atCleo.socket.close(1001);
    await atAnn.until(() => atAnn.member(cleo)?.isAway === true);
    atBen.say("While you were away");
    atAnn.say("Me, too");
    await atAnn.hears("While you were away", "Me, too");
    const again = await atCleo.again({ after, hidden: [ben.userId] });
    expect([again.entered.isGap, again.texts]).toEqual([false, ["Me, too"]]);
    expect(again.through).toBe(atAnn.through);
  });

  test("stands in no token in the clear, and no other account's token opens it", async () => {
    const secret = "a secret of the server, long enough";
    const hidden = [ben.userId, mia.userId];
    const sealed = (await sealHidden(secret, cleo, roomId, hidden)) ?? "";
    expect(await openHidden(secret, cleo, roomId, sealed)).toEqual(hidden);
    await expect(openHidden(secret, ben, roomId, sealed)).rejects.toThrow();
    const other = await makeRoom(ann);
    await expect(openHidden(secret, cleo, other, sealed)).rejects.toThrow();
    const none = (await sealHidden(secret, cleo, roomId, [])) ?? "";
    expect(none.length, "nor does its size say whether there is one").toBe(sealed.length);
    const many = Array.from({ length: 41 }, () => strangerActor().userId);
    expect(await sealHidden(secret, cleo, roomId, many)).toBe(null);
  });
});

test("ROOM-4: nothing that is said is stored anywhere in the room", async () => {
  const [atAnn, atBen] = [await Guest.come(ann, roomId), await Guest.come(ben, roomId)];
  atAnn.say("A secret thing");
  await atBen.hears("A secret thing");
  atBen.socket.close(1001);
  await atAnn.until(() => atAnn.member(ben)?.isAway === true);
  const kept = await runInDurableObject(roomAt(roomId), (_, { storage }) =>
    JSON.stringify([...storage.kv.list()]),
  );
  expect(kept).not.toContain("A secret thing");
});
