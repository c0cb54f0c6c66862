// What this client knows of a room: the room itself, who is in it, what is said, who steps aside with whom. Every notice
// changes it first and is told afterwards.

import type { UserId } from "../../wire/ids.ts";
import type { Problem } from "../../wire/problem.ts";
import type { Knocker, RoomEvent, RoomNotice, RoomRequest } from "../../wire/roomLine.ts";
import type { RoomRecord } from "../../wire/rooms.ts";
import { Asides } from "./asides.ts";
import type { RoomChange } from "./model.ts";
import { OwnTracks } from "./ownTracks.ts";
import { Roster } from "./roster.ts";
import { Talk } from "./talk.ts";

type Entered = Extract<RoomNotice, { type: "entered" }>;

/** What is taken is answered long before. */
const ANSWER_MS = 10_000;

interface ViewContext {
  readonly own: UserId;
  /** Milliseconds since 1970, by this device's clock. */
  readonly now: () => number;
  /** Runs the task after a delay; the function returned calls it off. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  readonly nextNumber: () => number;
  /** False when there is no connection. */
  readonly send: (...requests: readonly RoomRequest[]) => boolean;
  readonly tell: (change: RoomChange) => void;
}

export class RoomView {
  readonly roster: Roster;
  readonly talk: Talk;
  readonly asides: Asides;
  readonly tracks: OwnTracks;
  readonly #context: ViewContext;
  #room: RoomRecord | null = null;
  #knocking: readonly Knocker[] = [];
  #reports = 0;
  /** What the server's clock is ahead, as it has said last. */
  #aheadMs = 0;
  #stopTimer: () => void = () => {};

  constructor(context: ViewContext) {
    this.#context = context;
    this.roster = new Roster(context.own);
    this.talk = new Talk({
      ...context,
      pace: () => this.#room?.pace ?? null,
      tell: (message) => context.tell({ event: "message", message }),
    });
    this.asides = new Asides({ ...context, aheadMs: () => this.#aheadMs });
    this.tracks = new OwnTracks({
      ...context,
      room: () => this.#room,
      me: () => this.roster.me,
      waitMs: () => this.talk.waitMs,
    });
  }

  get room(): RoomRecord | null {
    return this.#room;
  }

  get knocking(): readonly Knocker[] {
    return this.#knocking;
  }

  get reports(): number {
    return this.#reports;
  }

  take(notice: RoomNotice): void {
    switch (notice.type) {
      case "waiting":
        this.#room = notice.room;
        return;
      case "entered":
        return this.#entered(notice);
      case "events":
        return this.#apply(notice.events, notice.through);
      case "knocking":
        return this.#knock(notice.knocking);
      case "reports":
        return this.#reported(notice.count);
      case "invitation":
        this.#aheadMs = notice.now - this.#context.now();
        return this.asides.take(notice);
      case "invitationOver":
      case "returned":
        return this.asides.take(notice);
      case "signal": {
        const { from, data } = notice;
        return this.#context.tell({ event: "signal", from, data });
      }
      case "refused":
        return this.#refused(notice.number, notice.problem);
      case "problem":
        return this.#mistaken(notice.problem);
      case "ended":
        return; // for the run
    }
  }

  /** The stay is over: whatever waits is rejected. */
  over(error: Error): void {
    this.#stopTimer();
    this.tracks.stop();
    this.talk.over(error);
    this.asides.over(error);
  }

  #refused(number: number, problem: Problem): void {
    void (this.talk.refused(number, problem) || this.asides.refused(number, problem));
  }

  /**
   * The room does not say of what: what is under way now and will not be answered was not taken. What is said too fast
   * is refused by its number, but for tracks and signals, which have none.
   */
  #mistaken(problem: Problem): void {
    if (problem.code === "too-many-requests") return this.tracks.tooFast();
    const numbers = [...this.talk.underWay, ...this.asides.underWay];
    this.#stopTimer();
    this.#stopTimer = this.#context.after(ANSWER_MS, () => {
      for (const number of numbers) this.#refused(number, problem);
    });
  }

  #entered(notice: Entered): void {
    const { room, members, missed, through, isGap, knocking, now } = notice;
    this.#aheadMs = now - this.#context.now();
    this.#stopTimer(); // what is not answered is said again
    if (isGap) this.#context.tell({ event: "gap" });
    this.#apply(missed, through);
    this.#room = room;
    this.roster.replace(members);
    this.#context.tell({ event: "entered", members: this.roster.members });
    this.asides.entered(notice);
    if (knocking.length + this.#knocking.length > 0) this.#knock(knocking);
    this.talk.resume(isGap);
    this.tracks.entered();
  }

  #apply(events: readonly RoomEvent[], through: number): void {
    let number = through - events.length;
    for (const event of events) this.#happened(event, ++number);
  }

  #happened(event: RoomEvent, number: number): void {
    const tell = (change: RoomChange) => this.#context.tell(change);
    switch (event.kind) {
      case "said": {
        const author = this.roster.at(event.seat);
        if (author === undefined) return;
        return this.talk.heard(event, author, author.userId === this.#context.own, number);
      }
      case "joined":
      case "changed": {
        const { member } = event;
        const before = this.roster.put(member);
        if (member.userId === this.#context.own) this.tracks.shown(before);
        if (before === undefined) return tell({ event: "joined", member });
        return tell({ event: "changed", member, before });
      }
      case "left": {
        const member = this.roster.remove(event.seat);
        return member && tell({ event: "left", member });
      }
      case "arranged":
        return tell({ event: "arranged", room: event.room, before: this.#arrange(event.room) });
    }
  }

  /** Returns how it stood before. */
  #arrange(room: RoomRecord): RoomRecord {
    const before = this.#room ?? room;
    this.#room = room;
    return before;
  }

  #knock(knocking: readonly Knocker[]): void {
    this.#knocking = knocking.map((one) => ({ ...one, at: one.at - this.#aheadMs }));
    this.#context.tell({ event: "knocking", knocking: this.#knocking });
  }

  #reported(count: number): void {
    const before = this.#reports;
    this.#reports = count;
    if (count !== before) this.#context.tell({ event: "reports", count, before });
  }
}
