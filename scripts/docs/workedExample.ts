// A complete pairing with fixed randomness, every value on the way included. Ann shows a key, Ben
// enters it. All of it is computed by shared/core, so that the example cannot differ from the code.

import { ed25519, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { concat, fromBase64Url, lvCat, toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import { generatorString, type Role, scalarMultVfy } from "../../shared/core/crypto/cpace.ts";
import { matchTag, sealKey } from "../../shared/core/crypto/pairingKeys.ts";
import { pad } from "../../shared/core/crypto/seal.ts";
import { commitmentTo } from "../../shared/core/pairing/commitment.ts";
import { secretToPrs } from "../../shared/core/pairing/code.ts";
import {
  agree,
  type Agreement,
  conclude,
  createHalf,
  ownConfirmation,
  sealCard,
  sealIdentity,
  tagOf,
} from "../../shared/core/pairing/exchange.ts";
import {
  associatedData,
  channelIdentifier,
  receiptBytes,
  hashOfReceipt,
  type Transcript,
} from "../../shared/core/pairing/transcript.ts";
import type { IdentityOpening } from "../../shared/wire/identity.ts";
import {
  codeStep,
  exampleCode,
  identitySteps,
  type Person,
  person,
  sessionStep,
  workStep,
} from "./examplePeople.ts";
import { exampleBytes, must, type Step, type ExampleValue } from "./exampleValues.ts";

const OPENED_AT = 1_800_000_060_000;
const MATCHED_AT = 1_800_000_081_500;
const CARD_OF_ANN = { "@type": "Card", version: "2.0", name: { full: "Ann" } };

export function workedExample(): Step[] {
  const ann = person("Ann", 1_800_000_000_000);
  const ben = person("Ben", 1_800_000_000_500);
  const exchange = exchangeOf(ann, ben);
  return [
    ...identitySteps(ann),
    { ...identitySteps(ben)[1]!, title: "Ben's device and log" },
    sessionStep(ann),
    workStep(ann),
    codeStep(),
    ...exchange,
  ];
}

function exchangeOf(ann: Person, ben: Person): Step[] {
  const prs = secretToPrs(exampleCode().secret);
  const sid = exampleBytes("sid", 16);
  const a = halfOf(ann, prs, sid);
  const b = halfOf(ben, prs, sid);
  const transcript: Transcript = {
    method: "key",
    sid: toBase64Url(sid),
    openedAt: OPENED_AT,
    initiator: {
      share: a.half.share,
      commitment: a.half.commitment,
    },
    responder: {
      share: b.half.share,
      commitment: b.half.commitment,
    },
  };
  const initiator = must(agree("initiator", transcript, a.half));
  const responder = must(agree("responder", transcript, b.half));
  const claim = messageOf("claim", ben, responder, b.nonce, new Uint8Array());
  const card = utf8(JSON.stringify(CARD_OF_ANN));
  const answer = messageOf("answer", ann, initiator, a.nonce, card);
  const met = must(conclude(responder, b.nonce, answer.message));
  const generator = generatorString(prs, channelIdentifier("key"), sid);
  const toInitiator = released(claim.message);
  const toResponder = released(answer.message);
  return [
    {
      title: "First messages",
      values: [
        ["sid (random)", sid],
        ["CI", channelIdentifier("key")],
        ["generator_string", generator],
        ["g, encoded", must(ristretto255_hasher.deriveToCurve)(sha512(generator)).toBytes()],
        ...halfValues("Ann", "initiator", a),
        ...halfValues("Ben", "responder", b),
      ],
    },
    {
      title: "The shared key",
      values: [
        ["K, encoded", must(scalarMultVfy(a.half.scalar, fromBase64Url(b.half.share)))],
        ["ISK", initiator.isk],
        ["mac_key", sha512(concat(utf8("CPaceMac"), sid, initiator.isk))],
        ["confirmation of the initiator", fromBase64Url(ownConfirmation(initiator))],
        ["confirmation of the responder", fromBase64Url(ownConfirmation(responder))],
        ["match tag", matchTag(initiator.isk)],
        ["key of the initiator's identity", sealKey(initiator.isk, "initiator", "identity")],
        ["key of the initiator's card", sealKey(initiator.isk, "initiator", "card")],
        ["key of the responder's identity", sealKey(initiator.isk, "responder", "identity")],
        ["key of the responder's card", sealKey(initiator.isk, "responder", "card")],
      ],
    },
    {
      title: "The receipt",
      values: [
        ["openedAt", OPENED_AT],
        ["receipt", receiptBytes(transcript)],
        ["receiptHash", hashOfReceipt(transcript)],
        ["Ann's signature", fromBase64Url(answer.opening.receiptSignature)],
        ["Ben's signature", fromBase64Url(claim.opening.receiptSignature)],
      ],
    },
    boxStep("Ben's boxes (in the claim)", claim),
    boxStep("Ann's boxes (in the answer)", answer),
    {
      title: "What both keep",
      values: [
        ["salt", lvCat(a.nonce, b.nonce)],
        ["info", lvCat(utf8("acquaint pairing secret"), sha256(receiptBytes(transcript)))],
        ["pairing secret", met.pairingSecret],
      ],
    },
    {
      title: "Frames, as they travel",
      values: [
        ["Ann opens", frame({ type: "open", method: "key", ...offer(a, sid) })],
        [
          "the server to Ben",
          frame({ type: "offer", method: "key", ...offer(a, sid), ...times() }),
        ],
        ["Ben claims", frame(claim.message)],
        [
          "the server to Ann",
          frame({
            type: "claim",
            share: b.half.share,
            commitment: b.half.commitment,
            confirmation: claim.message.confirmation,
          }),
        ],
        ["Ann answers", frame(answer.message)],
        [
          "the server to Ann, then",
          frame({ type: "matched", ...toInitiator, matchedAt: MATCHED_AT }),
        ],
        [
          "the server to Ben, then",
          frame({ type: "matched", ...toResponder, matchedAt: MATCHED_AT }),
        ],
        ["both, in the end", frame({ type: "acknowledge" })],
      ],
    },
  ];
}

function halfOf(owner: Person, prs: Uint8Array, sid: Uint8Array) {
  const nonce = exampleBytes(`${owner.name} nonce`, 32);
  const randomScalar = exampleBytes(`${owner.name} scalar`, 64);
  const commitment = commitmentTo(owner.identity, owner.device, nonce);
  const half = createHalf({ method: "key", prs, sid, commitment }, () => randomScalar);
  return { nonce, randomScalar, half };
}
type Half = ReturnType<typeof halfOf>;

function halfValues(name: string, role: Role, { nonce, randomScalar, half }: Half): ExampleValue[] {
  return [
    [`${name}'s nonce (random)`, nonce],
    [`${name}'s commitment`, fromBase64Url(half.commitment)],
    [`${name}'s 64 bytes for y (random)`, randomScalar],
    [`${name}'s y, little endian`, half.scalar],
    [`${name}'s share Y`, fromBase64Url(half.share)],
    [`${name}'s AD`, associatedData(role, half.commitment)],
  ];
}

function messageOf<Type extends "claim" | "answer">(
  type: Type,
  owner: Person,
  agreement: Agreement,
  nonce: Uint8Array,
  card: Uint8Array,
) {
  const { role, transcript } = agreement;
  const receiptSignature = toBase64Url(ed25519.sign(receiptBytes(transcript), owner.seed));
  const opening: IdentityOpening = {
    log: owner.log,
    deviceId: owner.device.deviceId,
    nonce: toBase64Url(nonce),
    name: owner.name,
    receiptSignature,
  };
  const random = (box: string) => (length: number) =>
    exampleBytes(`${owner.name} ${box} box`, length);
  const message = {
    type,
    ...(type === "claim" ? transcript[role] : {}),
    tag: tagOf(agreement),
    confirmation: ownConfirmation(agreement),
    identity: sealIdentity(agreement, opening, random("identity")),
    card: sealCard(agreement, card, random("card")),
  };
  return { opening, card, message };
}
type Said = ReturnType<typeof messageOf>;

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

function offer({ half }: Half, sid: Uint8Array) {
  return { sid: toBase64Url(sid), share: half.share, commitment: half.commitment };
}

function times() {
  return {
    openedAt: OPENED_AT,
    claimBy: OPENED_AT + 12e4,
    answerBy: OPENED_AT + 15e4,
    now: OPENED_AT + 2e4,
  };
}

function released({ confirmation, identity, card }: Said["message"]) {
  return { confirmation, identity, card };
}

function frame(message: object): string {
  return JSON.stringify([message]);
}
