// Requests of others to meet, as this page shows them: one at a time in the sheet, the others after
// it; what was put off and what was missed stays as a line above the content.

import {
  type Acquaint,
  type IncomingRequest,
  type Meeting,
  type OverRequest,
  PassphraseError,
} from "../shared/client/index.ts";
import { notify, speak } from "./announcements.ts";
import { Meetings } from "./meetings.ts";
import { withPlainName } from "./plainName.ts";
import { problemText } from "./problems.ts";
import { isOver } from "./progress.ts";
import { Store } from "./store.ts";

interface IncomingState {
  readonly waiting: readonly IncomingRequest[];
  /** In the sheet; kept while it is being answered and until its end was read. */
  readonly open: IncomingRequest | null;
  /** The sheet was put aside while an answer is under way. */
  readonly isAside: boolean;
  /** What is wrong with the passphrase that was given for the open one. */
  readonly passphraseProblem: string | null;
  /** Why it could not be declined, or its asker not be blocked. */
  readonly problem: string | null;
  readonly missed: readonly OverRequest[];
}

export class Incoming {
  readonly store = new Store<IncomingState>({
    waiting: [],
    open: null,
    isAside: false,
    passphraseProblem: null,
    problem: null,
    missed: [],
  });
  /** The answer to the open request, beside whatever the views are at. */
  readonly answering: Meetings;
  readonly #acquaint: Acquaint;
  readonly #seenAt = new Map<string, number>();
  readonly #answered = new Set<string>();

  constructor(acquaint: Acquaint) {
    this.#acquaint = acquaint;
    this.answering = new Meetings(acquaint);
    this.answering.store.subscribe(() => {
      const { progress } = this.answering.store.state;
      if (progress === null) this.read();
      else if (isOver(progress)) this.store.change({ isAside: false });
    });
  }

  /** When this page first saw a request, by which its clocks are drawn. */
  seenAt(sid: string): number {
    return this.#seenAt.get(sid) ?? Date.now();
  }

  /** Takes over what waits now. */
  read(): void {
    const waiting = this.#acquaint.requests.waiting.map(withPlainName);
    const before = this.store.state;
    const isAnswering = this.answering.store.state.progress !== null;
    const shown = waiting.filter(({ isPostponed }) => !isPostponed);
    const next = shown.find(({ sid }) => sid === before.open?.sid) ?? shown[0] ?? null;
    const open = isAnswering ? before.open : next;
    for (const { sid, name } of waiting) {
      if (this.#seenAt.has(sid)) continue;
      this.#seenAt.set(sid, Date.now());
      speak(`${name} asks to meet you.`);
    }
    if (open?.sid !== before.open?.sid) this.forgetProblems();
    this.store.change({
      waiting,
      open,
      isAside: isAnswering && before.isAside,
      missed: before.missed.filter(({ from }) => !waiting.some((one) => one.from === from)),
    });
  }

  /** A request ended that this page did not answer. */
  over(ended: OverRequest): void {
    const request = withPlainName(ended);
    const { sid, from, name, outcome } = request;
    const wasSeen = this.#seenAt.has(sid);
    if (outcome === "answered") {
      this.#answered.add(sid);
      if (wasSeen) notify(`${name} was answered in another window or on another device.`);
    } else if (outcome === "refused") {
      if (wasSeen) notify(`You declined ${name} in another window or on another device.`);
    } else if ((outcome === "timedOut" || outcome === "cancelled") && !this.#answered.has(sid)) {
      const { missed } = this.store.state;
      this.store.change({ missed: [...missed.filter((one) => one.from !== from), request] });
    }
  }

  forgetMissed(from: string): void {
    const { missed } = this.store.state;
    this.store.change({ missed: missed.filter((one) => one.from !== from) });
  }

  /** @throws PassphraseError for one that cannot serve; then the request still waits */
  async answer(passphrase: string): Promise<void> {
    const { open } = this.store.state;
    if (open === null) return;
    this.forgetProblems();
    try {
      await this.answering.answer(open, passphrase);
    } catch (error) {
      if (!(error instanceof PassphraseError)) throw error;
      this.store.change({ passphraseProblem: error.problem.message });
    }
  }

  /** For when something else is tried. */
  forgetProblems(): void {
    this.store.change({ passphraseProblem: null, problem: null });
  }

  /** Puts the sheet aside, whatever it shows, and loses nothing. */
  putAside(): void {
    const { open } = this.store.state;
    const { progress } = this.answering.store.state;
    if (progress !== null && isOver(progress)) this.close();
    else if (progress !== null) this.store.change({ isAside: true });
    else if (open !== null) this.#acquaint.requests.postpone(open.sid);
  }

  takeUp(sid: string): void {
    this.#acquaint.requests.postpone(sid, false);
  }

  takeUpAnswer(): void {
    this.store.change({ isAside: false });
  }

  async refuse(): Promise<void> {
    const { open } = this.store.state;
    if (open === null) return;
    const { sid, name } = open;
    try {
      await this.#acquaint.requests.refuse(sid);
      notify(`You declined. ${name} is told.`);
    } catch (error) {
      this.store.change({ problem: problemText(error) });
    }
  }

  async block(): Promise<void> {
    const { open } = this.store.state;
    if (open === null) return;
    const { sid, from, name } = open;
    const { requests, contacts } = this.#acquaint;
    try {
      await requests.block(sid);
      const unblock = () =>
        void contacts.unblock(from).then(
          () => notify(`${name} is no longer blocked. Their request is over; they can ask again.`),
          (error: unknown) => notify(problemText(error)),
        );
      notify(`${name} is blocked. They are not told.`, { label: "Undo", run: unblock });
    } catch (error) {
      this.store.change({ problem: problemText(error) });
    }
  }

  /** Takes an answer that has ended off the sheet; the next request follows. */
  close(): void {
    this.answering.dismiss();
  }

  async cancel(): Promise<void> {
    await this.answering.cancel();
  }

  /** Goes on with answers that an earlier page left unfinished. */
  resume(meetings: readonly Meeting[]): void {
    this.answering.resume(meetings);
  }
}
