// Whose guesses failed in one life of an attempt, and what each person's mailbox must hold of it (PAS-8).

import { type Person, PEOPLE } from "./cast.ts";

/** One failure is forgotten each ten minutes. */
const FORGETS_ONE_EACH_MS = 10 * 60_000;

interface Failure {
  readonly person: Person;
  /** When it was counted at the earliest; at the latest, it is when the mailbox is looked at. */
  readonly since: number;
  /** Counted at once, at that very time. */
  isPrompt: boolean;
  /** The server was torn down before the mailbox had it, so it may be lost. */
  isCertain: boolean;
}

export class GuessOracle {
  readonly #failures: Failure[] = [];
  #underWay: Failure[] = [];

  /** @param isPrompt the mailbox has it as soon as errands are done; else once the alarm has run */
  failed(person: Person, now: number, isPrompt: boolean): void {
    const failure: Failure = { person, since: now, isPrompt, isCertain: true };
    this.#failures.push(failure);
    this.#underWay.push(failure);
  }

  /** Errands have come to their end. */
  quiet(): void {
    this.#underWay = this.#underWay.filter(({ isPrompt }) => !isPrompt);
  }

  /** Errands were cut off. */
  cutOff(): void {
    for (const failure of this.#underWay) {
      failure.isPrompt = false;
      failure.isCertain = false;
    }
  }

  /** The least and the most that a mailbox may hold now. */
  levelsAt(now: number): Record<Person, readonly [least: number, most: number]> {
    const levels = PEOPLE.map((person) => {
      const own = this.#failures.filter((failure) => failure.person === person);
      const least = own.filter(({ isCertain }) => isCertain).map(({ since }) => since);
      const most = own.map(({ since, isPrompt }) => (isPrompt ? since : now));
      return [person, [levelOf(least, now), levelOf(most, now)]] as const;
    });
    return Object.fromEntries(levels) as Record<Person, readonly [number, number]>;
  }
}

function levelOf(times: readonly number[], now: number): number {
  let level = 0;
  let at = 0;
  for (const time of [...times.toSorted((a, b) => a - b), now]) {
    level = Math.max(0, level - (time - at) / FORGETS_ONE_EACH_MS) + 1;
    at = time;
  }
  return level - 1;
}
