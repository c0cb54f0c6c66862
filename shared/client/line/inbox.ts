// What the server delivers: opened, put into its conversation, stored, and only then confirmed. An envelope that
// comes again opens no second time; one that cannot be opened is asked for anew.

import { fromBase64Url } from "../../core/crypto/bytes.ts";
import { decodeContent } from "../../core/line/contentCoding.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Envelope, TransientNotice } from "../../wire/line.ts";
import { LINKING_SIGNAL } from "../devices/signals.ts";
import type { HandoverDesk } from "../handover/desk.ts";
import { askedMs } from "../passing.ts";
import { jitteredDelayMs } from "../ports.ts";
import type { LineContext } from "./lineContext.ts";
import { kept } from "./outbox.ts";
import { peerDevice } from "./peerDevice.ts";
import { Pace } from "./pace.ts";
import { SessionWork } from "./sessionBook.ts";
import { type Lost, Taking } from "./taking.ts";

/** Of a try to take what is late; each next one waits longer. */
const FIRST_WAIT_MS = 1_000;

interface InboxEvents {
  /** Something waits for that account. */
  readonly nudge: (to: UserId) => void;
  /** So many more have been taken. */
  readonly came: (count: number) => void;
}

export class Inbox {
  readonly #context: LineContext;
  readonly #handover: HandoverDesk;
  readonly #events: InboxEvents;
  /** Of asking a device to send again, of sending an account again what it asked for, and of asking for its log. */
  readonly #pace: Pace;
  /** Not confirmed, nor is anything after the first of them: they are tried again, or come with the next connection. */
  #late: readonly Envelope[] = [];
  #tries = 0;
  #stopTimer: (() => void) | null = null;
  /** Of the connection, up to which all was taken that is not late. */
  #through = 0;
  /** Grows with each connection. */
  #era = 0;

  constructor(context: LineContext, handover: HandoverDesk, events: InboxEvents) {
    this.#context = context;
    this.#handover = handover;
    this.#events = events;
    this.#pace = new Pace(context.ports);
  }

  /** How much is to be tried again. */
  get late(): number {
    return this.#late.length;
  }

  /** The connection: all that was not confirmed comes again with the next. */
  lost(): void {
    this.#era += 1;
    this.#late = [];
    this.#through = 0;
    this.#tries = 0;
    this.#stopTimer?.();
    this.#stopTimer = null;
  }

  close(): void {
    this.lost();
    this.#pace.stop();
  }

  async take(envelopes: readonly Envelope[]): Promise<void> {
    if (envelopes.length > 0) await this.#take(() => ({ envelopes, before: this.#late }));
  }

  async takeTransient({ from, device, box }: TransientNotice): Promise<void> {
    const content = await this.#context.alone(async () => {
      const contact = await this.#context.contacts.get(from);
      if (contact === null || contact.blocked) return null;
      const peer = await peerDevice(this.#context, from, device);
      if (peer === null) return null;
      const bytes = await new SessionWork(this.#context).openTransient(peer, fromBase64Url(box));
      return bytes && decodeContent(bytes);
    });
    if (content?.kind !== "typing") return;
    this.#context.tell({ event: "typing", userId: from, isTyping: content.isTyping });
  }

  /** @param choose what is taken, behind what stays late */
  async #take(
    choose: () => { readonly envelopes: readonly Envelope[]; readonly before: readonly Envelope[] },
  ): Promise<void> {
    const era = this.#era;
    const done = await this.#context.alone(async () => {
      if (era !== this.#era) return null;
      const { envelopes, before } = choose();
      const taking = new Taking(
        this.#context,
        this.#handover,
        before.map(({ from }) => from),
      );
      for (const envelope of envelopes) await taking.take(envelope);
      for (const [id, lost] of taking.lost) {
        if (!this.#pace.mayNow(id, () => this.#makeGood(id, lost))) taking.lost.delete(id);
      }
      await this.#keep(taking);
      if (era === this.#era) {
        this.#late = [...before, ...taking.late];
        this.#through = Math.max(this.#through, envelopes.at(-1)?.sequence ?? 0);
      }
      return { taking, envelopes };
    });
    if (done === null) return;
    const { taking, envelopes } = done;
    if (era === this.#era) this.#confirm(envelopes.length - taking.late.length, taking.fault);
    // What could not be sent to one's own device before it was ready.
    const own = this.#context.device.identity.userId;
    if (envelopes.some(({ from }) => from === own)) this.#events.nudge(own);
    for (const from of new Set(taking.claims.map((claim) => claim.from))) this.#checkLog(from);
    for (const message of taking.arrived()) this.#context.tell({ event: "message", message });
  }

  /** What stands before all that is late. */
  #confirm(count: number, fault: unknown): void {
    const [first] = this.#late;
    const through = first === undefined ? this.#through : first.sequence - 1;
    this.#context.say([{ type: "received", through }]);
    if (first === undefined) this.#tries = 0;
    else if (this.#stopTimer === null) this.#tryLater(fault);
    this.#events.came(count);
  }

  #tryLater(fault: unknown): void {
    const { ports } = this.#context;
    this.#tries += 1;
    const jitteredMs = FIRST_WAIT_MS + jitteredDelayMs(this.#tries, ports.random);
    this.#stopTimer = ports.after(Math.max(jitteredMs, askedMs(fault)), () => {
      this.#stopTimer = null;
      const era = this.#era;
      const taken = this.#take(() => ({ envelopes: this.#late, before: [] }));
      taken.catch((error: unknown) => {
        if (era === this.#era && this.#stopTimer === null) this.#tryLater(error);
      });
    });
  }

  /** Outside of the inbox's turn, and paced. A server that hides the change raises the alarm. */
  #checkLog(from: UserId): void {
    const id = `log ${from}`;
    if (!this.#pace.mayNow(id, () => this.#checkLog(from))) return;
    this.#pace.done(id);
    this.#context.logs.check(from).then(
      ({ isNew, stands }) => {
        if (isNew) this.#context.tell({ event: "forked", userId: from });
        if (!stands) this.#events.nudge(from);
      },
      () => this.#pace.again(id, () => this.#checkLog(from)),
    );
  }

  /** What came too soon to be done with its envelopes. */
  #makeGood(id: string, lost: Lost): void {
    const done = this.#context.alone(async () => {
      const taking = new Taking(this.#context, this.#handover);
      taking.lost.set(id, lost);
      await this.#keep(taking);
    });
    done.catch(() => this.#pace.again(id, () => this.#makeGood(id, lost)));
  }

  async #keep(taking: Taking): Promise<void> {
    for (const lost of taking.lost.values()) await taking.makeGood(lost);
    taking.acknowledgeTexts();
    const entries = taking.entries.map(kept);
    const handed = taking.handed?.changes() ?? [];
    const claims = taking.claims.map(({ change }) => change);
    const { introductions } = taking;
    const others = [...entries, ...taking.linking, ...handed, ...claims, ...introductions];
    await this.#context.keep(taking.conversations, [...others, ...taking.sessions.changes()]);
    if (taking.handed !== null) this.#handover.taken(taking.handed);
    if (introductions.length > 0) {
      this.#context.tell({ event: "contacts" });
      this.#handover.look();
    }
    if (taking.linking.length > 0) {
      this.#context.tell({ event: "devices" });
      this.#context.store.signal(LINKING_SIGNAL);
    }
    for (const id of taking.lost.keys()) this.#pace.done(id);
    for (const to of new Set(taking.entries.map((entry) => entry.to))) this.#events.nudge(to);
  }
}
