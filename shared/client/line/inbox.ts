// What the server delivers: opened, put into its conversation, stored, and only then confirmed. An envelope that
// comes again opens no second time; one that cannot be opened is asked for anew.

import { fromBase64Url } from "../../core/crypto/bytes.ts";
import type { Content, MessageId, ReceivedContent, TextContent } from "../../core/line/content.ts";
import { decodeContent } from "../../core/line/contentCoding.ts";
import { RECEIPT_MAX_IDS } from "../../core/line/content.ts";
import type { AppliedContent } from "../../core/line/conversation.ts";
import { type MessageKey, messageKey, type MessageRecord } from "../../core/line/messageRecord.ts";
import type { UserId } from "../../wire/ids.ts";
import { ENVELOPE_TTL_SECONDS } from "../../wire/limits.ts";
import type { Envelope, TransientNotice } from "../../wire/line.ts";
import { ProblemError } from "../../wire/problem.ts";
import { ForkedLogError } from "./accountLogs.ts";
import { ConversationWork, messageId, type TimelineEntry } from "./conversationWork.ts";
import type { LineContext } from "./lineContext.ts";
import { kept, type OutboxEntry } from "./outbox.ts";
import { Pace } from "./pace.ts";
import { sentAgain } from "./sentAgain.ts";
import { type PeerDevice, SessionWork } from "./sessionBook.ts";

const SENT_AGAIN_MAX = 500;
/** Boxes of one device in a batch that cost much and prove to be nothing; the rest of them is not tried. */
const FORGED_MAX = 3;

export class Inbox {
  readonly #context: LineContext;
  readonly #nudge: (to: UserId) => void;
  /** Of asking a device to send again, and of sending an account again what it asked for. */
  readonly #pace: Pace;

  constructor(context: LineContext, nudge: (to: UserId) => void) {
    this.#context = context;
    this.#nudge = nudge;
    this.#pace = new Pace(context.ports);
  }

  close(): void {
    this.#pace.stop();
  }

  async take(envelopes: readonly Envelope[]): Promise<void> {
    const through = envelopes.at(-1)?.sequence;
    if (through === undefined) return;
    const unit = await this.#context.alone(async () => {
      const taking = new Taking(this.#context);
      for (const envelope of envelopes) await taking.take(envelope);
      for (const [id, lost] of taking.lost) {
        if (!this.#pace.mayNow(id, () => this.#makeGood(id, lost))) taking.lost.delete(id);
      }
      await this.#keep(taking);
      return taking;
    });
    this.#context.say([{ type: "received", through }]);
    for (const message of unit.arrived()) this.#context.tell({ event: "message", message });
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

  /** What came too soon to be done with its envelopes. */
  #makeGood(id: string, lost: Lost): void {
    const done = this.#context.alone(async () => {
      const taking = new Taking(this.#context);
      taking.lost.set(id, lost);
      await this.#keep(taking);
    });
    done.catch(() => this.#pace.again(id, () => this.#makeGood(id, lost)));
  }

  async #keep(taking: Taking): Promise<void> {
    for (const lost of taking.lost.values()) await taking.makeGood(lost);
    taking.acknowledgeTexts();
    const entries = taking.entries.map(kept);
    await this.#context.keep(taking.conversations, [...entries, ...taking.sessions.changes()]);
    for (const id of taking.lost.keys()) this.#pace.done(id);
    for (const to of new Set(taking.entries.map((entry) => entry.to))) this.#nudge(to);
  }
}

/** A device of whose messages some cannot be opened here; or an account that could not open some of ours. */
type Lost = { readonly from: PeerDevice } | { readonly to: UserId };

/** One batch of envelopes, as one unit of work. */
class Taking {
  readonly conversations: ConversationWork;
  readonly sessions: SessionWork;
  readonly entries: OutboxEntry[] = [];
  readonly lost = new Map<string, Lost>();
  readonly #context: LineContext;
  readonly #textsOf = new Map<UserId, MessageId[]>();
  readonly #new: { peer: UserId; key: MessageKey }[] = [];
  /** Whether each sender is heard of, asked once. */
  readonly #welcome = new Map<UserId, boolean>();
  readonly #forged = new Map<string, number>();

  constructor(context: LineContext) {
    this.#context = context;
    this.conversations = new ConversationWork(context.store, context.ports.now());
    this.sessions = new SessionWork(context);
  }

  async take({ from, device, box }: Envelope): Promise<void> {
    const isOwn = from === this.#context.device.identity.userId;
    if (!isOwn && !(await this.#isWelcome(from))) return;
    const id = `${from}.${device}`;
    const forged = this.#forged.get(id) ?? 0;
    if (forged >= FORGED_MAX) return; // asked for again as it is
    const peer = await peerDevice(this.#context, from, device);
    if (peer === null) return;
    const opened = await this.sessions.open(peer, fromBase64Url(box));
    if (opened.ok) {
      const content = decodeContent(opened.plaintext);
      if (content !== null) await (isOwn ? this.#takeOwn(content) : this.#takeFrom(from, content));
    } else if (opened.reason !== "replayed") {
      this.lost.set(id, { from: peer });
      const isCostly = opened.reason === "forged" || opened.reason === "tooFarAhead";
      if (isCostly) this.#forged.set(id, forged + 1);
    }
  }

  /** Everything that came is confirmed to its author, too. */
  acknowledgeTexts(): void {
    for (const [to, ids] of this.#textsOf) {
      for (let i = 0; i < ids.length; i += RECEIPT_MAX_IDS) {
        const of = ids.slice(i, i + RECEIPT_MAX_IDS);
        this.enqueue(to, { kind: "receipt", state: "delivered", of });
      }
    }
  }

  enqueue(to: UserId, content: Content, more: Partial<OutboxEntry> = {}): void {
    this.entries.push(this.#context.outbox.make({ to, content, ...more }));
  }

  /** What is new to the conversations, in its order. */
  arrived(): MessageRecord[] {
    const keys = new Set(this.#new.map(({ peer, key }) => messageId(peer, key)));
    return this.conversations.changedRecords.filter((record) =>
      keys.has(messageId(record.peer, messageKey(record.author, record.id))),
    );
  }

  /** A removed contact is not heard of any more; one made just now may not be known here yet. */
  async #isWelcome(from: UserId): Promise<boolean> {
    const known = this.#welcome.get(from);
    if (known !== undefined) return known;
    const { contacts } = this.#context;
    if ((await contacts.get(from)) === null) await contacts.refresh();
    const contact = await contacts.get(from);
    const isWelcome = contact !== null && !contact.blocked;
    this.#welcome.set(from, isWelcome);
    return isWelcome;
  }

  async #takeFrom(from: UserId, content: ReceivedContent): Promise<void> {
    switch (content.kind) {
      case "sync":
      case "typing":
        return; // only one's own devices say so; typing is not for keeping
      case "resend":
        this.lost.set(from, { to: from });
        return;
      case "text":
        if (await this.#isOfBlock(from, content)) return;
        return this.#takeMessage(from, content);
      case "unknown":
        return this.#takeMessage(from, content);
      default:
        return this.conversations.apply(from, "peer", content);
    }
  }

  /** Dropped when it was written, as far as that was heard; said again it must not come after all. */
  async #isOfBlock(from: UserId, { isRepeated, at }: TextContent): Promise<boolean> {
    return isRepeated === true && (await this.#context.contacts.wasBlockedAt(from, at));
  }

  async #takeMessage(from: UserId, content: AppliedContent): Promise<void> {
    if ("id" in content) await this.#noteText(from, content.id as MessageId);
    await this.conversations.apply(from, "peer", content);
  }

  /** Of another device of this account. */
  async #takeOwn(content: ReceivedContent): Promise<void> {
    if (content.kind !== "sync") return;
    await this.conversations.apply(content.to, "me", content.content);
  }

  /** A repetition is confirmed again, since its author may not have heard, but is not new. */
  async #noteText(from: UserId, id: MessageId): Promise<void> {
    this.#textsOf.set(from, [...(this.#textsOf.get(from) ?? []), id]);
    const key = messageKey("peer", id);
    const known = await this.conversations.record(from, key);
    if (known === null || known.kind === "awaited") this.#new.push({ peer: from, key });
  }

  /** Asks for what could not be opened, or sends all that the account may have lost. */
  async makeGood(lost: Lost): Promise<void> {
    if ("to" in lost) return this.#sendAgain(lost.to);
    const { userId, number } = lost.from;
    this.enqueue(userId, { kind: "resend" }, { lostDevice: number });
  }

  async #sendAgain(peer: UserId): Promise<void> {
    const now = this.#context.ports.now();
    const latest = await this.#context.store.range<TimelineEntry>("timeline", {
      prefix: `${peer}.`,
      isReversed: true,
      limit: SENT_AGAIN_MAX,
    });
    const records: MessageRecord[] = [];
    for (const { key } of latest.toReversed()) {
      const record = await this.conversations.record(peer, key);
      if (record !== null) records.push(record);
    }
    const since = now - ENVELOPE_TTL_SECONDS * 1_000;
    for (const content of sentAgain(records, { since, now })) this.enqueue(peer, content);
  }
}

/** Null for one that its account's log does not list, as far as that can be known. */
async function peerDevice(
  { logs, tell }: LineContext,
  userId: UserId,
  number: number,
): Promise<PeerDevice | null> {
  try {
    const device = await logs.deviceOf(userId, number);
    return device && { ...device, userId };
  } catch (error) {
    if (error instanceof ForkedLogError) tell({ event: "forked", userId });
    else if (!(error instanceof ProblemError) || error.code !== "not-a-contact") throw error;
    return null;
  }
}
