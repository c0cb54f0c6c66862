// How what happens in a room reaches its sockets. In a quiet room it goes out at once; what comes while the room is busy,
// until the loop's next turn, goes together. It is encoded once for each encoding, and nothing is read, parsed or stored
// for a socket. Whoever comes in is told all that is at the end of the turn, with everybody else who came in it. What is
// told to one socket apart counts towards what that is behind.

import type { Feed } from "../../shared/core/room/feed.ts";
import { bytesLeftOut, eventsFor, isHiddenIn } from "../../shared/core/room/feedEntries.ts";
import { Lag } from "../../shared/core/room/lag.ts";
import { enteredNotice, rosterFor } from "../../shared/core/room/roster.ts";
import type { RoomState } from "../../shared/core/room/state.ts";
import type { Encoded } from "../../shared/wire/codec/codec.ts";
import type { RoomNotice } from "../../shared/wire/roomLine.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { Frame, sendEncoded, sendFrame } from "../http/sockets.ts";
import { Welcome } from "./welcome.ts";
import type { LiveSocket, RoomSockets } from "./roomSockets.ts";

/** So much of what has gathered goes out before the turn is over, so that no frame becomes large. */
const FRAME_BYTES = 256 * 1024;
/** Much sooner than the object is put to sleep. */
const REST_MS = 200;

/** Someone who has come in this turn. */
export interface Entrant {
  readonly live: LiveSocket;
  readonly userId: UserId;
  readonly after: number | null;
  readonly isGap: boolean;
}

export class FanOut {
  readonly #sockets: RoomSockets;
  readonly #feed: Feed;
  readonly #lag: Lag;
  /** Null once the room is no more. */
  readonly #state: () => RoomState | null;
  /** To be closed: too far behind. */
  readonly #slow: (sockets: readonly LiveSocket[]) => void;
  readonly #welcomes = new Welcome();
  #entrants: Entrant[] = [];
  #sentBytes = 0;
  /** Since it was last looked who is too far behind, somebody was told something that may make it so. */
  #mayBeSlow = false;
  #isDue = false;
  #isBusy = false;
  #isSettling = false;

  constructor(
    sockets: RoomSockets,
    feed: Feed,
    state: () => RoomState | null,
    slow: (sockets: readonly LiveSocket[]) => void,
  ) {
    this.#sockets = sockets;
    this.#feed = feed;
    this.#lag = new Lag(feed);
    this.#state = state;
    this.#slow = slow;
    this.#sentBytes = feed.sentBytes;
  }

  /** To be followed by {@link push}. */
  welcome(entrant: Entrant): void {
    this.#entrants.push(entrant);
  }

  isEntering(userId: UserId): boolean {
    return this.#entrants.some((entrant) => entrant.userId === userId);
  }

  /** Has what was added to the feed go out: now in a quiet room, else with all else when the turn is over. */
  push(): void {
    this.#isDue = true;
    if (this.#isBusy && this.#feed.sentBytes - this.#sentBytes < FRAME_BYTES) return;
    this.flush();
    this.#beBusy();
  }

  /** Tells one socket something beside the events. What has gathered does not go out before. */
  tell(live: LiveSocket, frame: Frame): void {
    const encoded = frame.in(live.codec);
    sendEncoded(live.socket, encoded);
    if (!this.#lag.toldApart(live, encoded.length) || !live.isListening) return;
    // Closed when the turn is over: here, somebody may be in the middle of telling several.
    this.#mayBeSlow = true;
    this.#isDue = true;
    this.#beBusy();
  }

  /** Sends what has gathered. */
  flush(): void {
    this.#isDue = false;
    this.#send();
    this.#closeSlow();
    if (this.#entrants.length > 0) this.#welcome();
  }

  /** A socket has said up to which event it has heard everything. */
  heard(live: LiveSocket, through: number): void {
    this.#lag.heard(live, through);
  }

  #beBusy(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    setTimeout(() => this.#turn(), 0);
  }

  /** Nothing is left pending when the room is quiet, so that it can hibernate. */
  #turn(): void {
    if (this.#isDue) {
      this.flush();
      setTimeout(() => this.#turn(), 0);
      return;
    }
    this.#isBusy = false;
    this.#sockets.stir();
    if (this.#isSettling) return;
    this.#isSettling = true;
    this.#settle();
  }

  /** Once nothing has happened for a while, the sockets carry how far the room had come. */
  #settle(): void {
    const { birth, through } = this.#feed;
    setTimeout(() => {
      if (this.#isBusy || this.#feed.through !== through) return this.#settle();
      this.#isSettling = false;
      // As long as nothing has happened since it woke, all have heard all that was before it slept.
      const { restedAt } = this.#sockets;
      this.#sockets.rest(through === birth ? (restedAt ?? through) : through);
    }, REST_MS);
  }

  #send(): void {
    const taken = this.#feed.take();
    const state = this.#state();
    if (taken === null || state === null) return;
    this.#sentBytes = this.#feed.sentBytes;
    const { through, entries } = taken;
    const { apart } = state;
    const events = entries.map(({ event }) => event);
    const frame = new Frame([{ type: "events", through, events } satisfies RoomNotice]);
    this.#mayBeSlow = true;
    for (const live of this.#sockets.listeners) {
      const { socket, codec, userId } = live;
      if (apart.size > 0 && apart.has(userId) && isHiddenIn(entries, userId)) {
        const own = [...eventsFor(entries, userId)];
        sendFrame(socket, [{ type: "events", through, events: own } satisfies RoomNotice], codec);
        live.mark = Math.min(this.#sentBytes, live.mark + bytesLeftOut(entries, userId));
      } else sendFrame(socket, frame, codec);
    }
  }

  #closeSlow(): void {
    if (!this.#mayBeSlow) return;
    this.#mayBeSlow = false;
    const { listeners, closedBytes } = this.#sockets;
    const slow = this.#lag.tooFar(listeners, Date.now(), closedBytes);
    if (slow.length === 0) return;
    // That they are away goes out together.
    this.#beBusy();
    this.#slow(slow);
  }

  #welcome(): void {
    const entrants = this.#entrants;
    this.#entrants = [];
    const state = this.#state();
    if (state === null) return;
    const now = Date.now();
    for (const { live, userId, after, isGap } of entrants) {
      // Whoever has been closed meanwhile, or has left, is told nothing any more.
      if (this.#sockets.named(live.name) !== live) continue;
      const notice = enteredNotice(state, userId, { feed: this.#feed, after, isGap, now });
      if (notice === null) continue;
      let welcome: Encoded;
      if (state.apart.has(userId)) {
        const members = [...rosterFor(state, userId)];
        welcome = live.codec.encode([{ ...notice, members } satisfies RoomNotice]);
      } else welcome = this.#welcomes.encode(live.codec, notice, state);
      sendEncoded(live.socket, welcome);
      this.#sockets.listen(live, welcome.length);
    }
  }
}
