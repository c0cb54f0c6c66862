// One batch of envelopes, taken as one unit of work: what each says, and what is to be stored and answered. What comes
// of an account whose devices cannot be asked for now is left for later, and with it all that follows from there.

import { fromBase64Url } from "../../core/crypto/bytes.ts";
import { linkingContentSchema } from "../../core/line/accountContents.ts";
import type { Content, MessageId, ReceivedContent, TextContent } from "../../core/line/content.ts";
import { decodeContent } from "../../core/line/contentCoding.ts";
import { RECEIPT_MAX_IDS } from "../../core/line/contentLimits.ts";
import type { AppliedContent } from "../../core/line/conversation.ts";
import { type MessageKey, messageKey, type MessageRecord } from "../../core/line/messageRecord.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Envelope } from "../../wire/line.ts";
import { linkingId } from "../contactSettings.ts";
import type { HandoverDesk } from "../handover/desk.ts";
import type { HandoverTaking } from "../handover/taking.ts";
import { isPassing } from "../passing.ts";
import type { Change } from "../store/store.ts";
import { takeIntroduction } from "../taps/introductions.ts";
import { ConversationWork, messageId } from "./conversationWork.ts";
import type { LineContext } from "./lineContext.ts";
import type { OutboxEntry } from "./outbox.ts";
import { peerDevice } from "./peerDevice.ts";
import { allAgain } from "./sentAgain.ts";
import { type PeerDevice, SessionWork } from "./sessionBook.ts";

/** Boxes of one device in a batch that cost much and prove to be nothing; the rest of them is not tried. */
const FORGED_MAX = 3;

/** A device of whose messages some cannot be opened here; or an account that could not open some of ours. */
export type Lost = { readonly from: PeerDevice } | { readonly to: UserId };

export class Taking {
  readonly conversations: ConversationWork;
  readonly sessions: SessionWork;
  readonly entries: OutboxEntry[] = [];
  readonly lost = new Map<string, Lost>();
  /** What other devices of this account hand over. */
  handed: HandoverTaking | null = null;
  readonly #context: LineContext;
  readonly #handover: HandoverDesk;
  readonly #textsOf = new Map<UserId, MessageId[]>();
  readonly #new: { peer: UserId; key: MessageKey }[] = [];
  /** What each sender is to this account, asked once; null for one that is not heard. */
  readonly #standing = new Map<UserId, "contact" | "linking" | null>();
  readonly #linking: Change[] = [];
  /** What accounts say of their own logs, and the server has not shown yet: by account, and to be stored. */
  readonly claims: { readonly from: UserId; readonly change: Change }[] = [];
  /** How contacts have introduced themselves, to be stored. */
  readonly introductions: Change[] = [];
  readonly #forged = new Map<string, number>();
  /** What cannot be taken now, and why. */
  readonly late: Envelope[] = [];
  fault: unknown = null;
  readonly #lateSenders: Set<UserId>;

  /** @param lateSenders accounts of which something came before that is late: what follows stays behind it */
  constructor(context: LineContext, handover: HandoverDesk, lateSenders: Iterable<UserId> = []) {
    this.#lateSenders = new Set(lateSenders);
    this.#context = context;
    this.#handover = handover;
    this.conversations = new ConversationWork(context.store, context.ports.now());
    this.sessions = new SessionWork(context);
  }

  async take(envelope: Envelope): Promise<void> {
    const { from, device, box } = envelope;
    if (this.#lateSenders.has(from)) return void this.late.push(envelope);
    const isOwn = from === this.#context.device.identity.userId;
    const id = `${from}.${device}`;
    const forged = this.#forged.get(id) ?? 0;
    if (forged >= FORGED_MAX) return; // asked for again as it is
    let peer: PeerDevice | null;
    try {
      peer = await this.#heard(from, device);
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.#lateSenders.add(from);
      this.late.push(envelope);
      this.fault = error;
      return;
    }
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

  /** Null for who is not heard; of this account that is a device that its log lists as removed. */
  async #heard(from: UserId, number: number): Promise<PeerDevice | null> {
    const { device } = this.#context;
    const isOwn = from === device.identity.userId;
    if (!isOwn && (await this.#standingOf(from)) === null) return null;
    const peer = await peerDevice(this.#context, from, number);
    const isRemoved = device.identity.removed.some((one) => one.number === number);
    return isOwn && isRemoved ? null : peer;
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
  async #standingOf(from: UserId): Promise<"contact" | "linking" | null> {
    const known = this.#standing.get(from);
    if (known !== undefined) return known;
    const { contacts } = this.#context;
    if ((await contacts.get(from)) === null) await contacts.refresh();
    const contact = await contacts.get(from);
    const isHeard = contact !== null && !contact.blocked;
    const standing = isHeard ? (contact.method === "link" ? "linking" : "contact") : null;
    this.#standing.set(from, standing);
    return standing;
  }

  async #takeFrom(from: UserId, content: ReceivedContent): Promise<void> {
    if ((await this.#standingOf(from)) === "linking") return this.#takeLinking(from, content);
    switch (content.kind) {
      case "join":
      case "joined":
      case "joinRefused":
        return; // of a contact that is none for linking
      case "devices": {
        const change = await this.#context.logs.claimed(from, content);
        if (change !== null) this.claims.push({ from, change });
        return this.conversations.apply(from, "peer", content);
      }
      case "introduction":
        this.introductions.push(...(await takeIntroduction(this.#context.store, from, content)));
        return;
      case "sync":
      case "handover":
      case "typing":
        return; // only one's own devices say so; typing is not for keeping
      case "resend":
        this.lost.set(from, { to: from });
        return;
      case "text":
      case "file":
        if (await this.#isOfBlock(from, content)) return;
        return this.#takeMessage(from, content);
      case "unknown":
        return this.#takeMessage(from, content);
      default:
        return this.conversations.apply(from, "peer", content);
    }
  }

  /**
   * Nothing else is heard of an account that only links. It counts on the device that has met it, which may still be
   * about to keep that.
   */
  async #takeLinking(from: UserId, content: ReceivedContent): Promise<void> {
    const id = linkingId(from);
    if (content.kind === "resend") {
      // It was met over there only after it had asked. Whatever came since has the last word.
      if ((await this.#context.store.get("settings", id)) !== null) return;
    } else if (!linkingContentSchema.safeParse(content).success) return;
    if (content.kind === "join" && (await this.#isRefused(from))) return;
    this.#linking.push({ collection: "settings", id, value: content });
  }

  /** This device's person has declined since they met. */
  async #isRefused(from: UserId): Promise<boolean> {
    const { store, contacts } = this.#context;
    const id = linkingId(from);
    const known = await store.get<{ kind: string; receiptHash?: string }>("settings", id);
    if (known?.kind !== "joinRefused" || known.receiptHash === undefined) return false;
    return known.receiptHash === (await contacts.get(from))?.receiptHash;
  }

  /** What they have said of linking, for their turn. */
  get linking(): readonly Change[] {
    return this.#linking;
  }

  /** Dropped when it was written, as far as that was heard; said again it must not come after all. */
  async #isOfBlock(
    from: UserId,
    { isRepeated, at }: Pick<TextContent, "isRepeated" | "at">,
  ): Promise<boolean> {
    return isRepeated === true && (await this.#context.contacts.wasBlockedAt(from, at));
  }

  async #takeMessage(from: UserId, content: AppliedContent): Promise<void> {
    if ("id" in content) await this.#noteText(from, content.id as MessageId);
    await this.conversations.apply(from, "peer", content);
  }

  /** Of another device of this account. */
  async #takeOwn(content: ReceivedContent): Promise<void> {
    if (content.kind === "handover") {
      this.handed ??= await this.#handover.taking(this.conversations);
      return this.handed.takeContent(content);
    }
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
    if ("to" in lost) {
      const contents = await allAgain(this.#context, this.conversations, lost.to);
      for (const content of contents) this.enqueue(lost.to, content);
      return;
    }
    const { userId, number } = lost.from;
    this.enqueue(userId, { kind: "resend" }, { lostDevice: number });
  }
}
