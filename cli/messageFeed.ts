// What comes and changes in conversations, as events: the messages that this device keeps are read anew
// after each change, and compared with what was known. So it serves the process that holds the line and
// any other of the same home.
import {
  type Acquaint,
  isUnread,
  keyOf,
  type MessageKey,
  type MessageRecord,
} from "../shared/client/node.ts";
import { changesOf, shownEvent, type Sides, type TalkEvent } from "./messageEvents.ts";

/** Changes of older messages are not told. */
const WATCHED = 100;
const NAMELESS_CHARS = 8;

/** An event and the record that it is about, as it is by now. */
export interface News {
  readonly event: TalkEvent;
  readonly record: MessageRecord;
}

/** Which of the messages that are there already are told at the first look. */
export type Opening = "unread" | "all" | { readonly latest: number };

export class MessageFeed {
  readonly #client: Acquaint;
  readonly #known = new Map<string, Map<MessageKey, MessageRecord>>();
  readonly #names = new Map<string, string>();

  constructor(client: Acquaint) {
    this.#client = client;
  }

  async sidesOf(userId: string): Promise<Sides> {
    const { me, contacts } = this.#client;
    let name = this.#names.get(userId);
    if (name === undefined) {
      name = (await contacts.get(userId))?.name ?? `${userId.slice(0, NAMELESS_CHARS)}…`;
      this.#names.set(userId, name);
    }
    return { me, peer: { userId, name } };
  }

  /** What is new since the last look, in its order; at the first what `opening` says. */
  async look(userId: string, opening: Opening): Promise<News[]> {
    const known = this.#known.get(userId);
    const records =
      known === undefined ? await this.#opened(userId, opening) : await this.#since(userId, known);
    const sides = await this.sidesOf(userId);
    const news = records.flatMap((record): News[] => {
      const before = known?.get(keyOf(record));
      if (before !== undefined) {
        return changesOf(before, record, sides).map((event) => ({ event, record }));
      }
      const isTold = known !== undefined || opening !== "unread" || isUnread(record);
      return isTold ? [{ event: shownEvent(record, sides), record }] : [];
    });
    const next = known ?? new Map<MessageKey, MessageRecord>();
    for (const record of records) next.set(keyOf(record), record);
    this.#known.set(userId, next);
    if (typeof opening === "string" || known !== undefined) return news;
    return opening.latest === 0 ? [] : news.slice(-opening.latest);
  }

  async #opened(userId: string, opening: Opening): Promise<MessageRecord[]> {
    const { unread = 0 } = (await this.#client.messages.conversation(userId)) ?? {};
    return this.#back(userId, (records) => {
      if (opening === "all") return false;
      return opening !== "unread" || records.filter(isUnread).length >= unread;
    });
  }

  /** The latest, back to the last that is known. */
  #since(userId: string, known: ReadonlyMap<MessageKey, MessageRecord>): Promise<MessageRecord[]> {
    let last = "";
    for (const { order } of known.values()) if (order > last) last = order;
    return this.#back(userId, ([oldest]) => oldest === undefined || oldest.order <= last);
  }

  /** The oldest first. */
  async #back(
    userId: string,
    isEnough: (records: readonly MessageRecord[]) => boolean,
  ): Promise<MessageRecord[]> {
    let records: MessageRecord[] = [];
    for (;;) {
      const [oldest] = records;
      const page = await this.#client.messages.page(userId, {
        limit: WATCHED,
        ...(oldest !== undefined && { before: oldest.order }),
      });
      records = [...page, ...records];
      if (page.length < WATCHED || isEnough(records)) return records;
    }
  }
}
