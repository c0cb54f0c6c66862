// The tables that this account is at, as the page shows them: one at a time in the sheet, unless it was put aside.

import type { Table } from "../../shared/client/index.ts";
import { speak } from "../announcements.ts";
import { withPlainName } from "../plainName.ts";
import { session } from "../session.ts";
import { Store } from "../store.ts";
import { listOf } from "./nameList.ts";

interface TablesState {
  /** Those under way, and those that have ended since, until their end was read. */
  readonly tables: readonly Table[];
  /** Tables whose sheet was put aside. */
  readonly aside: readonly string[];
}

class Tables {
  readonly store = new Store<TablesState>({ tables: [], aside: [] });
  readonly #read = new Set<string>();

  /** The function returned ends it. */
  follow(): () => void {
    // What has ended before this page was opened is no news.
    for (const table of session.acquaint.taps.tables()) if (!isOver(table)) this.take(table);
    return session.acquaint.on((event) => {
      if (event.event === "table") this.take(event.table);
    });
  }

  take(told: Table): void {
    if (this.#read.has(told.tapId)) return;
    const { tables } = this.store.state;
    const before = tables.find(({ tapId }) => tapId === told.tapId);
    // How far it came stays known when it has come to nothing.
    const phrase = told.phrase ?? before?.phrase ?? null;
    const table = { ...told, phrase, members: told.members.map(withPlainName) };
    this.store.change({
      tables:
        before === undefined
          ? [...tables, table]
          : tables.map((one) => (one === before ? table : one)),
    });
    if (before !== undefined) tellOfProgress(before, table);
    // An end is shown, even of what was put aside.
    if (isOver(table)) this.takeUp(table.tapId);
    if (table.at === "settled" && before?.at !== "settled") void session.readContacts();
  }

  putAside(tapId: string): void {
    const { tables, aside } = this.store.state;
    const table = tables.find((one) => one.tapId === tapId);
    if (table !== undefined && isOver(table)) this.close(tapId);
    else this.store.change({ aside: [...aside, tapId] });
  }

  takeUp(tapId: string): void {
    this.store.change({ aside: this.store.state.aside.filter((one) => one !== tapId) });
  }

  /** Takes one that has ended off the page. */
  close(tapId: string): void {
    this.#read.add(tapId);
    this.store.change({ tables: this.store.state.tables.filter((one) => one.tapId !== tapId) });
  }
}

export const tables = new Tables();

export function isOver({ at }: Table): boolean {
  return at === "settled" || at === "aborted";
}

function tellOfProgress(before: Table, table: Table): void {
  const fresh = (is: "hasArrived" | "hasConfirmed") =>
    table.members
      .filter((one) => !one.isMe && one[is])
      .filter(({ userId }) => !before.members.some((old) => old.userId === userId && old[is]));
  if (before.at === "gathering" && table.at === "comparing") {
    return speak("All are here. Compare the six words.");
  }
  if (before.at !== table.at) return;
  const kind = table.at === "gathering" ? "hasArrived" : "hasConfirmed";
  const people = fresh(kind);
  if (people.length === 0) return;
  speak(`${listOf(people)} ${kind === "hasArrived" ? "arrived." : "said: the same words."}`);
}
