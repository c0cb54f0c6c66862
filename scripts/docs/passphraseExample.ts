// Where a pairing by a passphrase differs from one by a key: Ann asks Ben, who answers. The boxes, the
// confirmations and all that follows are made as in the first example.

import { parsePassphrase } from "../../shared/core/pairing/passphrase.ts";
import { PASSPHRASE_T1_SECONDS, PASSPHRASE_T2_SECONDS } from "../../shared/wire/limits.ts";
import {
  type Exchange,
  exchangeOf,
  firstMessages,
  frame,
  offerMembers,
  receiptStep,
  sharedKey,
} from "./exampleExchange.ts";
import type { Person } from "./examplePeople.ts";
import type { Step } from "./exampleValues.ts";

const TYPED = "Blaue  Straße 7";
const OPENED_AT = 1_800_000_160_000;
const LOCATOR = "481516234";
const HANDLE = "ann_arbor";

export function passphraseSteps(ann: Person, ben: Person): Step[] {
  const parsed = parsePassphrase(TYPED);
  if (!parsed.ok) throw new Error("the example's passphrase does not parse");
  const { prs, normalized } = parsed;
  const exchange = exchangeOf(
    { ann, ben },
    {
      method: "passphrase",
      prs,
      draw: "passphrase ",
      openedAt: OPENED_AT,
      card: new Uint8Array(),
    },
  );
  const steps: Step[] = [
    {
      title: "The passphrase",
      values: [
        ["typed", TYPED],
        ["normalised", normalized],
        ["PRS", prs],
      ],
    },
    firstMessages(exchange),
    sharedKey(exchange),
    receiptStep(exchange),
    asking(exchange, ann, ben),
  ];
  return steps.map((step) => ({ ...step, title: `By a passphrase: ${step.title.toLowerCase()}` }));
}

function asking(exchange: Exchange, ann: Person, ben: Person): Step {
  const offered = offerMembers(exchange);
  const { sid } = offered;
  const t1Seconds = PASSPHRASE_T1_SECONDS;
  const t2Seconds = PASSPHRASE_T2_SECONDS;
  const { userId } = ben.identity;
  const times = {
    openedAt: OPENED_AT,
    claimBy: OPENED_AT + t1Seconds * 1_000,
    answerBy: OPENED_AT + t2Seconds * 1_000,
  };
  const request = { sid, from: ann.identity.userId, handle: HANDLE, locator: LOCATOR, ...times };
  const now = OPENED_AT + 30;
  return {
    title: "Asking and answering",
    values: [
      ["Ann's upgrade request", JSON.stringify({ purpose: "open", to: userId })],
      ["Ann asks", frame({ type: "open", ...offered, method: "passphrase", t1Seconds, t2Seconds })],
      ["the server to Ann", frame({ type: "opened", locator: LOCATOR, ...times, now })],
      ["the server to Ben's mailbox sockets", frame({ type: "request", request, now })],
      ["Ben's upgrade request", JSON.stringify({ purpose: "answer", locator: LOCATOR, sid })],
      [
        "the server to Ben",
        frame({ type: "offer", method: "passphrase", ...offered, ...times, now: now + 9_000 }),
      ],
    ],
  };
}
