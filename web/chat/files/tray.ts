// Files that are chosen and not sent yet, of one conversation. They stay while one looks at another; sent in the
// order in which they were chosen, each as a message.

import { BLOB_MAX_BYTES, type MessageKey } from "../../../shared/client/index.ts";
import { speak } from "../../announcements.ts";
import { session } from "../../session.ts";
import { Store } from "../../store.ts";
import { faultOf, TOO_LARGE } from "./faults.ts";
import type { Preview } from "./thumbnail.ts";

/** As many as one can look through before they are sent. */
const AT_ONCE_MAX = 20;

export interface Chosen {
  readonly id: number;
  readonly file: File;
  readonly preview: Promise<Preview>;
  /** It is copied on this device at this moment, which is the last for taking it back here. */
  readonly isLeaving: boolean;
  /** Why it could not be sent. */
  readonly fault: string | null;
}

interface TrayState {
  readonly chosen: readonly Chosen[];
  /** What was offered and is not there. */
  readonly refusals: readonly string[];
}

let lastId = 0;
const trays = new Map<string, Tray>();

export function trayFor(userId: string): Tray {
  const tray = trays.get(userId) ?? new Tray(userId);
  trays.set(userId, tray);
  return tray;
}

/** Loads what is needed to choose and to send files, for when there is no connection later. */
export async function prepareFiles(): Promise<void> {
  await Promise.all([loadThumbnails(), session.acquaint.messages.files.prepare()]);
}

export class Tray {
  readonly store = new Store<TrayState>({ chosen: [], refusals: [] });
  readonly #userId: string;

  constructor(userId: string) {
    this.#userId = userId;
  }

  add(files: readonly File[]): void {
    const { chosen } = this.store.state;
    const fitting = files.filter(({ size }) => size <= BLOB_MAX_BYTES);
    const room = AT_ONCE_MAX - chosen.length;
    const refusals = files
      .filter(({ size }) => size > BLOB_MAX_BYTES)
      .map(({ name }) => `${name}: ${TOO_LARGE}`);
    if (fitting.length > room) {
      refusals.push(`${AT_ONCE_MAX} files can be sent at once. Send the others after these.`);
    }
    const added = fitting.slice(0, Math.max(0, room)).map((file) => this.#chosen(file));
    this.store.change({ chosen: [...chosen, ...added], refusals });
  }

  remove(id: number): void {
    const chosen = this.store.state.chosen.filter((one) => one.id !== id);
    this.store.change({ chosen, refusals: [] });
  }

  /**
   * Sends all of them. What cannot be sent stays, and says why.
   * @param caption goes with the last one
   * @returns false when the caption was not sent
   */
  async send(caption: string, replyTo: MessageKey | null): Promise<boolean> {
    const leaving = this.store.state.chosen.filter(({ isLeaving }) => !isLeaving);
    for (const { id } of leaving) this.#change(id, { isLeaving: true, fault: null });
    addEventListener("beforeunload", askFirst);
    try {
      return await this.#sendAll(leaving, caption, replyTo);
    } finally {
      removeEventListener("beforeunload", askFirst);
    }
  }

  async #sendAll(
    leaving: readonly Chosen[],
    caption: string,
    replyTo: MessageKey | null,
  ): Promise<boolean> {
    const captioned = leaving.at(-1)?.id;
    let isCaptionSent = caption === "";
    let answered = replyTo;
    for (const one of leaving) {
      const said = one.id === captioned ? caption : "";
      try {
        await this.#send(one, said, answered);
      } catch (error) {
        this.#change(one.id, { isLeaving: false, fault: faultOf(error)?.text ?? null });
        continue;
      }
      if (said !== "") isCaptionSent = true;
      answered = null;
      this.remove(one.id);
    }
    return isCaptionSent;
  }

  async #send({ file, preview }: Chosen, caption: string, replyTo: MessageKey | null) {
    const { name, type } = file;
    await session.acquaint.messages.files.send(
      this.#userId,
      { name, type, data: file },
      {
        ...(await preview),
        ...(caption !== "" && { caption }),
        ...(replyTo !== null && { replyTo }),
      },
    );
    speak(`Sending ${name}.`);
  }

  #chosen(file: File): Chosen {
    const preview = loadThumbnails().then(
      ({ previewOf }) => previewOf(file),
      () => ({}),
    );
    return { id: ++lastId, file, preview, isLeaving: false, fault: null };
  }

  #change(id: number, part: Partial<Chosen>): void {
    const chosen = this.store.state.chosen.map((one) =>
      one.id === id ? { ...one, ...part } : one,
    );
    this.store.change({ chosen });
  }
}

/** What is not copied yet goes with the page. */
function askFirst(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function loadThumbnails() {
  return import("./thumbnail.ts");
}
