// Where messages to this account arrive. All that one turn of the loop brings is checked in the order in
// which it came and stored in one commit; then senders are answered, and then readers are told.

import {
  expiredThrough,
  expiryOf,
  judge,
  nextPlace,
  type Refusal,
  type Standing,
} from "../../shared/core/mailbox/acceptance.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import type { DeviceBox, Envelope } from "../../shared/wire/line.ts";
import type { EnvelopeFlow } from "./envelopeFlow.ts";
import type { MailboxStore } from "./mailboxStore.ts";

/** A message as it goes from one mailbox to another. */
export interface Message {
  /** Of the sender. */
  readonly device: number;
  readonly boxes: readonly DeviceBox[];
}

/** What became of a message. One that is dropped counts as stored, so that nobody learns of a block. */
export type Outcome = "stored" | Refusal;

interface Arrival {
  readonly from: UserId;
  readonly messages: readonly Message[];
  readonly answer: (outcomes: Outcome[]) => void;
  readonly fail: (error: unknown) => void;
}

type Fresh = Map<number, Envelope[]>;

export class EnvelopeBox {
  readonly #storage: DurableObjectStorage;
  readonly #store: MailboxStore;
  readonly #flow: EnvelopeFlow;
  readonly #wakeBy: (at: number) => Promise<void>;
  #arrivals: Arrival[] = [];
  #last: number | undefined;

  constructor(
    storage: DurableObjectStorage,
    store: MailboxStore,
    flow: EnvelopeFlow,
    wakeBy: (at: number) => Promise<void>,
  ) {
    this.#storage = storage;
    this.#store = store;
    this.#flow = flow;
    this.#wakeBy = wakeBy;
  }

  /** Resolves with an outcome for each message, in their order, once all that is to be stored is. */
  arrive(from: UserId, messages: readonly Message[]): Promise<Outcome[]> {
    return new Promise((answer, fail) => {
      this.#arrivals.push({ from, messages, answer, fail });
      if (this.#arrivals.length === 1) setTimeout(() => void this.#turn(), 0);
    });
  }

  /** Typing and the like, to whoever reads now. */
  relay(from: UserId, { device, boxes }: Message): void {
    const standing = this.standingOf(from);
    if (standing === "own" || standing === "contact") this.#flow.relay(from, device, boxes);
  }

  standingOf(peer: UserId): Standing {
    const account = this.#store.account();
    if (account === null) return "stranger";
    if (account.userId === peer) return "own";
    const contact = this.#store.contacts.find(peer);
    return contact === null ? "stranger" : contact.blocked ? "blocked" : "contact";
  }

  /** Deletes what waited too long. When to look again; null for never. */
  expire(now: number): number | null {
    if (this.#store.account() === null) return null;
    const { envelopes } = this.#store;
    if ((envelopes.oldestSequence() ?? Infinity) <= expiredThrough(now)) {
      envelopes.deleteExpired(expiredThrough(now));
      this.#flow.recount();
    }
    const oldest = envelopes.oldestSequence();
    return oldest === null ? null : expiryOf(oldest);
  }

  async #turn(): Promise<void> {
    // Before anything is stored, so that nothing is kept for ever.
    const isAnyKnown = this.#arrivals.some(({ from }) => this.standingOf(from) !== "stranger");
    const alarm = isAnyKnown ? this.#wakeBy(expiryOf(Date.now())) : Promise.resolve();
    await alarm.catch(() => {});
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    try {
      await alarm;
      const fresh: Fresh = new Map();
      const outcomes = this.#storage.transactionSync(() => {
        const kept = arrivals.map((arrival) => this.#keep(arrival, fresh));
        this.#store.envelopes.insertNoted();
        return kept;
      });
      arrivals.forEach(({ answer }, index) => answer(outcomes[index] ?? []));
      this.#flow.tell(fresh);
    } catch (error) {
      this.#store.envelopes.recount();
      for (const { fail } of arrivals) fail(error);
    }
  }

  #keep({ from, messages }: Arrival, fresh: Fresh): Outcome[] {
    const standing = this.standingOf(from);
    if (standing === "stranger") return messages.map(() => "not-a-contact");
    const { envelopes } = this.#store;
    const devices = this.#store.deviceNumbers();
    return messages.map(({ device, boxes }) => {
      const verdict = judge(boxes, { standing, device }, devices, envelopes.heldOf(from));
      if (verdict === "drop") return "stored";
      if (verdict !== "keep") return verdict;
      const sequence = this.#nextSequence();
      for (const { device: to, box } of boxes) {
        const envelope = { sequence, from, device, box };
        envelopes.note({ ...envelope, to });
        const ofDevice = fresh.get(to);
        if (ofDevice === undefined) fresh.set(to, [envelope]);
        else ofDevice.push(envelope);
      }
      return "stored";
    });
  }

  #nextSequence(): number {
    this.#last ??= Math.max(this.#store.envelopes.lastSequence(), this.#flow.passed());
    this.#last = nextPlace(this.#last, Date.now());
    return this.#last;
  }
}
