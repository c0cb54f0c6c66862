// The link to a new device that this page shows: a code, or a number for a passphrase, and how far it has come.

import { type LinkOptions, type Meeting, PassphraseError } from "../../shared/client/index.ts";
import { guessedDeviceName } from "../joining/deviceName.ts";
import { advance, begin, isOver, type Progress } from "../progress.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";
import { Store } from "../store.ts";

export type LinkProgress = Progress<"link">;

class Linking {
  /** Null while there is none. Once `connected`, the new device has proven the code and is about to ask. */
  readonly store = new Store<{ readonly progress: LinkProgress | null }>({ progress: null });
  #meeting: Meeting | null = null;
  #turn = 0;

  /** @throws PassphraseError for one that cannot serve; then nothing has begun */
  async begin(options: LinkOptions = {}): Promise<void> {
    const earlier = this.#leave();
    const turn = this.#turn;
    this.store.change({ progress: begin("link") });
    await earlier?.cancel().catch(() => {});
    try {
      const devices = await session.acquaint.devices();
      await nameOwnDevice();
      const meeting = await devices.link(options);
      if (turn === this.#turn) this.#follow(meeting);
      else await meeting.cancel().catch(() => {});
    } catch (startError) {
      if (turn !== this.#turn) return;
      if (startError instanceof PassphraseError) {
        this.#leave();
        throw startError;
      }
      this.store.change({ progress: { ...begin("link"), stage: "failed", startError } });
    }
  }

  /** Calls it off; a device that has proven the code already may still be refused. */
  async cancel(): Promise<void> {
    const { progress } = this.store.state;
    const meeting = this.#leave();
    if (progress !== null && !isOver(progress)) await meeting?.cancel().catch(() => {});
  }

  /** The new device has asked, and was answered or put off, here or in another window. */
  finish(): void {
    if (this.store.state.progress?.stage !== "connected") return;
    this.#leave();
    go(paths.you);
  }

  #follow(meeting: Meeting): void {
    this.#meeting = meeting;
    const turn = this.#turn;
    meeting.contact.catch(() => {});
    meeting.on((event) => {
      const { progress } = this.store.state;
      if (turn !== this.#turn || progress === null) return;
      this.store.change({ progress: advance(progress, event) });
    });
  }

  #leave(): Meeting | null {
    this.#turn++;
    const meeting = this.#meeting;
    this.#meeting = null;
    this.store.change({ progress: null });
    return meeting;
  }
}

export const linking = new Linking();

/** Where there are several, each has a name: this one gets the likely one if nobody has given it any. */
async function nameOwnDevice(): Promise<void> {
  const devices = await session.acquaint.devices();
  const own = (await devices.list()).find(({ isThis }) => isThis);
  if (own?.name === "") await devices.rename(own.number, guessedDeviceName());
}
