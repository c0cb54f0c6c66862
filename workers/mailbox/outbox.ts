// What this mailbox owes to others. It is stored in the turn of what causes it, brought at once, and again by the alarm
// until it is confirmed; to one receiver one after another, in the order in which it came to be owed. Whoever receives
// it may get it twice.

import { earliest, retryDelayMs } from "../../shared/core/deadlines.ts";
import type { UserId } from "../../shared/wire/ids.ts";

export interface Owed<Errand> {
  readonly id: string;
  readonly to: UserId;
  readonly errand: Errand;
}

/** How a mailbox keeps it, brings it, and goes on from the answer. */
export interface Carriage<Errand, Answer> {
  readonly stored: () => readonly Owed<Errand>[];
  readonly store: (owed: readonly Owed<Errand>[]) => void;
  readonly bring: (to: UserId, errand: Errand) => Promise<Answer>;
  /** In the turn in which it is owed no more; `isAwaited` by whoever caused it. */
  readonly confirmed: (errand: Errand, answer: Answer, isAwaited: boolean) => void;
  readonly wakeBy: (at: number) => Promise<void>;
}

/** How soon the alarm brings what a crash has cut short. */
const CHECK_MS = 10_000;

export class Outbox<Errand, Answer> {
  readonly #carriage: Carriage<Errand, Answer>;
  /** By receiver: the work that is under way for it. */
  readonly #runs = new Map<UserId, Promise<void>>();
  /** By id of what somebody waits for; null until it is answered. */
  readonly #answers = new Map<string, Answer | null>();
  readonly #tries = new Map<UserId, number>();

  constructor(carriage: Carriage<Errand, Answer>) {
    this.#carriage = carriage;
  }

  /** To be awaited before `add`: from then on a crash delays what is owed, and loses nothing. */
  async prepare(): Promise<void> {
    await this.#carriage.wakeBy(Date.now() + CHECK_MS);
  }

  /** Its id. To be called in the turn, or the transaction, of what causes it; then `bring`. */
  add(to: UserId, errand: Errand): string {
    const id = crypto.randomUUID();
    this.#carriage.store([...this.#carriage.stored(), { id, to, errand }]);
    return id;
  }

  /** The id of what is still owed; null when it is not. */
  find(isMeant: (errand: Errand) => boolean): string | null {
    return this.#carriage.stored().find(({ errand }) => isMeant(errand))?.id ?? null;
  }

  /**
   * What is not to be brought any more.
   * @returns those that may have arrived: what is owed first to its receiver may be under way
   */
  drop(isMeant: (to: UserId, errand: Errand) => boolean): Owed<Errand>[] {
    const owed = this.#carriage.stored();
    const dropped = owed.filter(({ to, errand }) => isMeant(to, errand));
    if (dropped.length > 0) this.#carriage.store(owed.filter((one) => !dropped.includes(one)));
    return dropped.filter((one) => owed.find(({ to }) => to === one.to) === one);
  }

  /** Brings all that is owed to the receiver. The answer to one of it; null when it was not to be had now. */
  async bring(to: UserId, id: string): Promise<Answer | null> {
    this.#answers.set(id, null);
    await this.#serve(to);
    const answer = this.#answers.get(id) ?? null;
    this.#answers.delete(id);
    return answer;
  }

  /** Brings all that is owed. When to try again; null when nothing is left. */
  async settle(): Promise<number | null> {
    const receivers = new Set(this.#carriage.stored().map(({ to }) => to));
    await Promise.all([...receivers].map((to) => this.#serve(to)));
    const left = this.#carriage.stored().map(({ to }) => this.#retryAt(to));
    return earliest(...left);
  }

  async #serve(to: UserId): Promise<void> {
    const before = this.#runs.get(to);
    const run = before === undefined ? this.#run(to) : before.then(() => this.#run(to));
    this.#runs.set(to, run);
    await run;
    if (this.#runs.get(to) === run) this.#runs.delete(to);
  }

  /** Never rejects. */
  async #run(to: UserId): Promise<void> {
    try {
      for (;;) {
        const next = this.#carriage.stored().find((owed) => owed.to === to);
        if (next === undefined) break;
        const answer = await this.#carriage.bring(to, next.errand);
        this.#confirm(next, answer);
      }
      this.#tries.delete(to);
    } catch {
      this.#tries.set(to, (this.#tries.get(to) ?? 0) + 1);
      await this.#carriage.wakeBy(this.#retryAt(to)).catch(() => {});
    }
  }

  /** Nothing follows when it was dropped meanwhile, or the account erased. */
  #confirm({ id, errand }: Owed<Errand>, answer: Answer): void {
    if (!this.#carriage.stored().some((one) => one.id === id)) return;
    const isAwaited = this.#answers.has(id);
    this.#carriage.confirmed(errand, answer, isAwaited);
    this.#carriage.store(this.#carriage.stored().filter((one) => one.id !== id));
    if (isAwaited) this.#answers.set(id, answer);
  }

  #retryAt(to: UserId): number {
    return Date.now() + retryDelayMs(this.#tries.get(to) ?? 0);
  }
}
