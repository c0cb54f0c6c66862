// Tables at which this device is (TAP-5): it shows its share once, for the first roster that it was shown and found
// sound, verifies all others' shares, and only then has a phrase to compare. What does not verify ends it here. No table
// ever goes back, whatever answers and notices overtake each other.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import type { Tap } from "../../wire/tap.ts";
import { ProblemError } from "../../wire/problem.ts";
import { ConnectionError } from "../connectionError.ts";
import { isPassing } from "../passing.ts";
import { jitteredDelayMs } from "../ports.ts";
import { forgetCompared, keepCompared } from "./comparedTables.ts";
import type { Table } from "./model.ts";
import type { Retrying } from "./retrying.ts";
import { type Seated, Seating } from "./seating.ts";
import { isUnanswered } from "./submissions.ts";
import { statementAt } from "./tableChecks.ts";
import {
  isBehind,
  isEnded,
  keyOf,
  type Progress,
  progressOf,
  type TableKey,
} from "./tableProgress.ts";
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
  /** By key, as the others. */
  /** Own ones that are being signed, and are not kept to be sent yet. */
  readonly #gathering = new Set<string>();
  readonly #comparing = new Map<string, Comparing>();
  readonly #timers = new Map<string, () => void>();
  /** The furthest that was taken here. */
  readonly #progress = new Map<string, Progress>();
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
  async gather(tapId: string, own: string, tickets: readonly string[]): Promise<void> {
    this.#gathering.add(tapId);
    await this.#seating.gather(tapId, own, tickets);
  }

  /** What was gathered is on its way to the server, or was refused. */
  gathered(tapId: string): void {
    this.#gathering.delete(tapId);
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
  shown(key: TableKey): Table | null {
    return this.#view.last(key);
  }

  /** Asks what has become of all at which this device was, as after a restart. */
  async look(): Promise<void> {
    for (const { table } of await this.#tickets.atTables()) {
      await this.#lookAt(table).catch(() => {}); // the next connection, or its time, comes
    }
  }

  async confirm(tapId: string): Promise<void> {
    const { device, store } = this.#context;
    const by = await this.#initiatorOf(tapId);
    const key = keyOf({ by, tapId });
    if (!this.#comparing.has(key)) await this.#lookAt({ by, tapId });
    const comparing = this.#comparing.get(key);
    if (comparing === undefined) throw new ProblemError("out-of-turn");
    const { tap, statement } = comparing;
    const signature = toBase64Url(await device.sign(statement));
    if (by !== device.identity.userId) {
      await keepCompared(store, device.identity.userId, tap, signature);
    }
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
    if (this.#isLate(tap, seated)) return this.#view.last(tap);
    this.#progress.set(keyOf(tap), progressOf(tap));
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
        this.#comparing.set(keyOf(tap), { tap, statement });
        return this.#goesOn(tap, statement);
      }
      case "settled":
        await this.#over(tap, seated);
        await this.#settled(tap);
        return this.#view.show(tap, this.#statementOf(tap, seated));
      case "aborted":
        await this.#over(tap, seated);
        await forgetCompared(this.#context.store, tap);
        return this.#view.show(tap, null);
    }
  }

  /** What has come further here stays so; and what was over before this tab or process began is no news. */
  #isLate(tap: Tap, { table }: Seated): boolean {
    const known = this.#progress.get(keyOf(tap));
    if (table.isOver && (known === undefined || !isEnded(tap))) return true;
    return known !== undefined && isBehind(progressOf(tap), known);
  }

  /** A table of this account's own, with a code that was not good: nobody else has heard of it. */
  async #neverBegan(tap: Tap): Promise<Table | null> {
    const isOwn = tap.by === this.#context.device.identity.userId;
    if (!isOwn || tap.at !== "aborted" || tap.table === null) return null;
    await this.#forget(tap);
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
  async #refuse(tap: Tap, seated: Seated): Promise<Table | null> {
    // Of a second table for one ticket nothing is kept: the first is what this device is at.
    if (!seated.isForeign) {
      await forgetCompared(this.#context.store, tap);
      await this.#over(tap, await this.#seating.keep(seated, { isTampered: true }));
    }
    if (!isEnded(tap)) {
      const params = { userId: tap.by, tapId: tap.tapId };
      void this.#context.device.call("declineTable", { params }).catch(() => {});
    }
    return seated.isNamesake ? null : this.#view.show(tap, null, "tampered");
  }

  async #over(tap: Tap, seated: Seated): Promise<void> {
    const key = keyOf(tap);
    this.#comparing.delete(key);
    this.#timers.get(key)?.();
    this.#timers.delete(key);
    if (!seated.table.isOver) await this.#seating.keep(seated, { isOver: true });
  }

  #lookSoon(key: TableKey): void {
    this.#tries += 1;
    this.#lookIn(key, jitteredDelayMs(this.#tries, this.#context.ports.random));
  }

  #lookIn({ by, tapId }: TableKey, delayMs: number): void {
    const key = keyOf({ by, tapId });
    this.#timers.get(key)?.();
    if (this.#isClosed) return;
    const look = () => void this.#lookAt({ by, tapId }).catch(() => {}); // the next connection looks again
    this.#timers.set(key, this.#context.ports.after(Math.max(0, delayMs), look));
  }

  async #lookAt({ by, tapId }: TableKey): Promise<void> {
    const { device } = this.#context;
    try {
      await this.take(await device.call("tapState", { params: { userId: by, tapId } }));
      this.#tries = 0;
    } catch (error) {
      if (isPassing(error)) this.#lookSoon({ by, tapId });
      if (!(error instanceof ProblemError) || error.code !== "tap-unknown") throw error;
      if (await this.#isOnItsWay({ by, tapId })) return;
      await this.#forget({ by, tapId });
      this.#view.forgotten({ by, tapId });
    }
  }

  /** A table of one's own of which the server has yet to hear. */
  async #isOnItsWay({ by, tapId }: TableKey): Promise<boolean> {
    const { device, store } = this.#context;
    if (by !== device.identity.userId) return false;
    return this.#gathering.has(tapId) || (await isUnanswered(store, tapId));
  }

  async #forget(key: TableKey): Promise<void> {
    this.#progress.delete(keyOf(key));
    const kept = (await this.#tickets.atTables()).find(({ table }) => keyOf(table) === keyOf(key));
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
