// A decision in the making: the state so far, and what is to be done. What was there before is never touched.

import type { UserId } from "../../wire/ids.ts";
import type { Leaving, RoomEvent, RoomNotice } from "../../wire/roomLine.ts";
import { type ErrandName, withOwed, without } from "./errandNames.ts";
import type { Moment, RoomEffect } from "./events.ts";
import { People } from "./people.ts";
import type {
  Apart,
  Asides,
  Away,
  Person,
  Present,
  RoomState,
  SocketRef,
  StoredRoom,
  Waiting,
} from "./state.ts";

/** Of a close frame: all was said before it. */
const NORMAL_CLOSURE = 1000;

type Whereabouts = "present" | "away" | "waiting";

export class Draft {
  readonly effects: RoomEffect[] = [];
  /** Come after all others, so that whoever has entered is told all of them at once. */
  readonly entered: RoomEffect[] = [];
  readonly now: number;
  /** The number of the last event, those of this decision counted. */
  through: number;
  #state: RoomState;

  constructor(state: RoomState, { now, through }: Moment) {
    this.#state = state;
    this.now = now;
    this.through = through;
  }

  get state(): RoomState {
    return this.#state;
  }

  setRecord(change: Partial<StoredRoom>): void {
    this.#state = { ...this.#state, record: { ...this.#state.record, ...change } };
  }

  setAsides(change: Partial<Asides>): void {
    this.#state = { ...this.#state, asides: { ...this.#state.asides, ...change } };
  }

  setApart(apart: Apart): void {
    this.#state = { ...this.#state, apart };
  }

  setPresent(member: Present): void {
    this.#state = { ...this.#state, present: this.#state.present.with(member) };
  }

  setAway(member: Away): void {
    this.#state = { ...this.#state, away: this.#state.away.with(member) };
  }

  setWaiting(person: Waiting): void {
    this.#state = { ...this.#state, waiting: this.#state.waiting.with(person) };
  }

  /** Of somebody who is here, away, or waits. */
  changePerson(userId: UserId, change: Partial<Pick<Person, "handle" | "hidden">>): void {
    const { present, away, waiting } = this.#state;
    const [member, absent, waits] = [present.get(userId), away.get(userId), waiting.get(userId)];
    if (member !== undefined) this.setPresent({ ...member, ...change });
    if (absent !== undefined) this.setAway({ ...absent, ...change });
    if (waits !== undefined) this.setWaiting({ ...waits, ...change });
    this.attach(userId, (member ?? waits)?.sockets ?? []);
  }

  drop(from: Whereabouts, userId: UserId): void {
    const left = this.#state[from].without(userId);
    if (left !== this.#state[from]) this.#state = { ...this.#state, [from]: left };
  }

  /** Owes these too, and serves what was not owed before. */
  owe(...names: readonly ErrandName[]): void {
    const { outbox } = this.#state;
    const owed = withOwed(outbox, ...names);
    if (owed === outbox) return;
    this.#state = { ...this.#state, outbox: owed };
    for (const name of owed.slice(outbox.length)) this.effects.push({ do: "serve", name });
  }

  /** Owes these no more. */
  settle(...names: readonly ErrandName[]): void {
    const outbox = without(this.#state.outbox, ...names);
    if (outbox !== this.#state.outbox) this.#state = { ...this.#state, outbox };
  }

  happened(event: RoomEvent, subject: UserId | null): void {
    const hiddenFrom = subject === null ? null : (this.#state.apart.get(subject) ?? null);
    this.through += 1;
    this.effects.push({ do: "happened", event, subject, hiddenFrom });
  }

  tell(to: UserId, notice: RoomNotice): void {
    this.effects.push({ do: "tell", to, notice });
  }

  tellSocket(socket: string, notice: RoomNotice): void {
    this.effects.push({ do: "tellSocket", socket, notice });
  }

  /** To one member alone, without a number. */
  tellApart(to: UserId, event: RoomEvent): void {
    this.effects.push({ do: "tellApart", to, event });
  }

  attach(userId: UserId, sockets: readonly SocketRef[]): void {
    for (const { socket } of sockets) this.effects.push({ do: "attach", socket, userId });
  }

  close({ socket }: SocketRef, reason: string): void {
    this.effects.push({ do: "close", socket, code: NORMAL_CLOSURE, reason });
  }

  /** Nobody is in it any more, and nobody waits. */
  empty(): void {
    const nobody = People.of<never>();
    const asides = { invitations: [], pairs: [] };
    this.#state = {
      ...this.#state,
      asides,
      present: nobody,
      away: nobody,
      waiting: nobody,
      apart: new Map(),
    };
  }

  /** The last word to these sockets. */
  end(sockets: readonly SocketRef[], leaving: Leaving): void {
    for (const ref of sockets) {
      this.tellSocket(ref.socket, { type: "ended", leaving });
      this.close(ref, leaving);
    }
  }
}
