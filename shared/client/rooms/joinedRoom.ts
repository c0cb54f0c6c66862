// A room that this client is in: who is there, what is said, who steps aside with whom. It outlives losses of the
// connection until it is over. What is told and shown of it never changes afterwards.

import type { RoomId, UserId } from "../../wire/ids.ts";
import { faultsOf, ProblemError } from "../../wire/problem.ts";
import {
  type Invitation,
  type Knocker,
  type Member,
  type Pair,
  type RoomRequest,
  roomRequestSchema,
} from "../../wire/roomLine.ts";
import type { RoomRecord } from "../../wire/rooms.ts";
import type { Upgrade } from "../../wire/auth.ts";
import { Listeners } from "../listeners.ts";
import { isUserId } from "../model.ts";
import type { Device } from "../device.ts";
import type { Ports } from "../ports.ts";
import { RoomOver } from "./faults.ts";
import type { RoomChange, RoomMessage, RoomState, StayEnd, Tracks } from "./model.ts";
import { RoomRun } from "./roomRun.ts";
import { RoomView } from "./roomView.ts";

export interface JoinOptions {
  readonly device: Device;
  readonly ports: Ports;
  readonly roomId: RoomId;
  readonly linkToken: string | null;
  readonly url: string;
  /** What one is called there. */
  readonly name: string;
  readonly first: Upgrade;
  /** Called once: it is in or waits, or nothing came of it. */
  readonly onBegun: (fault: Error | null) => void;
  readonly onOver: () => void;
}

export class JoinedRoom {
  readonly roomId: RoomId;
  /** What to hand to others; with what lets them in, if one has come by a link oneself. */
  readonly url: string;
  readonly #options: JoinOptions;
  readonly #own: UserId;
  readonly #listeners = new Listeners<RoomChange>();
  readonly #view: RoomView;
  readonly #run: RoomRun;
  #end: StayEnd | null = null;
  #lastNumber: number;
  #hasBegun = false;

  constructor(options: JoinOptions) {
    const { device, ports, roomId, url } = options;
    this.roomId = roomId;
    this.url = url;
    this.#options = options;
    this.#own = device.identity.userId;
    // Other clients of this account speak for the same seat: their numbers hardly ever meet these.
    this.#lastNumber = new DataView(ports.random(4).slice().buffer).getUint32(0);
    this.#view = new RoomView({
      own: this.#own,
      now: ports.now,
      after: ports.after,
      nextNumber: () => this.#nextNumber(),
      send: (...requests) => this.#run.send(...requests),
      tell: (change) => this.#listeners.tell(change),
    });
    this.#run = new RoomRun({
      ...options,
      onNotice: (notice) => this.#view.take(notice),
      onState: (state) => this.#stateChanged(state),
      onOver: (end, refusal) => this.#over(end, refusal),
    });
  }

  get state(): RoomState {
    return this.#run.state;
  }

  /** @internal It is over as soon as the room says so. */
  get isLeaving(): boolean {
    return this.#run.isLeaving;
  }

  /** Null until the room has told of itself. */
  get room(): RoomRecord | null {
    return this.#view.room;
  }

  /** Null before this account is in. */
  get me(): Member | null {
    return this.#view.roster.me;
  }

  /** Oneself first, the others as they came. */
  get members(): readonly Member[] {
    return this.#view.roster.members;
  }

  /** The last 1,000, those that the room has not taken yet at the end. */
  get messages(): readonly RoomMessage[] {
    return this.#view.talk.messages;
  }

  /** Those who wait to be let in, as moderators are told. */
  get knocking(): readonly Knocker[] {
    return this.#view.knocking;
  }

  /** How many reports there are to read, as moderators are told. */
  get reports(): number {
    return this.#view.reports;
  }

  /** Those of this account that wait for an answer, either way. */
  get invitations(): readonly Invitation[] {
    return this.#view.asides.invitations;
  }

  /** The pair room that this account is in, or may go into: `rooms.join(pair.roomId)`. */
  get pair(): Pair | null {
    return this.#view.asides.pair;
  }

  /** Set once it is over; null then when this client has let go of it. */
  get end(): StayEnd | null {
    return this.#end;
  }

  /**
   * Says something to all; it is shown at once, and resolves when the room has taken it. After a loss it is said again,
   * if it is certain that the room has not taken it, and no faster than the room takes it.
   * @throws ProblemError `malformed-request` for a text that is empty or too long, `not-in-room` before one was let in,
   *   `too-many-requests`; ConnectionError when nobody can tell whether it was said; RoomOver
   */
  async say(text: string): Promise<RoomMessage> {
    this.#assertHere();
    const request = checked({ type: "say", number: this.#nextNumber(), text });
    const { userId, name, handle } = this.me ?? {
      userId: this.#own,
      name: this.#options.name,
      handle: null,
    };
    const speaker = { userId, name, handle };
    return this.#view.talk.say(request, speaker);
  }

  /**
   * Tells all what one's microphone and camera do; it is told again after a loss, and where it was too fast.
   * @throws ProblemError `malformed-request` for what this room does not allow; RoomOver
   */
  setTracks(tracks: Tracks): void {
    this.#assertHere();
    this.#view.tracks.set(tracks);
  }

  /**
   * To all clients of one member. It is not repeated: what is said while either side has no connection is lost.
   * @throws ProblemError `malformed-request` for what is too long; RoomOver
   */
  signal(to: string, data: string): void {
    this.#assertHere();
    this.#run.send(checked({ type: "signal", to: to as UserId, data }));
  }

  /**
   * Invites someone into a pair room; an earlier invitation of one's own is cancelled. Resolves when it waits for its
   * answer, of which a change tells.
   * @throws ProblemError `not-in-room`, `engaged-already`, `too-many-requests`; ConnectionError; RoomOver
   */
  async invite(userId: string): Promise<Invitation> {
    this.#assertHere();
    if (!isUserId(userId)) throw new ProblemError("malformed-request");
    return this.#view.asides.invite(userId);
  }

  /**
   * Resolves with the pair room: `rooms.join(pair.roomId)`. The seat here is kept.
   * @throws ProblemError `invitation-over`, `engaged-already`; RoomOver
   */
  async accept(invitationId: string): Promise<Pair> {
    this.#assertHere();
    const pair = await this.#view.asides.reply(invitationId, "accept");
    if (pair === null) throw new ProblemError("invitation-over");
    return pair;
  }

  /** @throws ProblemError `invitation-over`; RoomOver */
  async decline(invitationId: string): Promise<void> {
    this.#assertHere();
    await this.#view.asides.reply(invitationId, "decline");
  }

  /** Takes one's own invitation back. @throws ProblemError `invitation-over`; RoomOver */
  async cancel(invitationId: string): Promise<void> {
    this.#assertHere();
    await this.#view.asides.reply(invitationId, "cancel");
  }

  /** The account leaves, with all of its clients. Resolves when it has, after 30 seconds at most. */
  leave(): Promise<void> {
    return this.#run.leave();
  }

  /**
   * This client lets go: if it is the account's last one here, the account leaves. What is under way is given up;
   * resolves when the connection is closed.
   */
  done(): Promise<void> {
    return this.#run.done();
  }

  /** The function returned ends it. */
  on(listener: (change: RoomChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** @internal The account is closed here: the seat is kept for a while. */
  letGo(): Promise<void> {
    return this.#run.letGo();
  }

  #assertHere(): void {
    if (this.state === "over") throw new RoomOver(this.#end);
    if (this.state === "waiting") throw new ProblemError("not-in-room");
  }

  #nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  #stateChanged(state: RoomState): void {
    if (state === "in" || state === "waiting") this.#begun(null);
    this.#listeners.tell({ event: "state", state });
  }

  #over(end: StayEnd | null, refusal: ProblemError | null): void {
    this.#end = end;
    const fault = new RoomOver(end);
    this.#options.onOver();
    this.#view.over(fault);
    this.#begun(refusal ?? fault);
    this.#listeners.tell({ event: "state", state: "over" });
    if (end !== null) this.#listeners.tell({ event: "over", end });
  }

  #begun(fault: Error | null): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#options.onBegun(fault);
  }
}

/** Refused here what the room would close the connection for. @throws ProblemError `malformed-request` */
function checked<Request extends RoomRequest>(request: Request): Request {
  const parsed = roomRequestSchema.safeParse(request);
  if (!parsed.success) throw new ProblemError("malformed-request", faultsOf(parsed.error));
  return request;
}
