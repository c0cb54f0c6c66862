// The moves of a table (TAP-5): its devices show their shares, its people compare the phrase; all of them, or it
// comes to nothing.

import { TABLE_COMPARE_SECONDS } from "../../wire/limits.ts";
import { equalBytes, fromBase64Url } from "../crypto/bytes.ts";
import { abort, changed } from "./aborting.ts";
import { type ErrandName, told, withOwed } from "./errands.ts";
import { type Decision, moved, refused, serve, stayed, type TapEventOf } from "./events.ts";
import { proceed } from "./settling.ts";
import { ticketOf } from "./showing.ts";
import {
  type Aborted,
  type Begun,
  type Comparing,
  isAtTable,
  isConfirmed,
  memberOf,
  membersOf,
  type Revealing,
  type Settled,
  type Settling,
  type Table,
} from "./state.ts";
import { nonceOf, readTicket } from "./ticket.ts";

export function showShare(state: Revealing, event: TapEventOf<"share">, now: number): Decision {
  const { party, share } = event;
  const member = memberOf(state, party.userId);
  if (member === null) return refused(state, "tap-unknown");
  if (!isAtTable(state, member, party)) return refused(state, "out-of-turn");
  const nonce = readTicket(fromBase64Url(ticketOf(state, member)))?.nonce;
  if (nonce === undefined || !equalBytes(nonce, nonceOf(fromBase64Url(share)))) {
    return refused(state, "malformed-request", { share: "is not what the ticket commits to" });
  }
  if (state.table.shares[member] !== null) return stayed(state);
  const shares = state.table.shares.with(member, share);
  const table = changed({ ...state.table, shares });
  const owes = withOwed(state.owes, told(membersOf(state)));
  const next: Revealing = { ...state, table, owes };
  if (shares.includes(null)) return moved(next, state.owes);
  const until = now + TABLE_COMPARE_SECONDS * 1_000;
  return moved({ ...next, at: "comparing", until }, state.owes);
}

/** Nothing is new of what all have shown. */
export function showAgain(
  state: Comparing | Settling | Settled,
  { party }: TapEventOf<"share">,
): Decision {
  return repeated(state, party.userId, state.table?.shares);
}

/** With the last of them it is decided: from then on contacts are owed, and nobody can decline. */
export function confirm(state: Comparing, event: TapEventOf<"confirm">, now: number): Decision {
  const { party, signature, isGenuine } = event;
  const member = memberOf(state, party.userId);
  if (member === null) return refused(state, "tap-unknown");
  if (!isAtTable(state, member, party)) return refused(state, "out-of-turn");
  if (!isGenuine) {
    return refused(state, "malformed-request", { signature: "is not of this device and table" });
  }
  if (state.table.confirmations[member] !== null) return stayed(state);
  const confirmations = state.table.confirmations.with(member, signature);
  const table = changed({ ...state.table, confirmations });
  if (confirmations.includes(null)) {
    const owes = withOwed(state.owes, told(membersOf(state)));
    return moved({ ...state, table, owes }, state.owes);
  }
  const { until: _, ...begun } = state;
  const contacts = membersOf(state).map((one): ErrandName => `contacts:${one}`);
  const decided: Table = { ...table, decidedAt: now };
  const next: Settling = { ...begun, at: "settling", table: decided, owes: contacts };
  return { ...proceed(next, [], now), soft: false };
}

export function confirmAgain(
  state: Settling | Settled,
  { party }: TapEventOf<"confirm">,
): Decision {
  return repeated(state, party.userId, state.table?.confirmations);
}

/** By any device of a member. */
export function decline(
  state: Settling | Revealing | Comparing,
  { party }: TapEventOf<"decline">,
): Decision {
  const member = memberOf(state, party.userId);
  if (member === null) return refused(state, "tap-unknown");
  if (state.table === null || isConfirmed(state)) return refused(state, "out-of-turn");
  return abort(state, "declined", member);
}

export function declineAgain(state: Aborted, { party }: TapEventOf<"decline">): Decision {
  return memberOf(state, party.userId) === null ? refused(state, "tap-unknown") : stayed(state);
}

/** Before its time the alarm serves again what is owed. */
export function giveUp(state: Revealing | Comparing, _: unknown, now: number): Decision {
  if (now < state.until) return { ...stayed(state), effects: serve(state) };
  const { shares, confirmations } = state.table;
  const said = state.at === "revealing" ? shares : confirmations;
  const awaited = membersOf(state).filter((member) => said[member] === null);
  return abort(state, "timedOut", awaited.length === 1 ? (awaited[0] ?? null) : null);
}

function repeated(
  state: Begun,
  userId: Parameters<typeof memberOf>[1],
  said: Table["shares"] | undefined,
): Decision {
  const member = memberOf(state, userId);
  if (member === null) return refused(state, "tap-unknown");
  return (said?.[member] ?? null) === null ? refused(state, "out-of-turn") : stayed(state);
}
