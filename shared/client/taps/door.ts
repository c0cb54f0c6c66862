// The way to touches: what they need is loaded when they are first used, or this account's line to its mailbox stands.

import type { Tap } from "../../wire/tap.ts";
import { fetched } from "../connectionError.ts";
import type { Table } from "./model.ts";
import type { TapsContext } from "./tapsContext.ts";
import type { TapWork } from "./work.ts";

/** Of tables that are over, the app may still show the last ones. */
const TABLES_MAX = 20;

export class TapsDoor {
  readonly #context: TapsContext;
  readonly #tables = new Map<string, Table>();
  #work: Promise<TapWork> | null = null;

  constructor(context: TapsContext) {
    this.#context = context;
    // This tab's own, and those of the tab that has the connection.
    context.listeners.add((event) => {
      if (event.event === "table") this.#saw(event.table);
    });
  }

  get origin(): string {
    return this.#context.device.origin;
  }

  get tables(): readonly Table[] {
    return [...this.#tables.values()];
  }

  /** @throws ConnectionError when it cannot be loaded */
  open(): Promise<TapWork> {
    this.#work ??= this.#load().catch((error: unknown) => {
      this.#work = null;
      throw error;
    });
    return this.#work;
  }

  /** The line to the mailbox stands. @param now by the server's clock, where it says so */
  ready(now: number | undefined): void {
    const heardAt = this.#context.ports.now();
    void this.open().then((work) => work.online(now, heardAt), ignoreFault);
  }

  /** A table as the mailbox tells of it. */
  take(tap: Tap): void {
    void this.open().then((work) => work.take(tap), ignoreFault);
  }

  close(): void {
    void this.#work?.then((work) => work.close(), ignoreFault);
  }

  async #load(): Promise<TapWork> {
    const { TapWork: Loaded } = await fetched(import("./work.ts"));
    return new Loaded(this.#context);
  }

  #saw(table: Table): void {
    this.#tables.delete(table.tapId);
    this.#tables.set(table.tapId, table);
    const [oldest] = this.#tables.keys();
    if (this.#tables.size > TABLES_MAX && oldest !== undefined) this.#tables.delete(oldest);
  }
}

/** The next connection tries again. */
function ignoreFault(): void {}
