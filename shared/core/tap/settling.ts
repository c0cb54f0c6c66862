// The moves of a submission until its contacts and its group are stored: tickets are spent, each by its own mailbox;
// what comes of them is owed until it is confirmed.

import { TABLE_REVEAL_SECONDS } from "../../wire/limits.ts";
import { abort } from "./aborting.ts";
import { metBy, type ErrandName, told, withOwed, without } from "./errands.ts";
import {
  type Decision,
  moved,
  movedSoftly,
  refused,
  serve,
  stayed,
  type TapEventOf,
} from "./events.ts";
import {
  type Begun,
  type Free,
  isConfirmed,
  isGood,
  isUndone,
  membersOf,
  ownGoodMembers,
  type Peer,
  type Revealing,
  type Settled,
  type Settling,
  type Table,
  undoUntil,
} from "./state.ts";

/** Fewer than two peers are no group. */
const GROUP_PEERS = 2;

export function submit(_: Free, event: TapEventOf<"submit">, now: number): Decision {
  const { party, tapId, receivedAt, taps, together } = event;
  const nobody = [null, ...taps.map(() => null)];
  const table: Table | null =
    together === null
      ? null
      : { ticket: together, shares: nobody, confirmations: nobody, decidedAt: null, version: 0 };
  const peers = taps.map((ticket): Peer => {
    // Nobody sits down at a table that was laid before.
    const isLate = table !== null && ticket.isMemoryOnly;
    return { ...ticket, outcome: isLate ? "expired" : ticket.outcome, spentBy: null };
  });
  const begun: Settling = {
    at: "settling",
    by: party,
    tapId,
    submittedAt: receivedAt,
    peers,
    table,
    group: null,
    undone: [],
    owes: [],
    isOverdue: false,
  };
  const bad = badAtTable(begun);
  if (bad !== null) return abort(begun, "refused", bad);
  const theirs = peers.flatMap(({ outcome }, index): ErrandName[] =>
    outcome === null ? [`spend:${index + 1}`] : [],
  );
  // All at the table get to see the initiator's own, too: nobody else is to use it.
  const owes: ErrandName[] = table === null ? theirs : ["spend:0", ...theirs];
  if (owes.length > 0) return moved({ ...begun, owes });
  // Nobody has to be asked: said again it comes to the same, so it is not worth storing.
  return { ...proceed(begun, begun.owes, now), soft: true };
}

/** The same again finds what came of it; a table or tickets of its own need a name of their own. */
export function submitAgain(state: Begun, event: TapEventOf<"submit">): Decision {
  const { party, taps, together } = event;
  const isSame =
    party.deviceId === state.by.deviceId &&
    together === (state.table?.ticket ?? null) &&
    taps.length === state.peers.length &&
    taps.every(({ ticket, signature }, index) => {
      const peer = state.peers[index];
      return peer?.ticket === ticket && peer.signature === signature;
    });
  if (!isSame) return refused(state, "malformed-request", { tapId: "names another submission" });
  return { ...stayed(state), effects: serve(state) };
}

/** A mailbox has said what comes of a ticket. */
export function spent(state: Settling, event: TapEventOf<"spent">, now: number): Decision {
  const { name, answer } = event;
  if (!name.startsWith("spend:") || !state.owes.includes(name)) return stayed(state);
  const member = Number(name.slice("spend:".length));
  const { outcome, tapId, at } = answer;
  if (member === 0) {
    const next = { ...state, owes: without(state.owes, name) };
    const isLaid = outcome === "established";
    return isLaid ? proceed(next, state.owes, now) : abort(next, "refused", 0);
  }
  const known = state.peers[member - 1];
  if (known === undefined) return stayed(state);
  const heard: Peer = {
    ...known,
    outcome,
    spentBy: isGood({ ...known, outcome }) ? { tapId, at } : null,
  };
  const next: Settling = {
    ...state,
    peers: state.peers.with(member - 1, heard),
    owes: without(state.owes, name),
  };
  const isToStore = state.table === null && ownGoodMembers(next).includes(member);
  const owes = withOwed(next.owes, isToStore ? ["contacts:0"] : []);
  return proceed({ ...next, owes }, state.owes, now);
}

/** What an errand's end means while this is owed still; of all others it is said in endings.ts. */
export function stored(state: Settling, event: TapEventOf<"served">, now: number): Decision | null {
  const { name, errand, isGone } = event;
  if (errand.kind === "contacts") {
    const member = Number(name.slice("contacts:".length));
    const carried = new Set(errand.commits.flatMap(({ owner, peer }) => [owner, peer]));
    const isWhole = metBy(state, member).every(({ userId }) => carried.has(userId));
    if (!isWhole && !isGone) return { ...stayed(state), effects: [{ do: "serve", name }] };
    return proceed({ ...state, owes: without(state.owes, name) }, state.owes, now);
  }
  if (errand.kind !== "group" || state.group === null) return null;
  const { founders } = state.group;
  const gone = founders.filter((member) => isUndone(state, member));
  const members = founders.filter((member) => !gone.includes(member));
  const next: Settling = {
    ...state,
    group: { founders, members, isMade: true },
    owes: withOwed(
      without(state.owes, name),
      gone.map((member): ErrandName => `letGo:${member}`),
    ),
  };
  return proceed(next, state.owes, now);
}

/** On, as far as what is known leads. @param before what was being served */
export function proceed(state: Settling, before: readonly ErrandName[], now: number): Decision {
  const isHolding = state.table !== null && !isConfirmed(state);
  const bad = isHolding ? badAtTable(state) : null;
  if (bad !== null) return abort(state, "refused", bad);
  if (state.owes.some((name) => name.startsWith("spend:"))) return movedSoftly(state, before);
  if (state.table !== null && isHolding) return reveal(state, state.table, before, now);
  const good = ownGoodMembers(state);
  if (state.group === null && good.length >= GROUP_PEERS) {
    const founders = [0, ...good];
    // Stored, since the group is made of these, whoever is undone meanwhile.
    return moved(
      {
        ...state,
        group: { founders, members: founders, isMade: false },
        owes: withOwed(state.owes, ["group"]),
      },
      before,
    );
  }
  const isOwing = state.owes.some((name) => name === "group" || name.startsWith("contacts:"));
  return isOwing ? movedSoftly(state, before) : settle(state, before);
}

function reveal(
  state: Settling,
  table: Table,
  before: readonly ErrandName[],
  now: number,
): Decision {
  const next: Revealing = {
    ...state,
    at: "revealing",
    table: { ...table, version: 1 },
    owes: told(membersOf(state)),
    until: now + TABLE_REVEAL_SECONDS * 1_000,
  };
  return moved(next, before);
}

function settle(state: Settling, before: readonly ErrandName[]): Decision {
  const { table, group } = state;
  const listings = (group?.members ?? []).map((member): ErrandName => `listing:${member}`);
  const news = table === null ? [] : told(membersOf(state));
  const next: Settled = {
    ...state,
    at: "settled",
    table: table === null ? null : { ...table, version: table.version + 1 },
    owes: withOwed(state.owes, [...listings, ...news]),
    isOverdue: false,
  };
  return moved(next, before);
}

/** Serves again what is owed; a table does not wait for tickets for longer than for those who show them. */
export function retry(state: Settling, _: unknown, now: number): Decision {
  if (state.table !== null && !isConfirmed(state) && now >= holdUntil(state)) {
    const awaited = membersOf(state).filter((member) => state.owes.includes(`spend:${member}`));
    return abort(state, "timedOut", awaited.length === 1 ? (awaited[0] ?? null) : null);
  }
  const isDue = now >= undoUntil(state) && !state.isOverdue;
  const effects = serve(state);
  return isDue
    ? { ...moved({ ...state, isOverdue: true }), effects }
    : { ...stayed(state), effects };
}

export function holdUntil({ submittedAt }: Settling): number {
  return submittedAt + TABLE_REVEAL_SECONDS * 1_000;
}

function badAtTable({ table, peers }: Settling): number | null {
  const index = peers.findIndex((peer) => peer.outcome !== null && !isGood(peer));
  return table === null || index < 0 ? null : index + 1;
}
