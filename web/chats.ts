// Conversations in short, as lists and counts show them, and what this page has heard of the people in them:
// who types, and whose devices cannot be trusted any more.

import type {
  Acquaint,
  AcquaintEvent,
  Conversation,
  MessageRecord,
} from "../shared/client/index.ts";
import { speak } from "./announcements.ts";
import { coalesced } from "./coalesced.ts";
import { alarms, setAlarms } from "./preferences.ts";
import { Store } from "./store.ts";
import { setUnreadInTitle } from "./title.ts";

/** Whoever goes on typing says so again before this is over. */
const TYPING_LASTS_MS = 6_000;

export interface ListedConversation extends Conversation {
  /** Of the last message, when it is an own one. */
  readonly state: MessageRecord["state"] | null;
}

interface ChatsState {
  readonly conversations: readonly ListedConversation[];
  readonly isRead: boolean;
  readonly unread: number;
  readonly typing: readonly string[];
  /** By account: the receipt of the meeting that its devices contradict. */
  readonly alarms: Readonly<Record<string, string>>;
}

interface OpenChat {
  readonly userId: string;
  /** Whether what comes is seen as it comes. */
  readonly isWatched: () => boolean;
}

type Told = Extract<AcquaintEvent, { event: "typing" | "forked" }>;

export class Chats {
  readonly store = new Store<ChatsState>({
    conversations: [],
    isRead: false,
    unread: 0,
    typing: [],
    alarms: alarms(),
  });
  /** The conversation that is on screen. */
  open: OpenChat | null = null;
  readonly read: () => Promise<void>;
  readonly #acquaint: Acquaint;
  readonly #nameOf: (userId: string) => string;
  readonly #typingTimers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(acquaint: Acquaint, nameOf: (userId: string) => string) {
    this.#acquaint = acquaint;
    this.#nameOf = nameOf;
    this.read = coalesced(() => this.#read());
  }

  async take(event: Told): Promise<void> {
    const { userId } = event;
    if (event.event === "typing") return this.#setTyping(userId, event.isTyping);
    const { alarms: before } = this.store.state;
    const receipt = (await this.#acquaint.contacts.get(userId))?.receiptHash ?? "";
    const isNews = before[userId] === undefined;
    this.store.change({ alarms: { ...before, [userId]: receipt } });
    setAlarms(this.store.state.alarms);
    if (isNews) speak(`Alarm: do not trust what seems to come from ${this.#nameOf(userId)}.`);
  }

  async #read(): Promise<void> {
    const { messages } = this.#acquaint;
    const all = await messages.conversations();
    const conversations = await Promise.all(
      all.map(async (one): Promise<ListedConversation> => {
        const { peer, preview } = one;
        const isOwn = preview?.author === "me";
        const last = isOwn ? await messages.message(peer, preview.key) : null;
        // What is read in this moment is not counted first.
        const isSeen = peer === this.open?.userId && this.open.isWatched();
        return { ...one, unread: isSeen ? 0 : one.unread, state: last?.state ?? null };
      }),
    );
    const before = this.store.state;
    const unread = conversations.reduce((sum, conversation) => sum + conversation.unread, 0);
    if (before.isRead && document.hasFocus())
      this.#speakOfNews(before.conversations, conversations);
    this.store.change({ conversations, unread, isRead: true });
    setUnreadInTitle(unread);
  }

  #speakOfNews(before: readonly Conversation[], now: readonly Conversation[]): void {
    const news = now.filter(({ peer, unread }) => {
      const known = before.find((conversation) => conversation.peer === peer);
      return peer !== this.open?.userId && unread > (known?.unread ?? 0);
    });
    if (news.length > 0) {
      speak(`New message from ${news.map(({ peer }) => this.#nameOf(peer)).join(", ")}.`);
    }
  }

  #setTyping(userId: string, isTyping: boolean): void {
    clearTimeout(this.#typingTimers.get(userId));
    const others = this.store.state.typing.filter((other) => other !== userId);
    this.store.change({ typing: isTyping ? [...others, userId] : others });
    if (!isTyping) return;
    const stop = () => this.#setTyping(userId, false);
    this.#typingTimers.set(userId, setTimeout(stop, TYPING_LASTS_MS));
  }
}
