// One room that this page is in, as the views show it: a copy for rendering of what the SDK holds, made anew at most
// once a frame however much is said, and the lines that stand between the messages.

import type { JoinedRoom, Member, RoomChange, RoomMessage } from "../../shared/client/index.ts";
import { Store } from "../store.ts";
import { plain } from "./words.ts";

/** What stands between messages: who came and went meanwhile, or that something may be missing. */
export interface Between {
  readonly id: string;
  /** The key of the message before it; the empty text at the beginning. */
  readonly after: string;
  readonly kind: "gap" | "people";
  readonly came: Names;
  readonly left: Names;
}

/** However many there are, a few are named. */
interface Names {
  readonly names: readonly string[];
  readonly count: number;
}

type Room = Pick<
  JoinedRoom,
  "state" | "room" | "me" | "members" | "messages" | "knocking" | "invitations" | "pair" | "end"
>;

export interface StayState extends Room {
  readonly between: readonly Between[];
  /** Messages of others since it was last looked at. */
  readonly unread: number;
}

const NOBODY: Names = { names: [], count: 0 };
const MOST_NAMES = 8;
const MOST_BETWEEN = 200;
/** Where nothing is drawn, no frame comes. */
const HIDDEN_PACE_MS = 250;

/** What a room for two is to this page, which came to it out of another. */
export interface Aside {
  readonly parent: Stay;
  /** What the other one is called. */
  readonly other: string;
}

export class Stay {
  readonly store: Store<StayState>;
  readonly joined: JoinedRoom;
  readonly #aside: Aside | null;
  /** Whether what is said is seen as it is said. */
  isWatched: () => boolean = () => false;
  /** Whether somebody else was ever here with one. */
  hasMet = false;
  /** What is being written. */
  draft = "";
  /** Own messages that were said once more. */
  readonly #repeated = new Set<string>();
  #between: readonly Between[] = [];
  #unread = 0;
  #count = 0;
  #isDue = false;

  constructor(joined: JoinedRoom, aside: Aside | null) {
    this.joined = joined;
    this.#aside = aside;
    this.store = new Store<StayState>(this.#read());
    joined.on((change) => this.#take(change));
  }

  get roomId(): string {
    return this.joined.roomId;
  }

  /** Where both came from, of a room for two. */
  get parent(): Stay | null {
    return this.#aside?.parent ?? null;
  }

  /** What the room is called; a room for two by the other one. */
  get title(): string {
    const { room, me, members } = this.joined;
    if (room?.kind !== "pair") return plain(room?.title ?? "the room");
    const other = members.find(({ userId }) => userId !== me?.userId);
    return other === undefined ? (this.#aside?.other ?? "a room for two") : plain(other.name);
  }

  /** What someone in the room is called there, or was until now. */
  nameOf(userId: string): string | null {
    const { members, messages } = this.joined;
    const known =
      members.find((one) => one.userId === userId) ??
      messages.findLast(({ from }) => from.userId === userId)?.from;
    return known === undefined ? null : plain(known.name);
  }

  /** The promise rejects with why it was not taken; the message stays in sight and says so. */
  async say(text: string): Promise<void> {
    await this.joined.say(text);
  }

  /** Says an own message again that was not taken, or may not have been. */
  async sayAgain({ key, text }: RoomMessage): Promise<void> {
    this.#repeated.add(key);
    await this.joined.say(text);
  }

  seen(): void {
    if (this.#unread === 0) return;
    this.#unread = 0;
    this.#draw();
  }

  #take(change: RoomChange): void {
    if (change.event === "gap") this.#add({ kind: "gap", came: NOBODY, left: NOBODY });
    if (change.event === "joined") this.#addPerson(change.member, "came");
    if (change.event === "left") this.#addPerson(change.member, "left");
    if (change.event === "message" && !change.message.isOwn && !this.isWatched()) this.#unread++;
    if (change.event === "state" || change.event === "over") this.#draw();
    else this.#drawSoon();
  }

  #addPerson({ userId, name }: Member, way: "came" | "left"): void {
    if (userId === this.joined.me?.userId) return;
    const last = this.#between.at(-1);
    const isSamePlace = last?.kind === "people" && last.after === this.#lastKey();
    const before = isSamePlace ? last : { came: NOBODY, left: NOBODY };
    const { names, count } = before[way];
    const now = {
      names: count < MOST_NAMES ? [...names, plain(name)] : names,
      count: count + 1,
    };
    const line = { kind: "people", came: before.came, left: before.left, [way]: now } as const;
    if (!isSamePlace) return this.#add(line);
    this.#between = [...this.#between.slice(0, -1), { ...last, ...line }];
  }

  #add(line: Omit<Between, "id" | "after">): void {
    const added = { ...line, id: `between ${this.#count++}`, after: this.#lastKey() };
    this.#between = [...this.#between, added].slice(-MOST_BETWEEN);
  }

  #lastKey(): string {
    return this.joined.messages.at(-1)?.key ?? "";
  }

  #drawSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const draw = () => {
      if (this.#isDue) this.#draw();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(draw);
    else setTimeout(draw, HIDDEN_PACE_MS);
  }

  #draw(): void {
    this.#isDue = false;
    this.store.change(this.#read());
  }

  #read(): StayState {
    const { state, room, me, members, knocking, invitations, pair, end } = this.joined;
    if (members.length > 1) this.hasMet = true;
    const [between, unread] = [this.#between, this.#unread];
    const messages =
      this.#repeated.size === 0
        ? this.joined.messages
        : this.joined.messages.filter(({ key }) => !this.#repeated.has(key));
    return {
      state,
      room,
      me,
      members,
      messages,
      knocking,
      invitations,
      pair,
      end,
      between,
      unread,
    };
  }
}
