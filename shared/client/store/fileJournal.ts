// Changes to several files that are made together: they are written down as one file first, so that whatever
// interrupts them, a crash or a full disk, they are finished before anything else is read or held. What a process
// holds it lets go of after its journals; once it is gone, others may hold it after they have finished these. So no
// journal is made over what a later holder wrote.

import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { takeName } from "./fileLocks.ts";
import { isRunning, type MadeFile, madeFile, ownFile } from "./fileMakers.ts";
import type { Change } from "./store.ts";

const JOURNAL = "changes";
const RECOVERY = "recovery";

export interface JournalFiles {
  /** Each whole or not at all, and durable once resolved. */
  readonly make: (changes: readonly Change[]) => Promise<void>;
  readonly write: (file: string, value: unknown) => Promise<void>;
  /** Makes what was deleted stay so. */
  readonly sync: (folder: string) => Promise<void>;
}

export class FileJournal {
  readonly #directory: string;
  readonly #files: JournalFiles;
  /** Of this process: those that it is at, and those that failed. */
  readonly #begun = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #whenFinished: (() => void)[] = [];
  #finishing: Promise<void> | null = null;

  constructor(directory: string, files: JournalFiles) {
    this.#directory = directory;
    this.#files = files;
  }

  /** All or, should the process end before they are written down, none. */
  async apply(changes: readonly Change[]): Promise<void> {
    if (changes.length < 2) return this.#files.make(changes);
    const file = ownFile(this.#directory, JOURNAL, "json");
    this.#begun.add(file);
    try {
      await this.#write(file, changes);
      await this.#make(changes, file);
    } catch (error) {
      if (this.#begun.has(file)) this.#failed.add(file);
      throw error;
    }
  }

  /** What was interrupted here. @throws when it still cannot be made */
  async finished(): Promise<void> {
    if (this.#failed.size === 0 && this.#finishing === null) return;
    this.#finishing ??= this.#finishAll().finally(() => (this.#finishing = null));
    await this.#finishing;
  }

  /** Lets go of a name, at once or, while changes are unfinished here, after them. */
  afterAll(letGo: () => void): void {
    if (this.#begun.size === 0) return letGo();
    this.#whenFinished.push(letGo);
    void this.finished().catch(() => {}); // whoever reads tries again
  }

  /** Finishes and clears away what processes left that are gone. Whoever has taken a name waits for this first. */
  async recover(): Promise<void> {
    if ((await this.#left()).length === 0) return;
    const release = await takeName(this.#directory, RECOVERY);
    try {
      const left = await this.#left();
      for (const { file } of left.filter(isJournal)) await this.#finish(this.#pathOf(file));
      for (const { file } of left) await rm(this.#pathOf(file), { force: true });
    } finally {
      release();
    }
  }

  /** All that was not finished, whosever it is: what it would change is deleted. */
  async discard(): Promise<void> {
    for (const file of await readdir(this.#directory)) {
      const made = madeFile(file);
      const isUnfinished = made === null ? file.endsWith(".new") : made.ending !== "lock";
      if (isUnfinished) await rm(this.#pathOf(file), { force: true });
    }
    this.#failed.clear();
    for (const file of this.#begun) this.#end(file);
  }

  #pathOf(file: string): string {
    return join(this.#directory, file);
  }

  /** Or leaves nothing of it, so that nobody makes later what failed here. */
  async #write(file: string, changes: readonly Change[]): Promise<void> {
    try {
      await this.#files.write(file, changes);
    } catch (error) {
      await rm(file, { force: true });
      this.#end(file);
      throw error;
    }
  }

  async #finishAll(): Promise<void> {
    for (const file of this.#failed) await this.#finish(file);
  }

  async #finish(file: string): Promise<void> {
    await this.#make(await changesIn(file), file);
  }

  async #make(changes: readonly Change[], file: string): Promise<void> {
    await this.#files.make(changes);
    await rm(file, { force: true });
    // Were it to come back after a power cut, it would undo what came later.
    await this.#files.sync(this.#directory);
    this.#failed.delete(file);
    this.#end(file);
  }

  #end(file: string): void {
    this.#begun.delete(file);
    if (this.#begun.size > 0) return;
    for (const letGo of this.#whenFinished.splice(0)) letGo();
  }

  /** By processes that are gone. */
  async #left(): Promise<MadeFile[]> {
    const made = (await readdir(this.#directory)).map(madeFile).filter((file) => file !== null);
    return made
      .filter(({ maker }) => !isRunning(maker))
      .toSorted((a, b) => (a.file < b.file ? -1 : 1));
  }
}

/** None of one that was made already, or never got there. */
async function changesIn(file: string): Promise<Change[]> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Change[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isJournal({ name, ending }: MadeFile): boolean {
  return name === JOURNAL && ending === "json";
}
