// Rooms in the terminal, as text: who is who, what has changed, what to do next. And what a line means that is typed there.
import { expect, test } from "vitest";
import { timeText } from "../../cli/contactText.ts";
import { asCliError } from "../../cli/failures.ts";
import { presenterOf } from "../../cli/output.ts";
import type { RoomCliEvent } from "../../cli/roomEvents.ts";
import { ROOM_CARE_HELP, ROOM_ORDERS_HELP, roomOrderIn } from "../../cli/roomOrders.ts";
import { chooseBan } from "../../cli/roomBans.ts";
import { choosePerson } from "../../cli/roomPeople.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { openRoomSchema } from "../../shared/wire/rooms.ts";
import { faultsOf, problem, ProblemError, PROBLEMS } from "../../shared/wire/problem.ts";

const ROOM = "r".repeat(16);
const [ANN, BEN, MAL] = ["a", "b", "m"].map((letter) => letter.repeat(32)) as [
  string,
  string,
  string,
];

function screen() {
  const shown = { text: "" };
  const terminal: Terminal = {
    interactive: false,
    colored: false,
    columns: 200,
    write: (text) => void (shown.text += text),
  };
  const present = presenterOf(false, terminal, terminal);
  return (event: object): string => {
    shown.text = "";
    present.show({ roomId: ROOM, ...event } as RoomCliEvent);
    return shown.text;
  };
}

const member = (userId: string, name: string, more: object = {}) => ({
  seat: 1,
  userId,
  name,
  handle: null,
  role: "member",
  joinedAt: 1,
  isContact: false,
  ...more,
});

const entered = (...members: object[]) => ({
  event: "roomEntered",
  title: "Tea",
  kind: "room",
  members,
});

const message = (from: string, name: string, more: object = {}) => ({
  event: "roomMessage",
  from,
  name,
  handle: null,
  isContact: false,
  isOwn: false,
  text: "Hi",
  at: 0,
  status: "said",
  ...more,
});

test("two of the same name are told apart by their ids, contacts are marked, and a name cannot pass for a mark", () => {
  const show = screen();
  const ben = member(BEN, "Ben", { isContact: true, handle: "ben" });
  const listed = show(entered(member(ANN, "Ann", { role: "owner" }), ben));
  expect(listed).toContain("  Ann  aaaaaaaa  owner\n  Ben  bbbbbbbb  a contact, @ben\n");
  expect(show(message(ANN, "Ann"))).toContain(" Ann: Hi");
  expect(show(message(BEN, "Ben", { isContact: true }))).toContain(" Ben (contact): Hi");
  expect(show({ event: "roomJoined", ...member(MAL, "BEN ") })).toContain("BEN  (mmmmmmmm) has");
  expect(show(message(MAL, "BEN "))).toContain("(mmmmmmmm): Hi");
  expect(show(message(BEN, "Ben", { isContact: true }))).toContain(" Ben (contact, bbbbbbbb): Hi");
  expect(show(message(MAL, "Ann (contact)"))).toContain(" Ann (contact) (mmmmmmmm): Hi");
  expect(show({ event: "roomLeft", ...member(MAL, "Ben") })).toContain("Ben (mmmmmmmm) has left.");
  expect(show(message(ANN, "Ann", { isOwn: true }))).toContain(" you: Hi");
});

test("what has changed in a room is told, each for itself", () => {
  const show = screen();
  const room = { title: "Tea", topic: "tea", capacity: 50, admission: "link", isListed: false };
  const told = (isLocked: boolean, ...changed: string[]): string =>
    show({ event: "roomArranged", ...room, isLocked, changed });
  expect(told(true, "isLocked")).toBe("· The room is locked: nobody else comes in.\n");
  expect(told(false, "isLocked")).toBe("· The room is not locked any more.\n");
  expect(told(true, "title")).toBe("· The room is called “Tea” now.\n");
  expect(told(true, "topic", "capacity", "admission", "isListed", "pace")).toBe(
    `· The topic is #tea now.
· There are places for 50 people now.
· The room is joined by: whoever has the link.
· The lobby shows the room no more.\n`,
  );
});

test("the command that a room's link comes with leads in, and a new link is told as one", () => {
  const show = screen();
  const url = `https://a/#/rooms/${ROOM}`;
  expect(show({ event: "roomOpened", url })).toContain(`acquaint room join ${ROOM}\n`);
  const link = `${url}/${"L".repeat(21)}A`;
  expect(show({ event: "roomOpened", url: link })).toContain(`acquaint room join "${link}"\n`);
  const renewed = show({ event: "roomLink", url: link });
  expect(renewed).toContain("one made before leads nowhere now");
  expect(renewed).toContain(`acquaint room join "${link}"\n`);
});

test("who leaves a pair is told whom, and where one is back", () => {
  const show = screen();
  const over = { event: "roomOver", title: "Tea", kind: "pair", reason: "left" };
  expect(show({ ...over, name: "Ben $& WHO" })).toBe("You have left Ben $& WHO.\n");
  expect(show({ event: "roomReturned", title: "Tea", pairRoomId: "p" })).toContain("back in “Tea”");
  const left = show({ event: "roomOver", title: "T ROOM $&", kind: "room", reason: "left" });
  expect(left).toBe("You have left “T ROOM $&”.\n");
});

test("whatever ends a stay is told in words with the room's title, and what may be done about it", () => {
  const show = screen();
  const told = (reason: string): string =>
    show({ event: "roomOver", title: "Tea", kind: "room", name: null, reason });
  expect(told("room-full")).toContain("Try again when somebody has left.");
  expect(told("device-removed")).toBe(
    "The connection was lost, and the server has not let you back into “Tea”. Join again; if that fails, too, it says why.\n",
  );
  for (const code of Object.keys(PROBLEMS)) {
    expect(told(code)).toContain("“Tea”");
    expect(told(code)).not.toContain(code);
  }
});

test("a request is told by names, and promises nothing of someone who takes none", () => {
  const show = screen();
  const asked = show({ event: "contactAsked", requestId: "-x", to: BEN, name: "Ben", via: "room" });
  expect(asked).toContain("You have asked Ben to become a contact.");
  expect(asked).toContain("Whoever takes requests is told");
  const over = { event: "contactRequestOver", userId: BEN, name: "Ben", isOwn: true };
  expect(show({ ...over, end: "withdrawn" })).toBe("You have taken back your request to Ben.\n");
});

test("the orders in a room are listed in lines that fit", () => {
  const lines = `${ROOM_ORDERS_HELP}\n${ROOM_CARE_HELP}`.split("\n");
  expect(lines.filter(({ length }) => length > 90)).toEqual([]);
  for (const order of ["/accept", "/decline", "/approve", "/refuse"]) {
    expect(ROOM_ORDERS_HELP).toContain(`${order} [WHO]`);
  }
});

test("what the server finds wrong with a room is told by the option, and why", () => {
  const told = (body: object): string => {
    const { error } = openRoomSchema.safeParse({ title: "Tea", ...body });
    return asCliError(new ProblemError("malformed-request", faultsOf(error!)), "").message;
  };
  expect(told({ capacity: 1 })).toBe("--capacity must be a whole number from 2 to 1000.");
  expect(told({ capacity: 1.5 })).toBe("--capacity must be a whole number from 2 to 1000.");
  expect(told({ title: "" })).toBe("--title must not be empty.");
  expect(told({ topic: "x".repeat(100) })).toMatch(/^--topic must have at most \d+ characters\.$/);
  expect(told({ admission: 1 })).toBe("--join is not as it has to be.");
  const refused = problem("malformed-request", { fields: { isListed: "is not for it" } });
  const fault = ProblemError.from(refused);
  expect(fault.fields).toEqual({ isListed: "is not for it" });
  expect(asCliError(fault, "")).toMatchObject({
    message: "--listed is not for it.",
    details: { fields: { isListed: "is not for it" } },
  });
});

test.each([
  ["Hello", { kind: "say", text: "Hello" }],
  ["//who", { kind: "say", text: "/who" }],
  ["/accept", { kind: "accept", who: "" }],
  ["/decline  Ben  B", { kind: "decline", who: "Ben B" }],
  ["/approve", { kind: "approve", who: "" }],
  ["/refuse Ben", { kind: "refuse", who: "Ben" }],
  ["/aprove", { kind: "fault", message: "There is no command /aprove. Did you mean /approve?" }],
  ["/refuze", { kind: "fault", message: "There is no command /refuze. Did you mean /refuse?" }],
  ["/ban Ben", { kind: "ban", who: "Ben" }],
  ["/lock", { kind: "lock" }],
  ["/remove", { kind: "fault", message: "Whom? /remove WHO" }],
  ["/invit Ben", { kind: "fault", message: "There is no command /invit. Did you mean /invite?" }],
  ["/zzz", { kind: "fault", message: "There is no command /zzz. /help lists the commands." }],
])("a line in a room: %s", (line, order) => expect(roomOrderIn(line)).toEqual(order));

test("of someone who is not there it is said what to do", () => {
  const people = [member(ANN, "Ann"), member(BEN, "Ben"), member(MAL, "Ben")] as never;
  expect(() => choosePerson("Cem", people, "Use the id.")).toThrow("no “Cem”");
  try {
    choosePerson("Cem", people, "Use the id.");
  } catch (error) {
    expect(error).toMatchObject({ hint: "Here are: Ann, Ben, Ben. Use the id." });
  }
  expect(() => choosePerson("Ben", people)).toThrow("Ben bbbbbbbb, Ben mmmmmmmm");
});

test("ROOM-7: who is banned is shown by name, with the id and since when, and is named by either", () => {
  const show = screen();
  const at = 1_800_000_000_000;
  const since = `banned ${timeText(at)}`;
  const ban = (userId: string, name: string | null) => ({ userId, name, at });
  const shown = (userId: string, name: string | null) =>
    show({ event: "roomBan", ...ban(userId, name) });
  expect(shown(BEN, "Ben\n \u001b[31mred")).toBe(`  Ben red  bbbbbbbb  ${since}\n`);
  expect(shown(ANN, null)).toBe(`  aaaaaaaa  ${since}\n`);
  const bans = [ban(BEN, "Ben"), ban(MAL, "BEN"), ban(ANN, null)] as never;
  expect(chooseBan("mmmmmmmm", bans)).toMatchObject({ userId: MAL });
  expect(chooseBan("aaaa", bans)).toMatchObject({ userId: ANN, name: null });
  expect(() => chooseBan("Ben", bans)).toThrow("“Ben” fits Ben bbbbbbbb, BEN mmmmmmmm.");
  for (const nobody of ["Cem", "", "@ben"]) {
    expect(() => chooseBan(nobody, bans)).toThrow(`Nobody who is banned is called “${nobody}”.`);
  }
});
