// What the page makes of rooms without a browser: rows of the talk, topics out of what was typed, names in a sentence.

import { expect, test } from "vitest";
import type { RoomMessage } from "../../shared/client/index.ts";
import { topicOf } from "../../shared/client/rooms/links.ts";
import { openRoomSchema } from "../../shared/wire/rooms.ts";
import { askedText, askingIn, waitingText } from "../../web/rooms/asking.ts";
import { changesTold, roleTold } from "../../web/rooms/changesTold.ts";
import { Comings } from "../../web/rooms/comings.ts";
import { linkIn } from "../../web/rooms/linkTyping.ts";
import { logRows } from "../../web/rooms/logRows.ts";
import { marksOf } from "../../web/rooms/marks.ts";
import { faultsOfRoom, NEW_ROOM, roomOf } from "../../web/rooms/roomDraft.ts";
import { deniedText, endText, namesText, outcomeText, plain } from "../../web/rooms/words.ts";

const MINUTE = 60_000;

function message(key: string, who: string, at = 0): RoomMessage {
  const from = { userId: who, name: who, handle: null } as unknown as RoomMessage["from"];
  return { key, number: 1, from, isOwn: who === "me", text: key, at, status: "said" };
}
const gap = (after: string) => ({ id: 1, after, kind: "gap", text: "something" }) as const;

/** `(a b)` for two that stand together, `--` for what stands between. */
function drawn(...args: Parameters<typeof logRows>): string {
  return logRows(...args)
    .map((row) => {
      if (row.kind === "between") return "--";
      return `${row.isFirst ? "(" : ""}${row.message.key}${row.isLast ? ")" : ""}`;
    })
    .join(" ");
}

test("messages of one person stand together, unless time or somebody else is between", () => {
  const talk = [
    message("a", "Ben"),
    message("b", "Ben", MINUTE),
    message("c", "Cleo", MINUTE),
    message("d", "Ben", MINUTE),
    message("e", "Ben", 9 * MINUTE),
  ];
  expect(drawn(talk, [], 0)).toBe("(a b) (c) (d) (e)");
});

test("ROOM-4: where something may have been missed stands a line, also before the first and after the last", () => {
  const talk = [message("a", "Ben"), message("b", "Ben"), message("c", "Ben")];
  expect(drawn(talk, [gap(""), gap("b"), gap("c")], 0)).toBe("-- (a b) -- (c) --");
  expect(drawn(talk, [gap(""), gap("b")], 1)).toBe("(b) -- (c)");
  expect(drawn([], [gap("")], 0)).toBe("--");
  // Whoever left and is back needs no line, and parts no messages.
  expect(drawn(talk, [{ ...gap("a"), kind: "people", text: "" }], 0)).toBe("(a b c)");
});

/** `+Ben` for one who comes, `-Ben` for one who leaves. */
function comingsOf(...steps: readonly string[]): string {
  const comings = new Comings();
  for (const step of steps) {
    const name = step.slice(1);
    comings.add(`id of ${name}`, name, step.startsWith("+") ? "came" : "left");
  }
  return comings.text;
}

test("ROOM-4: who came and who left is said as it stands at the end, however often they went", () => {
  expect(comingsOf("+Ben", "+Cleo", "-Dan")).toBe("Ben and Cleo came in. Dan left.");
  expect(comingsOf("-Ben", "+Ben", "-Cleo", "+Cleo")).toBe("");
  expect(comingsOf("+Ben", "-Ben")).toBe("Ben came in and left.");
  expect(comingsOf("+Ben", "-Ben", "+Ben")).toBe("Ben came in.");
  expect(comingsOf("-Ben", "+Ben", "-Ben", "+Cleo")).toBe("Cleo came in. Ben left.");
});

test("ROOM-1, ROOM-7: what is changed in a room is told, and who looks after it from now on", () => {
  const room = { title: "Tea", admission: "anyone", isLocked: false } as const;
  expect(changesTold(room, { ...room })).toEqual([]);
  expect(changesTold(room, { title: "Tea\u202e time", admission: "link", isLocked: true })).toEqual(
    [
      "The room is called “Tea time” now.",
      "The room is joined by its link now.",
      "The room is locked now: nobody new comes in.",
    ],
  );
  expect(changesTold({ ...room, isLocked: true }, room)).toEqual(["The room is no longer locked."]);
  expect(roleTold("member", "moderator", "Ben")).toBe("Ben is a moderator now.");
  expect(roleTold("moderator", "member", "Ben")).toBe("Ben is no longer a moderator.");
  expect(roleTold("member", "moderator", null)).toMatch(/^You are a moderator now/);
  expect(roleTold("moderator", "moderator", null)).toBeNull();
});

test("ROOM-3: contacts are marked, and people of one name told apart by their ids", () => {
  const people = [
    { userId: "me", name: "Ada" },
    { userId: "contact1", name: "Ben" },
    { userId: "stranger", name: " BEN " },
    { userId: "renamed1", name: "Owl" },
    { userId: "cleoaaaa1", name: "Cleo" },
    { userId: "cleobbbb2", name: "Cleo" },
    { userId: "cleobbbb2", name: "Cleo" },
    { userId: "dandandan", name: "Dan" },
    { userId: "adaadaada", name: "Ada" },
  ];
  const contacts = [
    { userId: "contact1", name: "Ben" },
    { userId: "renamed1", name: "Eve" },
  ];
  expect(Object.fromEntries(marksOf(people, contacts, "me"))).toEqual({
    contact1: "your contact",
    stranger: "not your contact, stranger",
    renamed1: "your contact Eve",
    cleoaaaa1: "cleoaaaa",
    cleobbbb2: "cleobbbb",
    adaadaada: "adaadaad",
  });
});

test.each([
  ["Street Photography", "street-photography"],
  ["  --Tea & Cakes!! ", "tea-cakes"],
  ["ＦＵＬＬ width", "full-width"],
  ["حديقة المنزل", "حديقة-المنزل"],
  ["…", ""],
])("ROOM-8: “%s” is the topic “%s”", (typed, topic) => {
  expect(topicOf(typed)).toBe(topic);
});

test("ROOM-1: a room that is joined by link is never listed, and a draft says what is missing", () => {
  const draft = { ...NEW_ROOM, title: " Tea \n time ", topic: "Tea", admission: "link" } as const;
  expect(roomOf(draft)).toMatchObject({ title: "Tea time", topic: "tea", isListed: false });
  expect(roomOf({ ...draft, admission: "anyone" }).isListed).toBe(true);
  expect(faultsOfRoom(draft)).toEqual({});
  const wrong = { ...draft, title: " ", topic: "t".repeat(41), capacity: "1" };
  expect(Object.keys(faultsOfRoom(wrong))).toEqual(["title", "topic", "capacity"]);
});

test("ROOM-1: a title that was pasted with marks that nobody sees is taken without them", () => {
  const draft = { ...NEW_ROOM, title: "\u202bStreet\u2028 photography\u202e \ud800" };
  expect(faultsOfRoom(draft)).toEqual({});
  expect(roomOf(draft).title).toBe("Street photography \ufffd");
  expect(openRoomSchema.safeParse(roomOf(draft)).success).toBe(true);
  expect(faultsOfRoom({ ...draft, title: "\u202e\u200b" })).toHaveProperty("title");
});

const ID = "vy3hnvy3hnvy3hnv";
const TOKEN = "AAAAAAAAAAAAAAAAAAAAAA";

test.each([
  [ID, { roomId: ID, token: null }],
  [` ${ID.toUpperCase()} `, { roomId: ID, token: null }],
  [`Come! (https://a.example/#/rooms/${ID}/${TOKEN}). :)`, { roomId: ID, token: TOKEN }],
  [`http://a.example/#/rooms/${ID}`, { roomId: ID, origin: "http://a.example" }],
])("ROOM-1: in “%s” is the way into a room", (typed, link) => {
  expect(linkIn(typed)).toMatchObject(link);
});

test("ROOM-1: what names no room is no way into one", () => {
  for (const typed of ["", "abc", "Come to #/rooms/abc", `https://a.example/#/chats/${ID}`]) {
    expect(linkIn(typed)).toBeNull();
  }
});

test("however many people come, a few of them are named", () => {
  expect(namesText(["Ben"])).toBe("Ben");
  expect(namesText(["Ben", "Cleo", "Dan", "Eve"])).toBe("Ben, Cleo, Dan, and Eve");
  expect(namesText(["Ben", "Cleo", "Dan", "Eve"], 1_200)).toBe("Ben, Cleo, Dan, and 1,197 more");
});

test("names and titles cannot turn the sentence around them", () => {
  expect(plain("Ada \u202eevil\u2066\nnow")).toBe("Ada evil now");
});

test("ROOM-5, ROOM-7: every end says what to do next, and an invitation that is not answered tells no reason", () => {
  expect(endText({ kind: "refused", problem: "room-full" }).again).not.toBeNull();
  expect(endText({ kind: "left", leaving: "banned" }).again).toBeNull();
  expect(endText({ kind: "left", leaving: "removed" }).text).toMatch("You may come in again");
  expect(endText({ kind: "left", leaving: "removed" }, true).text).toMatch("locked");
  expect(endText({ kind: "left", leaving: "elsewhere" })).toMatchObject({
    text: expect.stringMatching(/^You are in this room in too many places/) as string,
    again: "Join here",
  });
  expect(endText({ kind: "refused", problem: "internal-error" }).text).toMatch(/Try again/);
  expect(endText({ kind: "refused", problem: "link-needed" }).again).not.toBeNull();
  expect(deniedText(Date.UTC(2026, 0, 1)).again).toBeNull();
  expect(deniedText(Date.UTC(2026, 0, 1)).title).toBe(
    endText({ kind: "left", leaving: "denied" }).title,
  );
  expect(deniedText(null).again).toBe("Ask again");
  expect(outcomeText("timedOut", "Ben")).toBe("Ben has not answered.");
  expect(outcomeText("accepted", "Ben")).toBeNull();
});

test("ROOM-5, ROOM-7: what a room asks of one is counted, and told where another thing is shown", () => {
  const me = { userId: "me" };
  const none = { state: "in", me, knocking: [], reports: 0, invitations: [] };
  const room = (part: object) =>
    ({ ...none, ...part }) as unknown as Parameters<typeof askingIn>[0];
  const knocking = [
    { userId: "ben", name: "Ben" },
    { userId: "cleo", name: "Cleo" },
  ];
  const invitations = [
    { from: "me", to: "ada" },
    { from: "ada", to: "me" },
  ];
  expect(askingIn(room({ knocking, invitations }))).toBe(3);
  expect(askingIn(room({ knocking, state: "over" }))).toBe(0);
  expect(waitingText(room({}))).toBe("");
  expect(waitingText(room({ knocking: knocking.slice(1), reports: 2 }))).toBe(
    "1 waits · 2 reports",
  );
  const told = (before: object, now: object) => askedText("Tea", room(before), room(now));
  expect(told({}, { knocking })).toBe("Ben and Cleo would like to come into Tea.");
  expect(told({ knocking }, { knocking: knocking.slice(1) })).toBe("");
  expect(told({ reports: 1 }, { reports: 2 })).toBe("Tea: 2 reports to read.");
  expect(told({ reports: 2 }, { reports: 1 })).toBe("");
});
