// What is told of a table: put together of what the server shows and this device has verified, and told when it differs
// from what was told last.

import { tablePhrase } from "../../core/tap/statements.ts";
import type { Tap } from "../../wire/tap.ts";
import { loadWords } from "../codes.ts";
import type { Table, TableEndReason, TableMember } from "./model.ts";
import { isEnded, keyOf, type TableKey } from "./tableProgress.ts";
import { adviceForRefused, adviceForTable } from "./tapAdvice.ts";
import { nameOf, type TapsContext } from "./tapsContext.ts";

/** By so much what is left of a table's time may seem to change while an answer is on its way. */
const UNSTEADY_MS = 3_000;

export class TableView {
  readonly #context: TapsContext;
  /** By key. */
  readonly #told = new Map<string, Table>();

  constructor(context: TapsContext) {
    this.#context = context;
  }

  /** By this device's clock. */
  localUntil({ until, now }: Tap): number {
    return until - now + this.#context.ports.now();
  }

  /** @param statement verified, for the phrase @param lie what this device takes its end for, whatever the server says */
  async show(tap: Tap, statement: Uint8Array | null, lie?: "tampered"): Promise<Table> {
    const { tapId, by, groupId } = tap;
    const isOver = lie !== undefined || tap.at === "aborted";
    const isOpen = !isEnded(tap);
    const table: Table = {
      tapId,
      by,
      at: isOver ? "aborted" : !isOpen ? "settled" : statement === null ? "gathering" : "comparing",
      until: this.#steady(tap),
      members: await this.#members(tap),
      phrase: statement === null || isOver ? null : await phraseOf(statement),
      groupId: isOver ? null : groupId,
      end: isOver ? await this.#end(tap, lie) : null,
    };
    return this.#tell(table);
  }

  /** As it was told last. */
  last(key: TableKey): Table | null {
    return this.#told.get(keyOf(key)) ?? null;
  }

  /** The server knows of that table no more. */
  forgotten(key: TableKey): void {
    const table = this.last(key);
    if (table === null || table.end !== null || table.at === "settled") return;
    const advice = adviceForTable("timedOut", null);
    const end = { reason: "timedOut", by: null, advice } as const;
    this.#tell({ ...table, at: "aborted", phrase: null, end });
  }

  async #members({ table }: Tap): Promise<TableMember[]> {
    const own = this.#context.device.identity.userId;
    return Promise.all(
      (table?.members ?? []).map(async ({ userId, hasArrived, hasConfirmed }) => ({
        userId,
        name: await nameOf(this.#context, userId),
        isMe: userId === own,
        hasArrived,
        hasConfirmed,
      })),
    );
  }

  async #end({ table, outcomes = [] }: Tap, lie?: "tampered"): Promise<Table["end"]> {
    const reason: TableEndReason = lie ?? table?.end ?? "refused";
    const by = lie === undefined ? (table?.endedBy ?? null) : null;
    const who = by === null ? null : await nameOf(this.#context, by);
    const isBad = (outcome: string | null) => outcome !== "established" && outcome !== "already";
    const bad = outcomes.find(({ outcome }) => outcome !== null && isBad(outcome))?.outcome;
    const isExplained = reason === "refused" && bad !== undefined && bad !== null;
    const advice = isExplained ? adviceForRefused(bad, who) : adviceForTable(reason, who);
    return { reason, by, advice };
  }

  #steady(tap: Tap): number {
    const until = this.localUntil(tap);
    const before = this.last(tap)?.until ?? 0;
    return Math.abs(until - before) < UNSTEADY_MS ? before : until;
  }

  #tell(table: Table): Table {
    const before = this.last(table);
    this.#told.set(keyOf(table), table);
    if (JSON.stringify(before) !== JSON.stringify(table)) {
      this.#context.listeners.tell({ event: "table", table });
    }
    return table;
  }
}

async function phraseOf(statement: Uint8Array): Promise<string[]> {
  const { words } = await loadWords();
  return tablePhrase(statement).map((index) => words[index] ?? "");
}
