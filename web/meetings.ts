// One meeting that the page is in, whatever view is open. A new one replaces it, as the device's
// newer key replaces the older; a meeting that was left behind is cancelled.

import {
  type Acquaint,
  type AskOptions,
  type IncomingRequest,
  type Meeting,
  PassphraseError,
} from "../shared/client/index.ts";
import { notify } from "./announcements.ts";
import { advance, begin, isOver, type Peer, type Progress, wayOf } from "./progress.ts";
import { go, paths } from "./router.ts";
import { Store } from "./store.ts";

interface MeetingState {
  readonly progress: Progress | null;
}

export class Meetings {
  readonly store = new Store<MeetingState>({ progress: null });
  readonly #acquaint: Acquaint;
  #meeting: Meeting | null = null;
  #turn = 0;

  constructor(acquaint: Acquaint) {
    this.#acquaint = acquaint;
  }

  showKey(): Promise<void> {
    return this.#start(begin("showKey"), () => this.#acquaint.showKey());
  }

  enterKey(code: string): Promise<void> {
    return this.#start(begin("enterKey"), () => this.#acquaint.enterKey(code));
  }

  /** @throws PassphraseError for one that cannot serve; then nothing has begun */
  ask(peer: Peer | null, options: AskOptions): Promise<void> {
    return this.#start(begin("ask", peer), () => this.#acquaint.ask(options));
  }

  /** @throws PassphraseError as {@link ask} */
  enterPassphrase(locator: string, passphrase: string): Promise<void> {
    return this.#start(begin("enterPassphrase"), () =>
      this.#acquaint.enterPassphrase(locator, passphrase),
    );
  }

  /** @throws PassphraseError as {@link ask}; the request still waits */
  answer({ sid, from, name }: IncomingRequest, passphrase: string): Promise<void> {
    return this.#start(begin("answer", { name, userId: from }), () =>
      this.#acquaint.requests.answer(sid, passphrase),
    );
  }

  /** Calls a meeting under way off, for both sides; nothing of it stays on the page. */
  async cancel(): Promise<void> {
    const meeting = this.#leave();
    await meeting?.cancel().catch(() => {});
  }

  /** Takes a meeting that has ended off the page. */
  dismiss(): void {
    const { progress } = this.store.state;
    if (progress !== null && isOver(progress)) this.#leave();
  }

  /** Goes on with what an earlier page left unfinished: a key still shown, an answer under way. */
  resume(meetings: readonly Meeting[]): void {
    for (const meeting of meetings) {
      const isFirst = this.store.state.progress === null;
      if (isFirst) this.#follow(meeting, begin(wayOf(meeting)), ++this.#turn);
      else this.#tellOfEnd(meeting);
    }
  }

  async #start(beginning: Progress, open: () => Promise<Meeting>): Promise<void> {
    const before = this.store.state.progress;
    const earlier = before !== null && !isOver(before) ? this.#meeting : null;
    let isReplaced = true;
    const turn = ++this.#turn;
    this.#meeting = null;
    this.store.change({ progress: beginning });
    try {
      const meeting = await open();
      if (turn === this.#turn) this.#follow(meeting, beginning, turn);
      else await meeting.cancel().catch(() => {});
    } catch (startError) {
      if (turn !== this.#turn) return;
      if (startError instanceof PassphraseError) {
        this.#leave();
        isReplaced = false;
        if (before !== null && earlier !== null) {
          this.#follow(earlier, begin(before.way, before.peer), this.#turn);
        }
        throw startError;
      }
      this.store.change({ progress: { ...beginning, stage: "failed", startError } });
    } finally {
      // Not before: a key of one's own must still stand to be recognised when it is entered.
      if (isReplaced) await earlier?.cancel().catch(() => {});
    }
  }

  #follow(meeting: Meeting, beginning: Progress, turn: number): void {
    this.#meeting = meeting;
    meeting.contact.catch(() => {});
    this.store.change({ progress: beginning });
    meeting.on((event) => {
      const { progress } = this.store.state;
      if (turn === this.#turn && progress !== null) {
        this.store.change({ progress: advance(progress, event) });
      }
    });
  }

  #tellOfEnd(meeting: Meeting): void {
    meeting.contact.then(
      (contact) =>
        notify(`You and ${contact.name} are now contacts.`, {
          label: "Show",
          run: () => go(paths.contact(contact.userId)),
        }),
      () => {},
    );
  }

  #leave(): Meeting | null {
    this.#turn++;
    const meeting = this.#meeting;
    this.#meeting = null;
    this.store.change({ progress: null });
    return meeting;
  }
}
