// Rooms as accounts open them and take part in them, through the Worker, with upgrade tokens that their mailboxes have
// let them have. A guest keeps its own picture of the room from what it is told, as a client does.

import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import type { Wire } from "../../../shared/wire/codec/codec.ts";
import type { RoomId, UserId } from "../../../shared/wire/ids.ts";
import {
  type Invitation,
  type Member,
  type RoomEvent,
  type RoomNotice,
  roomNoticeSchema,
} from "../../../shared/wire/roomLine.ts";
import { FRAME_MAX_MESSAGES } from "../../../shared/wire/limits.ts";
import type { ArrangeRoom, Moderation, OpenRoom } from "../../../shared/wire/rooms.ts";
import { newRoom } from "../../../shared/core/room/opening.ts";
import type { Actor } from "../../../workers/auth/tokens.ts";
import { sealHidden } from "../../../workers/auth/sealing.ts";
import { linkHashOf, newRoomId } from "../../../workers/room/links.ts";
import type { Steward } from "../../../shared/core/room/state.ts";
import { codeOf, randomText, request } from "./accounts.ts";
import { until } from "./asking.ts";
import { advanceClock } from "./clock.ts";
import { connect, mintUpgrade, type TestSocket } from "./sockets.ts";

type NoticeOf<Type extends RoomNotice["type"]> = Extract<RoomNotice, { type: Type }>;

export interface OpenedRoom {
  readonly roomId: RoomId;
  readonly linkToken: string | null;
}

/** Over HTTP, so by an account that is registered. */
export async function openRoom(by: Actor, body: Partial<OpenRoom> = {}): Promise<OpenedRoom> {
  const answer = await request("POST", "/v1/rooms", {
    actor: by,
    body: { title: "A room", ...body },
  });
  if (answer.status !== 201) throw new Error(`opening failed: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Past HTTP, by anyone. */
export async function makeRoom(
  by: Actor | Extract<Steward, { kind: "operator" }>,
  body: Partial<OpenRoom> = {},
): Promise<RoomId> {
  const roomId = newRoomId();
  const record = newRoom({
    roomId,
    opener:
      "kind" in by
        ? { kind: "operator", operatorId: by.operatorId }
        : { kind: "account", userId: by.userId },
    operatorName: "kind" in by ? by.name : null,
    request: { title: "A room", ...body },
    linkHash: null,
    now: Date.now(),
  });
  if ("code" in record) throw new Error(record.code);
  await roomAt(roomId).open(record);
  return roomId;
}

export function roomAt(roomId: RoomId) {
  return env.ROOMS.getByName(roomId);
}

export interface Coming {
  readonly name?: string;
  readonly line?: string;
  readonly after?: number;
  readonly linkToken?: string | null;
  readonly hidden?: readonly UserId[];
  readonly wire?: Wire;
}

/**
 * A socket that has not entered yet; by a token as the Worker makes them, of anyone. The room is awake before it is made,
 * or else it would ask the mailbox of somebody who has none.
 */
export async function connectToRoom(
  actor: Actor,
  roomId: RoomId,
  { linkToken = null, hidden = [], wire = "json" }: Coming = {},
): Promise<TestSocket> {
  await roomAt(roomId).occupancy();
  const linkHash = linkToken === null ? null : linkHashOf(linkToken);
  const sealed = await sealHidden(env.SERVER_SECRET, actor, roomId, hidden);
  const token = await mintUpgrade(actor, "room", null, { room: { roomId, linkHash, sealed } });
  return connect(`/v1/rooms/${roomId}/line`, token, wire);
}

/** The same with a token that was asked for, by an account that is registered. */
export async function connectByHttp(actor: Actor, roomId: RoomId): Promise<TestSocket> {
  const body = { purpose: "room", roomId };
  const upgrade = await request("POST", "/v1/upgrade-tokens", { actor, body });
  if (upgrade.status !== 201) throw new Error(`no token: ${codeOf(upgrade)}`);
  return connect(upgrade.body.path, upgrade.body.token);
}

const PATIENCE_MS = 30_000;

export class Guest {
  readonly actor: Actor;
  readonly roomId: RoomId;
  readonly line: string;
  readonly socket: TestSocket;
  readonly #notices: RoomNotice[] = [];
  #number = 0;

  constructor(actor: Actor, roomId: RoomId, line: string, socket: TestSocket) {
    this.actor = actor;
    this.roomId = roomId;
    this.line = line;
    this.socket = socket;
  }

  /** Sends `enter`; whatever it is answered with comes later. */
  static async knock(actor: Actor, roomId: RoomId, coming: Coming = {}): Promise<Guest> {
    const { name = actor.userId.slice(0, 6), line = randomText(8), after } = coming;
    const guest = new Guest(actor, roomId, line, await connectToRoom(actor, roomId, coming));
    guest.socket.send({ type: "enter", line, name, ...(after !== undefined && { after }) });
    return guest;
  }

  /** Resolves once it is in. */
  static async come(actor: Actor, roomId: RoomId, coming: Coming = {}): Promise<Guest> {
    const guest = await Guest.knock(actor, roomId, coming);
    await guest.until(() => guest.isIn);
    return guest;
  }

  /** The same client again, on a new socket. */
  again(coming: Coming = {}): Promise<Guest> {
    return Guest.come(this.actor, this.roomId, { line: this.line, ...coming });
  }

  /** Until it holds; fails when the socket closes before. */
  async until(holds: () => boolean): Promise<void> {
    const begun = performance.now();
    await until(() => {
      if (holds()) return true;
      const isLate = performance.now() - begun > PATIENCE_MS;
      if (!this.socket.isClosed && !isLate) return false;
      throw new Error(`${isLate ? "waited in vain" : "closed"} after ${this.codes.join(", ")}`);
    });
  }

  get notices(): readonly RoomNotice[] {
    for (const told of this.socket.told.slice(this.#notices.length)) {
      this.#notices.push(roomNoticeSchema.parse(told));
    }
    return this.#notices;
  }

  all<Type extends RoomNotice["type"]>(type: Type): NoticeOf<Type>[] {
    return this.notices.filter((notice): notice is NoticeOf<Type> => notice.type === type);
  }

  async next<Type extends RoomNotice["type"]>(type: Type, count = 1): Promise<NoticeOf<Type>> {
    await this.until(() => this.all(type).length >= count);
    return this.all(type)[count - 1] as NoticeOf<Type>;
  }

  get isIn(): boolean {
    return this.all("entered").length > 0;
  }

  /** The first one; later ones follow on a loss that the room has noticed before. */
  get entered(): NoticeOf<"entered"> {
    return this.all("entered")[0] as NoticeOf<"entered">;
  }

  /** All events that it was told, what it missed included. */
  get events(): RoomEvent[] {
    return this.notices.flatMap((notice) => {
      if (notice.type === "entered") return notice.missed;
      return notice.type === "events" ? notice.events : [];
    });
  }

  /** The number of the last event that it was told of. */
  get through(): number {
    return this.notices.reduce((last, notice) => ("through" in notice ? notice.through : last), 0);
  }

  get texts(): string[] {
    return this.events.flatMap((event) => (event.kind === "said" ? event.text : []));
  }

  /** Who is there, as its client would show it. */
  get roster(): Member[] {
    const members = new Map<number, Member>();
    for (const notice of this.notices) {
      if (notice.type === "entered") {
        members.clear();
        for (const member of notice.members) members.set(member.seat, member);
      }
      for (const event of notice.type === "events" ? notice.events : []) {
        if (event.kind === "joined" || event.kind === "changed") {
          members.set(event.member.seat, event.member);
        }
        if (event.kind === "left") members.delete(event.seat);
      }
    }
    return [...members.values()].toSorted((one, other) => one.seat - other.seat);
  }

  get people(): UserId[] {
    return this.roster.map(({ userId }) => userId);
  }

  member({ userId }: Pick<Actor, "userId">): Member | undefined {
    return this.roster.find((member) => member.userId === userId);
  }

  /** Codes of problems and refusals, outcomes, how it has left, or else the types. */
  get codes(): string[] {
    return this.notices.map((notice) => {
      if ("problem" in notice) return notice.problem.code;
      if (notice.type === "ended") return notice.leaving;
      return notice.type === "invitationOver" ? notice.outcome : notice.type;
    });
  }

  say(text: string): number {
    this.#number += 1;
    this.socket.send({ type: "say", number: this.#number, text });
    return this.#number;
  }

  /** Many at once, as many in a frame as may be. */
  sayAll(texts: readonly string[]): void {
    for (let from = 0; from < texts.length; from += FRAME_MAX_MESSAGES) {
      const frame = texts.slice(from, from + FRAME_MAX_MESSAGES);
      this.socket.send(
        ...frame.map((text) => ({ type: "say", number: (this.#number += 1), text })),
      );
    }
  }

  async hears(...texts: string[]): Promise<void> {
    await this.until(() => texts.every((text) => this.texts.includes(text)));
  }

  /** What it has sent is dealt with, and what came of that has been told. */
  async settled(): Promise<void> {
    await this.socket.ask();
    await new Promise((resolve) => setTimeout(resolve, 2));
    await this.socket.ask();
  }

  /** Resolves with the invitation, as the one is told who invites. */
  async invite({ userId }: Pick<Actor, "userId">): Promise<Invitation> {
    this.#number += 1;
    const number = this.#number;
    this.socket.send({ type: "invite", number, to: userId });
    const find = () => this.all("invitation").find((notice) => notice.number === number);
    await this.until(() => find() !== undefined);
    return (find() as NoticeOf<"invitation">).invitation;
  }

  reply({ invitationId }: Invitation, reply: "accept" | "decline" | "cancel"): void {
    this.#number += 1;
    this.socket.send({ type: "reply", number: this.#number, invitationId, reply });
  }

  leave(): void {
    this.socket.send({ type: "leave" });
  }
}

/** What comes of an `enter` that is not taken. */
export async function refusalOf(
  actor: Actor,
  roomId: RoomId,
  coming: Coming = {},
): Promise<string | undefined> {
  const guest = await Guest.knock(actor, roomId, coming);
  await guest.socket.closed;
  return guest.codes.at(-1);
}

/** The code of the refusal, if it was refused. */
export async function moderate(
  by: Actor | Steward,
  roomId: RoomId,
  act: Moderation["act"],
  { userId }: Pick<Actor, "userId">,
): Promise<string | undefined> {
  const result = await roomAt(roomId).moderate(stewardOf(by), { act, userId });
  return result.ok ? undefined : result.code;
}

export async function arrange(
  by: Actor | Steward,
  roomId: RoomId,
  change: ArrangeRoom,
): Promise<string | undefined> {
  const result = await roomAt(roomId).arrange(stewardOf(by), change);
  return result.ok ? undefined : result.code;
}

export function stewardOf(by: Actor | Steward): Steward {
  return "kind" in by ? by : { kind: "account", userId: by.userId, deviceId: by.deviceId };
}

/** Out of memory, with its sockets kept. */
export async function evict(roomId: RoomId): Promise<void> {
  passTime();
  await evictDurableObject(roomAt(roomId), { webSockets: "hibernate" });
}

/** As if it had crashed: all sockets close. */
export async function abort(roomId: RoomId): Promise<void> {
  passTime();
  const kill = (_: unknown, state: DurableObjectState): void => state.abort("crash");
  await runInDurableObject(roomAt(roomId), kill).catch(() => {});
}

/** What a former instance has numbered is over, though the clock may stand still. */
function passTime(): void {
  if (vi.isFakeTimers()) advanceClock(10);
}

export function ring(roomId: RoomId): Promise<boolean> {
  return runDurableObjectAlarm(roomAt(roomId));
}

/** The keys of what it keeps. */
export function keptBy(roomId: RoomId): Promise<string[]> {
  return runInDurableObject(roomAt(roomId), (_, { storage }) =>
    [...storage.kv.list()].map(([key]) => key),
  );
}
