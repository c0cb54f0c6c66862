// One client's connection to a room, through losses: it enters, says what it has heard, comes back to the event that it
// heard last, and lets go. What the room tells is for joinedRoom.ts.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import type { Upgrade } from "../../wire/auth.ts";
import type { RoomId } from "../../wire/ids.ts";
import { SEAT_KEPT_SECONDS } from "../../wire/limits.ts";
import { type ProblemCode, ProblemError } from "../../wire/problem.ts";
import { type RoomNotice, roomNoticeSchema, type RoomRequest } from "../../wire/roomLine.ts";
import { deferred } from "../deferred.ts";
import type { Device } from "../device.ts";
import { LiveSocket } from "../liveSocket.ts";
import { isPassing } from "../passing.ts";
import type { Ports } from "../ports.ts";
import { framesOf } from "./frames.ts";
import { HeardBytes } from "./heardBytes.ts";
import type { RoomState, StayEnd } from "./model.ts";

/** Refusals on the socket that coming back will not change. */
const FINAL: readonly ProblemCode[] = [
  "room-unknown",
  "room-full",
  "room-locked",
  "room-barred",
  "link-needed",
  "list-full",
];
/** How long the room's word that one has left is waited for, and a closed connection. */
const LEAVING_MS = 5_000;
const CLOSING_MS = 2_000;
/** Tells the room that a client goes on purpose, unlike one that is lost. */
const DONE = "done";

interface RunOptions {
  readonly device: Device;
  readonly ports: Ports;
  readonly roomId: RoomId;
  readonly linkToken: string | null;
  readonly name: string;
  readonly first: Upgrade;
  readonly onNotice: (notice: RoomNotice) => void;
  readonly onState: (state: RoomState) => void;
  /** Once, and the last call. @param refusal why the room would not have one */
  readonly onOver: (end: StayEnd | null, refusal: ProblemError | null) => void;
}

export class RoomRun {
  readonly #options: RunOptions;
  /** Names this client among those of its account. */
  readonly #line: string;
  readonly #socket: LiveSocket<RoomNotice>;
  readonly #over = deferred();
  readonly #closed = deferred();
  #state: RoomState = "connecting";
  /** The last event heard; null before this client was in the room. */
  #through: number | null = null;
  readonly #unheard = new HeardBytes();
  /** The room may know of this client. */
  #hasKnocked = false;
  #leaving: "no" | "wanted" | "said" = "no";
  #stopTimer: () => void = () => {};

  constructor(options: RunOptions) {
    const { device, ports, roomId, linkToken, first } = options;
    this.#options = options;
    this.#line = toBase64Url(ports.random(8));
    const link = linkToken === null ? {} : { linkToken };
    this.#socket = new LiveSocket(device, ports, {
      upgrade: () => ({ purpose: "room", roomId, ...link }),
      first,
      isUrgent: true, // the seat is kept for a while only
      notices: roomNoticeSchema,
      onOpen: () => this.#enter(),
      onNotice: (notice) => this.#take(notice),
      onState: (state) => state === "offline" && this.#lost(),
      onRefused: (error) => this.#refused(error),
      onClosed: () => this.#closed.resolve(),
    });
  }

  get state(): RoomState {
    return this.#state;
  }

  get isLeaving(): boolean {
    return this.#leaving !== "no";
  }

  /** False when it was not sent: there is no connection, or this client is not in the room. */
  send(...requests: readonly RoomRequest[]): boolean {
    if (this.#state !== "in" || requests.length === 0) return false;
    return framesOf(requests).every((frame) => this.#socket.send(...frame));
  }

  /** Resolves once the account has left the room, or its seat is kept no more. */
  leave(): Promise<void> {
    if (this.#state === "over" || this.#leaving !== "no") return this.#over.promise;
    const isSaid = this.#socket.send({ type: "leave" });
    this.#leaving = isSaid ? "said" : "wanted";
    const waitMs = isSaid ? LEAVING_MS : SEAT_KEPT_SECONDS * 1_000;
    if (isSaid || this.#hasKnocked) {
      this.#stopTimer = this.#options.ports.after(waitMs, () => this.#end(null));
    } else this.#end(null);
    return this.#over.promise;
  }

  /** Lets go of this connection alone, on purpose: nobody waits for this client to come back. */
  done(): Promise<void> {
    return this.#close(DONE);
  }

  /** Lets go of the connection; the seat is kept for a while, for whoever comes back. */
  letGo(): Promise<void> {
    return this.#close();
  }

  async #close(reason?: string): Promise<void> {
    const wasOnline = this.#state === "in" || this.#state === "waiting";
    this.#end(null, null, reason);
    if (!wasOnline) return;
    const stopTimer = this.#options.ports.after(CLOSING_MS, () => this.#closed.resolve());
    await this.#closed.promise;
    stopTimer();
  }

  #enter(): void {
    const { name } = this.#options;
    const after = this.#through === null ? {} : { after: this.#through };
    this.#hasKnocked = true;
    this.#socket.send({ type: "enter", line: this.#line, name, ...after });
    if (this.#leaving === "wanted" && this.#socket.send({ type: "leave" })) this.#leaving = "said";
  }

  #take(notice: RoomNotice): void {
    if (this.#state === "over") return;
    switch (notice.type) {
      case "waiting":
        return this.#heard("waiting", notice);
      case "entered":
        this.#through = notice.through;
        this.#unheard.told();
        return this.#heard("in", notice);
      case "events":
        this.#through = Math.max(this.#through ?? 0, notice.through);
        this.#unheard.add(notice.events);
        this.#sayHeard();
        return this.#options.onNotice(notice);
      case "ended":
        return this.#end({ kind: "left", leaving: notice.leaving });
      case "problem": {
        this.#hearApart(notice);
        const refusal = ProblemError.from(notice.problem);
        if (FINAL.includes(refusal.code)) this.#refused(refusal);
        else this.#options.onNotice(notice);
        return;
      }
      default:
        this.#hearApart(notice);
        return this.#options.onNotice(notice);
    }
  }

  #hearApart(notice: RoomNotice): void {
    this.#unheard.addApart(notice);
    this.#sayHeard();
  }

  #heard(state: "waiting" | "in", notice: RoomNotice): void {
    const isNew = this.#state !== state;
    this.#state = state;
    this.#options.onNotice(notice);
    if (isNew && this.#state === state) this.#options.onState(state);
  }

  /**
   * Long before the room closes a connection for being behind. Never after single messages: in a large room that would
   * be as many more as there are people.
   */
  #sayHeard(): void {
    const through = this.#through;
    if (through === null || !this.#unheard.isMuch) return;
    if (this.send({ type: "heard", through })) this.#unheard.told();
  }

  #lost(): void {
    if (this.#leaving === "said") return this.#end(null);
    if (this.#state !== "in" && this.#state !== "waiting") return;
    this.#state = "reconnecting";
    this.#options.onState("reconnecting");
  }

  /** True when coming back is no use. */
  #refused(error: ProblemError): boolean {
    if (isPassing(error)) return false;
    this.#end({ kind: "refused", problem: error.code }, error);
    return true;
  }

  #end(end: StayEnd | null, refusal: ProblemError | null = null, reason?: string): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#stopTimer();
    this.#socket.close(reason);
    const left = { kind: "left", leaving: "left" } as const;
    // Whoever wants to leave and is let go of, or would not be let in any more, has left.
    const how = this.#leaving === "no" || end?.kind === "left" ? end : left;
    this.#options.onOver(how, this.#leaving === "no" ? refusal : null);
    this.#over.resolve();
  }
}
