// The SDK's front door: an account on this device, and people to meet.

import type { Wire } from "../wire/codec/codec.ts";
import { type UserId, userIdSchema } from "../wire/ids.ts";
import { ProblemError } from "../wire/problem.ts";
import { adviceFor } from "./advice.ts";
import type { AccountExport } from "./accountExport.ts";
import { fetched } from "./api.ts";
import type { AttemptRun } from "./attemptRun.ts";
import { BurntPassphrases } from "./burntPassphrases.ts";
import { CardBox } from "./cardBox.ts";
import { ContactBook } from "./contactBook.ts";
import { Device } from "./device.ts";
import { ERASED_SIGNAL } from "./erasureMark.ts";
import { KeyMeetings } from "./keyMeetings.ts";
import type { Line } from "./line/line.ts";
import type { Messages } from "./line/messages.ts";
import type { OpenLine } from "./line/openLine.ts";
import type { Verification } from "./line/verification.ts";
import { Listeners } from "./listeners.ts";
import { MailboxLine } from "./mailboxLine.ts";
import { Meeting } from "./meeting.ts";
import type { AcquaintEvent, AskOptions, Me, MeetingOptions, ShowOptions } from "./model.ts";
import { type Ports, STANDARD_PORTS } from "./ports.ts";
import { Profile, type ProfileChange } from "./profile.ts";
import { Requests } from "./requests.ts";
import { Runs } from "./runs.ts";
import { SpokenMeetings } from "./spokenMeetings.ts";
import type { Store } from "./store/store.ts";

export interface AcquaintOptions {
  /** The server's origin, such as `http://127.0.0.1:8787`. */
  readonly server: string;
  /** Where this device keeps what is its own. */
  readonly store: Store;
  /** The name to begin with, when the device is new. */
  readonly name?: string;
  readonly ports?: Partial<Ports>;
  /** How what is said on sockets is encoded: `json` is larger, and readable on its way. `cbor` unless given. */
  readonly wire?: Wire;
}

export class Acquaint {
  readonly contacts: ContactBook;
  readonly cards: CardBox;
  /** Requests of others to meet. */
  readonly requests: Requests;
  /** Conversations with contacts. */
  readonly messages: Messages;
  /** Whether contacts still have the keys that they had. */
  readonly verification: Verification;
  readonly #device: Device;
  readonly #store: Store;
  readonly #ports: Ports;
  readonly #profile: Profile;
  readonly #runs: Runs;
  readonly #keys: KeyMeetings;
  readonly #spoken: SpokenMeetings;
  readonly #mailbox: MailboxLine;
  readonly #line: Line;
  readonly #listeners: Listeners<AcquaintEvent>;
  #isErased = false;
  #offSignals: (() => void) | null = null;

  private constructor(
    device: Device,
    store: Store,
    ports: Ports,
    profile: Profile,
    listeners: Listeners<AcquaintEvent>,
    openLine: OpenLine,
  ) {
    this.#device = device;
    this.#store = store;
    this.#ports = ports;
    this.#profile = profile;
    this.#listeners = listeners;
    this.cards = new CardBox(store);
    this.contacts = new ContactBook(device, store, () => listeners.tell({ event: "contacts" }));
    const { contacts } = this;
    const ownName = () => profile.me.name;
    const burnt = new BurntPassphrases(store, device);
    this.#runs = new Runs(
      { device, ports, store, contacts, burnt, ownName },
      {
        onStart: () => this.#line.preparePrekeys(), // whoever is met may write at once
        onBegin: (run) => this.#begun(run),
        onEnd: (run) => this.#keys.ended(run),
      },
    );
    this.#keys = new KeyMeetings(this.#runs, this.cards);
    this.#spoken = new SpokenMeetings(this.#runs, this.cards);
    const tell = (event: AcquaintEvent) => listeners.tell(event);
    this.requests = new Requests(device, ports, contacts, this.#spoken, tell);
    const connect = () => this.connect();
    const { line, messages, verification } = openLine({
      device,
      ports,
      store,
      contacts,
      listeners,
      connect,
    });
    this.messages = messages;
    this.verification = verification;
    this.#line = line;
    this.#mailbox = new MailboxLine(device, ports, store, contacts, this.requests, line, (state) =>
      tell({ event: "connection", state }),
    );
    device.erasure.onErased = () => this.#erased();
  }

  /**
   * Opens the account that is in the store; makes and registers one the first time.
   * @throws ConnectionError when a new account cannot be registered for want of a connection
   * @throws ProblemError when the server refuses
   */
  static async open(options: AcquaintOptions): Promise<Acquaint> {
    const { store, name = "", wire } = options;
    const ports = { ...STANDARD_PORTS, ...options.ports };
    const { openLine } = await fetched(import("./line/openLine.ts"));
    const device = await Device.open(new URL(options.server).origin, store, ports, wire);
    const listeners = new Listeners<AcquaintEvent>();
    const profile = await Profile.open(device, store, name, () => {
      listeners.tell({ event: "profile" });
    });
    return new Acquaint(device, store, ports, profile, listeners, openLine);
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
  showKey(options: ShowOptions = {}): Promise<Meeting> {
    return this.#keys.show(options);
  }

  /**
   * Enters a key in any spelling. Resolves once the claim is made.
   * @throws CodeError for a mistyped key, before anything is sent
   * @throws ConnectionError when the server cannot be reached
   * @throws ProblemError `own-key`, `too-many-requests` (with `retryAfterSeconds`)
   */
  enterKey(code: string, options: MeetingOptions = {}): Promise<Meeting> {
    return this.#keys.enter(code, options);
  }

  /**
   * Asks someone to meet by a passphrase that both of you know by voice. Resolves once the server holds
   * the request. Holds a line to the mailbox as {@link connect} does, lest two who ask each other wait
   * in vain; if the other has asked already, this answers.
   * @throws PassphraseError for one that is empty, too long or used up, before anything is sent
   * @throws ConnectionError when the server cannot be reached
   * @throws ProblemError `own-account`, `malformed-request`, `too-many-requests` (with `retryAfterSeconds`)
   */
  async ask({ to, ...options }: AskOptions): Promise<Meeting> {
    if (to === undefined) return this.#spoken.ask(null, options);
    const userId = await this.#accountOf(to);
    if (userId === null) return unreachable();
    this.connect();
    // A newer request replaces the one before, as a newer key does.
    await this.#spoken.pendingTo(userId)?.meeting.cancel();
    const theirs = this.requests.of(userId);
    return theirs === null
      ? this.#spoken.ask(userId, options)
      : this.requests.answer(theirs.sid, options.passphrase, options);
  }

  /**
   * Answers whoever asks at a locator. Resolves once the answer is made.
   * @throws PassphraseError for one that is empty, too long or used up, before anything is sent
   * @throws ConnectionError when the server cannot be reached
   * @throws ProblemError `own-key`, `malformed-request`, `too-many-requests` (with `retryAfterSeconds`)
   */
  enterPassphrase(
    locator: string,
    passphrase: string,
    options: MeetingOptions = {},
  ): Promise<Meeting> {
    return this.#spoken.enter(locator, passphrase, options);
  }

  /** Goes on with meetings that an earlier run of the program left unfinished. Call once after opening. */
  pendingMeetings(): Promise<Meeting[]> {
    return this.#runs.resumeAll();
  }

  /** All that this device keeps and a person can read; no keys, no passphrases. See docs/export.md. */
  async export(): Promise<AccountExport> {
    const { exportAccount } = await fetched(import("./accountExport.ts"));
    return exportAccount(this, this.#device, this.#store, this.#ports.now());
  }

  /**
   * Erases the account at the server, then all that this device keeps. Closes everything first, whatever comes
   * of it; if it fails, open the account anew. Contacts keep what they have.
   * @throws ConnectionError when the server cannot be reached: it may have erased the account
   * @throws AccountErased when another tab or process of this device is at it
   */
  async erase(): Promise<void> {
    const { eraseAccount } = await fetched(import("./erasing.ts"));
    this.#isErased = true;
    await this.close();
    await eraseAccount(this.#device, this.#ports, this.#store);
  }

  on(listener: (event: AcquaintEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Holds a line to the mailbox, so that changes arrive as they happen. */
  connect(): void {
    if (this.#isErased) return;
    this.#offSignals ??= this.#store.onSignal((name) => {
      if (name === ERASED_SIGNAL) this.#device.erasure.check().catch(() => {}); // told of as an event
    });
    this.#line.start();
    this.#mailbox.open();
  }

  /** Lets go of every connection. What is unfinished can be resumed later. */
  async close(): Promise<void> {
    this.#offSignals?.();
    this.#offSignals = null;
    await this.#runs.close();
    this.requests.close();
    this.#mailbox.close();
    await this.#line.stop();
  }

  #erased(): void {
    if (this.#isErased) return;
    this.#isErased = true;
    this.#listeners.tell({ event: "erased" });
    void this.close();
  }

  #begun(run: AttemptRun): void {
    this.#line.preparePrekeys(); // whoever is met may write at once
    if (run.role === "initiator" && run.peerId !== null) this.requests.crossedBy(run.peerId);
  }

  /** Null for an account that does not exist, or may not be found. */
  async #accountOf(to: string): Promise<UserId | null> {
    const id = userIdSchema.safeParse(to.trim());
    if (id.success) return id.data;
    try {
      return (await this.findHandle(to)).userId;
    } catch (error) {
      if (error instanceof ProblemError && error.code === "handle-unknown") return null;
      throw error;
    }
  }
}

function unreachable(): Meeting {
  const meeting = new Meeting();
  const reason = "unreachable";
  meeting.emit({
    event: "failed",
    reason,
    advice: adviceFor(reason, "passphrase", "initiator"),
  });
  return meeting;
}
