// What this client's microphone and camera do, told to the room until it has taken it: after a loss, and when it was said
// too fast. Then the latest alone is said, once, so that nothing is said faster than the room takes it.

import { ProblemError } from "../../wire/problem.ts";
import type { Member, RoomRequest } from "../../wire/roomLine.ts";
import type { RoomRecord } from "../../wire/rooms.ts";
import type { Tracks } from "./model.ts";

const OFF: Tracks = { audio: "off", video: "off" };

interface TracksContext {
  /** Null before the room has told of itself. */
  readonly room: () => RoomRecord | null;
  /** How the room shows this account; null before it is in. */
  readonly me: () => Member | null;
  /** Until something may be said again that was too fast. */
  readonly waitMs: () => number;
  /** Runs the task after a delay; the function returned calls it off. */
  readonly after: (delayMs: number, task: () => void) => () => void;
  /** False when there is no connection. */
  readonly send: (request: Extract<RoomRequest, { type: "tracks" }>) => boolean;
}

export class OwnTracks {
  readonly #context: TracksContext;
  #wanted = OFF;
  /** Said on this connection, and not seen in the room since. */
  #isUnderWay = false;
  /** Not said yet, until the timer goes off. */
  #isHeld = false;
  /** Set while something was too fast just now, so that nothing is said. */
  #stopTimer: (() => void) | null = null;

  constructor(context: TracksContext) {
    this.#context = context;
  }

  /** @throws ProblemError `malformed-request` for what this room does not allow */
  set({ audio, video }: Tracks): void {
    const tracks = { audio, video };
    if (!allows(this.#context.room(), tracks)) {
      throw new ProblemError("malformed-request", { detail: "This room does not allow it." });
    }
    this.#wanted = tracks;
    if (this.#stopTimer === null) this.#tell();
    else this.#isHeld = true;
  }

  /** On another connection they are off. */
  entered(): void {
    this.stop();
    this.#isUnderWay = false;
    if (!allows(this.#context.room(), this.#wanted)) this.#wanted = OFF;
    if (this.#wanted !== OFF) this.#tell();
  }

  /**
   * The room shows this account anew. If it shows what was said, another client of it may say otherwise from then on.
   * What is as it was before may be older than what was said.
   */
  shown(before: Member | undefined): void {
    const me = this.#context.me();
    const isOther = before?.audio !== me?.audio || before?.video !== me?.video;
    if (isOther && this.#isShown) this.#isUnderWay = false;
  }

  /** Something was too fast that has no number, so it may have been this. */
  tooFast(): void {
    if (!this.#isUnderWay) return;
    this.#stopTimer ??= this.#context.after(this.#context.waitMs(), () => {
      this.#stopTimer = null;
      if (!this.#isUnderWay && !this.#isHeld) return;
      this.#isUnderWay = false;
      this.#tell();
    });
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
  }

  get #isShown(): boolean {
    const { audio = "off", video = "off" } = this.#context.me() ?? {};
    return audio === this.#wanted.audio && video === this.#wanted.video;
  }

  #tell(): void {
    this.#isHeld = false;
    this.#isUnderWay ||= !this.#isShown;
    this.#context.send({ type: "tracks", ...this.#wanted });
  }
}

function allows(room: RoomRecord | null, { audio, video }: Tracks): boolean {
  if (room === null) return true;
  return (room.media.audio || audio === "off") && (room.media.video || video === "off");
}
