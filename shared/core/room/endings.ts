// How a room ends: closed by those who look after it, or because nobody has come for long; a pair room as soon as one
// of the two is gone. What it owes then is served still; after that nothing of it is left.

import type { Draft } from "./draft.ts";

export function endRoom(draft: Draft, end: "closed" | "over", owesOpener = true): void {
  const { record, present, waiting, asides } = draft.state;
  if (record.end !== null) return;
  for (const people of [present, waiting]) {
    for (const { sockets } of people.values()) draft.end(sockets, end);
  }
  draft.empty();
  draft.setRecord({ end });
  for (const { pairId } of asides.pairs) {
    draft.settle(`openPair:${pairId}`);
    draft.owe(`endPair:${pairId}`);
  }
  if (record.room.isListed) draft.owe("lobby");
  if (owesOpener) draft.owe(record.pair === null ? "opener" : "parent");
}

/** By the room that has made this pair room, which so knows that it is over. */
export function endPair(draft: Draft): null {
  if (draft.state.record.pair === null) return null;
  endRoom(draft, "over", false);
  draft.settle("parent");
  return null;
}
