// Where contacts that the mailbox lists with proofs wait to be verified by this device: those of touches and of requests
// that were approved. Small, since every account opens with it; who verifies is loaded when there is something.

import type { UserId } from "../../wire/ids.ts";
import type { ContactRecord } from "../../wire/mailbox.ts";
import { ProblemError } from "../../wire/problem.ts";
import { fetched } from "../connectionError.ts";
import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import type { HandoverDesk } from "../handover/desk.ts";
import type { AccountLogs } from "../line/accountLogs.ts";
import type { Listeners } from "../listeners.ts";
import type { MetContact } from "../metContact.ts";
import type { AcquaintEvent, Contact } from "../model.ts";
import { askedMs, isPassing } from "../passing.ts";
import { jitteredDelayMs, type Ports } from "../ports.ts";
import type { Store } from "../store/store.ts";
import {
  isUndoneBy,
  WITNESSED,
  type WitnessedContact,
  witnessedId,
  witnessedMethod,
} from "./witnessed.ts";

export interface WitnessContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly logs: AccountLogs;
  readonly handover: HandoverDesk;
  readonly listeners: Listeners<AcquaintEvent>;
}

/** How long a table that all have compared may take to become a group, which proves it. */
const TABLE_MS = 24 * 60 * 60 * 1_000;
/** How often this one looks whether another tab or process is done, and how often at most: it may be frozen. */
const LOOK_AGAIN_MS = 200;
const LOOKS_MAX = 100;
const FIRST_WAIT_MS = 1_000;
/** How often the other's mailbox may not know of a contact that this account's lists. */
const NOT_YET_TRIES = 10;

export class WitnessDoor {
  readonly #context: WitnessContext;
  #work: Promise<unknown> = Promise.resolve();
  #isQueued = false;
  /** Without a connection nothing is tried again before there is one. */
  #isOnline = false;
  /** Grows when the account is closed: what is under way stores nothing any more. */
  #era = 0;
  #tries = 0;
  #stopTimer: () => void = () => {};
  /** Listings whose proofs do not hold, by their sequence. */
  readonly #refused = new Map<UserId, number>();

  constructor(context: WitnessContext) {
    this.#context = context;
    context.listeners.add(({ event }) => {
      if (event === "groups") this.look();
    });
  }

  /** The line to the mailbox stands. */
  online(): void {
    this.#isOnline = true;
    this.look();
  }

  /** Something may have been listed, or can be asked for again. */
  look(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    this.#enqueue(async () => {
      this.#isQueued = false;
      this.#stopTimer();
      await this.#witness(await this.#open());
    }).then(
      () => (this.#tries = 0),
      (fault: unknown) => this.#tryLater(fault),
    );
  }

  /** This device's word on one who has just become a contact; unverified while the server cannot be asked. */
  async verify(userId: UserId): Promise<Contact | null> {
    const { contacts, store } = this.#context;
    const isListed = async () => (await store.get("listings", userId)) !== null;
    if (!(await isListed())) await contacts.refresh();
    await this.#enqueue(async () => {
      const open = await this.#open();
      await this.#witness(open.filter((listed) => listed.userId === userId));
    }).catch((fault: unknown) => this.#tryLater(fault));
    return contacts.get(userId);
  }

  close(): void {
    this.#isOnline = false;
    this.#era += 1;
    this.#stopTimer();
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => {});
    return done;
  }

  /** What does not pass by itself, the next connection tries again. */
  #tryLater(fault: unknown): void {
    const { ports } = this.#context;
    this.#tries += 1;
    const isForNow = isPassing(fault) || (isNotYet(fault) && this.#tries < NOT_YET_TRIES);
    if (!isForNow || !this.#isOnline) return;
    const waitMs = FIRST_WAIT_MS + jitteredDelayMs(this.#tries, ports.random);
    this.#stopTimer();
    this.#stopTimer = ports.after(Math.max(waitMs, askedMs(fault)), () => this.look());
  }

  /** What is to be verified, or was undone. */
  async #open(): Promise<ContactRecord[]> {
    const { store } = this.#context;
    const all = await store.all<ContactRecord>("listings");
    const known = await store.range<WitnessedContact>("settings", { prefix: WITNESSED });
    for (const { userId } of known) {
      // Who was removed while it was being verified.
      const isGone = !all.some((listed) => listed.userId === userId);
      if (isGone) await store.delete("settings", witnessedId(userId));
    }
    if (known.length === 0 && !all.some(({ proofs }) => proofs !== undefined)) return [];
    const met = new Map((await store.all<MetContact>("contacts")).map((one) => [one.userId, one]));
    return all.filter((listed) => {
      const before = known.find(({ userId }) => userId === listed.userId);
      return this.#isOpen(listed, met.get(listed.userId), before);
    });
  }

  #isOpen(listed: ContactRecord, met?: MetContact, known?: WitnessedContact): boolean {
    const { userId, proofs, sequence } = listed;
    if (this.#refused.get(userId) === sequence) return false;
    if (known !== undefined && isUndoneBy(known, listed)) return true;
    const hasMet = met !== undefined && met.method !== "link";
    if (hasMet || proofs === undefined || witnessedMethod(listed.method) === null) return false;
    if (known === undefined) return true;
    const isWeaker = known.method === "tap" && listed.method !== "tap";
    const isOther = JSON.stringify(known.proofs) !== JSON.stringify(proofs);
    return (isOther && !isWeaker) || this.#isTableOpen(listed, known);
  }

  #isTableOpen({ proofs = [], metAt }: ContactRecord, { isCompared }: WitnessedContact): boolean {
    const { device, ports } = this.#context;
    const own = device.identity.userId;
    const isSaid = proofs.some((one) => one.kind === "tap" && one.isCompared && one.by !== own);
    return isSaid && !isCompared && ports.now() < metAt + TABLE_MS;
  }

  async #witness(open: readonly ContactRecord[]): Promise<void> {
    if (open.length === 0) return;
    const era = this.#era;
    const isOver = () => era !== this.#era;
    const release = await this.#hold(isOver);
    try {
      const { Witness } = await fetched(import("./witness.ts"));
      const witness = new Witness(this.#context, isOver);
      const faults: unknown[] = [];
      for (const { userId, sequence } of open) {
        if (isOver()) return;
        try {
          if (!(await witness.verify(userId))) this.#refused.set(userId, sequence);
        } catch (error) {
          faults.push(error);
        }
      }
      if (faults.length > 0) throw faults[0];
    } finally {
      release();
    }
  }

  /** One tab or process at a time, lest two of them leave the same to be said; at worst it is said twice. */
  async #hold(isOver: () => boolean): Promise<() => void> {
    const { store, ports, device } = this.#context;
    for (let looks = 0; ; looks++) {
      const release = await store.hold(`witness ${device.origin}`);
      if (release !== null) return release;
      if (looks === LOOKS_MAX || isOver()) return () => {};
      await new Promise<void>((resolve) => {
        ports.after(LOOK_AGAIN_MS, resolve);
      });
    }
  }
}

/** Both mailboxes hear of a contact, one of them first. */
function isNotYet(fault: unknown): boolean {
  return fault instanceof ProblemError && fault.code === "not-a-contact";
}
