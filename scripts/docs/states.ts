// The states of an attempt, drawn and listed from its transition table.

import { TRANSITIONS } from "../../shared/core/pairing/attempt.ts";
import type { EventName } from "../../shared/core/pairing/events.ts";
import type { StateName } from "../../shared/core/pairing/state.ts";
import type * as endings from "../../shared/core/pairing/endings.ts";
import type * as moves from "../../shared/core/pairing/transitions.ts";
import { table } from "./table.ts";
import { isReached, KINDS } from "./whoMay.ts";

/** What each move does, for readers who have no code at hand. */
const RULES: Readonly<Record<MoveName, string>> = {
  open: "The attempt stands. The initiator is told `opened`; the mailbox of the account that is asked gets the request.",
  openAgain:
    "From the same device with the same `sid`, `share` and `commitment`: `opened` once more. Otherwise `locator-taken`.",
  takeClaim:
    "Of the initiator's own account: `own-key`. Directed, from anyone but the account asked: a stray. Otherwise the claim is stored; the initiator is told `claim`, the responder `claimed`; the other devices of the account asked are dismissed.",
  claimAgain:
    "From the responder, every member equal: `claimed` once more. From it with any member different: `out-of-turn`; directed, this and a claim of another device of the account asked: `answered-elsewhere`. From anyone else: a stray.",
  claimTooLate:
    "From a side: `attempt-over`. Directed, from another device of the account asked: `answered-elsewhere`. From anyone else: a stray.",
  answer:
    "From anyone but the initiator: `out-of-turn`. The tags are compared: equal, with both boxes present, matches; anything else fails as `mismatch`, and a responder at a locator is a visitor from then on.",
  cancel:
    "From a side: fails as `cancelled`; a responder at a locator that cancels is a visitor from then on. From anyone else: `out-of-turn`.",
  refuse:
    "At a locator, from the initiator: fails as `refused`. From anyone else, and from anyone in a directed attempt, which whoever has answered ends by `cancel`: `out-of-turn`.",
  unreachable: "Fails as `unreachable`.",
  expire:
    "Mailboxes that have not confirmed are asked again. Once the deadline is reached: fails as `timedOut`.",
  served: "The mailbox is owed nothing more.",
  acknowledge:
    "From a side: what is kept for it is dropped. When nobody has anything left to acknowledge, and no mailbox is owed anything, all is forgotten and both are told `acknowledged`. From anyone else: `out-of-turn`.",
  matchServed:
    "The mailbox that has stored its contact, or dismissed the other devices, is owed that no more. When none is owed anything, and nobody has anything to acknowledge, as above.",
  endServed:
    "The mailbox is owed nothing more. When none is, and nobody has anything to acknowledge, as above.",
  handOver:
    "Mailboxes that have not confirmed are asked again. Once `answerBy` is reached: the boxes that a side has not acknowledged go to its mailbox, too.",
  forget:
    "Mailboxes that have not confirmed are asked again. Once the notice was kept long enough: all is forgotten.",
};

/** The functions of the table; what else endings.ts holds serves them. */
type MoveName =
  | keyof typeof moves
  | Exclude<keyof typeof endings, "fail" | "finish" | "serve" | "tell">;

const OVER =
  "From the same device with the same `sid`, `share` and `commitment`: `attempt-over`. Otherwise `locator-taken`.";

/** Where a move does less than elsewhere. */
const NARROWER: Readonly<Partial<Record<`${StateName} ${EventName}`, string>>> = {
  "free claim": "A stray.",
  "awaitingClaim cancel":
    "From the initiator; directed, also from any device of the account asked: fails as `cancelled`. From anyone else: `out-of-turn`.",
  "awaitingClaim refuse":
    "Directed, from any device of the account asked: fails as `refused`. From anyone else: `out-of-turn`.",
  "failed claim":
    "From a side, and directed from any device of the account asked: `attempt-over`. From anyone else: a stray.",
  "matched open": OVER,
  "failed open": OVER,
  "failed acknowledge":
    "From a side: it is awaited no more. When nobody is, and no mailbox is owed anything, all is forgotten and both are told `acknowledged`. From anyone else: `out-of-turn`.",
};

const TITLES: Readonly<Record<EventName, string>> = {
  open: "`open`",
  claim: "`claim`",
  answer: "`answer`",
  cancel: "`cancel`",
  refuse: "`refuse`",
  acknowledge: "`acknowledge`",
  served: "*a mailbox has confirmed*",
  unreachable: "*there is no such account*",
  deadline: "*the alarm, or the deadline has come*",
};

interface Edge {
  readonly from: StateName;
  readonly on: EventName;
  readonly to: readonly StateName[];
  readonly rule: string;
}

function edges(): Edge[] {
  return (Object.keys(TRANSITIONS) as StateName[]).flatMap((from) => {
    const row = TRANSITIONS[from] as Partial<
      Record<EventName, { to: readonly StateName[]; run: { name: string } }>
    >;
    return (Object.keys(row) as EventName[]).map((on) => {
      const { to, run } = row[on]!;
      const rule = NARROWER[`${from} ${on}`] ?? (RULES[run.name as MoveName] as string | undefined);
      if (rule === undefined) throw new Error(`nothing describes the move "${run.name}"`);
      return { from, on, to, rule };
    });
  });
}

export function stateTable(): string {
  const rows = edges().map(({ from, on, to, rule }) => [
    `\`${from}\``,
    TITLES[on],
    to.length === 0 ? "-" : to.map((name) => `\`${name}\``).join(", "),
    rule,
  ]);
  return table(["in state", "on", "may lead to", "rule"], rows);
}

/** What only one kind of attempt can do is marked with it. */
export function stateDiagram(): string {
  const labels = new Map<string, string[]>();
  for (const { from, on, to } of edges()) {
    for (const target of to) {
      const arrow = `${from} --> ${target}`;
      const kinds = KINDS.filter((kind) => isReached(kind, from, on, target));
      const label = kinds.length === 1 ? `${on} (${kinds[0]})` : on;
      labels.set(arrow, [...(labels.get(arrow) ?? []), label]);
    }
  }
  const arrows = [...labels].map(([arrow, events]) => `  ${arrow}: ${events.join(", ")}`);
  return ["```mermaid", "stateDiagram-v2", "  [*] --> free", ...arrows, "```"].join("\n");
}
