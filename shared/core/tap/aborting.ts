// How a table comes to nothing: nothing is made, and whoever may hold a ticket of it is told.

import type { TableEnd } from "../../wire/tap.ts";
import { told } from "./errands.ts";
import { type Decision, moved, stayed } from "./events.ts";
import {
  type Aborted,
  type Comparing,
  isGood,
  membersOf,
  type Revealing,
  type Settling,
  type Table,
} from "./state.ts";

/** @param endedBy a member; null for none in particular */
export function abort(
  state: Settling | Revealing | Comparing,
  end: TableEnd,
  endedBy: number | null,
): Decision {
  const { table } = state;
  if (table === null) return stayed(state);
  const isOpen = table.version > 0;
  const asked = state.peers.flatMap((peer, index): number[] => {
    const isAsked = isGood(peer) || state.owes.includes(`spend:${index + 1}`);
    return isAsked ? [index + 1] : [];
  });
  const next: Aborted = {
    ...begunOf(state),
    at: "aborted",
    table: isOpen ? changed(table) : table,
    end,
    endedBy,
    owes: told(isOpen ? membersOf(state) : asked),
  };
  return moved(next, state.owes);
}

/** As its members are to hear. */
export function changed(table: Table): Table {
  return { ...table, version: table.version + 1 };
}

function begunOf(state: Settling | Revealing | Comparing) {
  if (state.at === "settling") return state;
  const { until: _, ...begun } = state;
  return begun;
}
