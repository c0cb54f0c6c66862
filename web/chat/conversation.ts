// One conversation as it is on screen: the messages that are loaded, the earlier ones when asked for, and where
// the unread ones begin. A copy for rendering; the SDK's store holds the truth.

import { isUnread, keyOf, type MessageKey, type MessageRecord } from "../../shared/client/index.ts";
import { coalesced } from "../coalesced.ts";
import { session } from "../session.ts";
import { Store } from "../store.ts";

const PAGE = 50;
/** Unread messages that are loaded at once, so that the first of them is there. */
const UNREAD_MAX = 200;

interface ConversationState {
  readonly isLoaded: boolean;
  /** The oldest first. */
  readonly messages: readonly MessageRecord[];
  /** Messages that are replied to and not among those loaded; null when they are gone. */
  readonly quoted: ReadonlyMap<MessageKey, MessageRecord | null>;
  readonly hasEarlier: boolean;
  readonly isLoadingEarlier: boolean;
  readonly timerSeconds: number;
  /** The first message that was not read when it came on screen. */
  readonly firstUnread: MessageKey | null;
}

export class OpenConversation {
  readonly userId: string;
  readonly store = new Store<ConversationState>({
    isLoaded: false,
    messages: [],
    quoted: new Map(),
    hasEarlier: false,
    isLoadingEarlier: false,
    timerSeconds: 0,
    firstUnread: null,
  });
  /** Whether what comes is seen as it comes. */
  isWatched: () => boolean = () => false;
  readonly refresh: () => Promise<void>;
  #work: Promise<void> = Promise.resolve();
  #loading: Promise<void> | null = null;

  constructor(userId: string) {
    this.userId = userId;
    this.refresh = coalesced(() => this.#alone(() => this.#refresh()));
  }

  /** Follows what changes until the returned function is called. */
  follow(): () => void {
    void this.refresh();
    return session.acquaint.on((event) => {
      if (event.event === "conversation" && event.userId === this.userId) void this.refresh();
    });
  }

  /** Whoever asks again meanwhile waits for the same. */
  loadEarlier(limit = PAGE): Promise<void> {
    this.#loading ??= this.#alone(() => this.#loadEarlier(limit)).finally(() => {
      this.#loading = null;
      this.store.change({ isLoadingEarlier: false });
    });
    return this.#loading;
  }

  /** Loads as far back as that message; false when it is not on this device any more. */
  async reach(key: MessageKey): Promise<boolean> {
    await this.refresh();
    const wanted = await this.#sdk.message(this.userId, key);
    if (wanted === null || wanted.isExpired || wanted.order === "") return false;
    while (this.store.state.hasEarlier && !this.#isLoaded(wanted.order)) {
      await this.loadEarlier(10 * PAGE);
    }
    return this.#isLoaded(wanted.order);
  }

  /** All that came is seen now. */
  markRead(): void {
    if (this.isWatched()) void this.#sdk.read(this.userId);
  }

  forgetUnreadMark(): void {
    this.store.change({ firstUnread: null });
  }

  get #sdk() {
    return session.acquaint.messages;
  }

  /** What is loaded is changed by one at a time. */
  #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {});
    return done;
  }

  #isLoaded(order: string): boolean {
    const first = this.store.state.messages[0];
    return first !== undefined && first.order <= order;
  }

  async #loadEarlier(limit: number): Promise<void> {
    const { messages, hasEarlier } = this.store.state;
    const first = messages[0];
    if (!hasEarlier || first === undefined) return;
    this.store.change({ isLoadingEarlier: true });
    const earlier = await this.#sdk.page(this.userId, { before: first.order, limit });
    await this.#show([...earlier, ...messages], { hasEarlier: earlier.length === limit });
  }

  /** Reads anew what is loaded, and what has come since. */
  async #refresh(): Promise<void> {
    const conversation = await this.#sdk.conversation(this.userId);
    const unread = Math.min(conversation?.unread ?? 0, UNREAD_MAX);
    const known = this.store.state.messages;
    const oldest = known[0]?.order ?? "";
    let limit = Math.max(PAGE, known.length + 1, unread + 10);
    let latest = await this.#sdk.page(this.userId, { limit });
    while (known.length > 0 && latest.length === limit && (latest[0]?.order ?? "") > oldest) {
      limit *= 2;
      latest = await this.#sdk.page(this.userId, { limit });
    }
    const shown = known.length === 0 ? latest : latest.filter(({ order }) => order >= oldest);
    await this.#show(shown, {
      hasEarlier: latest.length === limit || shown.length < latest.length,
      timerSeconds: conversation?.timer.seconds ?? 0,
    });
    this.markRead();
  }

  async #show(read: readonly MessageRecord[], change: Partial<ConversationState>): Promise<void> {
    const before = new Map(this.store.state.messages.map((record) => [keyOf(record), record]));
    const messages = read.map((record) => asBefore(record, before.get(keyOf(record))));
    const quoted = await this.#quotedBy(messages);
    const firstNew = messages.find(isUnread);
    const isSeen = this.store.state.isLoaded && this.isWatched();
    this.store.change({
      ...change,
      messages,
      quoted,
      isLoaded: true,
      ...(firstNew !== undefined && !isSeen && { firstUnread: keyOf(firstNew) }),
    });
  }

  async #quotedBy(
    messages: readonly MessageRecord[],
  ): Promise<ReadonlyMap<MessageKey, MessageRecord | null>> {
    const loaded = new Set(messages.map(keyOf));
    const keys = messages.map(quotedKey).filter((key) => key !== null && !loaded.has(key));
    const found = [...new Set(keys as MessageKey[])].map(
      async (key) => [key, await this.#sdk.message(this.userId, key)] as const,
    );
    return new Map(await Promise.all(found));
  }
}

export function quotedKey({ replyTo }: MessageRecord): MessageKey | null {
  return replyTo === undefined ? null : `${replyTo.author}/${replyTo.id}`;
}

/** The same object while it says the same, so that it need not be drawn again. */
function asBefore(record: MessageRecord, before: MessageRecord | undefined): MessageRecord {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(record)
    ? before
    : record;
}
