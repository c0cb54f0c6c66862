// Rooms at the terminal (ROOM-1, ROOM-4 to ROOM-8): opened, listed, joined, talked in, left aside in pairs, looked after.
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMANDS } from "../../cli/commands.ts";
import { helpOn } from "../../cli/help.ts";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { type Event, Person, type Running } from "./acquaintProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

function people(...names: string[]): Promise<Person[]> {
  return Promise.all(names.map((name) => Person.named(server.url, name)));
}

async function roomOf(person: Person, ...options: string[]): Promise<Event> {
  const { code, events } = await person.run("room", "open", "--title", "Friday talk", ...options);
  expect([code, events]).toMatchObject([0, [{ event: "roomOpened" }]]);
  return events[0]!;
}

/** Stays in the room, once it is there. */
async function stay(person: Person, room: unknown): Promise<Running> {
  const running = person.start("room", "join", String(room));
  await running.event("roomEntered");
  return running;
}

function listedIn({ events }: { readonly events: readonly Event[] }): Event[] {
  return events.filter(({ event }) => event === "roomListed");
}

/** Whatever an event has stands in the help of the commands. */
function isDocumented(events: readonly Event[]): void {
  const words = new Set(COMMANDS.map(helpOn).join().match(/\w+/gu));
  for (const { event, ...members } of events) {
    const known = [event, ...Object.keys(members)].filter((word) => !words.has(word));
    expect([event, known]).toEqual([event, []]);
  }
}

async function leave(...staying: [Person, Running][]): Promise<void> {
  await Promise.all(
    staying.map(async ([, running]) => {
      running.signal("SIGINT");
      await running.ended;
    }),
  );
}

test("ROOM-1, ROOM-4: who joins sees who is there, who comes, what is said and who goes", async () => {
  const [ada, bob] = (await people("Ada", "Bob")) as [Person, Person];
  const { roomId, url } = await roomOf(ada);
  expect(String(url)).toContain(String(roomId));
  const adaHere = await stay(ada, roomId);
  const bobHere = bob.start("room", "join", String(url), "--name", "Bobby");
  expect(await bobHere.event("roomEntered")).toMatchObject({
    title: "Friday talk",
    members: [{ name: "Bobby" }, { name: "Ada", role: "owner" }],
  });
  expect(await adaHere.event("roomJoined")).toMatchObject({ name: "Bobby", role: "member" });
  const said = await bob.run("room", "say", String(roomId), "Hello there", "--name", "Bobby");
  expect([said.code, said.events.at(-1)]).toMatchObject([
    0,
    { event: "roomMessage", text: "Hello there", isOwn: true, status: "said" },
  ]);
  expect(await adaHere.event("roomMessage")).toMatchObject({ name: "Bobby", text: "Hello there" });
  expect(await bobHere.event("roomMessage")).toMatchObject({ isOwn: true });
  const left = await bob.run("room", "leave", String(roomId));
  expect([left.code, left.events.at(-1)]).toMatchObject([0, { event: "roomOver", reason: "left" }]);
  expect((await bobHere.ended).code).toBe(0);
  expect(await adaHere.event("roomLeft")).toMatchObject({ name: "Bobby" });
  adaHere.signal("SIGINT");
  const ended = await adaHere.ended;
  const told = ended.events.map(({ event }) => event);
  expect(told).toEqual(["roomEntered", "roomJoined", "roomMessage", "roomLeft"]);
});

test("ROOM-4: who only says something comes, says it and goes; nobody is kept as away", async () => {
  const [ada, bob] = (await people("Ada", "Bob")) as [Person, Person];
  const { roomId } = await roomOf(ada);
  const here = await stay(ada, roomId);
  expect((await bob.run("room", "say", String(roomId), "Only this")).code).toBe(0);
  await here.event("roomLeft");
  await leave([ada, here]);
  const told = (await here.ended).events.map(({ event, text }) => text ?? event);
  expect(told).toEqual(["roomEntered", "roomJoined", "Only this", "roomLeft"]);
});

test("ROOM-5, ROOM-6: two step aside, become contacts and come back; a third declines", async () => {
  const [ada, bob, cem] = (await people("Ada", "Bob", "Cem")) as [Person, Person, Person];
  const { roomId } = await roomOf(ada);
  const [adaHere, bobHere, cemHere] = [
    await stay(ada, roomId),
    await stay(bob, roomId),
    await stay(cem, roomId),
  ];
  const asking = cem.start("room", "invite", String(roomId), "Ada");
  expect(await adaHere.event("roomInvitation")).toMatchObject({ name: "Cem", isOwn: false });
  expect((await ada.run("room", "decline", String(roomId), "Cem")).code).toBe(0);
  const declined = await asking.ended;
  expect([declined.code, declined.events.at(-1)]).toMatchObject([
    1,
    { event: "roomInvitationOver", outcome: "declined", name: "Ada", pairRoomId: null },
  ]);

  const inviting = ada.start("room", "invite", String(roomId), "Bob");
  await bobHere.event("roomInvitation");
  const accepting = bob.start("room", "accept", String(roomId));
  const [first, second] = await Promise.all([
    inviting.event("roomEntered"),
    accepting.event("roomEntered"),
  ]);
  expect(first).toMatchObject({ kind: "pair" });
  expect(second["roomId"]).toBe(first["roomId"]);
  expect(await cemHere.event("roomChanged")).toMatchObject({ isAside: true });
  const asked = await ada.run("room", "contact", String(first["roomId"]), "Bob");
  expect([asked.code, asked.events.at(-1)]).toMatchObject([
    0,
    { event: "contactAsked", via: "room" },
  ]);
  expect(asked.events.at(-1)).toMatchObject({ name: "Bob" });
  expect(await bobHere.event("contactRequest")).toMatchObject({
    name: "Ada",
    title: "Friday talk",
  });
  const own = await ada.run("requests");
  expect(own.events[0]).toMatchObject({ event: "contactAsked", name: "Bob" });
  const waiting = await bob.run("requests");
  expect(waiting.events[0]).toMatchObject({ name: "Ada", via: "room", title: "Friday talk" });
  const { requestId } = waiting.events[0]!;
  expect((await bob.run("requests", "approve", String(requestId))).code).toBe(0);
  expect(await adaHere.event("contactRequestOver")).toMatchObject({
    name: "Bob",
    isOwn: true,
    end: "approved",
  });
  inviting.signal("SIGINT");
  expect((await accepting.ended).events.at(-1)).toMatchObject({
    event: "roomOver",
    reason: "over",
  });
  expect(await bobHere.event("roomReturned")).toMatchObject({ pairRoomId: first["roomId"] });
  await inviting.ended;
  await ada.run("inbox");
  expect((await ada.run("contacts")).events).toMatchObject([{ method: "room", verified: true }]);
  expect((await bob.run("contacts")).events).toMatchObject([{ method: "room", verified: true }]);
  await leave([ada, adaHere], [bob, bobHere], [cem, cemHere]);
  for (const { ended } of [adaHere, bobHere, inviting, accepting])
    isDocumented((await ended).events);
});

test("ROOM-1, ROOM-7: one waits to be let in, is removed, banned, and reported on", async () => {
  const [ada, bob, dan] = (await people("Ada", "Bob", "Dan")) as [Person, Person, Person];
  const { roomId } = await roomOf(ada, "--join", "approval");
  const room = String(roomId);
  const here = await stay(ada, roomId);
  const knocking = bob.start("room", "join", room);
  expect(await knocking.event("roomState")).toMatchObject({ state: "waiting" });
  expect(await here.event("roomKnocking")).toMatchObject({ knocking: [{ name: "Bob" }] });
  const admitted = await ada.run("room", "moderate", room, "admit", "Bob");
  expect([admitted.code, admitted.events.at(-1)]).toMatchObject([
    0,
    { event: "roomModerated", act: "admit", name: "Bob" },
  ]);
  await knocking.event("roomEntered");
  const onAda = await bob.run("room", "report", room, "Ada", "--reason", "hate");
  expect(onAda.events.at(-1)).toMatchObject({ event: "roomReported", role: "owner" });
  const reported = await ada.run("room", "report", room, "Bob", "--reason", "spam");
  expect([reported.code, reported.events.at(-1)]).toMatchObject([
    0,
    { event: "roomReported", role: "member", messages: 0 },
  ]);
  expect(await here.event("roomReports")).toMatchObject({ count: 1, before: 0 });
  expect((await ada.run("room", "reports", room)).events).toMatchObject([
    { event: "roomReport", name: "Bob", reason: "spam" },
  ]);
  expect((await ada.run("room", "moderate", room, "ban", "Bob")).code).toBe(0);
  const banned = await knocking.ended;
  expect([banned.code, banned.events.at(-1)]).toMatchObject([
    1,
    { event: "roomOver", reason: "banned" },
  ]);
  const refused = await bob.run("room", "join", room);
  expect([refused.code, refused.events.at(-1)]).toMatchObject([1, { code: "room-barred" }]);
  const bans = await ada.run("room", "moderate", room, "bans");
  const isOfNow = expect.closeTo(Date.now(), -6) as number;
  expect(bans.events).toMatchObject([{ event: "roomBan", name: "Bob", at: isOfNow }]);
  isDocumented(bans.events);
  const userId = String(bans.events[0]?.["userId"]);
  const shown = await ada.read("room", "moderate", room, "bans");
  expect(shown.stdout).toMatch(new RegExp(`^  Bob  ${userId.slice(0, 8)}  banned \\S`));
  const notBob = await bob.run("room", "set", room, "--lock");
  expect([notBob.code, notBob.events.at(-1)]).toMatchObject([1, { code: "moderators-only" }]);
  const left = await ada.read("room", "moderate", room, "ban", "Bob");
  expect([left.code, left.stderr]).toEqual([1, expect.stringContaining("banned by the user id")]);
  const closing = await Promise.all([
    dan.read("room", "close", room),
    dan.read("room", "set", room, "--title", "Mine"),
    dan.read("room", "set", room, "--lock"),
  ]);
  expect(closing.map(({ stderr }) => stderr.split("\n")[0])).toEqual([
    "acquaint: Only who has opened the room may do this.",
    "acquaint: Only who has opened the room may do this.",
    "acquaint: Only moderators of the room may do this.",
  ]);
  const unknown = await ada.run("room", "moderate", room, "unban", "Dan");
  expect([unknown.code, unknown.events.at(-1)]).toMatchObject([1, { code: "person-unknown" }]);
  const unbanned = await ada.run("room", "moderate", room, "unban", "bob");
  expect([unbanned.code, unbanned.events]).toMatchObject([
    0,
    [{ event: "roomModerated", act: "unban", userId, name: "Bob" }],
  ]);
  const none = await ada.read("room", "moderate", room, "bans");
  expect(none.stdout + none.stderr).toBe("Nobody is banned.\n");
  await leave([ada, here]);
  isDocumented((await here.ended).events);
  expect((await ada.run("room", "close", room)).code).toBe(0);
  const gone = await ada.run("room", "look", room);
  expect([gone.code, gone.events.at(-1)]).toMatchObject([1, { code: "room-unknown" }]);
});

test("ROOM-8: the lobby lists rooms of a topic with the people in them, and not those joined by link", async () => {
  const [ada] = (await people("Ada")) as [Person];
  const { roomId } = await roomOf(ada, "--listed", "--topic", "Bird Watching!");
  const link = await roomOf(ada, "--join", "link", "--topic", "bird-watching");
  expect(String(link["url"]).split("/").at(-1)).not.toBe(link["roomId"]);
  const here = await stay(ada, roomId);
  await expect
    .poll(async () => listedIn(await ada.run("room", "list", "--topic", "bird-watching")), {
      timeout: 20_000,
    })
    .toMatchObject([{ roomId, title: "Friday talk", occupancy: 1 }]);
  const byId = await (
    await Person.named(server.url, "Bob")
  ).run("room", "join", String(link["roomId"]));
  expect([byId.code, byId.events.at(-1)]).toMatchObject([1, { code: "link-needed" }]);
  const own = await ada.run("room", "list", "--own");
  expect(listedIn(own)).toHaveLength(2);
  isDocumented(own.events);
  isDocumented((await ada.run("room", "look", String(roomId))).events);
  const renewed = await ada.run("room", "set", String(link["roomId"]), "--new-link");
  expect(renewed.events.map(({ event }) => event)).toEqual(["roomLink"]);
  const none = await ada.read("room", "list", "--topic", "No Such");
  expect(none.stderr).toContain("No room on #no-such is listed.");
  await leave([ada, here]);
});

test("people read sentences, and what is not understood is refused before anything is sent", async () => {
  const [ada] = (await people("Ada")) as [Person];
  const opened = await ada.read("room", "open", "--title", "Tea");
  expect(opened.stdout).toContain("✓ The room is open.");
  const room = /acquaint room join ([a-z2-7]{16})/.exec(opened.stdout)?.[1] ?? "";
  const said = await ada.read("room", "say", room, "Is anybody here?");
  expect(said.stdout).toContain("you: Is anybody here?");
  const looked = await ada.read("room", "look", room);
  expect(looked.stdout).toContain("0 of 50 people");
  const small = await ada.read("room", "open", "--title", "Tea", "--capacity", "1");
  expect([small.code, small.stderr]).toEqual([
    1,
    expect.stringContaining("--capacity must be a whole number from 2 to 1000."),
  ]);
  const misunderstood = [
    ["open"],
    ["open", "--title", "Tea", "--join", "nobody"],
    ["open", "--title", "Tea", "--capacity", "many"],
    ["join"],
    ["join", "no room at all"],
    ["say", room],
    ["set", room],
    ["moderate", room, "kick", "Bob"],
    ["report", room, "Bob"],
  ];
  const answers = await Promise.all(misunderstood.map((wrong) => ada.read("room", ...wrong)));
  expect(answers.map(({ code }) => code)).toEqual(misunderstood.map(() => 2));
  for (const { stderr } of answers) expect(stderr).toContain("acquaint:");
});

test("ROOM-1, ROOM-7: at a terminal nothing is asked for before one is let in; then all are looked after there", async () => {
  const [ada, bob] = (await people("Ada", "Bob")) as [Person, Person];
  const { roomId } = await roomOf(ada, "--join", "approval");
  const adaSits = ada.sit("room", "join", String(roomId));
  await adaSits.shows("Each line is said.");
  const bobSits = bob.sit("room", "join", String(roomId));
  await bobSits.shows("A moderator has to let you in");
  await adaSits.shows("Bob waits to be let in");
  expect(bobSits.text).not.toContain("Each line is said.");
  adaSits.enter("/admit Bob");
  await bobSits.shows("Each line is said.");
  bobSits.enter("/accept");
  await bobSits.shows("Nobody has asked you to step aside, or it is over.");
  bobSits.enter("/contact Ada");
  await adaSits.shows(/Bob asks to become a contact, out of the room/);
  bobSits.press("\u0004");
  await bobSits.shows("You have gone from “Friday talk”.");
  await adaSits.shows("Bob has left.");
  adaSits.enter("/who");
  await adaSits.shows("Have left:");
  await adaSits.shows(/Bob {2}[a-z2-7]{32}/);
  adaSits.enter("/ban Bob");
  await adaSits.shows("✓ Banned: Bob.");
  adaSits.enter("/help");
  await adaSits.shows("/lock, /unlock");
  adaSits.enter("/lock");
  await adaSits.shows("The room is locked: nobody else comes in.");
  adaSits.press("\u0003");
  await adaSits.shows("You have gone from");
  expect(await Promise.all([adaSits.ended, bobSits.ended])).toEqual([0, 0]);
});

test("ROOM-6: at a terminal, who asks to become a contact is answered by an order in the room", async () => {
  const [ada, bob, cem] = (await people("Ada", "Bob", "Cem")) as [Person, Person, Person];
  const { roomId } = await roomOf(ada);
  const adaSits = ada.sit("room", "join", String(roomId));
  await adaSits.shows("Each line is said.");
  adaSits.enter("/approve");
  await adaSits.shows("Nobody asks to become a contact, or it is over.");
  const bobSits = bob.sit("room", "join", String(roomId));
  await bobSits.shows("Each line is said.");
  const cemHere = await stay(cem, roomId);
  bobSits.enter("/contact Ada");
  await adaSits.shows("Bob asks to become a contact, out of the room “Friday talk”.");
  await adaSits.shows(/\/approve ([a-z2-7]{8}) or \/refuse \1/);
  expect((await cem.run("room", "contact", String(roomId), "Ada")).code).toBe(0);
  await adaSits.shows("Cem asks to become a contact");
  adaSits.enter("/accept Bob");
  await adaSits.shows("or it is over. /approve says yes to who asks to become a contact.");
  adaSits.enter("/approve");
  await adaSits.shows(/Several ask to become contacts: Bob [a-z2-7]{8}, Cem [a-z2-7]{8}\./);
  adaSits.enter("/refuse Cem");
  await adaSits.shows("You have said no. Cem is told.");
  expect(await cemHere.event("contactRequestOver")).toMatchObject({ isOwn: true, end: "declined" });
  adaSits.enter("/approve");
  await adaSits.shows("✓ You and Bob are in contact.");
  await bobSits.shows("✓ Ada has said yes: you are in contact.");
  bobSits.enter("Good");
  await adaSits.shows("Bob (contact): Good");
  for (const sitting of [adaSits, bobSits]) sitting.press("\u0004");
  await leave([cem, cemHere]);
  expect(await Promise.all([adaSits.ended, bobSits.ended])).toEqual([0, 0]);
  expect(adaSits.text.match(/You and Bob are in contact/g)).toHaveLength(1);
  expect((await ada.run("contacts")).events).toMatchObject([{ name: "Bob", method: "room" }]);
  expect((await ada.run("requests")).events).toEqual([]);
});
