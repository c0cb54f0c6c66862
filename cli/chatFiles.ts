// Files in a chat: sent and saved beside what is said, so that nobody waits for them.
import { resolve } from "node:path";
import type { Acquaint, MessageRecord } from "../shared/client/node.ts";
import type { Context } from "./command.ts";
import { asCliError } from "./failures.ts";
import { openToSend } from "./fileReading.ts";
import { sizeText } from "./fileTypes.ts";
import { printable } from "./printable.ts";
import { placeFor, writeKept } from "./savedFiles.ts";

export class ChatFiles {
  readonly #context: Context;
  readonly #client: Acquaint;
  readonly #userId: string;
  readonly #onSent: (kept: MessageRecord) => void;

  constructor(
    context: Context,
    client: Acquaint,
    userId: string,
    onSent: (kept: MessageRecord) => void,
  ) {
    this.#context = context;
    this.#client = client;
    this.#userId = userId;
    this.#onSent = onSent;
  }

  /** Resolves once this device has a copy. */
  async send(path: string): Promise<void> {
    await this.#telling(async () => {
      const file = await openToSend(this.#pathOf(path));
      try {
        this.#onSent(await this.#client.messages.files.send(this.#userId, file));
      } finally {
        await file.close();
      }
    });
  }

  /** Goes on by itself. @param path empty for the folder that one stands in */
  async save(message: MessageRecord | null, path: string): Promise<void> {
    const { file } = message ?? {};
    if (message === null || file === undefined) return;
    void this.#telling(async () => {
      const place = await placeFor(this.#pathOf(path === "" ? "." : path), file.name, false);
      const kept = await this.#client.messages.files.open(message);
      await writeKept(kept, place, false);
      this.#context.present.remark(`${printable(place)}, ${sizeText(file.size)}.`);
    });
  }

  /** As shells do, though none has seen it: a home is meant by `~`. */
  #pathOf(path: string): string {
    const home = process.env["HOME"];
    const isAtHome = home !== undefined && path.startsWith("~/");
    return this.#context.resolvePath(isAtHome ? resolve(home, path.slice(2)) : path);
  }

  async #telling(task: () => Promise<void>): Promise<void> {
    await task().catch((error: unknown) => {
      this.#context.present.remark(asCliError(error, this.#context.server).message);
    });
  }
}
