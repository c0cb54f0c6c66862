// Rooms in miniature, for the tests: several objects, and what they owe each other as a list of calls, so that a test can
// deliver each late, twice, or never the first time.

import { deadlineOf } from "../../../shared/core/room/due.ts";
import type { ErrandName } from "../../../shared/core/room/errandNames.ts";
import { type Errand, errandFor, owedBy } from "../../../shared/core/room/errands.ts";
import type { Reply, RoomCoreEvent } from "../../../shared/core/room/events.ts";
import { newPair, newRoom, type NewRoom } from "../../../shared/core/room/opening.ts";
import type { RoomId } from "../../../shared/wire/ids.ts";
import type { OpenRoom } from "../../../shared/wire/rooms.ts";
import type { Client } from "./client.ts";
import { device, NOW, roomIdOf, user } from "./names.ts";
import { type Surroundings, TestRoom } from "./testRoom.ts";

interface Call {
  readonly from: RoomId;
  readonly name: ErrandName;
  readonly errand: Errand;
}

export type Fate = "once" | "again" | "unheard";

export class World implements Surroundings {
  now = NOW;
  readonly rooms = new Map<RoomId, TestRoom>();
  /** Calls that are under way. */
  readonly calls: Call[] = [];
  readonly listed = new Set<RoomId>();
  readonly forgotten: RoomId[] = [];
  /** Everyone who ever came to any room, so that a test can look at what they were told. */
  readonly clients: (Client & { readonly roomId: RoomId })[] = [];
  #serial = 0;

  serial(): number {
    return ++this.#serial;
  }

  open(request: Partial<OpenRoom> = {}, more: Partial<NewRoom> = {}): TestRoom {
    const roomId = roomIdOf(this.serial());
    const record = newRoom({
      roomId,
      opener: { kind: "account", userId: user(0) },
      operatorName: null,
      request: { title: "Room", ...request },
      linkHash: null,
      now: this.now,
      ...more,
    });
    if ("code" in record) throw new Error(record.code);
    const room = new TestRoom(this, roomId);
    this.rooms.set(roomId, room);
    room.begin(record);
    return room;
  }

  /** A client comes to a room; what the room says of it. */
  enter(
    roomId: RoomId,
    index: number,
    more: Partial<Extract<RoomCoreEvent, { type: "enter" }>> = {},
  ): { readonly client: Client; readonly reply: Reply } {
    const userId = user(index);
    const socket = `socket${this.serial()}`;
    const line = more.line ?? `line${socket}`;
    const client: Client = {
      socket,
      userId,
      line,
      heard: [],
      members: new Map(),
      through: 0,
      isOpen: true,
    };
    const room = this.rooms.get(roomId);
    if (room === undefined) return { client, reply: { kind: "refused", code: "room-unknown" } };
    room.sockets.set(socket, { client, presence: null });
    this.clients.push({ ...client, roomId });
    const who = { userId, socket, deviceId: device(index), handle: null, line };
    const rest = { linkHash: null, hidden: [], name: `Name ${index}`, after: null };
    const reply = room.do({ type: "enter", ...who, ...rest, ...more });
    if (reply.kind === "refused") {
      room.sockets.delete(socket);
      client.isOpen = false;
    }
    return { client, reply };
  }

  lose(room: TestRoom, client: Client, isDone = false): void {
    client.isOpen = false;
    room.sockets.delete(client.socket);
    const { userId, socket } = client;
    room.do({ type: "lost", userId, socket, isDone });
  }

  /** The latest live socket of an account in a room. */
  clientOf(room: TestRoom, index: number): Client | null {
    const all = [...room.sockets.values()].map(({ client }) => client);
    return all.findLast((client) => client.userId === user(index) && client.isOpen) ?? null;
  }

  serve(from: RoomId, name: ErrandName): void {
    const room = this.rooms.get(from);
    const errand = room === undefined ? null : errandFor(room.state, name);
    if (errand !== null) this.calls.push({ from, name, errand });
  }

  /**
   * @param index of a call that is under way
   * @param fate `again`: it comes once more later; `unheard`: its answer is lost
   */
  deliver(index: number, fate: Fate = "once"): void {
    const call = this.calls[index];
    if (call === undefined) return;
    if (fate !== "again") this.calls.splice(index, 1);
    const { from, name, errand } = call;
    this.#run(errand);
    if (fate !== "unheard") this.rooms.get(from)?.do({ type: "served", name, errand });
  }

  #run(errand: Errand): void {
    switch (errand.kind) {
      case "openPair": {
        const { areTold } = errand;
        const standing = this.rooms.get(errand.roomId);
        if (standing?.do({ type: "awaitBoth", areTold }) !== undefined) return;
        const room = new TestRoom(this, errand.roomId);
        this.rooms.set(errand.roomId, room);
        return room.begin(newPair(errand, this.now));
      }
      case "endPair":
        this.rooms.get(errand.roomId)?.do({ type: "endPair" });
        return;
      case "pairOver":
        this.rooms.get(errand.parent)?.do({ type: "pairOver", pairId: errand.pairId });
        return;
      case "list":
        this.listed.add(errand.listing.roomId);
        return;
      case "unlist":
        if (errand.topics.includes("")) this.listed.delete(errand.roomId);
        return;
      case "forgetRoom":
        this.forgotten.push(errand.roomId);
    }
  }

  /** All that is under way arrives. */
  settle(): void {
    for (let calls = 0; this.calls.length > 0; calls++) {
      if (calls > 1_000) throw new Error("calls go on for ever");
      this.deliver(0);
    }
  }

  /** Time passes; alarms ring when they are due, and serve again what is owed. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.rooms.values()].flatMap((room) => {
        const at = deadlineOf(room.state);
        return at !== null && at <= until ? [{ at, room }] : [];
      });
      const [first] = due.sort((one, other) => one.at - other.at);
      if (first === undefined) break;
      this.now = Math.max(this.now, first.at);
      first.room.do({ type: "deadline" });
    }
    this.now = until;
    this.retry();
  }

  forget(roomId: RoomId): void {
    this.rooms.delete(roomId);
  }

  retry(): void {
    for (const room of this.rooms.values()) {
      for (const { name } of owedBy(room.state)) this.serve(room.roomId, name);
    }
  }
}
