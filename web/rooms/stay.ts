// One room that this page is in, as the views show it: a copy for rendering of what the SDK holds, made anew at most
// once a frame however much is said, and the lines that stand between the messages.

import type {
  JoinedRoom,
  Member,
  Role,
  RoomChange,
  RoomMessage,
  RoomRecord,
} from "../../shared/client/index.ts";
import { Store } from "../store.ts";
import { changesTold, roleTold } from "./changesTold.ts";
import { Comings } from "./comings.ts";
import { drafts } from "./keptHere.ts";
import { plain } from "./words.ts";

/** What stands between messages: who came and went meanwhile, what was changed, or that something may be missing. */
export interface Between {
  readonly id: number;
  /** The key of the message before it; the empty text at the beginning. */
  readonly after: string;
  /** Who came and went is told aloud apart from this. */
  readonly kind: "gap" | "people" | "notice";
  readonly text: string;
}

type Room = Pick<
  JoinedRoom,
  | "state"
  | "room"
  | "me"
  | "members"
  | "messages"
  | "knocking"
  | "reports"
  | "invitations"
  | "pair"
  | "end"
>;

export interface StayState extends Room {
  readonly between: readonly Between[];
  /** Messages of others since it was last looked at. */
  readonly unread: number;
}

const MOST_BETWEEN = 200;
const MOST_FORMER = 500;
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
  readonly wasHere: boolean;
  readonly #aside: Aside | null;
  /** Whether what is said is seen as it is said. */
  isWatched: () => boolean = () => false;
  /** Whether somebody else was ever here with one. */
  hasMet = false;
  /** Own messages that were said once more. */
  readonly #repeated = new Set<string>();
  /** What those were called who have left. */
  readonly #former = new Map<string, string>();
  #between: readonly Between[] = [];
  /** Those of the last line, while it can still change; null once something stands below it. */
  #comings: Comings | null = null;
  #hasComings = false;
  /** What was told last of the room and one's own part in it. */
  #known: { readonly room: RoomRecord; readonly role: Role } | null = null;
  #unread = 0;
  #count = 0;
  #isDue = false;

  /** @param wasHere whether this window was in it before, and what was said then is not on the page */
  constructor(joined: JoinedRoom, aside: Aside | null, wasHere: boolean) {
    this.joined = joined;
    this.#aside = aside;
    this.wasHere = wasHere;
    if (wasHere) this.#add("notice", "What was said before is not on this page any more.");
    this.#compare();
    this.store = new Store<StayState>(this.#read());
    joined.on((change) => this.#take(change));
  }

  get roomId(): string {
    return this.joined.roomId;
  }

  /** What is being written. */
  get draft(): string {
    return drafts.of(this.roomId) ?? "";
  }

  set draft(text: string) {
    if (text === "") drafts.drop(this.roomId);
    else drafts.keep(this.roomId, text);
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
    return known === undefined ? (this.#former.get(userId) ?? null) : plain(known.name);
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
    if (change.event === "gap") this.#add("gap", "You may have missed something here.");
    if (change.event === "joined") this.#addPerson(change.member, "came");
    if (change.event === "left") this.#addPerson(change.member, "left");
    if (change.event === "changed") this.#addRole(change.member, change.before);
    if (change.event !== "message") this.#compare();
    if (change.event === "message" && !change.message.isOwn && !this.isWatched()) this.#unread++;
    if (change.event === "state" || change.event === "over") this.#draw();
    else this.#drawSoon();
  }

  #addPerson({ userId, name }: Member, way: "came" | "left"): void {
    if (userId === this.joined.me?.userId) return;
    if (way === "left") this.#remember(userId, plain(name));
    // The two of a room for two have both just come.
    if (this.joined.room?.kind === "pair") return;
    const last = this.#between.at(-1);
    const isSamePlace = last?.kind === "people" && last.after === this.#lastKey();
    if (!isSamePlace) {
      this.#add("people", "");
      this.#comings = new Comings();
    }
    this.#comings?.add(userId, plain(name), way);
    this.#hasComings = true;
  }

  #remember(userId: string, name: string): void {
    this.#former.delete(userId);
    this.#former.set(userId, name);
    if (this.#former.size <= MOST_FORMER) return;
    for (const oldest of this.#former.keys()) return void this.#former.delete(oldest);
  }

  #addRole({ userId, name, role }: Member, before: Member): void {
    if (userId === this.joined.me?.userId) return;
    const text = roleTold(before.role, role, plain(name));
    if (text !== null) this.#add("notice", text);
  }

  /** Tells of what has changed since, also while the connection was lost. */
  #compare(): void {
    const { room, me } = this.joined;
    if (room === null || me === null) return;
    const before = this.#known;
    this.#known = { room, role: me.role };
    if (before === null) return;
    for (const text of changesTold(before.room, room)) this.#add("notice", text);
    const text = roleTold(before.role, me.role, null);
    if (text !== null) this.#add("notice", text);
  }

  #add(kind: Between["kind"], text: string): void {
    this.#tellComings();
    this.#comings = null;
    const added = { kind, text, id: this.#count++, after: this.#lastKey() };
    this.#between = [...this.#between, added].slice(-MOST_BETWEEN);
  }

  /** Once for all who came and went since it was drawn last. */
  #tellComings(): void {
    const last = this.#between.at(-1);
    if (!this.#hasComings || this.#comings === null || last === undefined) return;
    this.#hasComings = false;
    this.#between = [...this.#between.slice(0, -1), { ...last, text: this.#comings.text }];
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
    const { state, room, me, members, knocking, reports, invitations, pair, end } = this.joined;
    if (members.length > 1) this.hasMet = true;
    this.#tellComings();
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
      reports,
      invitations,
      pair,
      end,
      between,
      unread,
    };
  }
}
