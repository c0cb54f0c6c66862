// A World whose server lets this account into a room. The test speaks for the room on each socket.

import {
  Acquaint,
  type JoinedRoom,
  memoryStore,
  type RoomChange,
} from "../../../shared/client/node.ts";
import "../../../shared/client/rooms/work.ts"; // loaded when first needed, in no time here
import "../../../shared/wire/lateRoutes.ts";
import type { UpgradeRequest } from "../../../shared/wire/auth.ts";
import type { RoomId, UserId } from "../../../shared/wire/ids.ts";
import type { Member, RoomEvent, RoomNotice, RoomRequest } from "../../../shared/wire/roomLine.ts";
import type { RoomRecord } from "../../../shared/wire/rooms.ts";
import { eventually } from "../pairingWorld.ts";
import { type TestSocket, World } from "../world.ts";

export const ORIGIN = "https://acquaint.example";
export const ROOM = "r".repeat(16) as RoomId;
export const PAIR = "p".repeat(16) as RoomId;
export const BEN = "b".repeat(32) as UserId;
export const CEM = "c".repeat(32) as UserId;
/** What the server's clock is ahead. */
const AHEAD_MS = 3_600_000;
export const OWN_SEAT = 1;

type Entered = Extract<RoomNotice, { type: "entered" }>;

export const RECORD: RoomRecord = {
  roomId: ROOM,
  kind: "room",
  title: "Tea",
  topic: null,
  capacity: 50,
  isListed: false,
  admission: "anyone",
  media: { audio: true, video: false },
  pace: 10,
  isLocked: false,
  owner: BEN,
  operator: null,
  createdAt: 1,
};

export class RoomWorld extends World {
  acquaint!: Acquaint;
  /** Stands before the answers below. */
  respond: typeof World.prototype.answer = () => undefined;
  #tokens = 0;

  constructor() {
    super();
    this.answer = (path, method) => this.respond(path, method) ?? this.#upgrade(path);
  }

  static async open(name = "Ann"): Promise<RoomWorld> {
    const world = new RoomWorld();
    const store = memoryStore();
    world.acquaint = await Acquaint.open({ server: ORIGIN, store, name, ports: world.ports });
    return world;
  }

  get own(): UserId {
    return this.acquaint.me.userId;
  }

  /** What sockets were asked for, in order. */
  get wanted(): UpgradeRequest[] {
    const asked = this.requests.filter(({ path }) => path === "/v1/upgrade-tokens");
    return asked.map(({ body }) => body as UpgradeRequest);
  }

  /** The socket of a room, open and entered by; the `index`-th of all. */
  async knock(index = 0): Promise<TestSocket> {
    await eventually(() => this.sockets.length > index);
    const socket = this.sockets[index]!;
    socket.accept();
    return socket;
  }

  member(seat: number, userId: UserId, members: Partial<Member> = {}): Member {
    const name = userId === this.own ? "Ann" : userId === BEN ? "Ben" : "Cem";
    return { seat, userId, name, handle: null, role: "member", joinedAt: 100 + seat, ...members };
  }

  /** Oneself, who came last, and the others. */
  roster(...others: readonly Member[]): Member[] {
    return [...others, this.member(OWN_SEAT, this.own, { joinedAt: 1_000 })];
  }

  entered(members: Partial<Entered> = {}): Entered {
    return {
      type: "entered",
      room: RECORD,
      seat: OWN_SEAT,
      members: this.roster(this.member(2, BEN)),
      through: 10,
      missed: [],
      isGap: false,
      invitations: [],
      pair: null,
      knocking: [],
      now: this.serverNow(),
      ...members,
    };
  }

  serverNow(): number {
    return this.clock.now() + AHEAD_MS;
  }

  /** In the room with Ben. */
  async join(members: Partial<Entered> = {}) {
    const joining = this.acquaint.rooms.join(ROOM);
    const socket = await this.knock(this.sockets.length);
    socket.say([this.entered(members)]);
    const room = await joining;
    return { room, socket, told: changesOf(room) };
  }

  /** The connection is lost; the next one is open, and has been entered by. */
  async lose(socket: TestSocket): Promise<TestSocket> {
    const { length } = this.sockets;
    socket.drop();
    this.clock.advance(50);
    return this.knock(length);
  }

  #upgrade(path: string): Response | undefined {
    if (path !== "/v1/upgrade-tokens") return undefined;
    const wanted = this.wanted.at(-1)!;
    if (wanted.purpose !== "room") return undefined;
    const token = `room${++this.#tokens}`;
    return Response.json({ token, path: `/v1/rooms/${wanted.roomId}/line`, locator: null });
  }
}

export function changesOf(room: JoinedRoom): RoomChange[] {
  const told: RoomChange[] = [];
  room.on((change) => told.push(change));
  return told;
}

/** What a promise rejects with, caught from the beginning. */
export function faultOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (fault: unknown) => fault,
  );
}

export function said(seat: number, number: number, text: string): RoomEvent {
  return { kind: "said", seat, number, text, at: 5_000 };
}

/** What the SDK has said on a socket, message by message. */
export function heardOn(socket: TestSocket): RoomRequest[] {
  return socket.sent
    .filter((frame) => frame.startsWith("["))
    .flatMap((frame) => JSON.parse(frame) as RoomRequest[]);
}

/** The last of a kind that it has said. */
export function lastOf<Type extends RoomRequest["type"]>(socket: TestSocket, type: Type) {
  const found = heardOn(socket).findLast((request) => request.type === type);
  return found as Extract<RoomRequest, { type: Type }> | undefined;
}

/** The number under which that was said. */
export function numberOf(socket: TestSocket, text: string): number {
  const saying = heardOn(socket).find((one) => one.type === "say" && one.text === text);
  if (saying?.type !== "say") throw new Error(`${text} was not said`);
  return saying.number;
}
