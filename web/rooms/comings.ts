// Who came into a room and who left it within one breath, said as it stands at the end: whoever is there again has not
// left, and whoever was there for a moment has done both.

import { namesText } from "./words.ts";

type Way = "came" | "left";

interface Passage {
  readonly name: string;
  readonly first: Way;
  readonly last: Way;
}

/** However many there are, a few are named. */
const MOST_NAMES = 8;

export class Comings {
  readonly #people = new Map<string, Passage>();

  add(userId: string, name: string, way: Way): void {
    const first = this.#people.get(userId)?.first ?? way;
    this.#people.set(userId, { name, first, last: way });
  }

  /** The empty text where nothing has changed in the end. */
  get text(): string {
    const came = this.#told("came", "came");
    const left = this.#told("left", "left");
    const passed = this.#told("came", "left");
    return [
      came === null ? "" : `${came} came in.`,
      left === null ? "" : `${left} left.`,
      passed === null ? "" : `${passed} came in and left.`,
    ]
      .filter(Boolean)
      .join(" ");
  }

  #told(first: Way, last: Way): string | null {
    const names: string[] = [];
    let count = 0;
    for (const one of this.#people.values()) {
      if (one.first !== first || one.last !== last) continue;
      count++;
      if (names.length < MOST_NAMES) names.push(one.name);
    }
    return count === 0 ? null : namesText(names, count);
  }
}
