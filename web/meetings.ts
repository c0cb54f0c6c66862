// The one meeting that this page is in, whatever view is open. A new one replaces it, as the
// device's newer key replaces the older; a meeting that was left behind is cancelled.

import type { Acquaint, Meeting } from "../shared/client/index.ts";
import { notify } from "./announcements.ts";
import { advance, begin, isOver, type Progress } from "./progress.ts";
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
    return this.#start("initiator", () => this.#acquaint.showKey());
  }

  enterKey(code: string): Promise<void> {
    return this.#start("responder", () => this.#acquaint.enterKey(code));
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
  async resume(): Promise<void> {
    const pending = await this.#acquaint.pendingMeetings();
    for (const meeting of pending) {
      if (this.store.state.progress === null) this.#follow(meeting, ++this.#turn);
      else this.#tellOfEnd(meeting);
    }
  }

  async #start(role: Meeting["role"], open: () => Promise<Meeting>): Promise<void> {
    const earlier = this.#meeting;
    const wasLive = this.store.state.progress !== null && !isOver(this.store.state.progress);
    const turn = ++this.#turn;
    this.#meeting = null;
    this.store.change({ progress: begin(role) });
    try {
      const meeting = await open();
      if (turn === this.#turn) this.#follow(meeting, turn);
      else await meeting.cancel().catch(() => {});
    } catch (startError) {
      if (turn !== this.#turn) return;
      this.store.change({ progress: { ...begin(role), stage: "failed", startError } });
    } finally {
      // Not before: a key of one's own must still stand to be recognised when it is entered.
      if (wasLive) await earlier?.cancel().catch(() => {});
    }
  }

  #follow(meeting: Meeting, turn: number): void {
    this.#meeting = meeting;
    meeting.contact.catch(() => {});
    this.store.change({ progress: begin(meeting.role) });
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
