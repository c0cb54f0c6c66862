// A room as it lives in memory: what it keeps, and who is there as their sockets say. Whatever happens to it is decided
// by the core, stored, and then told, in this order.

import { earliest } from "../../shared/core/deadlines.ts";
import { deadlineOf } from "../../shared/core/room/due.ts";
import { owedBy } from "../../shared/core/room/errands.ts";
import type { Reply, RoomCoreEvent, RoomEffect } from "../../shared/core/room/events.ts";
import { Feed } from "../../shared/core/room/feed.ts";
import { begun } from "../../shared/core/room/opening.ts";
import { presenceOf } from "../../shared/core/room/presence.ts";
import { step } from "../../shared/core/room/room.ts";
import type { RoomState, StoredRoom } from "../../shared/core/room/state.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { RoomNotice } from "../../shared/wire/roomLine.ts";
import type { Env } from "../env.ts";
import { Frame, NORMAL_CLOSURE, TRY_AGAIN_LATER } from "../http/sockets.ts";
import { SpentTokens } from "../http/upgradeTokens.ts";
import { RoomErrands } from "./errands.ts";
import { FanOut } from "./fanOut.ts";
import { OccupancyNews } from "./occupancy.ts";
import { type LiveSocket, RoomSockets } from "./roomSockets.ts";
import { RoomStore } from "./store.ts";
import { wake, type Woken } from "./waking.ts";

/** How soon an alarm that has failed rings again. */
const ALARM_AGAIN_MS = 10_000;
const LOOK_EVERY_MS = 30_000;

export class LivingRoom {
  readonly sockets: RoomSockets;
  readonly store: RoomStore;
  readonly feed = new Feed(Date.now());
  readonly fanOut: FanOut;
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #errands: RoomErrands;
  readonly #occupancy: OccupancyNews;
  /** Told once a decision about the record is stored and told. */
  onRecord: (before: StoredRoom) => void = () => {};
  #tokens = new SpentTokens([]);
  /** Null where no room stands; undefined until it is known. */
  #state: RoomState | null | undefined;
  #waking: Promise<void> | null = null;
  #lookAt = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    this.#ctx = ctx;
    this.#env = env;
    this.sockets = new RoomSockets(ctx, this.feed);
    this.store = new RoomStore(ctx.storage);
    this.fanOut = new FanOut(
      this.sockets,
      this.feed,
      () => this.#state ?? null,
      (slow) => slow.forEach((live) => this.drop(live, TRY_AGAIN_LATER, "too slow")),
    );
    this.#errands = new RoomErrands(env, {
      state: () => this.#state ?? null,
      served: (name, errand) => void this.decide({ type: "served", name, errand }),
      wakeBy: (at) => this.store.wakeBy(at),
    });
    this.#occupancy = new OccupancyNews(env, () => this.#state ?? null);
  }

  /**
   * Null once all is known that the room was before it slept; else to be awaited before anything else.
   * @param closing the socket whose end is heard of
   */
  ready(closing: WebSocket | null = null): Promise<void> | null {
    if (this.#state !== undefined) return null;
    if (this.#waking !== null) return this.#waking;
    const survivors = this.sockets.wake(closing);
    this.#tokens = new SpentTokens(this.sockets.names());
    const stored = this.store.load();
    if (stored === null) {
      this.#state = null;
      return null;
    }
    const woken = wake(this.#env, stored, survivors);
    if (!(woken instanceof Promise)) {
      this.#wokenAs(woken);
      return null;
    }
    this.#waking = woken.then((known) => {
      this.#wokenAs(known);
      this.#waking = null;
    });
    return this.#waking;
  }

  get isThere(): boolean {
    return this.#state !== null && this.#state !== undefined;
  }

  /**
   * The number by which this instance knows an event that somebody has heard. Whoever had heard all when the object fell
   * asleep has missed nothing but what came since it woke.
   */
  numberOf(heard: number): number {
    const { restedAt } = this.sockets;
    const { birth } = this.feed;
    return restedAt !== null && heard >= restedAt && heard < birth ? birth : heard;
  }

  /** To be read after {@link ready}, and where the room is there. */
  get state(): RoomState {
    if (this.#state === null || this.#state === undefined) throw new Error("there is no room");
    return this.#state;
  }

  get tokens(): SpentTokens {
    return this.#tokens;
  }

  /** Stands from now on. */
  begin(record: StoredRoom): void {
    const state = begun(record);
    this.store.save(null, state);
    this.#state = state;
    this.#perform(owedBy(state));
    this.#setAlarm();
  }

  decide(event: RoomCoreEvent): Reply {
    const before = this.state;
    const moment = { now: Date.now(), through: this.feed.through };
    const { state, effects, reply } = step(before, event, moment);
    if (state !== before) {
      // First: where it cannot be written, nothing has changed.
      this.store.save(before, state);
      this.#state = state;
      if (state.record !== before.record) this.#ctx.waitUntil(this.#errands.hurry("lobby"));
      this.#setAlarm();
    }
    this.#perform(effects);
    if (this.isThere && state.record !== before.record) this.onRecord(before.record);
    return reply;
  }

  /** A connection is gone. Whose seat cannot be kept leaves. */
  lose(userId: UserId, socket: string, isDone: boolean): void {
    try {
      this.decide({ type: "lost", userId, socket, isDone });
    } catch (error) {
      if (isDone) throw error;
      this.decide({ type: "lost", userId, socket, isDone: true });
    }
  }

  /** What is due, and what is owed. */
  async alarm(): Promise<void> {
    this.store.alarmFired();
    try {
      const owed = this.#errands.dueOf(this.state);
      this.decide({ type: "deadline" });
      const left = owed.filter((name) => this.isThere && this.state.outbox.includes(name));
      await Promise.all(left.map((name) => this.#errands.serve(name)));
      if (this.isThere) this.#setAlarm();
    } catch {
      // An alarm that keeps throwing is dropped for good, so it is set again instead.
      await this.store.wakeBy(Date.now() + ALARM_AGAIN_MS);
    }
  }

  tell(to: UserId, notice: RoomNotice): void {
    const { present, waiting } = this.state;
    const frame = new Frame([notice]);
    for (const { socket } of (present.get(to) ?? waiting.get(to))?.sockets ?? []) {
      const live = this.sockets.named(socket);
      if (live !== undefined) this.fanOut.tell(live, frame);
    }
  }

  /**
   * Looks for connections that have died without a word, whose clients are shown as present. To be called when something
   * happens: no room is woken for it.
   * @param speaking which has not died
   */
  look(speaking: WebSocket): void {
    const now = Date.now();
    if (now < this.#lookAt) return;
    this.#lookAt = now + LOOK_EVERY_MS;
    for (const live of this.sockets.silent(now)) {
      if (live.socket !== speaking) this.drop(live, TRY_AGAIN_LATER, "silent");
    }
  }

  /** The connection of whoever is in comes to be lost; of whoever has not entered yet, nobody knows. */
  drop(live: LiveSocket, code: number, reason: string): void {
    this.sockets.close(live, code, reason);
    if (live.visitor === null && this.isThere) this.lose(live.userId, live.name, false);
  }

  #wokenAs({ state, unknown }: Woken): void {
    this.#state = state;
    for (const name of unknown) {
      const live = this.sockets.named(name);
      if (live !== undefined) this.drop(live, TRY_AGAIN_LATER, "try again");
    }
    this.#perform(owedBy(this.state));
  }

  #perform(effects: readonly RoomEffect[]): void {
    let isDue = false;
    for (const effect of effects) {
      switch (effect.do) {
        case "happened":
          this.feed.append(effect.event, effect.subject, effect.hiddenFrom);
          isDue = true;
          break;
        case "entered": {
          const live = this.sockets.named(effect.socket);
          if (live !== undefined) this.fanOut.welcome({ ...effect, live });
          isDue = true;
          break;
        }
        case "tell":
          if (this.fanOut.isEntering(effect.to)) this.fanOut.flush();
          this.tell(effect.to, effect.notice);
          break;
        case "tellSocket": {
          const live = this.sockets.named(effect.socket);
          if (live !== undefined) this.fanOut.tell(live, new Frame([effect.notice]));
          break;
        }
        case "tellApart":
          this.fanOut.flush();
          this.tell(effect.to, {
            type: "events",
            through: this.feed.through,
            events: [effect.event],
          });
          break;
        case "attach":
          this.#attach(effect.socket, effect.userId);
          break;
        case "close": {
          const live = this.sockets.named(effect.socket);
          if (live !== undefined) this.sockets.close(live, effect.code, effect.reason);
          break;
        }
        case "serve":
          this.#ctx.waitUntil(this.#errands.serve(effect.name));
          break;
        case "forget":
          this.#forget();
      }
    }
    if (isDue && this.isThere) this.fanOut.push();
    this.#occupancy.changed();
  }

  #attach(socket: string, userId: UserId): void {
    const live = this.sockets.named(socket);
    const presence = presenceOf(this.state, userId, socket);
    if (live !== undefined && presence !== null) this.sockets.settle(live, presence);
  }

  #setAlarm(): void {
    const at = earliest(deadlineOf(this.state), this.#errands.retryAt(this.state));
    if (!this.store.wakesBy(at)) this.#ctx.waitUntil(this.store.wakeBy(at));
  }

  #forget(): void {
    this.#state = null;
    for (const live of this.sockets.all()) this.sockets.close(live, NORMAL_CLOSURE, "");
    this.#ctx.waitUntil(this.store.forget());
  }
}
