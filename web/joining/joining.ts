// This browser on its way into an account that one has already: by the code that another device shows, or by the
// twelve words. It makes an account of its own first, as every installation does, and gives that one up in the end.

import {
  Acquaint,
  type AcquaintEvent,
  browserStore,
  type LinkSecret,
  type Meeting,
} from "../../shared/client/index.ts";
import { notify } from "../announcements.ts";
import { isJoining, setJoining, setWelcomed } from "../preferences.ts";
import { advance, begin, type Progress } from "../progress.ts";
import { goInstead, paths } from "../router.ts";
import { session } from "../session.ts";
import { Store } from "../store.ts";

export type JoinProgress = Progress<"join">;

interface JoiningState {
  /** Null while nothing is under way. Once `connected`, the other device has been asked. */
  readonly progress: JoinProgress | null;
  readonly isRefused: boolean;
}

class Joining {
  readonly store = new Store<JoiningState>({ progress: null, isRefused: false });
  /** The account that this browser has made on the way, unless one was open anyhow. */
  #own: Promise<Acquaint> | null = null;
  #meeting: Meeting | null = null;
  #name = "";
  /** What to say once this browser has come in. */
  #welcome = "";
  #off: (() => void) | null = null;
  #turn = 0;

  /** @throws CodeError, PassphraseError for what cannot serve; then nothing has begun */
  async enter(secret: LinkSecret, name: string): Promise<void> {
    const turn = this.#begin(name, "This browser is one of your devices now.");
    try {
      const devices = await (await this.#client()).devices();
      const meeting = await devices.join(secret, name);
      if (turn === this.#turn) this.#follow(meeting);
      else await meeting.cancel().catch(() => {});
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#stop();
      throw error;
    }
  }

  /** What keeps it from beginning at all. */
  fail(startError: unknown): void {
    this.store.change({ progress: { ...begin("join"), stage: "failed", startError } });
  }

  /** @throws PhraseUnknown, AccountInUse, EntryRefused, ConnectionError, ProblemError */
  async restore(phrase: string, name: string): Promise<void> {
    this.#name = name;
    this.#welcome = "Your account is back, and this browser is one of its devices.";
    await (await (await this.#client()).devices()).restore(phrase);
  }

  /** Goes on with what an earlier page has asked. */
  async resume(): Promise<void> {
    if (!isJoining() || this.store.state.progress !== null) return;
    const turn = this.#begin("", "This browser is one of your devices now.");
    this.store.change({ progress: { ...begin("join"), stage: "connected" } });
    try {
      await this.#client();
    } catch (startError) {
      if (turn === this.#turn) this.fail(startError);
    }
  }

  /** Gives up, whatever it is at; nothing of it stays on the page. */
  async cancel(): Promise<void> {
    const isUnderWay = this.store.state.progress !== null;
    const meeting = this.#meeting;
    this.#stop();
    await meeting?.cancel().catch(() => {});
    if (!isUnderWay) return;
    const devices = await this.#client().then((client) => client.devices());
    await devices.cancelJoining();
  }

  /** For when another view is opened. */
  async leave(): Promise<void> {
    await this.cancel().catch(() => {});
    this.#off?.();
    this.#off = null;
    const own = this.#own;
    this.#own = null;
    await own?.then((client) => client.close()).catch(() => {});
  }

  async #client(): Promise<Acquaint> {
    if (session.store.state.phase !== "open") {
      this.#own ??= Acquaint.open({ server: location.origin, store: browserStore() }).catch(
        (error: unknown) => {
          this.#own = null;
          throw error;
        },
      );
    }
    const client = this.#own === null ? session.acquaint : await this.#own;
    this.#off ??= client.on((event) => this.#take(event));
    client.connect();
    return client;
  }

  #begin(name: string, welcome: string): number {
    this.#name = name;
    this.#welcome = welcome;
    this.#meeting = null;
    this.store.change({ progress: begin("join"), isRefused: false });
    return ++this.#turn;
  }

  #follow(meeting: Meeting): void {
    this.#meeting = meeting;
    const turn = this.#turn;
    meeting.contact.catch(() => {});
    meeting.on((event) => {
      const { progress } = this.store.state;
      if (turn !== this.#turn || progress === null) return;
      if (event.event === "connected") setJoining(true);
      this.store.change({ progress: advance(progress, event) });
    });
  }

  #take(event: AcquaintEvent): void {
    const { progress } = this.store.state;
    if (event.event === "joined") this.#joined();
    if (event.event === "joinRefused") {
      this.#stop();
      this.store.change({ isRefused: true });
    }
    if (event.event === "connection" && progress?.stage === "connected") {
      const isConnectionLost = event.state === "offline";
      this.store.change({ progress: { ...progress, isConnectionLost } });
    }
  }

  /** Where an account was open before, its own page begins anew by itself. */
  #joined(): void {
    const isNew = this.#own !== null;
    this.#own = null;
    if (isNew) {
      setWelcomed();
      goInstead(paths.meet);
      void this.#open(this.#name, this.#welcome);
    }
    this.#stop();
  }

  async #open(name: string, welcome: string): Promise<void> {
    await session.open();
    if (session.store.state.phase !== "open") return;
    notify(welcome);
    const devices = await session.acquaint.devices();
    const own = (await devices.list()).find(({ isThis }) => isThis);
    if (own?.name === "" && name !== "") await devices.rename(own.number, name);
  }

  #stop(): void {
    this.#turn++;
    this.#meeting = null;
    setJoining(false);
    this.store.change({ progress: null, isRefused: false });
  }
}

export const joining = new Joining();
