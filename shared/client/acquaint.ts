// The SDK's front door: an account on this device, and people to meet.

import { secretFromRandom } from "../core/pairing/code.ts";
import type { Account, Visibility } from "../wire/auth.ts";
import type { Card } from "../wire/card.ts";
import { handleSchema, type UserId } from "../wire/ids.ts";
import { NAME_MAX_CHARS } from "../wire/limits.ts";
import { ProblemError } from "../wire/problem.ts";
import type { AttemptRecord } from "./attemptRecord.ts";
import type { AttemptRun, RunContext } from "./attemptRun.ts";
import { ConnectionError } from "./api.ts";
import { CardBox } from "./cardBox.ts";
import { CodeError, loadCodes, loadWords } from "./codes.ts";
import { ContactBook } from "./contactBook.ts";
import { Device } from "./device.ts";
import { InitiatorRun } from "./initiatorRun.ts";
import { MailboxLine } from "./mailboxLine.ts";
import type { Meeting } from "./meeting.ts";
import type { AcquaintEvent, Me } from "./model.ts";
import { type Ports, STANDARD_PORTS, within } from "./ports.ts";
import { ResponderRun } from "./responderRun.ts";
import type { Store } from "./store/store.ts";

const PROFILE_ID = "profile";
/** How long closing waits for acknowledgements, and beginning for the attempt to stand. */
const SETTLE_MS = 2_000;
const BEGIN_MS = 20_000;
const BURNT_WINDOW_MS = 10 * 60_000;

export interface AcquaintOptions {
  /** The server's origin, such as `http://127.0.0.1:8787`. */
  readonly server: string;
  /** Where this device keeps what is its own. */
  readonly store: Store;
  /** The name to begin with, when the device is new. */
  readonly name?: string;
  readonly ports?: Partial<Ports>;
}

type Profile = { readonly name: string; readonly account: Account | null };

export class Acquaint {
  readonly contacts: ContactBook;
  readonly cards: CardBox;
  readonly #device: Device;
  readonly #context: RunContext;
  readonly #store: Store;
  readonly #line: MailboxLine;
  readonly #listeners = new Set<(event: AcquaintEvent) => void>();
  readonly #runs = new Set<AttemptRun>();
  #profile: Profile;
  /** When keys of this device were burnt. */
  #burntAt: number[] = [];
  /** Keys are shown one after another, so that the newest is the only one. */
  #showing: Promise<unknown> = Promise.resolve();

  private constructor(device: Device, store: Store, ports: Ports, profile: Profile) {
    this.#device = device;
    this.#store = store;
    this.#profile = profile;
    this.cards = new CardBox(store);
    this.contacts = new ContactBook(device, store, () => this.#emit({ event: "contacts" }));
    this.#context = {
      device,
      ports,
      store,
      contacts: this.contacts,
      ownName: () => this.#profile.name,
      onEnd: (run) => this.#ended(run),
    };
    this.#line = new MailboxLine(device, ports, store, this.contacts, (state) =>
      this.#emit({ event: "connection", state }),
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
    const stored = await store.get<Profile>("settings", PROFILE_ID);
    const profile = stored ?? { name: cleanName(name), account: null };
    if (stored === null) await store.put("settings", PROFILE_ID, profile);
    return new Acquaint(device, store, ports, profile);
  }

  get me(): Me {
    const { name, account } = this.#profile;
    return {
      userId: this.#device.identity.userId,
      deviceId: this.#device.self.deviceId,
      name,
      handle: account?.handle ?? null,
      visibility: account?.visibility ?? "anyone",
    };
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
  async updateProfile(change: {
    name?: string;
    handle?: string | null;
    visibility?: Visibility;
  }): Promise<Me> {
    const { handle, visibility } = change;
    let { account } = this.#profile;
    if (handle !== undefined || visibility !== undefined) {
      const body = {
        ...(handle !== undefined && { handle: handle === null ? null : checkedHandle(handle) }),
        ...(visibility !== undefined && { visibility }),
      };
      account = await this.#device.call("changeAccount", { body });
    }
    const name = change.name === undefined ? this.#profile.name : cleanName(change.name);
    await this.#keepProfile({ name, account });
    return this.me;
  }

  /** Reads handle and visibility anew from the server. */
  async refreshProfile(): Promise<Me> {
    await this.#keepProfile({ ...this.#profile, account: await this.#device.call("account", {}) });
    return this.me;
  }

  /** @throws ProblemError `handle-unknown` when there is none, or it may not be found */
  async findHandle(handle: string): Promise<{ userId: UserId }> {
    const params = { handle: checkedHandle(handle) };
    const { userId } = await this.#device.call("findHandle", { params });
    return { userId };
  }

  /**
   * Makes a key to show. Resolves once the server holds the attempt; a key that this device still
   * shows is cancelled.
   * @throws ConnectionError when the server cannot be reached
   * @throws ProblemError `too-many-requests` (with `retryAfterSeconds`)
   */
  showKey(options: { card?: Card | null } = {}): Promise<Meeting> {
    const shown = this.#showing.then(() => this.#showKey(options));
    this.#showing = shown.catch(() => {});
    return shown;
  }

  async #showKey(options: { card?: Card | null }): Promise<Meeting> {
    const card = await this.cards.bytesFor(options.card);
    await loadWords(); // before the attempt stands: a key that cannot be spelled would be lost
    await this.#cancelShownKeys();
    const { ports } = this.#context;
    const secret = secretFromRandom(ports.random(3));
    const record = InitiatorRun.record(this.#context, secret, card);
    const since = ports.now() - BURNT_WINDOW_MS;
    this.#burntAt = this.#burntAt.filter((at) => at > since);
    return this.#begin(new InitiatorRun(this.#context, record, this.#burntAt.length));
  }

  /**
   * Enters a key in any spelling. Resolves once the claim is made.
   * @throws CodeError for a mistyped key, before anything is sent
   * @throws ConnectionError when the server cannot be reached
   * @throws ProblemError `own-key`, `too-many-requests` (with `retryAfterSeconds`)
   */
  async enterKey(code: string, options: { card?: Card | null } = {}): Promise<Meeting> {
    const parsed = (await loadCodes()).parse(code);
    if (!parsed.ok) throw new CodeError(parsed.problem);
    const card = await this.cards.bytesFor(options.card);
    const record = ResponderRun.record(this.#context, parsed.locator, parsed.secret, card);
    return this.#begin(new ResponderRun(this.#context, record));
  }

  /** Goes on with meetings that an earlier run of the program left unfinished. Call once after opening. */
  async pendingMeetings(): Promise<Meeting[]> {
    const runs: AttemptRun[] = [];
    for (const record of await this.#store.all<AttemptRecord>("attempts")) {
      if (record.origin !== this.#device.origin || this.#runOf(record) !== undefined) continue;
      const release = await this.#store.hold(record.id);
      if (release === null) continue; // another tab or process is at it
      const run = this.#resume(record);
      void run.settled.then(release);
      runs.push(run);
    }
    return runs.map((run) => run.meeting);
  }

  on(listener: (event: AcquaintEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Holds a line to the mailbox, so that changes arrive as they happen. */
  connect(): void {
    this.#line.open();
  }

  /** Lets go of every connection. What is unfinished can be resumed later. */
  async close(): Promise<void> {
    const over = [...this.#runs].filter((run) => run.meeting.isOver).map((run) => run.settled);
    await within(this.#context.ports, SETTLE_MS, Promise.all(over));
    for (const run of this.#runs) run.stop();
    this.#runs.clear();
    this.#line.close();
  }

  async #begin(run: AttemptRun): Promise<Meeting> {
    this.#runs.add(run);
    const release = await this.#store.hold(run.id);
    void run.settled.then(() => release?.());
    try {
      await run.begin();
      if (!(await within(this.#context.ports, BEGIN_MS, run.ready))) {
        throw new ConnectionError("The server was lost while the meeting began. Try again.");
      }
    } catch (error) {
      await run.abandon();
      throw error;
    }
    return run.meeting;
  }

  #resume(record: AttemptRecord): AttemptRun {
    const Run = record.role === "initiator" ? InitiatorRun : ResponderRun;
    const run = new Run(this.#context, record);
    this.#runs.add(run);
    run.start();
    return run;
  }

  #runOf(record: AttemptRecord): AttemptRun | undefined {
    return [...this.#runs].find((run) => run.id === record.id);
  }

  /** Those of other tabs and processes too: any connection of this device may cancel its attempts. */
  async #cancelShownKeys(): Promise<void> {
    const { origin } = this.#device;
    const records = await this.#store.all<AttemptRecord>("attempts");
    const shown = records.filter(
      (record) => record.role === "initiator" && record.origin === origin,
    );
    const runs = shown.map((record) => this.#runOf(record) ?? this.#resume(record));
    await Promise.all(runs.map((run) => run.meeting.cancel()));
  }

  #ended(run: AttemptRun): void {
    this.#runs.delete(run);
    const last = run.meeting.events.at(-1);
    const isBurnt = last?.event === "failed" && last.reason === "mismatch";
    if (isBurnt && run instanceof InitiatorRun) this.#burntAt.push(this.#context.ports.now());
  }

  async #keepProfile(profile: Profile): Promise<void> {
    this.#profile = profile;
    await this.#store.put("settings", PROFILE_ID, profile);
    this.#emit({ event: "profile" });
  }

  #emit(event: AcquaintEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function cleanName(name: string): string {
  return name.normalize("NFC").replaceAll(/\s+/g, " ").trim().slice(0, NAME_MAX_CHARS);
}

/** Handles are lower case; a leading @ is how people write them. */
function checkedHandle(text: string): string {
  const handle = text.trim().toLowerCase().replace(/^@/, "");
  const parsed = handleSchema.safeParse(handle);
  if (parsed.success) return handle;
  const reason = parsed.error.issues[0]?.message ?? "is not valid";
  throw new ProblemError("malformed-request", {
    detail: `A handle ${reason}.`,
    fields: { handle: reason },
  });
}
