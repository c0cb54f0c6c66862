// What is written of a room, by key: its record, its invitations and pair rooms, what it owes, and each seat that is kept
// for someone, so that of hundreds who lose their connections at once each costs the same.

import type { UserId } from "../../wire/ids.ts";
import { People } from "./people.ts";
import { HIDDEN_ABOARD_MAX } from "./presence.ts";
import type { Away, RoomState, Stored, StoredAway } from "./state.ts";

/** Of the seats that are kept; then the user id. */
export const AWAY_PREFIX = "away:";

const PARTS = ["record", "asides", "outbox"] as const;

export interface Write {
  readonly key: string;
  /** Undefined: nothing is there from now on. */
  readonly value: unknown;
}

/** To be written together. @param before null for a room that begins */
export function writesOf(before: RoomState | null, after: RoomState): Write[] {
  const parts = PARTS.filter((part) => before?.[part] !== after[part]);
  const writes: Write[] = parts.flatMap((key) => {
    if (!isEmpty(after, key)) return { key, value: after[key] };
    return before === null || isEmpty(before, key) ? [] : { key, value: undefined };
  });
  for (const [userId, seated] of after.away.changesSince(before?.away ?? People.of())) {
    writes.push({ key: `${AWAY_PREFIX}${userId}`, value: seated && asStored(seated) });
  }
  return writes;
}

/** Null where no room stands. */
export function storedRoom(
  get: (key: string) => unknown,
  away: readonly StoredAway[],
): Stored | null {
  const record = get("record") as Stored["record"] | undefined;
  if (record === undefined) return null;
  return {
    record,
    asides: (get("asides") as Stored["asides"] | undefined) ?? { invitations: [], pairs: [] },
    outbox: (get("outbox") as Stored["outbox"] | undefined) ?? [],
    away,
  };
}

function isEmpty({ asides, outbox }: RoomState, part: (typeof PARTS)[number]): boolean {
  if (part === "record") return false;
  return part === "outbox"
    ? outbox.length === 0
    : asides.invitations.length + asides.pairs.length === 0;
}

function asStored(seated: Away): StoredAway {
  return seated.hidden.size <= HIDDEN_ABOARD_MAX ? seated : { ...seated, hidden: null };
}

/** Those whose seats are kept, and of whom it is to be asked whom they hide. */
export function unknownAway({ away }: Stored): UserId[] {
  return away.filter(({ hidden }) => hidden === null).map(({ userId }) => userId);
}
