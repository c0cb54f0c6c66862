// Tables at which this device is (TAP-5): it shows its share once, for the first roster that it was shown and found
// sound, verifies all others' shares, and only then has a phrase to compare. What does not verify ends it here.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import type { Tap } from "../../wire/tap.ts";
import { ProblemError } from "../../wire/problem.ts";
import { ConnectionError } from "../connectionError.ts";
import { isPassing } from "../passing.ts";
import { jitteredDelayMs } from "../ports.ts";
import type { Table } from "./model.ts";
import type { Retrying } from "./retrying.ts";
import { type Seated, Seating } from "./seating.ts";
import { statementAt } from "./tableChecks.ts";
import { TableView } from "./tableView.ts";
import type { TapsContext } from "./tapsContext.ts";
import type { Tickets } from "./tickets.ts";

/** After a table's time is up, the server is asked what became of it. */
const GRACE_MS = 1_000;
/** How often the server is asked whether it is done. */
const SETTLING_MS = 1_000;

/** A table whose phrase this device's person may compare. */
interface Comparing {
  readonly tap: Tap;
  readonly statement: Uint8Array;
}

export class Tables {
  readonly #context: TapsContext;
  readonly #retrying: Retrying;
  readonly #tickets: Tickets;
  readonly #seating: Seating;
  readonly #view: TableView;
  /** Told of each that everyone has confirmed. */
  readonly #settled: (tap: Tap) => Promise<unknown>;
  readonly #comparing = new Map<string, Comparing>();
  readonly #timers = new Map<string, () => void>();
  #tries = 0;
  #isClosed = false;
  #work: Promise<unknown> = Promise.resolve();

  constructor(
    context: TapsContext,
    retrying: Retrying,
    tickets: Tickets,
    settled: (tap: Tap) => Promise<unknown>,
  ) {
    this.#context = context;
    this.#retrying = retrying;
    this.#tickets = tickets;
    this.#seating = new Seating(context, tickets);
    this.#view = new TableView(context);
    this.#settled = settled;
  }

  /** Before a table is submitted: whatever else the server shows of it then is a lie. */
  gather(tapId: string, own: string, tickets: readonly string[]): Promise<void> {
    return this.#seating.gather(tapId, own, tickets);
  }

  /** What the server shows of a table. Null when this device is not there. */
  take(tap: Tap): Promise<Table | null> {
    const taken = this.#work.then(() => this.#take(tap));
    taken.catch((error: unknown) => {
      if (isPassing(error)) this.#lookSoon(tap);
    });
    this.#work = taken.catch(() => {});
    return taken;
  }

  /** As it was told last; null for none that was. */
  shown(tapId: string): Table | null {
    return this.#view.last(tapId);
  }

  /** Asks what has become of all at which this device was, as after a restart. */
  async look(): Promise<void> {
    for (const { table } of await this.#tickets.atTables()) {
      await this.#lookAt(table.by, table.tapId).catch(() => {}); // the next connection, or its time, comes
    }
  }

  async confirm(tapId: string): Promise<void> {
    const { device } = this.#context;
    const by = await this.#initiatorOf(tapId);
    if (!this.#comparing.has(tapId)) await this.#lookAt(by, tapId);
    const comparing = this.#comparing.get(tapId);
    if (comparing === undefined) throw new ProblemError("out-of-turn");
    const { tap, statement } = comparing;
    const signature = toBase64Url(await device.sign(statement));
    const params = { userId: by, tapId };
    const call = () => device.call("confirmTable", { params, body: { signature } });
    await this.take(await this.#retrying.call(call, this.#view.localUntil(tap)));
  }

  async decline(tapId: string): Promise<void> {
    const by = await this.#initiatorOf(tapId);
    await this.take(
      await this.#context.device.call("declineTable", { params: { userId: by, tapId } }),
    );
  }

  /** What was closed may go on. */
  open(): void {
    this.#isClosed = false;
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#timers.values()) stop();
    this.#timers.clear();
  }

  async #take(tap: Tap): Promise<Table | null> {
    const seated = await this.#seating.at(tap);
    if (seated === null) return this.#neverBegan(tap);
    if (seated.table.isTampered) return this.#refuse(tap, seated);
    switch (tap.at) {
      case "settling": {
        this.#lookIn(tap, SETTLING_MS);
        return this.#view.show(tap, this.#statementOf(tap, seated));
      }
      case "revealing":
        return this.#reveal(tap, seated);
      case "comparing": {
        const statement = this.#statementOf(tap, seated);
        if (statement === null) return this.#refuse(tap, seated);
        this.#comparing.set(tap.tapId, { tap, statement });
        return this.#goesOn(tap, statement);
      }
      case "settled":
        await this.#over(tap, seated);
        await this.#settled(tap);
        return this.#view.show(tap, this.#statementOf(tap, seated));
      case "aborted":
        await this.#over(tap, seated);
        return this.#view.show(tap, null);
    }
  }

  /** A table of this account's own, with a code that was not good: nobody else has heard of it. */
  async #neverBegan(tap: Tap): Promise<Table | null> {
    const isOwn = tap.by === this.#context.device.identity.userId;
    if (!isOwn || tap.at !== "aborted" || tap.table === null) return null;
    await this.#forget(tap.tapId);
    return this.#view.show(tap, null);
  }

  /** The share goes once its roster is kept; the same again if the answer was lost. */
  async #reveal(tap: Tap, { kept }: Seated): Promise<Table> {
    const { device } = this.#context;
    if (this.#ownIn(tap)?.hasArrived !== true) {
      const params = { userId: tap.by, tapId: tap.tapId };
      const showing = device.call("showShare", { params, body: { share: kept.share } });
      showing
        .then(async (answer) => {
          if (answer.at === "revealing" && this.#ownIn(answer)?.hasArrived !== true) {
            throw new ConnectionError("The server has not taken the share.");
          }
          await this.take(answer);
        })
        .catch(() => this.#lookSoon(tap));
    }
    return this.#goesOn(tap, null);
  }

  #statementOf(tap: Tap, { kept }: Seated): Uint8Array | null {
    const { tapId, table } = tap;
    const own = this.#ownIn(tap);
    return own?.share === kept.share ? statementAt(tapId, table?.members ?? []) : null;
  }

  #ownIn({ table }: Tap) {
    const { userId } = this.#context.device.identity;
    return table?.members.find((member) => member.userId === userId);
  }

  async #goesOn(tap: Tap, statement: Uint8Array | null): Promise<Table> {
    this.#lookIn(tap, this.#view.localUntil(tap) - this.#context.ports.now() + GRACE_MS);
    return this.#view.show(tap, statement);
  }

  /** The others are told that nothing comes of it, if the server tells them. */
  async #refuse(tap: Tap, seated: Seated): Promise<Table> {
    // Of a second table for one ticket nothing is kept: the first is what this device is at.
    if (!seated.isForeign) {
      await this.#over(tap, await this.#seating.keep(seated, { isTampered: true }));
    }
    const isOpen = tap.at !== "aborted" && tap.at !== "settled";
    if (isOpen) {
      const params = { userId: tap.by, tapId: tap.tapId };
      void this.#context.device.call("declineTable", { params }).catch(() => {});
    }
    return this.#view.show(tap, null, "tampered");
  }

  async #over(tap: Tap, seated: Seated): Promise<void> {
    this.#comparing.delete(tap.tapId);
    this.#timers.get(tap.tapId)?.();
    this.#timers.delete(tap.tapId);
    if (!seated.table.isOver) await this.#seating.keep(seated, { isOver: true });
  }

  #lookSoon(tap: Pick<Tap, "by" | "tapId">): void {
    this.#tries += 1;
    this.#lookIn(tap, jitteredDelayMs(this.#tries, this.#context.ports.random));
  }

  #lookIn({ by, tapId }: Pick<Tap, "by" | "tapId">, delayMs: number): void {
    this.#timers.get(tapId)?.();
    if (this.#isClosed) return;
    const look = () => void this.#lookAt(by, tapId).catch(() => {}); // the next connection looks again
    this.#timers.set(tapId, this.#context.ports.after(Math.max(0, delayMs), look));
  }

  async #lookAt(by: Tap["by"], tapId: string): Promise<void> {
    const { device } = this.#context;
    try {
      await this.take(await device.call("tapState", { params: { userId: by, tapId } }));
      this.#tries = 0;
    } catch (error) {
      if (isPassing(error)) this.#lookSoon({ by, tapId });
      if (!(error instanceof ProblemError) || error.code !== "tap-unknown") throw error;
      await this.#forget(tapId);
      this.#view.forgotten(tapId);
    }
  }

  async #forget(tapId: string): Promise<void> {
    const kept = (await this.#tickets.atTables()).find(({ table }) => table.tapId === tapId);
    if (kept !== undefined) await this.#tickets.keepTable(kept, { ...kept.table, isOver: true });
  }

  /** @throws ProblemError `tap-unknown` when this device is at no such table, or it is over */
  async #initiatorOf(tapId: string): Promise<Tap["by"]> {
    const all = await this.#tickets.atTables();
    const by = all.find(({ table }) => table.tapId === tapId)?.table.by;
    if (by === undefined) throw new ProblemError("tap-unknown");
    return by;
  }
}
