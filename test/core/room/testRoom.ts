// A room in miniature, for the tests: what it has stored, its sockets, and its memory, which an eviction takes, around the
// pure functions alone.

import type { ErrandName } from "../../../shared/core/room/errandNames.ts";
import { owedBy } from "../../../shared/core/room/errands.ts";
import type { Reply, RoomCoreEvent, RoomEffect } from "../../../shared/core/room/events.ts";
import { Feed } from "../../../shared/core/room/feed.ts";
import { eventsFor } from "../../../shared/core/room/feedEntries.ts";
import { begun } from "../../../shared/core/room/opening.ts";
import { type Presence, presenceOf, revive } from "../../../shared/core/room/presence.ts";
import { step } from "../../../shared/core/room/room.ts";
import { enteredNotice, rosterFor } from "../../../shared/core/room/roster.ts";
import { hiddenFrom, speakerOf } from "../../../shared/core/room/speaking.ts";
import type { RoomState, Stored, StoredAway } from "../../../shared/core/room/state.ts";
import { AWAY_PREFIX, storedRoom, writesOf } from "../../../shared/core/room/storing.ts";
import type { RoomId, UserId } from "../../../shared/wire/ids.ts";
import type { RoomEvent, RoomNotice } from "../../../shared/wire/roomLine.ts";
import { type Client, hear } from "./client.ts";

/** What is around a room: a clock, and whoever performs what it owes. */
export interface Surroundings {
  now: number;
  serve(from: RoomId, name: ErrandName): void;
  forget(roomId: RoomId): void;
}

export class TestRoom {
  readonly sockets = new Map<string, { readonly client: Client; presence: Presence | null }>();
  /** All that was told to accounts, connected or not. */
  readonly told: { readonly to: UserId; readonly notice: RoomNotice }[] = [];
  readonly #kept = new Map<string, unknown>();
  #memory: { state: RoomState; feed: Feed; bornAfter: number } | null = null;
  readonly #world: Surroundings;
  readonly roomId: RoomId;

  constructor(world: Surroundings, roomId: RoomId) {
    this.#world = world;
    this.roomId = roomId;
  }

  get state(): RoomState {
    return this.#load().state;
  }

  get feed(): Feed {
    return this.#load().feed;
  }

  begin(record: Stored["record"]): void {
    const state = begun(record);
    this.#remember(state);
    this.#save(null, state);
    for (const { name } of owedBy(state)) this.#world.serve(this.roomId, name);
  }

  /** Memory is lost, sockets stay; what was under way is served again by the alarm. */
  evict(): void {
    this.#world.now += 1;
    this.#memory = null;
  }

  do(event: RoomCoreEvent): Reply {
    const memory = this.#load();
    const { now } = this.#world;
    const before = memory.state;
    const { state, effects, reply } = step(before, event, { now, through: memory.feed.through });
    memory.state = state;
    this.#save(before, state);
    for (const effect of effects) this.#perform(effect);
    return reply;
  }

  say(client: Client, text: string): void {
    const { state, feed } = this.#load();
    const speaker = speakerOf(state, client.userId, client.socket);
    if (speaker === null) throw new Error("no speaker");
    const { now: at } = this.#world;
    const event: RoomEvent = { kind: "said", seat: speaker.seat, number: 0, text, at };
    feed.append(event, client.userId, hiddenFrom(state, client.userId));
    this.#fanOut();
  }

  #load(): { state: RoomState; feed: Feed; bornAfter: number } {
    if (this.#memory !== null) return this.#memory;
    const { stored } = this;
    if (stored === null) throw new Error("no such room");
    const found = [...this.sockets].flatMap(([socket, { presence }]) =>
      presence === null
        ? []
        : [{ socket, presence: { ...presence, hidden: presence.hidden ?? [] } }],
    );
    return this.#remember(revive(stored, structuredClone(found)));
  }

  /** As storage gives it back: by value. */
  get stored(): Stored | null {
    const kept = structuredClone(this.#kept);
    const away = [...kept].flatMap(([key, value]) =>
      key.startsWith(AWAY_PREFIX) ? [value as StoredAway] : [],
    );
    return storedRoom((key) => kept.get(key), away);
  }

  #save(before: RoomState | null, after: RoomState): void {
    for (const { key, value } of writesOf(before, after)) {
      if (value === undefined) this.#kept.delete(key);
      else this.#kept.set(key, value);
    }
  }

  #remember(state: RoomState) {
    const feed = new Feed(this.#world.now);
    return (this.#memory = { state, feed, bornAfter: feed.through });
  }

  #perform(effect: RoomEffect): void {
    const { state, feed } = this.#load();
    switch (effect.do) {
      case "happened":
        feed.append(effect.event, effect.subject, effect.hiddenFrom);
        return this.#fanOut();
      case "entered": {
        const { userId, after, isGap } = effect;
        const notice = enteredNotice(state, userId, { feed, after, isGap, now: this.#world.now });
        if (notice === null) return;
        return this.#tell(effect.socket, { ...notice, members: [...rosterFor(state, userId)] });
      }
      case "tell": {
        this.told.push({ to: effect.to, notice: effect.notice });
        const people = state.present.get(effect.to) ?? state.waiting.get(effect.to);
        for (const { socket } of people?.sockets ?? []) this.#tell(socket, effect.notice);
        return;
      }
      case "tellSocket":
        return this.#tell(effect.socket, effect.notice);
      case "tellApart": {
        const { through } = feed;
        const notice: RoomNotice = { type: "events", through, events: [effect.event] };
        for (const { socket } of state.present.get(effect.to)?.sockets ?? []) {
          this.#tell(socket, notice, true);
        }
        return;
      }
      case "attach": {
        const held = this.sockets.get(effect.socket);
        const presence = presenceOf(state, effect.userId, effect.socket);
        if (held !== undefined) held.presence = presence;
        return;
      }
      case "close": {
        const held = this.sockets.get(effect.socket);
        if (held !== undefined) held.client.isOpen = false;
        this.sockets.delete(effect.socket);
        return;
      }
      case "serve":
        return this.#world.serve(this.roomId, effect.name);
      case "forget":
        this.#world.forget(this.roomId);
        return;
    }
  }

  #fanOut(): void {
    const { state, feed } = this.#load();
    const gathered = feed.take();
    if (gathered === null) return;
    for (const { userId, sockets } of state.present.values()) {
      const events = [...eventsFor(gathered.entries, userId)];
      for (const { socket } of sockets) {
        this.#tell(socket, { type: "events", through: gathered.through, events });
      }
    }
  }

  #tell(socket: string, notice: RoomNotice, isApart = false): void {
    const client = this.sockets.get(socket)?.client;
    if (client?.isOpen === true) {
      hear(client, notice, isApart ? null : this.#load().bornAfter);
    }
  }
}
