// The SDK's front door: an account on this device, and people to meet.

import type { UserId } from "../wire/ids.ts";
import { CardBox } from "./cardBox.ts";
import { ContactBook } from "./contactBook.ts";
import { Device } from "./device.ts";
import { Listeners } from "./listeners.ts";
import { MailboxLine } from "./mailboxLine.ts";
import type { Meeting } from "./meeting.ts";
import { type MeetingOptions, Meetings } from "./meetings.ts";
import type { AcquaintEvent, Me } from "./model.ts";
import { type Ports, STANDARD_PORTS } from "./ports.ts";
import { Profile, type ProfileChange } from "./profile.ts";
import type { Store } from "./store/store.ts";

export interface AcquaintOptions {
  /** The server's origin, such as `http://127.0.0.1:8787`. */
  readonly server: string;
  /** Where this device keeps what is its own. */
  readonly store: Store;
  /** The name to begin with, when the device is new. */
  readonly name?: string;
  readonly ports?: Partial<Ports>;
}

export class Acquaint {
  readonly contacts: ContactBook;
  readonly cards: CardBox;
  readonly #device: Device;
  readonly #profile: Profile;
  readonly #meetings: Meetings;
  readonly #line: MailboxLine;
  readonly #listeners: Listeners<AcquaintEvent>;

  private constructor(
    device: Device,
    store: Store,
    ports: Ports,
    profile: Profile,
    listeners: Listeners<AcquaintEvent>,
  ) {
    this.#device = device;
    this.#profile = profile;
    this.#listeners = listeners;
    this.cards = new CardBox(store);
    this.contacts = new ContactBook(device, store, () => listeners.tell({ event: "contacts" }));
    const { contacts } = this;
    const ownName = () => profile.me.name;
    this.#meetings = new Meetings({ device, ports, store, contacts, ownName }, this.cards);
    this.#line = new MailboxLine(device, ports, store, contacts, (state) =>
      listeners.tell({ event: "connection", state }),
    );
  }

  /**
   * Opens the account that is in the store; makes and registers one the first time.
   * @throws ConnectionError when a new account cannot be registered for want of a connection
   * @throws ProblemError when the server refuses
   */
  static async open(options: AcquaintOptions): Promise<Acquaint> {
    const { store, name = "" } = options;
    const ports = { ...STANDARD_PORTS, ...options.ports };
    const device = await Device.open(new URL(options.server).origin, store, ports);
    const listeners = new Listeners<AcquaintEvent>();
    const profile = await Profile.open(device, store, name, () => {
      listeners.tell({ event: "profile" });
    });
    return new Acquaint(device, store, ports, profile, listeners);
  }

  get me(): Me {
    return this.#profile.me;
  }

  /** Twelve words that restore the account; null once forgotten here. They never leave the device. */
  recoveryPhrase(): Promise<string | null> {
    return this.#device.recoveryPhrase();
  }

  /** For when its owner has written the phrase down. */
  forgetRecoveryPhrase(): Promise<void> {
    return this.#device.forgetRecoveryPhrase();
  }

  /**
   * Changes the name on this device, the handle and who may find it on the server.
   * @throws ProblemError `handle-taken`, `malformed-request`, `try-again`
   */
  updateProfile(change: ProfileChange): Promise<Me> {
    return this.#profile.update(change);
  }

  /** Reads handle and visibility anew from the server. */
  refreshProfile(): Promise<Me> {
    return this.#profile.refresh();
  }

  /** @throws ProblemError `handle-unknown` when there is none, or it may not be found */
  findHandle(handle: string): Promise<{ userId: UserId }> {
    return this.#profile.find(handle);
  }

  /**
   * Makes a key to show. Resolves once the server holds the attempt; a key that this device still
   * shows is cancelled.
   * @throws ConnectionError when the server cannot be reached
   * @throws ProblemError `too-many-requests` (with `retryAfterSeconds`)
   */
  showKey(options: MeetingOptions = {}): Promise<Meeting> {
    return this.#meetings.showKey(options);
  }

  /**
   * Enters a key in any spelling. Resolves once the claim is made.
   * @throws CodeError for a mistyped key, before anything is sent
   * @throws ConnectionError when the server cannot be reached
   * @throws ProblemError `own-key`, `too-many-requests` (with `retryAfterSeconds`)
   */
  enterKey(code: string, options: MeetingOptions = {}): Promise<Meeting> {
    return this.#meetings.enterKey(code, options);
  }

  /** Goes on with meetings that an earlier run of the program left unfinished. Call once after opening. */
  pendingMeetings(): Promise<Meeting[]> {
    return this.#meetings.resumeAll();
  }

  on(listener: (event: AcquaintEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Holds a line to the mailbox, so that changes arrive as they happen. */
  connect(): void {
    this.#line.open();
  }

  /** Lets go of every connection. What is unfinished can be resumed later. */
  async close(): Promise<void> {
    await this.#meetings.close();
    this.#line.close();
  }
}
