// ROOM-1, ROOM-4 to ROOM-6 between real clients and a real server: three people meet in a room, lose their connections and
// come back, step aside in a pair, become contacts, and stay out of each other's sight once one has blocked another.

import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Acquaint,
  type JoinedRoom,
  type Ports,
  type RoomChange,
  type SocketLike,
} from "../../shared/client/node.ts";
import { IMPATIENT, openClient } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface Somebody {
  readonly client: Acquaint;
  /** Loses each connection to a room, and keeps it lost until it is back. */
  readonly lose: () => void;
  readonly isBack: () => void;
}

interface Person extends Somebody {
  readonly room: JoinedRoom;
  readonly told: RoomChange[];
}

/** Somebody with a network that can be lost. */
async function openSomebody(name: string): Promise<Somebody> {
  const sockets = new Set<SocketLike>();
  let isLost = false;
  const ports: Partial<Ports> = {
    ...IMPATIENT,
    openSocket: (url, protocols) => {
      const socket = new WebSocket(url, protocols) as unknown as SocketLike;
      if (url.endsWith("/line")) sockets.add(socket);
      return socket;
    },
    fetch: (url, init) =>
      isLost && url.endsWith("/v1/upgrade-tokens")
        ? Promise.reject(new TypeError("offline"))
        : fetch(url, init),
  };
  const client = await openClient(server.url, { name, ports });
  const lose = () => {
    isLost = true;
    for (const socket of sockets) socket.close();
    sockets.clear();
  };
  const isBack = () => {
    isLost = false;
  };
  return { client, lose, isBack };
}

async function enter(somebody: Somebody, url: string): Promise<Person> {
  const room = await somebody.client.rooms.join(url);
  const told: RoomChange[] = [];
  room.on((change) => told.push(change));
  return { ...somebody, room, told };
}

/** Ada's room, into which Ben and Cem have come by its link. */
async function openRoom() {
  const [ada, ben, cem] = await Promise.all(["Ada", "Ben", "Cem"].map(openSomebody));
  const { roomId, url } = await ada!.client.rooms.open({ title: "Tea", admission: "link" });
  const people = [await enter(ada!, roomId), await enter(ben!, url), await enter(cem!, url)];
  await expect.poll(() => people.map(({ room }) => room.members.length)).toEqual([3, 3, 3]);
  return { people: people as [Person, Person, Person], roomId, url };
}

const textsOf = ({ room }: Person) =>
  room.messages.filter(({ status }) => status === "said").map(({ text }) => text);
const idOf = ({ client }: Person) => client.me.userId;
const namesIn = ({ room }: Person) => room.members.map(({ name }) => name);
const eventsOf = ({ told }: Person, name: RoomChange["event"]) =>
  told.filter(({ event }) => event === name);

test("ROOM-1, ROOM-4: three talk; whoever loses the connection meanwhile misses nothing, and hears and says nothing twice", async () => {
  const { people, roomId, url } = await openRoom();
  const [ada, ben, cem] = people;
  expect(ada.room.room).toMatchObject({ roomId, title: "Tea", owner: idOf(ada) });
  expect([namesIn(ada), namesIn(ben)]).toEqual([
    ["Ada", "Ben", "Cem"],
    ["Ben", "Ada", "Cem"],
  ]);
  expect(ben.room.url).toBe(url);
  const stranger = await openSomebody("Dan");
  await expect(stranger.client.rooms.join(roomId)).rejects.toMatchObject({ code: "link-needed" });

  await Promise.all(people.map(({ room }, index) => room.say(`hello ${index}`)));
  await expect.poll(() => people.map((one) => textsOf(one).length)).toEqual([3, 3, 3]);
  expect(textsOf(ben)).toEqual(textsOf(ada));
  expect(ada.room.messages.filter(({ isOwn }) => isOwn)).toMatchObject([{ text: "hello 0" }]);

  ben.lose();
  await expect.poll(() => ben.room.state).toBe("reconnecting");
  const awayAtAda = () => ada.room.members.find(({ name }) => name === "Ben")?.isAway;
  await expect.poll(awayAtAda).toBe(true);
  await cem.room.say("Ben?");
  const late = ben.room.say("on its way");
  ben.isBack();
  expect(await late).toMatchObject({ status: "said", isOwn: true });
  await expect.poll(() => people.map((one) => textsOf(one).length)).toEqual([5, 5, 5]);
  expect([textsOf(ben), textsOf(cem)]).toEqual([textsOf(ada), textsOf(ada)]);
  expect([eventsOf(ben, "gap"), eventsOf(ada, "left"), awayAtAda()]).toEqual([[], [], undefined]);

  const all = Promise.all(people.map(({ room }, index) => room.say(`all lost ${index}`)));
  for (const { lose } of people) lose();
  for (const { isBack } of people) isBack();
  await all;
  await expect.poll(() => people.map((one) => textsOf(one).length)).toEqual([8, 8, 8]);
  expect([textsOf(ben), textsOf(cem)]).toEqual([textsOf(ada), textsOf(ada)]);

  await cem.room.leave();
  expect(cem.room).toMatchObject({ state: "over", end: { kind: "left", leaving: "left" } });
  await expect.poll(() => namesIn(ada)).toEqual(["Ada", "Ben"]);
  await ben.room.done();
  await expect.poll(() => namesIn(ada)).toEqual(["Ada"]);
  await ada.client.rooms.close(roomId);
  await expect.poll(() => ada.room.end).toEqual({ kind: "left", leaving: "closed" });
});

test("ROOM-5: two step aside into a room of their own, talk there alone, and come back to their seats", async () => {
  const { people } = await openRoom();
  const [ada, ben, cem] = people;
  const declined = await ben.room.invite(idOf(ada));
  await expect.poll(() => ada.room.invitations.length).toBe(1);
  await ada.room.decline(declined.invitationId);
  await expect.poll(() => eventsOf(ben, "invitationOver")).toMatchObject([{ outcome: "declined" }]);

  const { invitationId } = await ben.room.invite(idOf(cem));
  await expect.poll(() => cem.room.invitations.length).toBe(1);
  const pair = await cem.room.accept(invitationId);
  await expect.poll(() => ben.room.pair).toEqual({ roomId: pair.roomId, with: idOf(cem) });
  const aside = await Promise.all([ben, cem].map((one) => enter(one, pair.roomId)));
  await expect.poll(() => aside.map(({ room }) => room.members.length)).toEqual([2, 2]);
  const asideAtAda = () => ada.room.members.map(({ isAside }) => isAside === true);
  await expect.poll(asideAtAda).toEqual([false, true, true]);
  await expect(ada.client.rooms.join(pair.roomId)).rejects.toMatchObject({ code: "room-full" });
  await expect(ada.room.invite(idOf(ben))).rejects.toMatchObject({ code: "engaged-already" });

  await aside[0]!.room.say("just us");
  await ada.room.say("meanwhile");
  await expect.poll(() => textsOf(aside[1]!)).toEqual(["just us"]);
  await expect.poll(() => textsOf(cem)).toEqual(["meanwhile"]);
  aside[0]!.lose();
  await expect.poll(() => aside[0]!.room.state).toBe("reconnecting");
  aside[0]!.isBack();
  await aside[0]!.room.say("still us");
  await expect.poll(() => textsOf(aside[1]!)).toEqual(["just us", "still us"]);

  await aside[1]!.room.leave();
  await expect.poll(() => aside[0]!.room.end).toEqual({ kind: "left", leaving: "over" });
  for (const one of [ben, cem]) {
    await expect
      .poll(() => eventsOf(one, "returned"))
      .toEqual([{ event: "returned", roomId: pair.roomId }]);
    expect(one.room.pair).toBe(null);
  }
  await expect.poll(asideAtAda).toEqual([false, false, false]);
  expect([eventsOf(ada, "left"), textsOf(ada)]).toEqual([[], ["meanwhile"]]);
});

test("ROOM-6: a contact asked for in a room is verified on both sides, by the method room", async () => {
  const { people, roomId } = await openRoom();
  const [ada, ben, cem] = people;
  for (const { client } of people) {
    client.connect();
    await client.messages.caughtUp();
  }
  const request = await ben.client.rooms.ask(roomId, idOf(ada));
  expect(request).toMatchObject({ to: idOf(ada), via: "room" });
  await expect.poll(() => ada.client.badges.waiting().length).toBe(1);
  const [waiting] = ada.client.badges.waiting();
  expect(waiting).toMatchObject({ from: idOf(ben), name: "Ben", title: "Tea", via: "room" });
  await ada.client.badges.approve(waiting!.requestId);
  const met = { method: "room", verified: true, vouched: true, undoUntil: null };
  const ofBen = () => ada.client.contacts.get(idOf(ben));
  const ofAda = () => ben.client.contacts.get(idOf(ada));
  await expect.poll(ofBen).toMatchObject({ ...met, name: "Ben" });
  await expect.poll(ofAda).toMatchObject({ ...met, name: "Ada" });
  expect((await ofBen())!.receiptHash).toBe((await ofAda())!.receiptHash);

  await ben.client.rooms.ask(roomId, idOf(cem));
  await expect.poll(() => cem.client.badges.waiting().length).toBe(1);
  await cem.client.badges.decline(cem.client.badges.waiting()[0]!.requestId);
  await expect.poll(() => ben.client.badges.asked()).toEqual([]);
  expect(await cem.client.contacts.list()).toEqual([]);
  await cem.room.leave();
  await expect(cem.client.rooms.ask(roomId, idOf(ada))).rejects.toMatchObject({
    code: "not-in-room",
  });
});

test("ROOM-6: a block parts two in the room at once, both ways, and nobody else", async () => {
  const { people } = await openRoom();
  const [ada, ben, cem] = people;
  await ada.client.contacts.block(idOf(cem));
  await expect.poll(() => namesIn(ada)).toEqual(["Ada", "Ben"]);
  await expect.poll(() => namesIn(cem)).toEqual(["Cem", "Ben"]);
  expect(namesIn(ben)).toEqual(["Ben", "Ada", "Cem"]);
  await ada.room.say("from Ada");
  await cem.room.say("from Cem");
  await ben.room.say("from Ben");
  await expect.poll(() => textsOf(ben)).toEqual(["from Ada", "from Cem", "from Ben"]);
  await expect.poll(() => textsOf(ada)).toEqual(["from Ada", "from Ben"]);
  await expect.poll(() => textsOf(cem)).toEqual(["from Cem", "from Ben"]);
  const numbers = people.map(({ room }) => room.messages.at(-1)!.number);
  expect(new Set(numbers).size).toBe(1);
  await ada.client.contacts.unblock(idOf(cem));
  await expect.poll(() => namesIn(cem).toSorted()).toEqual(["Ada", "Ben", "Cem"]);
});
