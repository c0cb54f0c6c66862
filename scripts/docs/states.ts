// The states of an attempt, drawn and listed from its transition table.

import { TRANSITIONS } from "../../shared/core/pairing/attempt.ts";
import type { EventName } from "../../shared/core/pairing/events.ts";
import type { StateName } from "../../shared/core/pairing/state.ts";
import type * as moves from "../../shared/core/pairing/transitions.ts";
import { table } from "./table.ts";

/** What each move does, for readers who have no code at hand. */
const RULES: Readonly<Record<keyof typeof moves, string>> = {
  open: "The attempt stands. The initiator is told `opened`.",
  openAgain:
    "From the same device with the same `sid`, `share` and `commitment`: `opened` once more. Otherwise `locator-taken`.",
  takeClaim:
    "Of the initiator's own account: `own-key`. Otherwise the claim is stored; the initiator is told `claim`, the responder `claimed`.",
  claimAgain:
    "From the responder, every member equal: `claimed` once more; any member different: `out-of-turn`. From anyone else: a stray.",
  claimTooLate: "From a side: `attempt-over`. From anyone else: a stray.",
  answer:
    "From anyone but the initiator: `out-of-turn`. The tags are compared: equal, with both boxes present, matches; anything else fails as `mismatch`, and the responder is a visitor from then on.",
  cancel:
    "From a side: fails as `cancelled`; a responder that cancels is a visitor from then on. From anyone else: `out-of-turn`.",
  refuse: "From the initiator: fails as `refused`. From anyone else: `out-of-turn`.",
  expire: "Once the deadline is reached: fails as `timedOut`.",
  acknowledge:
    "From a side: what is kept for it is dropped. When nobody has anything left to acknowledge, and the mailboxes have confirmed what is due to them, all is forgotten and both are told `acknowledged`. From anyone else: `out-of-turn`.",
  committed:
    "What the mailbox has stored leaves the outbox. When nothing is left in it and nobody has anything to acknowledge, as above.",
  handOver:
    "Mailboxes that have not confirmed are asked again. Once `answerBy` is reached: the boxes that a side has not acknowledged go to its mailbox, too.",
  forget: "Once the notice was kept long enough: all is forgotten.",
};

const OVER =
  "From the same device with the same `sid`, `share` and `commitment`: `attempt-over`. Otherwise `locator-taken`.";

/** Where a move does less than elsewhere. */
const NARROWER: Readonly<Partial<Record<`${StateName} ${EventName}`, string>>> = {
  "free claim": "A stray.",
  "awaitingClaim cancel":
    "From the initiator: fails as `cancelled`. From anyone else: `out-of-turn`.",
  "matched open": OVER,
  "failed open": OVER,
  "failed acknowledge":
    "From a side: it is awaited no more. When nobody is, all is forgotten and both are told `acknowledged`. From anyone else: `out-of-turn`.",
};

const TITLES: Readonly<Record<EventName, string>> = {
  open: "`open`",
  claim: "`claim`",
  answer: "`answer`",
  cancel: "`cancel`",
  refuse: "`refuse`",
  acknowledge: "`acknowledge`",
  committed: "*a mailbox has stored its contact*",
  deadline: "*the deadline has come*",
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
      const rule =
        NARROWER[`${from} ${on}`] ?? (RULES[run.name as keyof typeof moves] as string | undefined);
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

export function stateDiagram(): string {
  const labels = new Map<string, EventName[]>();
  for (const { from, on, to } of edges()) {
    for (const target of to) {
      const arrow = `${from} --> ${target}`;
      labels.set(arrow, [...(labels.get(arrow) ?? []), on]);
    }
  }
  const arrows = [...labels].map(([arrow, events]) => `  ${arrow}: ${events.join(", ")}`);
  return ["```mermaid", "stateDiagram-v2", "  [*] --> free", ...arrows, "```"].join("\n");
}
