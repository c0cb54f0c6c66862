// A room and its pair rooms for the tests: whoever invites, answers, cancels, leaves and comes back does so in any order,
// and what always holds is looked at after each step.

import * as fc from "fast-check";
import { rosterFor } from "../../../shared/core/room/roster.ts";
import { occupancyOf, seatedOf } from "../../../shared/core/room/state.ts";
import type { RoomId } from "../../../shared/wire/ids.ts";
import type { Invitation, InvitationOutcome, Member, Pair } from "../../../shared/wire/roomLine.ts";
import type { Client } from "./client.ts";
import { roomIdOf, user } from "./names.ts";
import type { TestRoom } from "./testRoom.ts";
import { World } from "./world.ts";

export const PEOPLE = 4;

const person = fc.nat({ max: PEOPLE - 1 });
export const anyCommand = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("invite" as const), who: person, to: person }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("reply" as const),
      who: person,
      reply: fc.constantFrom(
        "accept" as const,
        "accept" as const,
        "decline" as const,
        "cancel" as const,
      ),
      pick: fc.nat(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("deliver" as const),
      pick: fc.nat(),
      fate: fc.constantFrom("once" as const, "again" as const, "unheard" as const),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("come" as const), who: person }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("leavePair" as const), who: person }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("losePair" as const), who: person }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), who: person }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lose" as const), who: person }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("enter" as const), who: person }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("hide" as const),
      who: person,
      to: person,
      isHidden: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("evict" as const), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("pass" as const), seconds: fc.constantFrom(1, 10, 31) }),
  },
);
export type Command = typeof anyCommand extends fc.Arbitrary<infer One> ? One : never;

/** A room of some people, each with one client, and all that they are told. */
export class Party {
  readonly world = new World();
  readonly room: TestRoom;
  /** What each account may go to, as it was told. */
  readonly pairs = new Map<number, Pair>();
  readonly invited = new Map<string, Invitation>();
  readonly outcomes = new Map<
    string,
    { to: string; outcome: InvitationOutcome; pair: RoomId | null }[]
  >();
  /** By account, whom its mailbox hides from it. */
  readonly hidden = new Map<number, Set<number>>();
  #read = 0;

  constructor() {
    this.room = this.world.open({ capacity: PEOPLE });
    for (let who = 0; who < PEOPLE; who++) this.world.enter(this.room.roomId, who);
  }

  run(command: Command): void {
    const { world, room } = this;
    world.now += 1;
    switch (command.do) {
      case "invite":
        this.invite(command.who, command.to);
        break;
      case "reply":
        this.reply(command.who, command.reply, command.pick);
        break;
      case "deliver":
        if (world.calls.length > 0) world.deliver(command.pick % world.calls.length, command.fate);
        break;
      case "come":
        this.come(command.who);
        break;
      case "leavePair":
        this.inPair(command.who, (pair, client) => pair.do({ type: "leave", ...client }));
        break;
      case "losePair":
        this.inPair(command.who, (pair, client) => world.lose(pair, client));
        break;
      case "leave": {
        const client = world.clientOf(room, command.who);
        if (client !== null) room.do({ type: "leave", ...client });
        break;
      }
      case "lose": {
        const client = world.clientOf(room, command.who);
        if (client !== null) world.lose(room, client);
        break;
      }
      case "enter":
        world.enter(room.roomId, command.who, this.facts(command.who));
        break;
      case "hide": {
        this.hide(command.who, command.to, command.isHidden);
        const [userId, other] = [user(command.who), user(command.to)];
        for (const one of world.rooms.values()) {
          one.do({ type: "setHidden", userId, other, isHidden: command.isHidden });
        }
        break;
      }
      case "evict": {
        const rooms = [...world.rooms.values()];
        rooms[command.pick % rooms.length]?.evict();
        break;
      }
      case "pass":
        world.pass(command.seconds * 1_000);
    }
    this.read();
    this.check();
  }

  facts(who: number) {
    return { hidden: [...(this.hidden.get(who) ?? [])].map(user) };
  }

  hide(who: number, other: number, isHidden: boolean): void {
    const hidden = this.hidden.get(who) ?? new Set();
    if (isHidden && who !== other) hidden.add(other);
    else hidden.delete(other);
    this.hidden.set(who, hidden);
  }

  invite(who: number, to: number) {
    const client = this.world.clientOf(this.room, who);
    if (client === null) return null;
    const serial = this.world.serial();
    const invitationId = `invitation${serial}`;
    const ids = { number: serial, invitationId, pairId: roomIdOf(serial + 1_000_000) };
    return this.room.do({ type: "invite", ...client, to: user(to), ...ids });
  }

  reply(who: number, reply: "accept" | "decline" | "cancel", pick = 0) {
    const client = this.world.clientOf(this.room, who);
    if (client === null) return null;
    const known = [...this.invited.values()].filter(({ from, to }) =>
      [from, to].includes(user(who)),
    );
    const invitationId = known[pick % Math.max(1, known.length)]?.invitationId ?? "none";
    const pairId = roomIdOf(this.world.serial() + 2_000_000);
    return this.room.do({ type: "reply", ...client, invitationId, reply, pairId });
  }

  come(who: number) {
    const pair = this.pairs.get(who);
    return pair === undefined ? null : this.world.enter(pair.roomId, who, this.facts(who)).reply;
  }

  inPair(who: number, run: (pair: TestRoom, client: Client) => void): void {
    const pair = this.world.rooms.get(this.pairs.get(who)?.roomId ?? roomIdOf(0));
    const client = pair === undefined ? null : this.world.clientOf(pair, who);
    if (pair !== undefined && client !== null) run(pair, client);
  }

  /** What the room has told since. */
  read(): void {
    for (const { to, notice } of this.room.told.slice(this.#read)) {
      const who = Array.from({ length: PEOPLE }, (_, index) => user(index)).indexOf(to);
      if (notice.type === "invitation") {
        this.invited.set(notice.invitation.invitationId, notice.invitation);
      } else if (notice.type === "invitationOver") {
        const { invitationId } = notice.invitation;
        const told = this.outcomes.get(invitationId) ?? [];
        const { outcome, pair } = notice;
        this.outcomes.set(invitationId, [...told, { to, outcome, pair: pair?.roomId ?? null }]);
        if (pair !== null) this.pairs.set(who, pair);
      } else if (notice.type === "returned" && this.pairs.get(who)?.roomId === notice.roomId) {
        this.pairs.delete(who);
      }
    }
    this.#read = this.room.told.length;
  }

  check(): void {
    const { state } = this.room;
    const engaged = state.asides.pairs.flatMap(({ members }) => members);
    holds("nobody is in two pairs", isUnique(engaged));
    holds(
      "both are in the room",
      engaged.every((userId) => seatedOf(state, userId) !== null),
    );
    const { invitations } = state.asides;
    for (const { from, to } of invitations) {
      holds("nobody in a pair invites", !engaged.includes(from) && from !== to);
      holds("who invites is in the room", seatedOf(state, from) !== null);
    }
    holds("one of each waits", isUnique(invitations.map(({ from }) => from)));
    for (const told of this.outcomes.values()) {
      holds("each is told once", isUnique(told.map(({ to }) => to)));
      const [first] = told;
      const isSame = told.every(
        ({ outcome, pair }) => outcome === first?.outcome && pair === first.pair,
      );
      holds("both are told the same", isSame);
    }
    for (const room of this.world.rooms.values()) checkRoom(room);
  }

  /** Everything that is under way arrives, and everything that waits runs out. */
  end(): void {
    this.world.settle();
    for (let turn = 0; turn < 5; turn++) {
      this.world.pass(31_000);
      this.world.settle();
      this.read();
      this.check();
    }
    for (const room of this.world.rooms.values()) {
      holds("nothing is owed for ever", room.state.outbox.length === 0);
    }
    const { asides } = this.room.state;
    holds("no invitation waits for ever", asides.invitations.length === 0);
    const open = [...this.world.rooms.keys()].filter((roomId) => roomId !== this.room.roomId);
    const known = asides.pairs.map(({ pairId }) => pairId);
    holds("pair rooms are those that are known", isSameSet(open, known));
    for (const [invitationId, { from, to }] of this.invited) {
      const told = this.outcomes.get(invitationId)?.map((one) => one.to) ?? [];
      const wasShown = this.room.told.some(
        (one) =>
          one.to === to &&
          one.notice.type === "invitation" &&
          one.notice.invitation.invitationId === invitationId,
      );
      holds("all who know of it hear its end", isSameSet(told, wasShown ? [from, to] : [from]));
    }
  }
}

/** What always holds: each seat is one member's, and each client knows the room as it is for its member. */
export function checkRoom(room: TestRoom): void {
  const { state } = room;
  const everyone = [...state.present.values(), ...state.away.values()];
  holds("each seat is one member's", isUnique(everyone.map(({ seat }) => seat)));
  holds("each member has one seat", isUnique(everyone.map(({ userId }) => userId)));
  holds("it is not overfull", occupancyOf(state) <= state.record.room.capacity);
  const known = [...state.present.values(), ...state.waiting.values()].flatMap(({ sockets }) =>
    sockets.map(({ socket }) => socket),
  );
  holds("it knows its sockets", isUnique(known) && isSameSet(known, [...room.sockets.keys()]));
  for (const { client } of room.sockets.values()) {
    if (!state.present.has(client.userId)) continue;
    const roster = rosterFor(state, client.userId);
    const isSame = inOrder([...client.members.values()]) === inOrder(roster);
    holds("clients know the room as it is for them", isSame);
  }
}

/** Plain, since it is looked at after each of very many steps. */
function holds(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`does not hold: ${what}`);
}

function isUnique(items: readonly unknown[]): boolean {
  return new Set(items).size === items.length;
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

function inOrder(members: readonly Member[]): string {
  const seats = members.toSorted((one, other) => one.seat - other.seat);
  return JSON.stringify(seats);
}
