// What rooms cost: one opened and closed, somebody who comes and leaves, a connection that is lost and found, two who step
// aside, and an hour of talk.

import { callRoute } from "../shared/client/api.ts";
import { ROOM_TTL_SECONDS } from "../shared/wire/limits.ts";
import type { Invitation, Pair, RoomNotice } from "../shared/wire/roomLine.ts";
import { type BenchAccount, portsAt } from "./accounts.ts";
import {
  bill,
  type Counted,
  counted,
  costTable,
  FRAMES_PER_REQUEST,
  listOf,
  PRICES,
} from "./billing.ts";
import { connect, type FrameSocket } from "./clients.ts";
import { Member } from "./roomsClients.ts";
import { operatorAt } from "./roomsServers.ts";
import { doorOf } from "./roomsShare.ts";
import type { BenchServer } from "./servers.ts";
import { short } from "./tables.ts";

const PEOPLE = 10;
const MESSAGES_IN_AN_HOUR = PEOPLE * 60;
/** Of what an account may do a few times in a minute, and no more. */
const FEW = 5;

const NAMES = {
  room: "a listed room, opened and closed",
  stay: "somebody comes into a listed room, and leaves",
  lost: "a connection to a room, lost and found again",
  aside: "two step aside into a room of their own, and return",
  hour: `an hour of a room of ${PEOPLE}, a message a minute each`,
} as const;
type RoomThing = keyof typeof NAMES;

export async function countRooms(
  server: BenchServer,
  times: number,
  accounts: readonly BenchAccount[],
): Promise<Record<RoomThing, Counted>> {
  const { url } = server;
  const each = (count: number, thing: (index: number) => Promise<unknown>): Promise<Counted> =>
    counted(server, count, async () => {
      for (let index = 0; index < count; index += 1) await thing(index);
    });
  const room = await each(times, async (index) => {
    const account = accounts[index]!;
    await close(url, account, await open(url, account));
  });
  const [owner, other] = accounts as [BenchAccount, BenchAccount];
  const roomId = await open(url, owner);
  const here = await enter(url, owner, roomId);
  const stay = await each(times - 1, async (index) => {
    await leave(await enter(url, accounts[index + 1]!, roomId));
  });
  let there = await enter(url, other, roomId);
  const lost = await each(FEW, async () => {
    there.close();
    await here.next("events");
    there = await enter(url, other, roomId);
    await here.next("events");
  });
  const aside = await each(FEW, (index) => stepAside(url, index, here, owner, there, other));
  await leave(there);
  await leave(here);
  const openWithoutPace = await operatorAt(url);
  const hour = await countHour(server, await openWithoutPace(), accounts.slice(0, PEOPLE));
  return { room, stay, lost, aside, hour };
}

async function open(url: string, { address, token }: BenchAccount): Promise<string> {
  const body = { title: "A room", topic: "talk", isListed: true };
  return (await callRoute(portsAt(address), url, "openRoom", { body }, token)).roomId;
}

async function close(url: string, { address, token }: BenchAccount, roomId: string): Promise<void> {
  await callRoute(portsAt(address), url, "closeRoom", { params: { roomId } }, token);
}

type RoomSocket = FrameSocket<RoomNotice>;

async function enter(url: string, account: BenchAccount, roomId: string): Promise<RoomSocket> {
  const { socket } = await connect<RoomNotice>(url, account, { purpose: "room", roomId });
  await socket.opened;
  const line = Buffer.from(account.userId.slice(0, 8)).toString("base64url");
  socket.send([{ type: "enter", line, name: "Somebody" }]);
  await socket.next("entered");
  return socket;
}

async function leave(socket: RoomSocket): Promise<void> {
  socket.send([{ type: "leave" }]);
  await socket.next("ended");
  socket.close();
}

/** Asked, accepted, both in the pair room, and over. */
async function stepAside(
  url: string,
  number: number,
  here: RoomSocket,
  owner: BenchAccount,
  there: RoomSocket,
  other: BenchAccount,
): Promise<void> {
  here.send([{ type: "invite", number, to: other.userId }]);
  const asked = (await there.next("invitation")) as { readonly invitation: Invitation };
  const { invitationId } = asked.invitation;
  there.send([{ type: "reply", number, invitationId, reply: "accept" }]);
  const over = (await here.next("invitationOver")) as { readonly pair: Pair | null };
  const pairId = over.pair!.roomId;
  const first = await enter(url, owner, pairId);
  const second = await enter(url, other, pairId);
  await leave(first);
  await second.next("ended");
  second.close();
  await Promise.all([here.next("returned"), there.next("returned")]);
}

/** Each message alone in a quiet room, so that nothing is gathered with it. */
async function countHour(
  server: BenchServer,
  roomId: string,
  accounts: readonly BenchAccount[],
): Promise<Counted> {
  const { url } = server;
  const kind = "product, JSON";
  let missing = 0;
  let allHave = (): void => {};
  const members = await Promise.all(
    accounts.map(async (account, index) => {
      const door = await doorOf({ kind, url, room: roomId }, { index, account });
      return Member.enter(kind, door, index, () => {
        missing -= 1;
        if (missing === 0) allHave();
      });
    }),
  );
  const hour = await counted(server, 1, async () => {
    for (let said = 0; said < MESSAGES_IN_AN_HOUR; said += 1) {
      missing = members.length;
      const heardByAll = new Promise<void>((resolve) => (allHave = resolve));
      members[said % members.length]!.say(1);
      await heardByAll;
    }
  });
  await Promise.all(members.map((member) => member.leave()));
  return hour;
}

export function roomsSection(things: Record<RoomThing, Counted>, pingSeconds: number): string {
  const lists = (["room", "stay", "lost", "aside", "hour"] as const).map((thing) => {
    const { ledger, times } = things[thing];
    const rows = listOf(ledger.rows, times) || "no row";
    const frames = `${short(ledger.frames / times)} frames`;
    return `- ${NAMES[thing]}: ${rows};\n  ${listOf(ledger.calls, times) || "no request"}; and ${frames}.`;
  });
  const pings = ((PEOPLE * 3_600) / pingSeconds / FRAMES_PER_REQUEST) * PRICES.objectRequests;
  const talked = bill(things.hour).dollars;
  return `## Rooms

${costTable(NAMES, things)}

${lists.join("\n")}

Nothing that is said in a room is written anywhere, so an hour of it has no row, and what the server sends is free,
however many listen. A thousand of such hours cost $${short(talked / 1_000)}. A
room in which nobody says anything hibernates, its sockets kept, and costs nothing; the pings of ${PEOPLE} people (one in ${pingSeconds} s each)
are answered without waking it, and should they be billed as the incoming messages that they are, a million hours cost
$${short(pings)} more. The hour is counted with each message alone; its people have come already. A room that nobody comes to for
${ROOM_TTL_SECONDS / 86_400} days ends by an alarm, and keeps no row.
A connection that is found again more than half a minute after its device last asked to come in is a row more: its
mailbox notes anew that the device may be there.`;
}
