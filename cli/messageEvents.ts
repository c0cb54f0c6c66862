// Messages and what becomes of them, as events. What others wrote is cleaned here, for people and for
// programs alike, since both show it on a terminal in the end.
import { type MessageRecord, plainLine, plainText, shownReactions } from "../shared/client/node.ts";

type Author = MessageRecord["author"];
type State = NonNullable<MessageRecord["state"]>;

/** A message, as it is by now. `to` is oneself for what others wrote. */
export interface MessageEvent {
  readonly event: "message";
  readonly id: string;
  readonly from: string;
  /** Of its author. */
  readonly name: string;
  readonly byYou?: true;
  readonly to: string;
  /** Milliseconds since 1970, by its author's clock. */
  readonly at: number;
  /** Of a file its caption; empty for none. */
  readonly text: string;
  readonly file?: { readonly name: string; readonly type: string; readonly size: number };
  readonly replyTo?: string;
  readonly edited?: true;
  readonly deleted?: true;
  /** Of a later version: there is no text to show. */
  readonly unreadable?: true;
  readonly reactions?: readonly { readonly from: string; readonly emoji: string }[];
  /** Milliseconds since 1970. */
  readonly disappearsAt?: number;
  /** Of own messages. */
  readonly state?: State;
  /** Within a chat, where it is how a message is named. */
  readonly number?: number;
  /** The number of the message that it replies to. */
  readonly answers?: number;
}

/** What became of a message. `id` is the message's, `from` and `name` who did it. */
interface About {
  readonly id: string;
  readonly from: string;
  readonly name: string;
  readonly byYou?: true;
  readonly to: string;
  readonly number?: number;
}

interface EditedEvent extends About {
  readonly event: "edited";
  readonly at: number;
  readonly text: string;
}

interface DeletedEvent extends About {
  readonly event: "deleted";
}

interface ReactionEvent extends About {
  readonly event: "reaction";
  readonly at: number;
  /** Empty when it was taken back. */
  readonly emoji: string;
  /** Of the message. */
  readonly text: string;
}

interface TimerEvent extends Omit<About, "id" | "number"> {
  readonly event: "timer";
  readonly at: number;
  /** 0 when messages stay from now on. */
  readonly seconds: number;
}

/** The contact's devices have changed, by the account's own signature: no alarm. */
interface DevicesEvent extends Omit<About, "id" | "number"> {
  readonly event: "devicesChanged";
  readonly at: number;
  readonly change: NonNullable<MessageRecord["devicesChange"]>;
}

/** How far an own message has come. */
export interface StateEvent {
  readonly event: "state";
  readonly id: string;
  readonly to: string;
  /** Of the receiver. */
  readonly name: string;
  readonly state: State;
  readonly number?: number;
}

interface TypingEvent {
  readonly event: "typing";
  readonly from: string;
  readonly name: string;
  readonly isTyping: boolean;
}

/** The contact's devices are not those they had, and they have not signed the change. */
interface ForkedEvent {
  readonly event: "forked";
  readonly userId: string;
  readonly name: string;
}

export type TalkEvent =
  | MessageEvent
  | EditedEvent
  | DeletedEvent
  | ReactionEvent
  | TimerEvent
  | DevicesEvent
  | StateEvent
  | TypingEvent
  | ForkedEvent;

/** The two of a conversation. */
export interface Sides {
  readonly me: { readonly userId: string; readonly name: string };
  readonly peer: { readonly userId: string; readonly name: string };
}

/** A message or a notice, as it is by now. */
export function shownEvent(
  record: MessageRecord,
  sides: Sides,
): MessageEvent | TimerEvent | DevicesEvent {
  const { author, id, at, kind, timerSeconds, replyTo, state, expiresAt, edit, file } = record;
  const who = whoIn(sides, author);
  if (kind === "timer") return { event: "timer", ...who, at, seconds: timerSeconds ?? 0 };
  if (kind === "devices") {
    return { event: "devicesChanged", ...who, at, change: record.devicesChange ?? "added" };
  }
  const reactions = Object.entries(shownReactions(record)).map(([by, emoji]) => ({
    from: whoIn(sides, by as Author).from,
    emoji,
  }));
  return {
    event: "message",
    id,
    ...who,
    at,
    text: plainText(record.text),
    ...(file !== undefined && {
      file: { name: plainLine(file.name), type: file.type, size: file.size },
    }),
    ...(replyTo !== undefined && { replyTo: replyTo.id }),
    ...(edit !== undefined && { edited: true }),
    ...(record.isDeleted && { deleted: true }),
    ...(kind === "unknown" && { unreadable: true }),
    ...(reactions.length > 0 && { reactions }),
    ...(expiresAt !== undefined && { disappearsAt: expiresAt }),
    ...(state !== undefined && { state }),
  };
}

/** What has become of a message that was known before. */
export function changesOf(
  before: MessageRecord,
  after: MessageRecord,
  sides: Sides,
): readonly TalkEvent[] {
  const { id, author, edit } = after;
  const about = { id, ...whoIn(sides, author) };
  const events: TalkEvent[] = [];
  if (after.isDeleted && !before.isDeleted) events.push({ event: "deleted", ...about });
  if (edit !== undefined && edit.id !== before.edit?.id) {
    events.push({ event: "edited", ...about, at: edit.at, text: plainText(after.text) });
  }
  if (!after.isDeleted) events.push(...reactionsOf(before, after, sides));
  if (after.state !== undefined && after.state !== before.state)
    events.push(stateEvent(after, sides));
  return events;
}

export function stateEvent({ id, state = "waiting" }: MessageRecord, { peer }: Sides): StateEvent {
  return { event: "state", id, to: peer.userId, name: peer.name, state };
}

function reactionsOf(before: MessageRecord, after: MessageRecord, sides: Sides): ReactionEvent[] {
  const [old, current] = [shownReactions(before), shownReactions(after)];
  const authors: readonly Author[] = ["me", "peer"];
  return authors
    .filter((by) => old[by] !== current[by])
    .map((by) => ({
      event: "reaction",
      id: after.id,
      ...whoIn(sides, by),
      at: after.reactions[by]?.at ?? after.at,
      emoji: current[by] ?? "",
      text: plainText(after.text),
    }));
}

function whoIn({ me, peer }: Sides, author: Author) {
  const [from, to] = author === "me" ? [me, peer] : [peer, me];
  const byYou = author === "me" && { byYou: true as const };
  return { from: from.userId, name: from.name, ...byYou, to: to.userId };
}
