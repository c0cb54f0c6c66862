// The open account of this page: the SDK's instance, and what the views show of it. Everything
// here is a copy for rendering; the SDK's store holds the truth.

import {
  Acquaint,
  browserStore,
  type Card,
  type Contact,
  type Ending,
  type Me,
  type Audience,
} from "../shared/client/index.ts";
import { Chats } from "./chats.ts";
import { Incoming } from "./incoming.ts";
import { Meetings } from "./meetings.ts";
import { withPlainName } from "./plainName.ts";
import { isWelcomed, setWelcomed } from "./preferences.ts";
import { wayOf } from "./progress.ts";
import { Store, useStore } from "./store.ts";

type Phase = "welcome" | "opening" | "open" | "failed" | "erased" | "outdated";

export interface SessionState {
  readonly phase: Phase;
  /** Whether the account is gone, or this device alone. */
  readonly ending: Ending;
  /** Why the account could not be opened. */
  readonly error: unknown;
  /** True from making the account until its recovery phrase was shown once. */
  readonly isPhraseDue: boolean;
  /** The twelve words, until they are written down. */
  readonly phrase: string | null;
  readonly me: Me | null;
  readonly contacts: readonly Contact[];
  readonly cards: readonly Card[];
  readonly chosenUid: string | null;
  readonly connection: "connecting" | "online" | "offline";
}

class Session {
  readonly store = new Store<SessionState>({
    phase: isWelcomed() ? "opening" : "welcome",
    ending: "erased",
    error: null,
    isPhraseDue: false,
    phrase: null,
    me: null,
    contacts: [],
    cards: [],
    chosenUid: null,
    connection: "connecting",
  });
  #acquaint: Acquaint | null = null;
  #meetings: Meetings | null = null;
  #incoming: Incoming | null = null;
  #chats: Chats | null = null;
  /** Given at the welcome; kept for a second try when the first did not reach the server. */
  #givenName = "";
  /** The device log that was opened: tells this account from one that another window has begun since. */
  #log = "";
  readonly #names: ((userId: string) => string | null)[] = [];

  /** The SDK's instance. Views that use it are only shown while the account is open. */
  get acquaint(): Acquaint {
    if (this.#acquaint === null) throw new Error("the account is not open");
    return this.#acquaint;
  }

  get meetings(): Meetings {
    if (this.#meetings === null) throw new Error("the account is not open");
    return this.#meetings;
  }

  get incoming(): Incoming {
    if (this.#incoming === null) throw new Error("the account is not open");
    return this.#incoming;
  }

  get chats(): Chats {
    if (this.#chats === null) throw new Error("the account is not open");
    return this.#chats;
  }

  /** Opens the account that this browser holds; the first time, makes one by this name. */
  async open(name = this.#givenName): Promise<void> {
    this.#givenName = name;
    const isFirst = !isWelcomed();
    this.store.change({ phase: "opening", error: null });
    try {
      const store = browserStore();
      const acquaint = await Acquaint.open({ server: location.origin, store, name });
      this.#log = JSON.stringify((await store.loadIdentity())?.log);
      this.#acquaint = acquaint;
      this.#meetings = new Meetings(acquaint);
      const incoming = new Incoming(acquaint);
      this.#incoming = incoming;
      const chats = new Chats(acquaint, (userId) => this.nameOf(userId));
      this.#chats = chats;
      setWelcomed();
      acquaint.on((event) => {
        if (event.event === "contacts") void this.readContacts();
        if (event.event === "typing" || event.event === "forked") void chats.take(event);
        if (event.event === "conversation") void chats.read();
        if (event.event === "profile") this.store.change({ me: acquaint.me });
        if (event.event === "requests") incoming.read();
        if (event.event === "requestOver") incoming.over(event.request);
        if (event.event === "erased") this.store.change({ phase: "erased", ending: event.ending });
        if (event.event === "outdated") this.store.change({ phase: "outdated" });
        // Of another account from now on: nothing that is shown or held here is of it.
        if (event.event === "joined") location.replace(location.pathname);
        if (event.event === "connection") this.store.change({ connection: event.state });
      });
      // Who wanted to come into an account first, and then did not, has given no name so far.
      if (isFirst && name !== "" && acquaint.me.name === "") await acquaint.updateProfile({ name });
      const phrase = await acquaint.recoveryPhrase();
      await Promise.all([this.readContacts(), this.readCards(), chats.read()]);
      this.store.change({ me: acquaint.me, phrase, isPhraseDue: isFirst && phrase !== null });
      // What this page is at already is known before the mailbox tells of it again.
      await this.#resume().catch(() => {});
      acquaint.connect();
      if (this.store.state.phase === "opening") this.store.change({ phase: "open" });
    } catch (error) {
      this.store.change({ phase: "failed", error });
    }
  }

  async #resume(): Promise<void> {
    const pending = await this.acquaint.pendingMeetings();
    this.meetings.resume(pending.filter((meeting) => wayOf(meeting) !== "answer"));
    this.incoming.resume(pending.filter((meeting) => wayOf(meeting) === "answer"));
  }

  /** Whether this browser keeps the account that was opened, another one, or none. */
  async kept(): Promise<"this" | "another" | "none"> {
    const identity = await browserStore().loadIdentity();
    if (identity === null) return "none";
    return JSON.stringify(identity.log) === this.#log ? "this" : "another";
  }

  /** Tells of names of people who are no contacts, as long as the page is open. */
  addNames(source: (userId: string) => string | null): void {
    this.#names.push(source);
  }

  /** The name of a contact, or what else is known of one who is none; else a short form of the id. */
  nameOf(userId: string): string {
    const known = this.store.state.contacts.find((contact) => contact.userId === userId);
    return known?.name ?? this.knownName(userId) ?? `${userId.slice(0, 4)}…${userId.slice(-4)}`;
  }

  /** Of one who is no contact. */
  knownName(userId: string): string | null {
    return this.#names.reduce<string | null>((found, name) => found ?? name(userId), null);
  }

  async readContacts(): Promise<void> {
    const contacts = await this.acquaint.contacts.list();
    this.store.change({ contacts: contacts.map(withPlainName) });
  }

  async readCards(): Promise<void> {
    const [cards, chosen] = await Promise.all([
      this.acquaint.cards.list(),
      this.acquaint.cards.chosen(),
    ]);
    this.store.change({ cards, chosenUid: chosen?.uid ?? null });
  }

  async updateProfile(change: {
    name?: string;
    handle?: string | null;
    visibility?: Audience;
    requestsFrom?: Audience;
  }): Promise<void> {
    this.store.change({ me: await this.acquaint.updateProfile(change) });
  }

  postponePhrase(): void {
    this.store.change({ isPhraseDue: false });
  }

  async forgetPhrase(): Promise<void> {
    await this.acquaint.forgetRecoveryPhrase();
    this.store.change({ isPhraseDue: false, phrase: null });
  }
}

export const session = new Session();

export function useSession<Part>(select: (state: SessionState) => Part): Part {
  return useStore(session.store, select);
}
