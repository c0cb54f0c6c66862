// How much a client has heard since it told the room so, counted as the room counts it: whoever is left out of what others
// say, or reads a shorter encoding, is as far as the room thinks.

import { EVENT_BYTES, HEARD_EVERY_BYTES } from "../../wire/limits.ts";
import type { RoomEvent, RoomNotice } from "../../wire/roomLine.ts";

const HEARD_EVERY_EVENTS = 1_000;

const encoder = new TextEncoder();

export class HeardBytes {
  #bytes = 0;
  #events = 0;

  add(events: readonly RoomEvent[]): void {
    this.#events += events.length;
    for (const event of events) {
      const text = event.kind === "said" ? event.text : JSON.stringify(event);
      this.#bytes += EVENT_BYTES + encoder.encode(text).length;
    }
  }

  /** What was told beside the events. */
  addApart(notice: RoomNotice): void {
    this.#bytes += EVENT_BYTES + encoder.encode(JSON.stringify(notice)).length;
  }

  /** So much that the room is to be told. */
  get isMuch(): boolean {
    return this.#bytes >= HEARD_EVERY_BYTES || this.#events >= HEARD_EVERY_EVENTS;
  }

  told(): void {
    this.#bytes = 0;
    this.#events = 0;
  }
}
