// Who is in a room, by their seats, as the server has said last.

import type { UserId } from "../../wire/ids.ts";
import type { Member } from "../../wire/roomLine.ts";

export class Roster {
  readonly #own: UserId;
  readonly #bySeat = new Map<number, Member>();
  #shown: readonly Member[] | null = null;

  constructor(own: UserId) {
    this.#own = own;
  }

  /** Oneself first, the others as they came. */
  get members(): readonly Member[] {
    this.#shown ??= [...this.#bySeat.values()].toSorted(
      (a, b) =>
        Number(b.userId === this.#own) - Number(a.userId === this.#own) ||
        a.joinedAt - b.joinedAt ||
        a.seat - b.seat,
    );
    return this.#shown;
  }

  get me(): Member | null {
    const [first] = this.members;
    return first?.userId === this.#own ? first : null;
  }

  at(seat: number): Member | undefined {
    return this.#bySeat.get(seat);
  }

  replace(members: readonly Member[]): void {
    this.#shown = null;
    this.#bySeat.clear();
    for (const member of members) this.#bySeat.set(member.seat, member);
  }

  /** Returns who was there before, as they stood. */
  put(member: Member): Member | undefined {
    const before = this.#bySeat.get(member.seat);
    this.#shown = null;
    this.#bySeat.set(member.seat, member);
    return before;
  }

  /** Returns who was there. */
  remove(seat: number): Member | undefined {
    const member = this.#bySeat.get(seat);
    this.#shown = null;
    this.#bySeat.delete(seat);
    return member;
  }
}
