// `room moderate`, `room report`, `room reports`: looking after a room.
import { isUserId, REPORT_REASONS } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { EXIT, usageError } from "../errors.ts";
import { choosePerson, othersIn } from "../roomPeople.ts";
import { inRoom } from "./roomTalk.ts";

const ACTS = ["admit", "deny", "remove", "ban", "unban", "appoint", "dismiss"] as const;
type Act = (typeof ACTS)[number];

export const roomModerate: Command = {
  path: ["room", "moderate"],
  summary: "let people in, remove or ban them, name moderators",
  synopsis:
    "ROOM (admit|deny|remove|ban|unban|appoint|dismiss) WHO\n       acquaint room moderate ROOM bans",
  options: {},
  help: `
admit and deny answer who waits to be let in. remove takes somebody out, who may come
back; ban keeps them out until unban. appoint makes a moderator of somebody, dismiss a
member again; for that one must have opened the room. bans lists who is banned. WHO is
a name, a @handle or a user id; for unban, the user id.

Events with --json: roomModerated {roomId, act, userId, name}; roomBan {roomId, userId}.`,
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
server. A report about one of them is for whoever runs the server alone. From the page
messages can be reported with it, as the room itself has passed them on.

Event with --json: roomReported {roomId, userId, name}.`,
  run: report,
};

export const roomReports: Command = {
  path: ["room", "reports"],
  summary: "what was reported in a room that you look after",
  synopsis: "ROOM [drop ID]",
  options: {},
  help: `
Lists the reports; drop puts one aside. They are kept for 30 days.

Events with --json: roomReport {roomId, reportId, userId, name, reason, note, messages,
at, by}; roomReportDropped {roomId, reportId}.`,
  run: reports,
};

async function moderate(context: Context): Promise<number> {
  const [reference, act, who, extra] = context.args.positionals;
  const example = "acquaint room moderate ROOM ban WHO";
  if (reference === undefined || extra !== undefined) throw usageError("Which room?", example);
  if (act === "bans" && who === undefined) return bans(context, reference);
  if (!isAct(act)) throw usageError(`One of: ${ACTS.join(", ")}, bans.`, example);
  if (who === undefined) throw usageError("Whom?", example);
  if (isUserId(who)) {
    const client = await context.open();
    const { roomId } = (await client.rooms.look(reference)).room;
    await client.rooms.moderate(reference, act, who);
    context.present.show({ event: "roomModerated", roomId, act, userId: who, name: null });
    return EXIT.success;
  }
  return inRoom(context, reference, async (room, client) => {
    const isWaiting = act === "admit" || act === "deny";
    const { userId, name } = choosePerson(who, isWaiting ? room.knocking : othersIn(room));
    await client.rooms.moderate(room.roomId, act, userId);
    context.present.show({ event: "roomModerated", roomId: room.roomId, act, userId, name });
    return EXIT.success;
  });
}

async function bans({ present, open }: Context, reference: string): Promise<number> {
  const client = await open();
  const { roomId } = (await client.rooms.look(reference)).room;
  const banned = await client.rooms.bans(reference);
  for (const userId of banned) present.show({ event: "roomBan", roomId, userId });
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
    const { userId, name } = choosePerson(who, othersIn(room));
    await client.rooms.report(room.roomId, { userId, reason, ...(note !== undefined && { note }) });
    present.show({ event: "roomReported", roomId: room.roomId, userId, name });
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
