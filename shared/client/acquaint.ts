// An account that is open on this device, and people to meet. opening.ts fetches it.

import type { UserId } from "../wire/ids.ts";
import type { AccountExport } from "./accountExport.ts";
import { ask } from "./asking.ts";
import { fetched } from "./connectionError.ts";
import type { AttemptRun } from "./attemptRun.ts";
import { BurntPassphrases } from "./burntPassphrases.ts";
import { CardBox } from "./cardBox.ts";
import { ContactBook } from "./contactBook.ts";
import { Device } from "./device.ts";
import { hearSignals } from "./deviceSignals.ts";
import type { Devices } from "./devices/devices.ts";
import { DevicesDoor } from "./devices/door.ts";
import { KeyMeetings } from "./keyMeetings.ts";
import type { Line } from "./line/line.ts";
import type { Messages } from "./line/messages.ts";
import { openLine } from "./line/openLine.ts";
import type { Verification } from "./line/verification.ts";
import { Listeners } from "./listeners.ts";
import type { MailboxLine } from "./mailboxLine.ts";
import type { Meeting } from "./meeting.ts";
import type { AcquaintEvent, AskOptions, Me, MeetingOptions, ShowOptions } from "./model.ts";
import { type Ports, STANDARD_PORTS } from "./ports.ts";
import type { AcquaintOptions } from "./options.ts";
import { Profile, type ProfileChange } from "./profile.ts";
import { Requests } from "./requests.ts";
import type { Rooms } from "./rooms/rooms.ts";
import { Runs } from "./runs.ts";
import { SpokenMeetings } from "./spokenMeetings.ts";
import type { Store } from "./store/store.ts";
import type { Badges } from "./taps/badges.ts";
import type { TapsDoor } from "./taps/door.ts";
import { Groups, Taps } from "./taps/taps.ts";

export class Acquaint {
  readonly contacts: ContactBook;
  readonly cards: CardBox;
  /** Requests of others to meet. */
  readonly requests: Requests;
  /** Conversations with contacts. */
  readonly messages: Messages;
  /** Whether contacts still have the keys that they had. */
  readonly verification: Verification;
  /** Touches: tickets shown and read. */
  readonly taps: Taps;
  /** Those that touches have made. */
  readonly groups: Groups;
  /** One's badge, those of others, and requests to become contacts. */
  readonly badges: Badges;
  /** Rooms, and the people and talk in them. */
  readonly rooms: Rooms;
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
  readonly #door: DevicesDoor;
  readonly #taps: TapsDoor;
  #isErased = false;
  #offSignals: (() => void) | null = null;

  private constructor(
    device: Device,
    store: Store,
    ports: Ports,
    profile: Profile,
    listeners: Listeners<AcquaintEvent>,
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
        onEnd: (run) => this.#ended(run),
      },
    );
    this.#keys = new KeyMeetings(this.#runs, this.cards);
    this.#spoken = new SpokenMeetings(this.#runs, this.cards);
    const tell = (event: AcquaintEvent) => listeners.tell(event);
    this.requests = new Requests(device, ports, contacts, this.#spoken, tell);
    const { line, messages, verification, taps, badges, rooms, mailboxLine } = openLine({
      device,
      ports,
      store,
      contacts,
      listeners,
      me: () => profile.me,
      connect: () => this.connect(),
    });
    this.messages = messages;
    this.verification = verification;
    this.#line = line;
    this.#taps = taps;
    this.taps = new Taps(taps);
    this.groups = new Groups(taps);
    this.badges = badges;
    this.rooms = rooms;
    profile.shareBy(line.handover);
    this.#door = new DevicesDoor(
      { device, ports, store, contacts, runs: this.#runs, line },
      tell,
      () => this.#letGo(),
    );
    this.#mailbox = mailboxLine(this.requests, (state) => {
      tell({ event: "connection", state });
      if (state === "online") this.#door.tidy();
    });
    device.erasure.onErased = (ending) => this.#over({ event: "erased", ending });
    device.onLog = () => listeners.tell({ event: "devices" });
    listeners.add(({ event }) => event === "devices" && this.#door.tidy());
  }

  /** As the one of opening.ts says. */
  static async open(options: AcquaintOptions): Promise<Acquaint> {
    const { store, name = "", wire } = options;
    const ports = { ...STANDARD_PORTS, ...options.ports };
    const device = await Device.open(new URL(options.server).origin, store, ports, wire);
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
  ask(options: AskOptions): Promise<Meeting> {
    return ask({ profile: this.#profile, spoken: this.#spoken, account: this }, options);
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

  /** The devices of this account: listed, let in and removed. */
  devices(): Promise<Devices> {
    return this.#door.open();
  }

  /** Goes on with meetings that an earlier run of the program left unfinished. Call once after opening. */
  async pendingMeetings(): Promise<Meeting[]> {
    return (await this.#runs.resumeAll()).filter(({ method }) => method !== "link");
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
    this.#device.erasure.lookForRemoval().catch(() => {}); // the server tells, too
    const over = (event: "outdated" | "joined") => this.#over({ event });
    this.#offSignals ??= hearSignals(this.#store, this.#device, this.#listeners, over);
    this.#line.start();
    this.#mailbox.open();
    this.rooms.reopen();
  }

  /** Lets go of every connection. What is unfinished can be resumed later. */
  async close(): Promise<void> {
    this.#offSignals?.();
    this.#offSignals = null;
    await this.#runs.close();
    this.requests.close();
    this.#taps.close();
    await this.rooms.letGo();
    this.#mailbox.close();
    await this.#line.stop();
  }

  /** This device speaks no more for the account that is open here. */
  #over(event: Extract<AcquaintEvent, { event: "erased" | "joined" | "outdated" }>): void {
    if (this.#isErased) return;
    this.#isErased = true;
    this.#listeners.tell(event);
    void this.close();
  }

  async #letGo(): Promise<boolean> {
    if (this.#isErased) return false;
    this.#isErased = true;
    await this.close();
    return true;
  }

  #ended(run: AttemptRun): void {
    this.#keys.ended(run);
    // What the other side has asked may have come before.
    if (run.method === "link") this.#listeners.tell({ event: "devices" });
  }

  #begun(run: AttemptRun): void {
    this.#line.preparePrekeys(); // whoever is met may write at once
    if (run.role === "initiator" && run.peerId !== null) this.requests.crossedBy(run.peerId);
  }
}
