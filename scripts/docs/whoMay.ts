// Who may say what in which state, at a locator and directed: found by asking the transition table
// itself with one example of each party.

import { deadlineOf, step } from "../../shared/core/pairing/attempt.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { errandFor } from "../../shared/core/pairing/errands.ts";
import type { AttemptEvent, EventName } from "../../shared/core/pairing/events.ts";
import {
  type AttemptState,
  FREE,
  type Party,
  type StateName,
} from "../../shared/core/pairing/state.ts";
import type { DeviceId, Locator, UserId } from "../../shared/wire/ids.ts";
import { table } from "./table.ts";

export type Kind = "at a locator" | "directed";
export const KINDS: readonly Kind[] = ["at a locator", "directed"];

type Who = "initiator" | "initiatorElsewhere" | "claimant" | "second" | "stranger";

const NOW = 1_800_000_000_000;
const SAID = ["claim", "answer", "cancel", "refuse", "acknowledge"] as const;
type Said = (typeof SAID)[number];

/** The second one is a device of the account asked, where one is; another visitor where none is. */
const partiesOf = (kind: Kind): Readonly<Record<Who, Party>> => ({
  initiator: party("ann", "phone"),
  initiatorElsewhere: party("ann", "laptop"),
  claimant: party("ben", "phone"),
  second: kind === "directed" ? party("ben", "laptop") : party("dan", "phone"),
  stranger: party("eve", "phone"),
});

function party(userId: string, deviceId: string): Party {
  return { userId: userId as UserId, deviceId: `${userId} ${deviceId}` as DeviceId, network: "" };
}

const bytes = (length: number) => toBase64Url(new Uint8Array(length).fill(7));
const SHARE = { share: bytes(32), commitment: bytes(32) };
const PROOF = { tag: bytes(32), confirmation: bytes(64), identity: bytes(40), card: bytes(40) };

function saying(said: Said, by: Party): AttemptEvent {
  if (said === "claim")
    return { type: said, party: by, message: { type: said, ...SHARE, ...PROOF } };
  if (said === "answer") return { type: said, party: by, message: { type: said, ...PROOF } };
  return { type: said, party: by };
}

/** One example of each state, made by the table. */
function examplesOf(kind: Kind): readonly AttemptState[] {
  const { initiator, claimant } = partiesOf(kind);
  const message = {
    type: "open",
    method: "passphrase",
    t1Seconds: 60,
    t2Seconds: 90,
    sid: bytes(16),
    ...SHARE,
  } as const;
  const to = kind === "directed" ? claimant.userId : null;
  const locator = "417" as Locator;
  const opening = { type: "open", party: initiator, handle: null, locator, to, message } as const;
  const opened = step(FREE, opening, NOW).state;
  const claimed = step(opened, saying("claim", claimant), NOW).state;
  const matched = step(claimed, saying("answer", initiator), NOW).state;
  const failed = step(claimed, { type: "deadline" }, deadlineOf(claimed) ?? NOW).state;
  return [opened, claimed, matched, failed];
}

/** Whether an event can lead from one state to the other in an attempt of that kind. */
export function isReached(kind: Kind, from: StateName, on: EventName, to: StateName): boolean {
  const state = examplesOf(kind).find(({ at }) => at === from);
  return (
    state !== undefined &&
    eventsOf(kind, state, on).some(([event, now]) => {
      const next = step(state, event, now).state;
      return next !== state && next.at === to;
    })
  );
}

function eventsOf(kind: Kind, state: AttemptState, on: EventName): [AttemptEvent, number][] {
  const said = SAID.find((one) => one === on);
  if (said !== undefined) {
    return Object.values(partiesOf(kind)).map((by) => [saying(said, by), NOW]);
  }
  if (state.at === "free") return [];
  if (on === "deadline") return [[{ type: on }, deadlineOf(state) ?? NOW]];
  if (on === "unreachable" && state.to !== null) return [[{ type: on, sid: state.offer.sid }, NOW]];
  if (on !== "served") return [];
  return state.owes.flatMap((name) => {
    const errand = errandFor(state, name);
    return errand === null ? [] : [[{ type: on, name, errand }, NOW] as [AttemptEvent, number]];
  });
}

export function whoMayTable(): string {
  const rows = examplesOf("directed").flatMap(({ at }, index) =>
    SAID.map((said) => [
      `\`${at}\``,
      `\`${said}\``,
      ...KINDS.map((kind) => listeners(kind, examplesOf(kind)[index] ?? FREE, said)),
    ]),
  );
  const possible = rows.filter(([, , ...cells]) => cells.some((cell) => cell !== "nobody"));
  return table(["in state", "message", ...KINDS], possible);
}

/** Those from whom the table takes the message, so that something changes. */
function listeners(kind: Kind, state: AttemptState, said: Said): string {
  const heard = Object.entries(partiesOf(kind)).filter(([, by]) => {
    const { state: next, reply } = step(state, saying(said, by), NOW);
    return reply.kind === "taken" && next !== state;
  });
  const names = new Set(heard.map(([who]) => nameOf(kind, state, who as Who)));
  return names.size === 0 ? "nobody" : [...names].join(", ");
}

function nameOf(kind: Kind, { at }: AttemptState, who: Who): string {
  if (who === "initiator") return "the initiator";
  if (who === "initiatorElsewhere") return "its other devices";
  if (who === "stranger") return kind === "directed" ? "anyone else" : "any visitor";
  if (kind === "directed") {
    if (at === "awaitingClaim") return "any device of the account asked";
    return who === "claimant" ? "the responder" : "its other devices";
  }
  return at === "awaitingClaim" || who === "second" ? "any visitor" : "the responder";
}
