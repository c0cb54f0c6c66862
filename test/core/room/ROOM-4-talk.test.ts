// ROOM-4: what everyone in a room is told: numbered, kept for those who come back, hidden from those who are hidden; and
// that an eviction between any two steps shows nowhere.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Feed } from "../../../shared/core/room/feed.ts";
import {
  bytesLeftOut,
  eventsFor,
  isHiddenIn,
  NOBODY_SEAT,
} from "../../../shared/core/room/feedEntries.ts";
import { HIDDEN_ABOARD_MAX, revive } from "../../../shared/core/room/presence.ts";
import { hears, Paces, speakerOf } from "../../../shared/core/room/speaking.ts";
import { unknownAway, writesOf } from "../../../shared/core/room/storing.ts";
import {
  EVENT_BYTES,
  BACKLOG_MAX_BYTES,
  BACKLOG_MAX_EVENTS,
  ROOM_WINDOW_BYTES,
  SAY_BURST,
} from "../../../shared/wire/limits.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import type { RoomEvent, RoomNotice } from "../../../shared/wire/roomLine.ts";
import { checkRoom } from "./party.ts";
import type { Client } from "./client.ts";
import { NOW, user } from "./names.ts";
import type { TestRoom } from "./testRoom.ts";
import { World } from "./world.ts";

const [ANN, BEN, CEM, DEE] = [0, 1, 2, 3] as const;

function saying(text: string, seat = 1): RoomEvent {
  return { kind: "said", seat, number: 0, text, at: NOW };
}

function entered(client: Client) {
  const notice = client.heard.findLast(({ type }) => type === "entered");
  if (notice?.type !== "entered") throw new Error("never entered");
  return notice;
}

function texts(notices: readonly RoomNotice[]): string[] {
  const events = notices.flatMap((notice) =>
    notice.type === "events" ? notice.events : notice.type === "entered" ? notice.missed : [],
  );
  return events.flatMap((event) => (event.kind === "said" ? [event.text] : []));
}

describe("the sequence", () => {
  test("ROOM-4: numbers count on, from one life of the room to the next", () => {
    const feed = new Feed(NOW);
    const numbers = ["a", "b", "c"].map((text) => feed.append(saying(text), user(ANN), null));
    expect(numbers).toEqual([1, 2, 3].map((serial) => NOW * 1_000 + serial));
    const gathered = feed.take();
    expect(gathered?.through).toBe(feed.through);
    expect(gathered?.entries.map(({ number }) => number)).toEqual(numbers);
    expect(feed.take()).toBeNull();
    expect(new Feed(NOW + 1).through).toBeGreaterThan(feed.through);
  });

  test("ROOM-4: who comes back is told what it has missed, or that there is a gap", () => {
    const born = NOW * 1_000;
    const feed = new Feed(NOW);
    for (const text of ["a", "b", "c"]) feed.append(saying(text), user(ANN), null);
    const missed = (after: number, since = 0) =>
      feed.missed(after, since)?.map(({ event }) => (event.kind === "said" ? event.text : ""));
    expect(missed(born + 1)).toEqual(["b", "c"]);
    expect(missed(born + 3)).toEqual([]);
    expect(missed(born)).toEqual(["a", "b", "c"]);
    expect(missed(born - 1)).toBeUndefined();
    expect(missed(born + 4)).toBeUndefined();
    expect(missed(born + 1, born + 2)).toBeUndefined();
  });

  test("ROOM-4: so many events and bytes are kept, and no more", () => {
    const few = new Feed(0);
    for (let count = 0; count < 3 * BACKLOG_MAX_EVENTS; count++)
      few.append(saying("x"), null, null);
    expect(few.missed(few.through - BACKLOG_MAX_EVENTS, 0)).toHaveLength(BACKLOG_MAX_EVENTS);
    expect(few.missed(few.through - BACKLOG_MAX_EVENTS - 1, 0)).toBeNull();
    const large = new Feed(0);
    const text = "é".repeat(2_048);
    for (let count = 0; count < 400; count++) large.append(saying(text), null, null);
    const kept = Math.floor(BACKLOG_MAX_BYTES / (4_096 + 96));
    expect(large.missed(large.through - kept, 0)).toHaveLength(kept);
    expect(large.missed(large.through - kept - 1, 0)).toBeNull();
  });

  test("ROOM-4: what a reader has had is known to within 4 KiB, for many windows back", () => {
    const feed = new Feed(NOW);
    const sent: number[] = [];
    const text = "x".repeat(1_000);
    while (feed.sentBytes < 30 * ROOM_WINDOW_BYTES) {
      feed.append(saying(text), null, null);
      sent.push(feed.sentBytes);
    }
    const first = NOW * 1_000 + 1;
    sent.forEach((bytes, index) => {
      const mark = feed.markAt(first + index);
      if (mark > bytes) throw new Error("more than it has had");
      const isRecent = feed.sentBytes - bytes < 16 * ROOM_WINDOW_BYTES;
      if (isRecent && bytes - mark > 4 * 1_024 + 1_100) throw new Error("far from what it has had");
    });
    expect(feed.markAt(feed.through)).toBe(feed.sentBytes);
    expect(feed.markAt(5)).toBe(0);
    expect(feed.markAt(feed.through + 1), "what has not happened yet").toBe(0);
  });

  test("ROOM-4: a member says so much at once and in a second; what is refused does not count", () => {
    const paces = new Paces();
    const taken = (count: number, now: number, perSecond: number | null = 10) =>
      Array.from({ length: count }, () => paces.take(user(ANN), perSecond, now)).filter(Boolean);
    expect(taken(SAY_BURST + 20, NOW)).toHaveLength(SAY_BURST);
    expect(taken(20, NOW + 1_000)).toHaveLength(10);
    expect(taken(200, NOW + 1_000, null)).toHaveLength(200);
    expect(paces.take(user(BEN), 10, NOW + 1_000)).toBe(true);
    const slow = new Paces(5);
    const few = (now: number) =>
      Array.from({ length: 9 }, () => slow.take(user(ANN), 1 / 3, now)).filter(Boolean).length;
    expect([few(NOW), few(NOW + 2_900), few(NOW + 3_000)]).toEqual([5, 0, 1]);
  });

  test("ROOM-4: how fast somebody was is known for as long as it matters, however many come and go", () => {
    const paces = new Paces();
    for (let count = 0; count < SAY_BURST; count++) paces.take(user(ANN), 10, NOW);
    for (let serial = 0; serial < 50_000; serial++) {
      paces.take(`${serial}` as UserId, 10, NOW + Math.floor(serial / 20));
    }
    expect(paces.size).toBeLessThan(5_000);
    expect(paces.take(user(ANN), 10, NOW), "it has burst").toBe(false);
  });
});

describe("coming back", () => {
  test("ROOM-4: whose seat was kept hears what it has missed; who has joined anew hears of a gap", () => {
    const world = new World();
    const room = world.open();
    const { client: ann } = world.enter(room.roomId, ANN);
    room.say(ann, "before");
    const { client: ben } = world.enter(room.roomId, BEN);
    expect(entered(ben)).toMatchObject({ missed: [], isGap: false });
    room.say(ann, "heard");
    const heard = ben.through;
    world.lose(room, ben);
    room.say(ann, "missed");
    const back = world.enter(room.roomId, BEN, { after: heard }).client;
    expect(texts(back.heard)).toEqual(["missed"]);
    expect(entered(back).isGap).toBe(false);
    // What was said before it came is nothing to resume.
    const sly = world.enter(room.roomId, BEN, { after: entered(ben).through - 2 }).client;
    expect(entered(sly)).toMatchObject({ missed: [], isGap: true });
    world.lose(room, back);
    world.lose(room, sly);
    world.pass(30_000);
    room.say(ann, "while away");
    const anew = world.enter(room.roomId, BEN, { after: heard }).client;
    expect(entered(anew)).toMatchObject({ missed: [], isGap: true });
    world.lose(room, anew);
    room.evict();
    const late = world.enter(room.roomId, BEN, { after: anew.through }).client;
    expect(entered(late)).toMatchObject({ missed: [], isGap: true });
  });

  test("ROOM-4: when all lose their connections at once, each is told how the others stand, not how they came to", () => {
    const world = new World();
    const room = world.open({ capacity: 50 });
    const clients = [ANN, BEN, CEM].map((who) => world.enter(room.roomId, who).client);
    const heard = clients.map(({ through }) => through);
    for (const client of clients) world.lose(room, client);
    const back = [ANN, BEN, CEM].map(
      (who, index) => world.enter(room.roomId, who, { after: heard[index]! }).client,
    );
    const last = entered(back[2]!);
    expect(last).toMatchObject({ isGap: false, through: heard[2]! + last.missed.length });
    expect(last.missed.length).toBeGreaterThanOrEqual(5);
    expect(new Set(last.missed.map(({ kind }) => kind))).toEqual(new Set(["left"]));
    expect(last.members.map(({ isAway }) => isAway)).toEqual([undefined, undefined, undefined]);
  });

  test("ROOM-4: what a socket says that was replaced, or is of no member, is of nobody", () => {
    const world = new World();
    const room = world.open();
    const { client: first } = world.enter(room.roomId, ANN, { line: "one" });
    const { client: second } = world.enter(room.roomId, ANN, { line: "one" });
    const speaks = ({ userId, socket }: Client) => speakerOf(room.state, userId, socket) !== null;
    expect([first, second].map(speaks)).toEqual([false, true]);
    const { state } = room;
    for (const [type, code] of [
      ["tracks", "not-in-room"],
      ["invite", "not-in-room"],
      ["reply", "not-in-room"],
      ["leave", "not-in-room"],
    ] as const) {
      const more = { audio: "live", video: "off", number: 1, to: user(BEN), invitationId: "x" };
      const event = { ...first, ...more, type, reply: "accept", pairId: room.roomId };
      expect(room.do(event as Parameters<TestRoom["do"]>[0])).toEqual({ kind: "refused", code });
    }
    expect(writesOf(state, room.state)).toEqual([]);
    expect(room.state).toBe(state);
  });
});

describe("those who are hidden from each other", () => {
  test("ROOM-7: each sees the other leave and come, and nobody else does", () => {
    const world = new World();
    const room = world.open();
    const [ann, ben, cem] = [ANN, BEN, CEM].map((who) => world.enter(room.roomId, who).client);
    if (!ann || !ben || !cem) throw new Error("nobody");
    const hide = (who: number, other: number, isHidden: boolean) =>
      room.do({ type: "setHidden", userId: user(who), other: user(other), isHidden });
    const before = cem.heard.length;
    hide(ANN, BEN, true);
    expect([ann, ben].map(({ members }) => members.size)).toEqual([2, 2]);
    hide(BEN, ANN, true);
    hide(ANN, BEN, false);
    expect([ann, ben].map(({ members }) => members.size)).toEqual([2, 2]);
    expect(hears(room.state, user(ANN), user(BEN))).toBe(false);
    expect(hears(room.state, user(ANN), user(CEM))).toBe(true);
    room.say(ann, "not for Ben");
    expect(texts(ben.heard)).toEqual([]);
    hide(BEN, ANN, false);
    expect([ann, ben].map(({ members }) => members.size)).toEqual([3, 3]);
    room.say(ann, "for all");
    expect(texts(ben.heard)).toEqual(["for all"]);
    expect(cem.heard.length).toBe(before + 2);
    checkRoom(room);
  });

  test("ROOM-7: in place of what is hidden a seat is left that nobody has, so that numbers count on", () => {
    const hiddenFrom = new Set([user(BEN)]);
    const feed = new Feed(NOW);
    feed.append(saying("one"), user(ANN), hiddenFrom);
    feed.append(saying("two"), user(CEM), null);
    const { entries } = feed.take() ?? { entries: [] };
    const nobody = { kind: "left", seat: NOBODY_SEAT };
    expect(eventsFor(entries, user(BEN))).toEqual([nobody, saying("two")]);
    expect(eventsFor(entries, user(DEE))).toEqual([saying("one"), saying("two")]);
    expect(eventsFor(entries, user(DEE), new Set([user(CEM)]))).toEqual([saying("one"), nobody]);
    expect([BEN, DEE].map((who) => isHiddenIn(entries, user(who)))).toEqual([true, false]);
    const sent = (text: string) => text.length + EVENT_BYTES;
    const left = JSON.stringify(nobody).length + EVENT_BYTES;
    expect(bytesLeftOut(entries, user(DEE))).toBe(0);
    expect(bytesLeftOut(entries, user(BEN)), "less than stands for it").toBe(0);
    feed.append(saying("x".repeat(1_000)), user(ANN), hiddenFrom);
    feed.append(saying("y".repeat(1_000)), user(CEM), null);
    const leftOut = bytesLeftOut(feed.take()?.entries ?? [], user(BEN));
    expect(leftOut).toBe(sent("x".repeat(1_000)) - left);
  });

  test("ROOM-7: who comes back hides whom its mailbox names by then", () => {
    const world = new World();
    const room = world.open();
    const { client: ann } = world.enter(room.roomId, ANN);
    const { client: ben } = world.enter(room.roomId, BEN);
    world.lose(room, ben);
    const { client: back } = world.enter(room.roomId, BEN, { hidden: [user(ANN)] });
    expect([ann, back].map(({ members }) => members.size)).toEqual([1, 1]);
    room.say(ann, "not for Ben");
    expect(texts(back.heard)).toEqual([]);
    checkRoom(room);
  });

  test("ROOM-7: whoever waits and is hidden from a moderator does not knock there", () => {
    const world = new World();
    const room = world.open({ admission: "approval", moderators: [user(BEN)] });
    const [ann, ben] = [ANN, BEN].map((who) => world.enter(room.roomId, who).client);
    world.enter(room.roomId, CEM, { hidden: [user(BEN)] });
    const knocking = (client: Client | undefined) => {
      const notice = client?.heard.findLast(({ type }) => type === "knocking");
      return notice?.type === "knocking" ? notice.knocking.length : null;
    };
    expect([ann, ben].map(knocking)).toEqual([1, 0]);
    room.do({ type: "setHidden", userId: user(CEM), other: user(BEN), isHidden: false });
    expect([ann, ben].map(knocking)).toEqual([1, 1]);
  });

  test("ROOM-7: more of them than travel with a socket are asked for again", () => {
    const world = new World();
    const room = world.open();
    const many = Array.from({ length: HIDDEN_ABOARD_MAX + 1 }, (_, index) => `${index}` as UserId);
    const { client } = world.enter(room.roomId, ANN, { hidden: many });
    const { client: other } = world.enter(room.roomId, BEN, { hidden: many.slice(1) });
    const aboard = ({ socket }: Client) => room.sockets.get(socket)?.presence?.hidden;
    expect(aboard(client)).toBeNull();
    expect(aboard(other)).toEqual(many.slice(1));
  });

  test("ROOM-7: more of them than that are not stored with a seat that is kept, and asked for again, too", () => {
    const world = new World();
    const room = world.open();
    world.enter(room.roomId, CEM);
    const many = Array.from({ length: HIDDEN_ABOARD_MAX }, (_, index) => `${index}` as UserId);
    const { client } = world.enter(room.roomId, ANN, { hidden: [...many, user(CEM)] });
    const { client: other } = world.enter(room.roomId, BEN, { hidden: many });
    for (const one of [client, other]) world.lose(room, one);
    const { stored } = room;
    if (stored === null) throw new Error("no room");
    const away = new Map(stored.away.map((seated) => [seated.userId, seated]));
    expect([ANN, BEN].map((who) => away.get(user(who))?.hidden)).toEqual([null, new Set(many)]);
    expect(unknownAway(stored)).toEqual([user(ANN)]);
    const presence = room.sockets.get(world.clientOf(room, CEM)?.socket ?? "")?.presence;
    const found = presence ? [{ socket: "s", presence: { ...presence, hidden: [] } }] : [];
    const asked = revive(stored, found, new Map([[user(ANN), [user(CEM)]]]));
    expect(asked.apart.get(user(CEM))).toEqual(new Set([user(ANN)]));
    expect(asked.away.get(user(ANN))?.until).toBe(away.get(user(ANN))?.until);
    const unanswered = revive(stored, found, new Map([[user(ANN), null]]));
    expect(unanswered.away.get(user(ANN))?.until, "it leaves").toBe(0);
    expect(unanswered.away.get(user(BEN))?.hidden).toEqual(new Set(many));
  });
});

const anyone = fc.nat({ max: 3 });
const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("enter" as const), who: anyone, isBack: fc.boolean() }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("say" as const), who: anyone }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("lose" as const), who: anyone, isDone: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), who: anyone }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("hide" as const),
      who: anyone,
      to: anyone,
      isHidden: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("moderate" as const),
      who: anyone,
      act: fc.constantFrom("admit", "deny", "remove", "ban", "unban", "appoint", "dismiss"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("arrange" as const),
      admission: fc.constantFrom("anyone", "approval"),
      isLocked: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("tracks" as const),
      who: anyone,
      audio: fc.constantFrom("off", "live", "muted"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("invite" as const), who: anyone, to: anyone }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("pass" as const), seconds: fc.constantFrom(1, 31) }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer One> ? One : never;

/** A room in which all of it happens, and whose mailboxes know who is hidden from whom. */
class Crowd {
  readonly world = new World();
  readonly room = this.world.open({ capacity: 3 });
  readonly hidden = new Set<string>();
  readonly heardThrough = new Map<number, number>();

  hides(one: UserId, other: UserId): boolean {
    return this.hidden.has(`${one} ${other}`) || this.hidden.has(`${other} ${one}`);
  }

  run(step: Step): void {
    const { world, room } = this;
    world.now += 10;
    const by = { kind: "house" } as const;
    const client = "who" in step ? world.clientOf(room, step.who) : null;
    const isIn = client !== null && room.state.present.has(client.userId);
    switch (step.do) {
      case "enter": {
        const all = [ANN, BEN, CEM, DEE].map(user);
        const hidden = all.filter((other) => this.hidden.has(`${user(step.who)} ${other}`));
        const after = step.isBack ? (this.heardThrough.get(step.who) ?? null) : null;
        world.enter(room.roomId, step.who, { hidden, after });
        return;
      }
      case "say":
        if (client !== null && isIn) room.say(client, `${world.serial()} of ${client.userId}`);
        return;
      case "lose":
        if (client === null) return;
        this.heardThrough.set(step.who, client.through);
        world.lose(room, client, step.isDone);
        return;
      case "leave":
        if (client !== null) room.do({ type: "leave", ...client });
        return;
      case "hide": {
        const [userId, other] = [user(step.who), user(step.to)];
        if (step.isHidden && userId !== other) this.hidden.add(`${userId} ${other}`);
        else this.hidden.delete(`${userId} ${other}`);
        room.do({ type: "setHidden", userId, other, isHidden: step.isHidden });
        return;
      }
      case "moderate":
        room.do({ type: "moderate", by, act: step.act, userId: user(step.who) });
        return;
      case "arrange": {
        const { admission, isLocked } = step;
        room.do({ type: "arrange", by, change: { admission, isLocked } });
        return;
      }
      case "tracks":
        if (client !== null)
          room.do({ type: "tracks", ...client, audio: step.audio, video: "off" });
        return;
      case "invite": {
        const serial = world.serial();
        const ids = { number: serial, invitationId: `${serial}`, pairId: room.roomId };
        if (client !== null) room.do({ type: "invite", ...client, to: user(step.to), ...ids });
        return;
      }
      case "pass":
        world.pass(step.seconds * 1_000);
    }
  }
}

describe("by a model", () => {
  test("ROOM-7: those who are hidden from each other never hear of each other, live or when they come back", () => {
    let said = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 50, size: "max" }), (steps) => {
        const crowd = new Crowd();
        for (const who of [ANN, BEN, CEM]) crowd.run({ do: "enter", who, isBack: false });
        /** By text, who may not hear it. */
        const unheard = new Map<string, UserId[]>();
        for (const step of steps) {
          crowd.run(step);
          const speaker = "who" in step ? user(step.who) : null;
          if (step.do === "say" && speaker !== null) {
            const text = `${crowd.world.serial() - 1} of ${speaker}`;
            unheard.set(
              text,
              [ANN, BEN, CEM, DEE].map(user).filter((one) => crowd.hides(one, speaker)),
            );
          }
          checkRoom(crowd.room);
          for (const { client } of crowd.room.sockets.values()) {
            for (const { userId } of client.members.values()) {
              if (crowd.hides(client.userId, userId)) throw new Error("sees who is hidden");
            }
          }
        }
        for (const client of crowd.world.clients) {
          for (const text of texts(client.heard)) {
            said += 1;
            if (unheard.get(text)?.includes(client.userId)) throw new Error("hears who is hidden");
          }
        }
      }),
      { numRuns: 400 },
    );
    expect(said).toBeGreaterThan(1_000);
  });

  test("ROOM-4: an eviction between any two steps shows nowhere but in numbers and gaps", () => {
    const evictions = fc.array(fc.boolean(), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 40, size: "max" }),
        evictions,
        (steps, isEvicted) => {
          const heard = [false, true].map((isTried) => {
            const crowd = new Crowd();
            steps.forEach((step, index) => {
              if (isTried && isEvicted[index] === true) crowd.room.evict();
              else crowd.world.now += 1;
              crowd.run(step);
            });
            return crowd.world.clients.map((client) => client.heard.map(comparable));
          });
          if (JSON.stringify(heard[0]) !== JSON.stringify(heard[1])) {
            expect(heard[1]).toEqual(heard[0]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

function comparable(notice: RoomNotice) {
  if (notice.type === "events") return { ...notice, through: 0 };
  if (notice.type !== "entered") return notice;
  const members = notice.members.toSorted((one, other) => one.seat - other.seat);
  return { ...notice, through: 0, missed: [], isGap: false, members, now: 0 };
}
