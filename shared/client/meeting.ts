// One try to meet someone, as its user sees it: events in order, and a contact in the end.

import {
  type Contact,
  type FailureReason,
  type MeetingEvent,
  MeetingFailed,
  type ShownKey,
} from "./model.ts";
import type { Role } from "../core/crypto/cpace.ts";
import { deferred } from "./deferred.ts";
import { Listeners, tellOne } from "./listeners.ts";

/** What a meeting needs of the run that drives it. */
export interface MeetingControl {
  cancel(): Promise<void>;
}

export class Meeting implements AsyncIterable<MeetingEvent> {
  readonly role: Role;
  /**
   * Resolves once this device itself has verified the peer.
   * Rejects with {@link MeetingFailed}, whose message says what to do next; or with a fault of the
   * device's own, such as a full disk: then the meeting can be resumed later.
   */
  readonly contact: Promise<Contact>;
  readonly #control: MeetingControl;
  readonly #events: MeetingEvent[] = [];
  readonly #listeners = new Listeners<MeetingEvent>();
  readonly #outcome = deferred<Contact>();
  readonly #fault = deferred<never>();

  constructor(role: Role, control: MeetingControl) {
    this.role = role;
    this.#control = control;
    this.contact = this.#outcome.promise;
  }

  /** All that has happened so far. */
  get events(): readonly MeetingEvent[] {
    return this.#events;
  }

  /** The key to show; null for the one who enters a key. */
  get key(): ShownKey | null {
    return this.#events.findLast((event) => event.event === "key") ?? null;
  }

  get isOver(): boolean {
    const last = this.#events.at(-1)?.event;
    return last === "connected" || last === "failed";
  }

  /** Hears everything from the first event on. The function returned ends it. */
  on(listener: (event: MeetingEvent) => void): () => void {
    for (const event of this.#events) tellOne(listener, event);
    return this.#listeners.add(listener);
  }

  /** Ends the attempt for both sides, as `cancelled`, unless it has ended already. */
  cancel(): Promise<void> {
    return this.#control.cancel();
  }

  /** Of the run that drives the meeting. */
  emit(event: MeetingEvent): void {
    if (this.isOver) return;
    this.#events.push(event);
    if (event.event === "connected") this.#outcome.resolve(event.contact);
    if (event.event === "failed")
      this.#outcome.reject(new MeetingFailed(event.reason, event.advice));
    this.#listeners.tell(event);
  }

  /** Of the run that drives the meeting: a fault of this device's own. */
  interrupt(fault: Error): void {
    if (this.isOver) return;
    this.#outcome.reject(fault);
    this.#fault.reject(fault);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<MeetingEvent, void, void> {
    let wake: () => void = () => {};
    const off = this.on(() => wake());
    try {
      for (let next = 0; ; next++) {
        while (next >= this.#events.length) {
          const more = new Promise<void>((resolve) => {
            wake = resolve;
          });
          await Promise.race([more, this.#fault.promise]);
        }
        const event = this.#events[next] as MeetingEvent;
        yield event;
        if (event.event === "connected" || event.event === "failed") return;
      }
    } finally {
      off();
    }
  }
}

/** What to do next, by how the meeting ended. */
export function adviceFor(reason: FailureReason, role: Role): string {
  const isInitiator = role === "initiator";
  switch (reason) {
    case "mismatch":
      return isInitiator
        ? "Someone entered a wrong key, so this one is used up. Show a fresh key and try again."
        : "That key is wrong, used up or out of date. Ask for a fresh key and enter it as shown.";
    case "timedOut":
      return isInitiator
        ? "Nobody entered the key in time. Show a fresh key when you are both ready."
        : "The other side did not answer in time. Ask for a fresh key.";
    case "cancelled":
      return "The meeting was cancelled. Show or enter a fresh key to start over.";
    case "refused":
      return "The other side declined. Ask them, and start over with a fresh key.";
    case "unreachable":
      return "There is no such account. Check the name and try again.";
    case "tampered":
      return "What arrived could not be verified, so nobody was added. Start over with a fresh key; if it happens again, do not trust this server.";
  }
}
