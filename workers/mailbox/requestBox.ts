// Meeting requests to this account: whether its owner is shown one, on which devices, and until when.
// An asker never learns why it was not shown: it ends as if nobody were there.

import { earliest } from "../../shared/core/deadlines.ts";
import {
  arrive,
  end,
  endedOf,
  keepUntil,
  type MeetingRequests,
  pruned,
  waitingAt,
} from "../../shared/core/mailbox/meetingRequests.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { EndedRequest, MeetingRequest, RequestOutcome } from "../../shared/wire/mailbox.ts";
import type { Env } from "../env.ts";
import { admitsStranger } from "./audience.ts";
import type { MailboxSockets } from "./mailboxSockets.ts";
import type { MailboxStore } from "./mailboxStore.ts";

export class RequestBox {
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #wakeBy: (at: number) => Promise<void>;

  constructor(
    env: Env,
    store: MailboxStore,
    sockets: MailboxSockets,
    wakeBy: (at: number) => Promise<void>,
  ) {
    this.#env = env;
    this.#store = store;
    this.#sockets = sockets;
    this.#wakeBy = wakeBy;
  }

  async arrive(request: MeetingRequest): Promise<void> {
    const { from } = request;
    const isStranger = this.#store.contacts.find(from) === null;
    if (this.#afterArrival(request, isStranger) === null) return;
    if (isStranger && !(await admitsStranger(this.#env, this.#store, from))) return;
    if (this.#store.account() === null) return;
    // Meanwhile other things may have happened.
    const after = this.#afterArrival(request, isStranger);
    if (after === null) return;
    const now = Date.now();
    const replaced = this.#replacedBy(after, now);
    this.#store.setRequests(replaced.reduce((all, over) => end(all, over, now), after));
    for (const over of replaced) this.#sockets.tell({ type: "requestOver", request: over });
    this.#sockets.tell({ type: "request", request, now });
    for (const over of replaced) await this.#wakeBy(keepUntil(over));
  }

  /** Null for a request that is not to be shown. */
  #afterArrival(request: MeetingRequest, isStranger: boolean): MeetingRequests | null {
    if (this.#store.contacts.isBlocked(request.from)) return null;
    return arrive(this.#unmet(), request, isStranger, Date.now(), this.#sockets.dismissed());
  }

  /** A newer request of the same asker makes older ones void; they count as shown all the same. */
  #replacedBy(after: MeetingRequests, now: number): EndedRequest[] {
    const before = this.#unmet();
    return before.waiting.flatMap(({ sid, claimBy }) => {
      if (after.waiting.some((kept) => kept.sid === sid)) return [];
      const outcome = now < claimBy ? "cancelled" : "timedOut";
      return endedOf(before, sid, outcome, this.#store.nextSequence(now)) ?? [];
    });
  }

  /** Forgets what was kept long enough. When to look again; null for never. */
  prune(now: number): number | null {
    const requests = this.#store.requests();
    const kept = pruned(requests, now);
    if (kept !== requests) this.#store.setRequests(kept);
    return earliest(...kept.ended.map(keepUntil));
  }

  /** Answered: the other devices are dismissed, and the contact will tell the rest. Otherwise it is kept as ended. */
  async over(sid: string, outcome: RequestOutcome): Promise<void> {
    const requests = this.#store.requests();
    if (outcome === "answered") {
      const request = endedOf(requests, sid, outcome, this.#store.lastSequence());
      const notice = request === null ? null : ({ type: "requestOver", request } as const);
      this.#sockets.dismiss(sid, notice);
      return;
    }
    const over = endedOf(requests, sid, outcome, this.#store.nextSequence(Date.now()));
    if (over === null) return;
    this.#store.setRequests(end(requests, over, Date.now()));
    this.#sockets.tell({ type: "requestOver", request: over });
    await this.#wakeBy(keepUntil(over));
  }

  /** Whoever is blocked is not heard of again. */
  async drop(peer: UserId): Promise<void> {
    for (const one of this.#store.requests().waiting) {
      if (one.from === peer && !this.#hasMet(one)) await this.over(one.sid, "blocked");
    }
  }

  /** What a device has missed that last listened then, in the order of its sequence. */
  missedAfter(sequence: number): readonly EndedRequest[] {
    return this.#open().ended.filter((over) => over.sequence > sequence);
  }

  waiting(now: number): readonly MeetingRequest[] {
    return waitingAt(this.#open(), now);
  }

  /** `sid` of those that are only stored: who is not shown them hears of no answer either. */
  passedOver(): readonly string[] {
    const open = new Set(this.#open().waiting.map(({ sid }) => sid));
    const stored = this.#store.requests().waiting.map(({ sid }) => sid);
    return stored.filter((sid) => !open.has(sid));
  }

  /** Without those that are answered: these are only stored until their end. */
  #open(): MeetingRequests {
    const requests = this.#unmet();
    const dismissed = this.#sockets.dismissed();
    return { ...requests, waiting: requests.waiting.filter(({ sid }) => !dismissed.has(sid)) };
  }

  /** Without those that came to a contact: these are only stored until the next change. */
  #unmet(): MeetingRequests {
    const requests = pruned(this.#store.requests(), Date.now());
    return {
      ...requests,
      waiting: requests.waiting.filter((one) => !this.#hasMet(one)),
      ended: requests.ended.filter((one) => !this.#hasMet(one)),
    };
  }

  #hasMet({ from, openedAt }: Pick<EndedRequest, "from" | "openedAt">): boolean {
    return (this.#store.contacts.find(from)?.metAt ?? 0) >= openedAt;
  }
}
