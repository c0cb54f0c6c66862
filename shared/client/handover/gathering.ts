// All that a device hands to one that has just come into the account, in bundles: own data first, then the messages
// of all conversations, the newest first. A bundle begins after the last record of the one before, whatever has
// changed meanwhile; what is new since reaches the other device by itself.

import { BundleWriter } from "../../core/handover/bundle.ts";
import { type HandedRecord, handedMessage } from "../../core/handover/handed.ts";
import type { Conversation } from "../../core/line/conversation.ts";
import type { MessageKey, MessageRecord } from "../../core/line/messageRecord.ts";
import type { Card } from "../../wire/card.ts";
import type { UserId } from "../../wire/ids.ts";
import { CHOSEN_CARD_ID } from "../cardBox.ts";
import type { Device } from "../device.ts";
import { messageId, type TimelineEntry } from "../line/conversationWork.ts";
import { type MetContact, type Notes, toHanded } from "../metContact.ts";
import { ownName, type StoredName } from "../profile.ts";
import type { Store } from "../store/store.ts";
import { INTRODUCED, type Introduced } from "../taps/witnessed.ts";
import { deviceNameId } from "./deviceNames.ts";

/** A place in the history. */
export interface Cursor {
  readonly section: number;
  readonly id: string;
}

interface Item extends Cursor {
  readonly load: () => Promise<readonly (HandedRecord | null)[]>;
}

interface Gathered {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Messages in it. */
  readonly messages: number;
  /** Messages from its beginning to the end of the history. */
  readonly messagesLeft: number;
  /** Null when nothing is left. */
  readonly cursor: Cursor | null;
}

/** Between notes and conversations, since the cursors of histories under way name the others by their number. */
const INTRODUCTIONS_SECTION = 3.5;
const MESSAGES_SECTION = 5;

/** @param enoughBytes as soon as it has so many it ends */
export async function gather(
  store: Store,
  device: Device,
  after: Cursor | null,
  enoughBytes: number,
): Promise<Gathered> {
  const items = [...(await ownItems(store, device)), ...(await messageItems(store))].filter(
    (item) => after === null || isAfter(item, after),
  );
  const isMessage = ({ section }: Item) => section === MESSAGES_SECTION;
  const writer = new BundleWriter();
  let count = 0;
  for (const item of items) {
    if (writer.size >= enoughBytes) break;
    for (const record of await item.load()) if (record !== null) writer.add(record);
    count += 1;
  }
  const last = items[count - 1];
  return {
    bytes: writer.bytes(),
    messages: items.slice(0, count).filter(isMessage).length,
    messagesLeft: items.filter(isMessage).length,
    cursor: last === undefined || count === items.length ? null : cursorOf(last),
  };
}

/** The newest message first, all else in the order of ids. */
function isAfter(item: Item, { section, id }: Cursor): boolean {
  if (item.section !== section) return item.section > section;
  return section === MESSAGES_SECTION ? item.id < id : item.id > id;
}

function cursorOf({ section, id }: Item): Cursor {
  return { section, id };
}

async function ownItems(store: Store, device: Device): Promise<Item[]> {
  const contacts = await store.all<MetContact>("contacts");
  const met = contacts.filter(({ method }) => method !== "link");
  const notes = await store.all<Notes>("notes");
  const introduced = await store.range<Introduced>("settings", { prefix: INTRODUCED });
  const conversations = await store.all<Conversation>("conversations");
  const sections: Item[][] = [
    [{ section: 0, id: "", load: () => namesOf(store, device) }],
    [{ section: 1, id: "", load: () => cardsOf(store) }],
    met.map((one) => ({ section: 2, id: one.userId, load: async () => [toHanded(one)] })),
    notes.map((one) => ({
      section: 3,
      id: one.userId,
      load: async () => [{ kind: "notes", changedAt: 1, ...one }],
    })),
    introduced.map((one) => ({
      section: INTRODUCTIONS_SECTION,
      id: one.userId,
      load: async () => [{ kind: "introduction", ...one }],
    })),
    conversations.map((one) => ({
      section: 4,
      id: one.peer,
      load: () => conversationOf(store, one),
    })),
  ];
  return sections.flatMap((items) => items.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
}

async function messageItems(store: Store): Promise<Item[]> {
  const items: Item[] = [];
  for (const { peer } of await store.all<Conversation>("conversations")) {
    for (const { key, order } of await store.range<TimelineEntry>("timeline", {
      prefix: `${peer}.`,
    })) {
      const load = async () => [await messageOf(store, peer, key)];
      items.push({ section: MESSAGES_SECTION, id: `${order}.${peer}`, load });
    }
  }
  return items.toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

async function namesOf(store: Store, { identity }: Device): Promise<HandedRecord[]> {
  const records: HandedRecord[] = [];
  const own = await ownName(store);
  if (own.name !== "") {
    // Whatever it has called itself before it came, it takes the account's name.
    records.push({ kind: "name", name: own.name, changedAt: Math.max(1, own.changedAt) });
  }
  for (const { number } of identity.devices) {
    const known = await store.get<StoredName>("settings", deviceNameId(number));
    if (known !== null) records.push({ kind: "deviceName", number, ...known });
  }
  return records;
}

async function cardsOf(store: Store): Promise<HandedRecord[]> {
  const cards = await store.all<Card>("cards");
  const records = cards
    .toSorted((a, b) => ((a.uid ?? "") < (b.uid ?? "") ? -1 : 1))
    .map((card): HandedRecord => ({ kind: "card", card }));
  const chosen = await store.get<{ uid: string | null }>("settings", CHOSEN_CARD_ID);
  return chosen === null ? records : [...records, { kind: "chosenCard", uid: chosen.uid }];
}

/** With what is kept aside for messages that have not come. */
async function conversationOf(
  store: Store,
  { peer, timer, awaited }: Conversation,
): Promise<(HandedRecord | null)[]> {
  const aside = awaited.map((key) => messageOf(store, peer, key));
  return [{ kind: "conversation", peer, timer }, ...(await Promise.all(aside))];
}

async function messageOf(
  store: Store,
  peer: UserId,
  key: MessageKey,
): Promise<HandedRecord | null> {
  const record = await store.get<MessageRecord>("messages", messageId(peer, key));
  return record && handedMessage(record);
}
