// `room moderate`, `room report`, `room reports`: looking after a room.
import { isUserId, REPORT_REASONS } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { EXIT, usageError } from "../errors.ts";
import { asModerator, asOwner } from "../ownersOnly.ts";
import { bansOf, chooseBan } from "../roomBans.ts";
import { choosePerson, othersIn } from "../roomPeople.ts";
import { reportPerson } from "../roomReporting.ts";
import { inRoom } from "../roomVisit.ts";

const ACTS = ["admit", "deny", "remove", "ban", "unban", "appoint", "dismiss"] as const;
type Act = (typeof ACTS)[number];

const GONE = "Who has left is banned by the user id; /who in acquaint room join shows it.";

export const roomModerate: Command = {
  path: ["room", "moderate"],
  summary: "let people in, remove or ban them, name moderators",
  synopsis:
    "ROOM (admit|deny|remove|ban|unban|appoint|dismiss) WHO\n       acquaint room moderate ROOM bans",
  options: {},
  help: `
admit and deny answer who waits to be let in. remove takes somebody out, who may come
back; ban keeps them out until unban. appoint makes a moderator of somebody, dismiss a
member again; for that one must have opened the room. bans lists who is banned, by the
name that they had in the room, and since when. WHO is a name, a @handle or a user id; for
unban, the name or the user id that bans shows. Who has left is banned by the user id: in
acquaint room join, /who shows it, and /ban takes the name as well.

Events with --json: roomModerated {roomId, act, userId, name}; roomBan {roomId, userId,
name, at}. The name is null where it is not known.`,
  run: moderate,
};

export const roomReport: Command = {
  path: ["room", "report"],
  summary: "report somebody in a room",
  synopsis: "ROOM WHO --reason R [--note TEXT]",
  options: {
    reason: { type: "string", value: "R", text: REPORT_REASONS.join(", ") },
    note: { type: "string", value: "TEXT", text: "what happened, in your words" },
  },
  help: `
Those who look after the room read it: its owner and moderators, and whoever runs the
server. A report about one of them only whoever runs the server reads, and the platform
that has opened the room, if one has. What they say while this is in the room goes along;
/report in acquaint room join sends the last ten messages of theirs, also when they have
left, and on the page one chooses them. What the room itself cannot confirm is marked
as your word. It keeps three reports of yours on one person, ten in all, and has limited
space for everybody's.

Event with --json: roomReported {roomId, userId, name, messages: how many, role: theirs,
null in a pair room, operator}.`,
  run: report,
};

export const roomReports: Command = {
  path: ["room", "reports"],
  summary: "what was reported in a room that you look after",
  synopsis: "ROOM [drop ID]",
  options: {},
  help: `
Lists the reports; drop puts one aside. They are kept for 30 days. A message that the room
could not confirm when it was reported is marked: only whoever reported it says so.

Events with --json: roomReport {roomId, reportId, userId, name, reason, note, messages:
[{text, at, isConfirmed}], at, by}, where name is null if the room did not know it;
roomReportDropped {roomId, reportId}.`,
  run: reports,
};

async function moderate(context: Context): Promise<number> {
  const [reference, act, who, extra] = context.args.positionals;
  const example = "acquaint room moderate ROOM ban WHO";
  if (reference === undefined || extra !== undefined) throw usageError("Which room?", example);
  if (act === "bans" && who === undefined) return bans(context, reference);
  if (!isAct(act)) throw usageError(`One of: ${ACTS.join(", ")}, bans.`, example);
  if (who === undefined) throw usageError("Whom?", example);
  const isOwners = act === "appoint" || act === "dismiss";
  if (isUserId(who)) {
    const client = await context.open();
    const { roomId } = (await client.rooms.look(reference)).room;
    const done = client.rooms.moderate(reference, act, who);
    await (isOwners ? asOwner(done) : done);
    context.present.show({ event: "roomModerated", roomId, act, userId: who, name: null });
    return EXIT.success;
  }
  if (act === "unban") return unban(context, reference, who);
  return inRoom(context, reference, async (room, client) => {
    const isWaiting = act === "admit" || act === "deny";
    const absent = act === "ban" ? GONE : "";
    const people = isWaiting ? room.knocking : othersIn(room);
    const { userId, name } = choosePerson(who, people, absent);
    const done = client.rooms.moderate(room.roomId, act, userId, name);
    await (isOwners ? asOwner(done) : asModerator(room, done));
    context.present.show({ event: "roomModerated", roomId: room.roomId, act, userId, name });
    return EXIT.success;
  });
}

/** Whoever is banned is not there to be chosen from. */
async function unban({ present, open }: Context, reference: string, who: string): Promise<number> {
  const client = await open();
  const { roomId } = (await client.rooms.look(reference)).room;
  const { userId, name } = chooseBan(who, await bansOf(client, reference));
  await client.rooms.moderate(reference, "unban", userId);
  present.show({ event: "roomModerated", roomId, act: "unban", userId, name });
  return EXIT.success;
}

async function bans({ present, open }: Context, reference: string): Promise<number> {
  const client = await open();
  const { roomId } = (await client.rooms.look(reference)).room;
  const banned = await bansOf(client, reference);
  for (const ban of banned) present.show({ event: "roomBan", roomId, ...ban });
  if (banned.length === 0) present.remark("Nobody is banned.");
  return EXIT.success;
}

async function report(context: Context): Promise<number> {
  const { args, present } = context;
  const [reference, who, extra] = args.positionals;
  const example = "acquaint room report ROOM WHO --reason spam";
  const reason = REPORT_REASONS.find((one) => one === args.text("reason"));
  if (reference === undefined || who === undefined) throw usageError("Whom, and where?", example);
  if (extra !== undefined) throw usageError(`What about ${extra}? Blanks need quotes.`, example);
  if (reason === undefined) {
    throw usageError(`For what? ${REPORT_REASONS.join(", ")}.`, example);
  }
  const note = args.text("note");
  return inRoom(context, reference, async (room, client) => {
    const grounds = { reason, ...(note !== undefined && { note }) };
    present.show(await reportPerson(client, room, who, grounds));
    return EXIT.success;
  });
}

async function reports({ args, present, open }: Context): Promise<number> {
  const [reference, action, reportId] = args.positionals;
  const isDrop = action === "drop" && reportId !== undefined && args.positionals.length === 3;
  if (reference === undefined || (action !== undefined && !isDrop)) {
    throw usageError("acquaint room reports ROOM [drop ID]");
  }
  const client = await open();
  const { roomId } = (await client.rooms.look(reference)).room;
  if (isDrop) {
    await client.rooms.dropReport(reference, reportId);
    present.show({ event: "roomReportDropped", roomId, reportId });
    return EXIT.success;
  }
  const all = await client.rooms.reports(reference);
  for (const one of all) present.show({ event: "roomReport", roomId, ...one });
  if (all.length === 0) present.remark("Nothing was reported.");
  return EXIT.success;
}

function isAct(text: string | undefined): text is Act {
  return ACTS.some((act) => act === text);
}
