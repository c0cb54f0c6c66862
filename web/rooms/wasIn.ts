// Which rooms this window is in or waits at, so that it goes back into them when it is loaded anew. It names rooms and
// what one was called there; nothing in it lets anybody in.

import { SEAT_KEPT_SECONDS } from "../../shared/client/index.ts";
import { Store } from "../store.ts";

export interface WasIn {
  readonly roomId: string;
  /** Whose account it was. */
  readonly userId: string;
  /** What one was called there. */
  readonly name: string;
  /** What the room was called. */
  readonly title: string;
  /** It was at the door. */
  readonly isWaiting: boolean;
  /** Of a room for two. */
  readonly isPair: boolean;
}

interface WasInState {
  readonly rooms: readonly WasIn[];
  /** Those into which this page goes back by itself. */
  readonly returning: readonly string[];
}

const KEY = "acquaint.wasIn";

interface Kept {
  readonly rooms: readonly WasIn[];
  /** When the page was left, in milliseconds since 1970; null while it is shown, or where nobody knows. */
  readonly leftAt: number | null;
}

class WasInRooms {
  readonly store: Store<WasInState>;

  constructor() {
    const { rooms, leftAt } = read();
    const isRecent = leftAt !== null && Math.abs(Date.now() - leftAt) < SEAT_KEPT_SECONDS * 1000;
    const returning = isRecent ? rooms.map(({ roomId }) => roomId) : [];
    this.store = new Store<WasInState>({ rooms, returning });
    addEventListener("pagehide", () => this.#writeAgain(Date.now()));
    this.#write(null);
  }

  find(roomId: string): WasIn | null {
    return this.store.state.rooms.find((one) => one.roomId === roomId) ?? null;
  }

  keep(room: WasIn): void {
    const before = this.find(room.roomId);
    if (JSON.stringify(before) === JSON.stringify(room)) return;
    const { rooms } = this.store.state;
    // Where it stood: a room for two comes after the one that both came from.
    const next =
      before === null ? [...rooms, room] : rooms.map((one) => (one === before ? room : one));
    this.store.change({ rooms: next });
    this.#write(null);
  }

  drop(roomId: string): void {
    if (this.find(roomId) === null) return;
    this.store.change({ rooms: this.store.state.rooms.filter((one) => one.roomId !== roomId) });
    this.#writeAgain(null);
  }

  /** It is back, or could not come back. */
  returned(roomId: string): void {
    const { returning } = this.store.state;
    this.store.change({ returning: returning.filter((one) => one !== roomId) });
  }

  /** Unless it was deleted with the account. */
  #writeAgain(leftAt: number | null): void {
    if (hasKept()) this.#write(leftAt);
  }

  #write(leftAt: number | null): void {
    try {
      const kept: Kept = { rooms: this.store.state.rooms, leftAt };
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Without storage one comes back by hand.
    }
  }
}

function hasKept(): boolean {
  try {
    return sessionStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

function read(): Kept {
  const nothing: Kept = { rooms: [], leftAt: null };
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Kept | null;
    return kept ?? nothing;
  } catch {
    return nothing;
  }
}

export const wasIn = new WasInRooms();
