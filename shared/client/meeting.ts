// One try to meet someone, as its user sees it: events in order, and a contact in the end.

import { adviceFor } from "./advice.ts";
import {
  type Asked,
  type Contact,
  type FailureReason,
  type MeetingEvent,
  MeetingFailed,
  type ShownKey,
} from "./model.ts";
import type { Role } from "../core/crypto/cpace.ts";
import type { Method } from "../wire/pairing.ts";
import { deferred } from "./deferred.ts";
import { Listeners, tellOne } from "./listeners.ts";

/** What a meeting needs of the run that drives it. */
export interface MeetingControl {
  readonly method: Method;
  cancel(): Promise<void>;
}

export class Meeting implements AsyncIterable<MeetingEvent> {
  #role: Role = "initiator";
  /**
   * Resolves once this device itself has verified the peer.
   * Rejects with {@link MeetingFailed}, whose message says what to do next; or with a fault of the
   * device's own, such as a full disk: then the meeting can be resumed later.
   */
  readonly contact: Promise<Contact>;
  #control: MeetingControl = { method: "passphrase", cancel: async () => {} };
  readonly #events: MeetingEvent[] = [];
  readonly #listeners = new Listeners<MeetingEvent>();
  readonly #outcome = deferred<Contact>();
  readonly #fault = deferred<never>();

  constructor() {
    this.contact = this.#outcome.promise;
  }

  /** One that has come to nothing before it began. */
  static over(reason: FailureReason, method: Method): Meeting {
    const meeting = new Meeting();
    meeting.emit({ event: "failed", reason, advice: adviceFor(reason, method, meeting.role) });
    return meeting;
  }

  get role(): Role {
    return this.#role;
  }

  get method(): Method {
    return this.#control.method;
  }

  /** All that has happened so far. */
  get events(): readonly MeetingEvent[] {
    return this.#events;
  }

  /** The key to show; null for the one who enters a key. */
  get key(): ShownKey | null {
    return this.#events.findLast((event) => event.event === "key") ?? null;
  }

  /** What was asked, and until when; null for a key, and for the one who answers. */
  get asked(): Asked | null {
    return this.#events.findLast((event) => event.event === "asked") ?? null;
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

  /** Of the run that drives the meeting from now on. */
  takeOver(role: Role, control: MeetingControl): void {
    this.#role = role;
    this.#control = control;
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
