// A conversation as it goes on: what was said last, then what comes and goes, and lines to send. States
// of own messages and typing stand before the line that is typed; in a pipe they are lines.
import {
  type Acquaint,
  type AcquaintEvent,
  type Contact,
  hasText,
  keyOf,
  type MessageKey,
  type MessageRecord,
  ProblemError,
  TEXT_MAX_BYTES,
} from "../shared/client/node.ts";
import { ChatFiles } from "./chatFiles.ts";
import { type ChatOrder, chatOrderIn, CHAT_HELP, timerText } from "./chatCommands.ts";
import type { Context } from "./command.ts";
import { tellConnection } from "./connectionNews.ts";
import { refusal } from "./delivery.ts";
import type { LineConsole } from "./lineConsole.ts";
import type { TalkEvent } from "./messageEvents.ts";
import { MessageFeed, type News } from "./messageFeed.ts";
import { printable, shortened } from "./printable.ts";
import { within } from "./within.ts";

const SHOWN_AT_FIRST = 20;
const NAME_MAX_CHARS = 20;
/** Typing is told again so often, and shown for so long after it was heard of. */
const TYPING_AGAIN_MS = 4_000;
const TYPING_SHOWN_MS = 6_000;
const SETTLE_MS = 3_000;

type Change = Extract<ChatOrder, { kind: "reply" | "edit" | "react" | "delete" }>;
type Named = Pick<Change, "number"> & { readonly kind: Change["kind"] | "save" };

const UNNUMBERED = ["timer", "devicesChanged", "typing", "forked"] as const;
type Unnumbered = (typeof UNNUMBERED)[number];

export class Chat {
  readonly #context: Context;
  readonly #client: Acquaint;
  readonly #contact: Contact;
  readonly #console: LineConsole;
  readonly #feed: MessageFeed;
  readonly #files: ChatFiles;
  readonly #numbers = new Map<MessageKey, number>();
  /** Of those that the server has not taken yet. */
  readonly #sending = new Set<Promise<unknown>>();
  #work: Promise<void> = Promise.resolve();
  #fault: Error | null = null;
  #hasChanged = false;
  #lastOwn: MessageRecord | null = null;
  #typingTimer: NodeJS.Timeout | undefined;
  #isTyping = false;
  #toldTypingAt = -Infinity;

  constructor(context: Context, client: Acquaint, contact: Contact, console: LineConsole) {
    this.#context = context;
    this.#client = client;
    this.#contact = contact;
    this.#console = console;
    this.#feed = new MessageFeed(client);
    this.#files = new ChatFiles(context, client, contact.userId, (kept) => this.#await(kept));
  }

  /** Until the lines end. */
  async run(): Promise<void> {
    const { messages } = this.#client;
    const { userId } = this.#contact;
    const stops = [
      this.#client.on((event) => this.#heard(event)),
      tellConnection(this.#client, this.#context),
    ];
    this.#enqueue(() => this.#look());
    this.#client.connect();
    await this.#work;
    const timer = timerText((await messages.conversation(userId))?.timer.seconds ?? 0);
    if (!this.#context.present.json && timer !== null) this.#context.present.remark(timer);
    this.#console.prompt(this.#prompt());
    this.#console.onKey((typed) => this.#typed(typed));
    for await (const line of this.#console.lines) {
      const order = chatOrderIn(line);
      if (order.kind === "quit") break;
      await this.#do(order).catch((error: unknown) => this.#tellFault(error));
    }
    this.#console.close();
    await this.#leave();
    for (const stop of stops) stop();
    if (this.#fault !== null) throw this.#fault;
  }

  async #leave(): Promise<void> {
    clearTimeout(this.#typingTimer);
    if (this.#isTypingTold) void this.#client.messages.setTyping(this.#contact.userId, false);
    const settling = this.#client.messages.settled(this.#contact.userId);
    await within(SETTLE_MS, Promise.allSettled([settling, ...this.#sending]));
    await this.#work;
    const count = this.#sending.size;
    if (count === 0) return;
    const what = count === 1 ? "One message waits" : `${count} messages wait`;
    this.#context.present.remark(
      `${what} on this device, and will go with the next command that connects.`,
    );
  }

  get #isTypingTold(): boolean {
    return this.#toldTypingAt > -Infinity;
  }

  #heard(event: AcquaintEvent): void {
    if (!("userId" in event) || event.userId !== this.#contact.userId) return;
    const { present } = this.#context;
    if (event.event === "forked") {
      present.show({ event: "forked", userId: event.userId, name: this.#contact.name });
    } else if (event.event === "typing") {
      this.#theyType(event.isTyping);
    } else if (event.event === "conversation" && !this.#hasChanged) {
      this.#hasChanged = true;
      this.#enqueue(() => this.#look());
    }
  }

  async #look(): Promise<void> {
    this.#hasChanged = false;
    const { userId } = this.#contact;
    const news = await this.#feed.look(userId, { latest: SHOWN_AT_FIRST });
    for (const one of news) this.#tell(one);
    this.#console.prompt(this.#prompt());
    const theirs = news.findLast(({ event }) => event.event === "message" && !event.byYou);
    if (theirs !== undefined) await this.#client.messages.read(userId, theirs.record.order);
  }

  #tell({ event, record }: News): void {
    if (event.event === "message" && !event.byYou) this.#theyType(false);
    const isLater = record.order >= (this.#lastOwn?.order ?? "");
    if (record.author === "me" && hasText(record.kind) && isLater) this.#lastOwn = record;
    const isInPrompt = this.#console.interactive && event.event === "state";
    if (isInPrompt && event.state !== "refused") return;
    this.#context.present.show(this.#numbered(event, keyOf(record)));
  }

  #numbered(event: TalkEvent, key: MessageKey): TalkEvent {
    if (event.event === "message") this.#numbers.set(key, this.#numbers.size + 1);
    const number = this.#numbers.get(key);
    if (number === undefined || !isAboutOne(event)) return event;
    if (event.event !== "message" || event.replyTo === undefined) return { ...event, number };
    const { replyTo } = event;
    const answered = this.#numbers.get(`me/${replyTo}`) ?? this.#numbers.get(`peer/${replyTo}`);
    return { ...event, number, ...(answered !== undefined && { answers: answered }) };
  }

  #theyType(isTyping: boolean): void {
    clearTimeout(this.#typingTimer);
    if (isTyping) {
      this.#typingTimer = setTimeout(() => this.#theyType(false), TYPING_SHOWN_MS);
      this.#typingTimer.unref();
    }
    if (isTyping === this.#isTyping) return;
    this.#isTyping = isTyping;
    const { userId: from, name } = this.#contact;
    if (this.#console.interactive) this.#console.prompt(this.#prompt());
    else this.#context.present.show({ event: "typing", from, name, isTyping });
  }

  #prompt(): string {
    const name = shortened(printable(this.#contact.name), NAME_MAX_CHARS);
    if (this.#isTyping) return `${name} is typing … > `;
    const state = this.#lastOwn?.isDeleted === true ? undefined : this.#lastOwn?.state;
    if (state === undefined) return "> ";
    return `${state === "waiting" || state === "uploading" ? `${state} …` : state} > `;
  }

  #typed(text: string): void {
    const { messages } = this.#client;
    const isWriting = text !== "" && !text.startsWith("/");
    const now = performance.now();
    if (isWriting && now - this.#toldTypingAt > TYPING_AGAIN_MS) {
      this.#toldTypingAt = now;
      void messages.setTyping(this.#contact.userId, true);
    } else if (!isWriting && this.#isTypingTold) {
      this.#toldTypingAt = -Infinity;
      void messages.setTyping(this.#contact.userId, false);
    }
  }

  async #do(order: ChatOrder): Promise<void> {
    const { present } = this.#context;
    switch (order.kind) {
      case "say":
        return this.#send(order.text);
      case "timer":
        return this.#client.messages.setTimer(this.#contact.userId, order.seconds);
      case "fault":
        return present.remark(order.message);
      case "file":
        return this.#files.send(order.path);
      case "save":
        return this.#files.save(await this.#meant({ ...order, kind: "save" }), order.path);
      case "help":
        for (const line of CHAT_HELP.split("\n")) present.remark(line);
        return;
      case "reply":
      case "edit":
      case "react":
      case "delete":
        return this.#change(order);
      default:
    }
  }

  async #change(order: Change): Promise<void> {
    const { messages } = this.#client;
    const { kind, text } = order;
    const record = await this.#meant(order);
    if (record === null) return;
    if (kind === "reply") await this.#send(text, keyOf(record));
    else if (kind === "edit") await messages.edit(record, text);
    else if (kind === "react") await messages.react(record, text);
    else await messages.delete(record);
  }

  async #meant({ kind, number }: Named): Promise<MessageRecord | null> {
    const isOwn = kind === "edit" || kind === "delete";
    const { messages } = this.#client;
    const { userId } = this.#contact;
    const keys = [...this.#numbers.keys()].filter((key) => key.startsWith("me/") || !isOwn);
    const candidates =
      number === null
        ? keys.filter((key) => key.startsWith(isOwn ? "me/" : "peer/")).toReversed()
        : keys.filter((key) => this.#numbers.get(key) === number);
    for (const key of candidates) {
      const record = await messages.message(userId, key);
      const isThere = record !== null && !record.isDeleted && !record.isExpired;
      if (isThere && (kind === "save" ? record.kind === "file" : hasText(record.kind))) {
        return record;
      }
    }
    const whose = isOwn ? " of yours" : number === null ? " of theirs" : "";
    const which = number === null ? "" : ` #${number}`;
    const what = kind === "save" ? "file" : "message";
    this.#context.present.remark(`There is no ${what}${which}${whose} here.`);
    return null;
  }

  async #send(text: string, replyTo?: MessageKey): Promise<void> {
    const bytes = Buffer.byteLength(text);
    if (bytes > TEXT_MAX_BYTES) {
      const message = `That has ${bytes} bytes; a message holds ${TEXT_MAX_BYTES}. It was not sent.`;
      return this.#context.present.remark(message);
    }
    const { messages } = this.#client;
    const { userId } = this.#contact;
    this.#toldTypingAt = -Infinity;
    const kept = await messages.send(userId, text, replyTo === undefined ? {} : { replyTo });
    this.#await(kept);
  }

  #await(kept: MessageRecord): void {
    const sending = this.#client.messages
      .stored(kept)
      .catch((error: unknown) => this.#tellFault(error, kept.id))
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  #tellFault(error: unknown, id: string | null = null): void {
    if (!(error instanceof ProblemError)) throw error;
    const { message } = refusal(error, this.#contact, id);
    this.#context.present.remark(message);
  }

  #enqueue(task: () => Promise<void>): void {
    this.#work = this.#work.then(task).catch((error: unknown) => {
      this.#fault ??= error as Error;
      this.#console.close();
    });
  }
}

/** Whether it is of one message: the others have no number. */
function isAboutOne(event: TalkEvent): event is Exclude<TalkEvent, { event: Unnumbered }> {
  const unnumbered: readonly string[] = UNNUMBERED;
  return !unnumbered.includes(event.event);
}
