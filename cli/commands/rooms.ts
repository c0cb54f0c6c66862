// `room open`, `room list`, `room look`, `room set`, `room close`: rooms as such.
import type { Acquaint } from "../../shared/client/node.ts";
import type { Arguments } from "../arguments.ts";
import type { Command, Context } from "../command.ts";
import { EXIT, usageError } from "../errors.ts";
import { topicOf } from "../../shared/client/rooms/links.ts";
import { asOwner } from "../ownersOnly.ts";
import { onlyRoom } from "../roomArguments.ts";
import { infoEvent, listedEvent } from "../roomEvents.ts";

type Opening = Parameters<Acquaint["rooms"]["open"]>[0];
type Arranging = Parameters<Acquaint["rooms"]["arrange"]>[1];

const ADMISSIONS = ["anyone", "link", "approval"] as const;

const SETTINGS = {
  topic: { type: "string", value: "T", text: "what it is about: one word, or a few" },
  capacity: { type: "string", value: "N", text: "how many people at a time (2 to 1000)" },
  join: { type: "string", value: "WHO", text: "anyone, link, or approval by a moderator" },
} as const;

export const roomOpen: Command = {
  path: ["room", "open"],
  summary: "open a room where people talk",
  synopsis: "--title T [--topic T] [--listed] [--join WHO] [--capacity N]",
  options: {
    title: { type: "string", value: "T", text: "what it is called" },
    ...SETTINGS,
    listed: { type: "boolean", text: "show it in the lobby, where anyone finds it" },
  },
  help: `
Opens a room and prints its link. It stands until you close it, or nobody has come for
a week. Whoever is in it sees who else is, and what they say; the server passes that on
and keeps none of it, but it is not sealed from the server.

--join says who comes in: anyone who has the id (the default), whoever has the link, or
whom you or a moderator let in. You look after it with: acquaint room moderate, room set.

Event with --json: roomOpened {roomId, url}.`,
  run: open,
};

export const roomList: Command = {
  path: ["room", "list"],
  summary: "rooms in the lobby, or those that you have opened",
  synopsis: "[--topic T | --own]",
  options: {
    topic: { type: "string", value: "T", text: "those of one topic alone" },
    own: { type: "boolean", text: "those that you have opened" },
  },
  help: `
Lists rooms that anyone may find, the fullest first, with how many people are in them
now; then the topics.

Events with --json: roomListed {roomId, title, topic, occupancy, capacity, admission,
media, isLocked, owner, operator, createdAt} for each; without --own also roomTopic
{topic, rooms, people}.`,
  run: list,
};

export const roomLook: Command = {
  path: ["room", "look"],
  summary: "what a room is, and how many people are in it",
  synopsis: "ROOM",
  options: {},
  help: `
Tells of a room without going in. ROOM is its id or its link.

Event with --json: room {roomId, kind, title, topic, capacity, admission, media, pace,
isListed, isLocked, owner, operator, createdAt, occupancy}. kind is room or pair; media
{audio, video} is what may be shared there, and pace how many messages of one person a
second the room takes.`,
  run: look,
};

export const roomSet: Command = {
  path: ["room", "set"],
  summary: "change a room of yours; lock it, make a new link",
  synopsis: "ROOM [--title T] [--lock | --unlock] [--new-link] [OPTIONS]",
  options: {
    title: { type: "string", value: "T", text: "what it is called" },
    ...SETTINGS,
    listed: { type: "boolean", text: "show it in the lobby" },
    unlisted: { type: "boolean", text: "show it there no more" },
    lock: { type: "boolean", text: "nobody else comes in" },
    unlock: { type: "boolean", text: "people come in again" },
    "new-link": { type: "boolean", text: "make a link; one made before leads nowhere then" },
  },
  help: `
Changes what you name and leaves the rest. Moderators may lock and unlock; the rest is
for who has opened the room. --topic "" takes the topic away.

Events with --json: room, as of acquaint room look; with --new-link, roomLink {roomId,
url}.`,
  run: set,
};

export const roomClose: Command = {
  path: ["room", "close"],
  summary: "end a room for everyone",
  synopsis: "ROOM",
  options: {},
  help: `
Everyone is told, and nothing is left of the room.

Event with --json: roomClosed {roomId}.`,
  run: close,
};

async function open({ args, present, open: openAccount }: Context): Promise<number> {
  const title = args.text("title");
  if (title === undefined || args.positionals.length > 0) {
    throw usageError("What is it called?", 'acquaint room open --title "Friday talk"');
  }
  const opening: Opening = { title, ...settingsIn(args), isListed: args.flag("listed") };
  const client = await openAccount();
  present.show({ event: "roomOpened", ...(await client.rooms.open(opening)) });
  return EXIT.success;
}

async function list({ args, present, open: openAccount }: Context): Promise<number> {
  const topic = topicIn(args);
  if (args.positionals.length > 0) throw usageError("acquaint room list [--topic T | --own]");
  const client = await openAccount();
  if (args.flag("own")) {
    const own = await client.rooms.own();
    for (const info of own) present.show(listedEvent(info));
    if (own.length === 0) present.remark("You have opened none that stands.");
    return EXIT.success;
  }
  const { rooms, topics } = await client.rooms.lobby(topic ?? undefined);
  for (const listing of rooms) present.show({ event: "roomListed", ...listing });
  for (const one of topics) present.show({ event: "roomTopic", ...one });
  if (rooms.length === 0) {
    const where = topic == null ? "No room is listed." : `No room on #${topic} is listed.`;
    const opening = `acquaint room open --title T --listed${topic == null ? "" : ` --topic ${topic}`}`;
    present.remark(`${where} To open one: ${opening}`);
  }
  return EXIT.success;
}

async function look(context: Context): Promise<number> {
  const room = onlyRoom(context.args, "acquaint room look ROOM");
  const client = await context.open();
  context.present.show(infoEvent(await client.rooms.look(room)));
  return EXIT.success;
}

async function set({ args, present, open: openAccount }: Context): Promise<number> {
  const room = onlyRoom(args, "acquaint room set ROOM --lock");
  const title = args.text("title");
  const change: Arranging = {
    ...(title !== undefined && { title }),
    ...settingsIn(args),
    ...switched(args, "listed", "unlisted", (isListed) => ({ isListed })),
    ...switched(args, "lock", "unlock", (isLocked) => ({ isLocked })),
  };
  const isLinked = args.flag("new-link");
  if (Object.keys(change).length === 0 && !isLinked) {
    throw usageError("What is to be otherwise?", "acquaint room set --help");
  }
  const client = await openAccount();
  if (Object.keys(change).length > 0) {
    const isLockAlone = Object.keys(change).every((key) => key === "isLocked");
    const done = client.rooms.arrange(room, change);
    await (isLockAlone ? done : asOwner(done));
    present.show(infoEvent(await client.rooms.look(room)));
  }
  if (isLinked) {
    present.show({ event: "roomLink", ...(await asOwner(client.rooms.renewLink(room))) });
  }
  return EXIT.success;
}

async function close(context: Context): Promise<number> {
  const room = onlyRoom(context.args, "acquaint room close ROOM");
  const client = await context.open();
  const { roomId } = (await client.rooms.look(room)).room;
  await asOwner(client.rooms.close(room));
  context.present.show({ event: "roomClosed", roomId });
  return EXIT.success;
}

/** @throws CliError `usage` */
function settingsIn(args: Arguments): Pick<Opening, "topic" | "capacity" | "admission"> {
  const topic = topicIn(args);
  const [capacity, join] = [args.text("capacity"), args.text("join")];
  const admission = ADMISSIONS.find((one) => one === join);
  if (join !== undefined && admission === undefined) {
    throw usageError(`--join ${join} is not known.`, `One of: ${ADMISSIONS.join(", ")}.`);
  }
  if (capacity !== undefined && !/^[1-9][0-9]{0,3}$/.test(capacity)) {
    throw usageError(`--capacity ${capacity} is no number of people.`, "2 to 1000");
  }
  return {
    ...(topic !== undefined && { topic }),
    ...(capacity !== undefined && { capacity: Number(capacity) }),
    ...(admission !== undefined && { admission }),
  };
}

/** As rooms name it, whatever was typed; null for one that is empty. @throws CliError `usage` */
function topicIn(args: Arguments): string | null | undefined {
  const typed = args.text("topic");
  if (typed === undefined) return undefined;
  if (typed.trim() === "") return null;
  const topic = topicOf(typed);
  if (topic !== "") return topic;
  throw usageError(`--topic ${typed} has no letter or digit.`, "words-with-hyphens");
}

/** @throws CliError `usage` when both are given */
function switched<Change>(
  args: Arguments,
  on: string,
  off: string,
  change: (value: boolean) => Change,
): Change | Record<string, never> {
  if (args.flag(on) && args.flag(off)) throw usageError(`--${on} or --${off}, not both.`);
  return args.flag(on) ? change(true) : args.flag(off) ? change(false) : {};
}
