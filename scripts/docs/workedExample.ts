// A complete pairing with fixed randomness, every value on the way included. Ann shows a key, Ben
// enters it. What a passphrase does otherwise is in passphraseExample.ts.

import { fromBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import { pad } from "../../shared/core/crypto/seal.ts";
import { secretToPrs } from "../../shared/core/pairing/code.ts";
import { blobSteps } from "./blobExample.ts";
import {
  type Exchange,
  exchangeOf,
  firstMessages,
  frame,
  keptStep,
  offerMembers,
  receiptStep,
  type Said,
  sharedKey,
} from "./exampleExchange.ts";
import {
  codeStep,
  exampleCode,
  identitySteps,
  person,
  safetyStep,
  sessionStep,
  workStep,
} from "./examplePeople.ts";
import type { Step } from "./exampleValues.ts";
import { growthSteps } from "./growingLog.ts";
import { lineSteps } from "./lineExample.ts";
import { passphraseSteps } from "./passphraseExample.ts";
import { tapSteps } from "./tapExample.ts";

const OPENED_AT = 1_800_000_060_000;
const MATCHED_AT = 1_800_000_081_500;
const CARD_OF_ANN = { "@type": "Card", version: "2.0", name: { full: "Ann" } };

export function workedExample(): Step[] {
  const ann = person("Ann", 1_800_000_000_000);
  const ben = person("Ben", 1_800_000_000_500);
  const exchange = exchangeOf(
    { ann, ben },
    {
      method: "key",
      prs: secretToPrs(exampleCode().secret),
      draw: "",
      openedAt: OPENED_AT,
      card: utf8(JSON.stringify(CARD_OF_ANN)),
    },
  );
  return [
    ...identitySteps(ann),
    { ...identitySteps(ben)[1]!, title: "Ben's device and log" },
    sessionStep(ann),
    workStep(ann),
    codeStep(),
    firstMessages(exchange),
    sharedKey(exchange),
    receiptStep(exchange),
    boxStep("Ben's boxes (in the claim)", exchange.claim),
    boxStep("Ann's boxes (in the answer)", exchange.answer),
    keptStep(exchange),
    framesStep(exchange),
    ...passphraseSteps(ann, ben),
    ...lineSteps(exchange, ann, ben),
    ...blobSteps(),
    safetyStep(ann, ben),
    ...growthSteps(ann),
    ...tapSteps(ann, ben),
  ];
}

function framesStep(exchange: Exchange): Step {
  const { b, claim, answer } = exchange;
  const offered = offerMembers(exchange);
  const { share, commitment } = b.half;
  const { confirmation } = claim.message;
  const matchedAt = MATCHED_AT;
  return {
    title: "Frames, as they travel",
    values: [
      ["Ann opens", frame({ type: "open", method: "key", ...offered })],
      ["the server to Ben", frame({ type: "offer", method: "key", ...offered, ...times() })],
      ["Ben claims", frame(claim.message)],
      ["the server to Ann", frame({ type: "claim", share, commitment, confirmation })],
      ["Ann answers", frame(answer.message)],
      ["the server to Ann, then", frame({ type: "matched", ...released(claim), matchedAt })],
      ["the server to Ben, then", frame({ type: "matched", ...released(answer), matchedAt })],
      ["both, in the end", frame({ type: "acknowledge" })],
    ],
  };
}

function boxStep(title: string, said: Said): Step {
  const { opening, card, message } = said;
  const paddedCard = pad(card, 256);
  const sealedCard = fromBase64Url(message.card);
  return {
    title,
    values: [
      ["identity, before padding", JSON.stringify(opening)],
      ["nonce of its box (random)", fromBase64Url(message.identity).slice(0, 24)],
      ["identity, padded and sealed", fromBase64Url(message.identity)],
      ["card, before padding", card.length === 0 ? "(empty)" : new TextDecoder().decode(card)],
      ["nonce of its box (random)", sealedCard.slice(0, 24)],
      ["card, padded", paddedCard],
      ["card, sealed", sealedCard],
    ],
  };
}

function times() {
  return {
    openedAt: OPENED_AT,
    claimBy: OPENED_AT + 12e4,
    answerBy: OPENED_AT + 15e4,
    now: OPENED_AT + 2e4,
  };
}

function released({ message: { confirmation, identity, card } }: Said) {
  return { confirmation, identity, card };
}
