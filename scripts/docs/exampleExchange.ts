// One exchange of two people with fixed randomness, by either method: what each of them draws, says and
// computes. All of it is computed by shared/core, so that the example cannot differ from the code.

import { ed25519, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { concat, fromBase64Url, lvCat, toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import { generatorString, type Role, scalarMultVfy } from "../../shared/core/crypto/cpace.ts";
import { matchTag, sealKey } from "../../shared/core/crypto/pairingKeys.ts";
import { commitmentTo } from "../../shared/core/pairing/commitment.ts";
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
import type { Method } from "../../shared/wire/pairing.ts";
import type { Person } from "./examplePeople.ts";
import { exampleBytes, must, type Step, type ExampleValue } from "./exampleValues.ts";

interface Participants {
  readonly ann: Person;
  readonly ben: Person;
}

interface Secrets {
  readonly method: Method;
  readonly prs: Uint8Array;
  /** Goes before the labels that stand in for randomness: each example draws its own. */
  readonly draw: string;
  readonly openedAt: number;
  /** Ann's card; Ben sends none. */
  readonly card: Uint8Array;
}

/** Ann opens, Ben claims. */
export function exchangeOf({ ann, ben }: Participants, secrets: Secrets) {
  const { method, draw, openedAt } = secrets;
  const sid = exampleBytes(`${draw}sid`, 16);
  const a = halfOf(ann, sid, secrets);
  const b = halfOf(ben, sid, secrets);
  const transcript: Transcript = {
    method,
    sid: toBase64Url(sid),
    openedAt,
    initiator: { share: a.half.share, commitment: a.half.commitment },
    responder: { share: b.half.share, commitment: b.half.commitment },
  };
  const initiator = must(agree("initiator", transcript, a.half));
  const responder = must(agree("responder", transcript, b.half));
  const claim = said(`${draw}Ben`, ben, responder, b.nonce, new Uint8Array());
  const answer = said(`${draw}Ann`, ann, initiator, a.nonce, secrets.card);
  /** What Ben has in the end. */
  const met = must(conclude(responder, b.nonce, answer.message));
  return { ...secrets, sid, a, b, transcript, isk: initiator.isk, claim, answer, met };
}
export type Exchange = ReturnType<typeof exchangeOf>;

export function firstMessages({ method, prs, sid, a, b }: Exchange): Step {
  const ci = channelIdentifier(method);
  const generator = generatorString(prs, ci, sid);
  return {
    title: "First messages",
    values: [
      ["sid (random)", sid],
      ["CI", ci],
      ["generator_string", generator],
      ["g, encoded", must(ristretto255_hasher.deriveToCurve)(sha512(generator)).toBytes()],
      ...halfValues("Ann", "initiator", a),
      ...halfValues("Ben", "responder", b),
    ],
  };
}

export function sharedKey({ isk, sid, a, b, claim, answer }: Exchange): Step {
  return {
    title: "The shared key",
    values: [
      ["K, encoded", must(scalarMultVfy(a.half.scalar, fromBase64Url(b.half.share)))],
      ["ISK", isk],
      ["mac_key", sha512(concat(utf8("CPaceMac"), sid, isk))],
      ["confirmation of the initiator", fromBase64Url(answer.message.confirmation)],
      ["confirmation of the responder", fromBase64Url(claim.message.confirmation)],
      ["match tag", matchTag(isk)],
      ["key of the initiator's identity", sealKey(isk, "initiator", "identity")],
      ["key of the initiator's card", sealKey(isk, "initiator", "card")],
      ["key of the responder's identity", sealKey(isk, "responder", "identity")],
      ["key of the responder's card", sealKey(isk, "responder", "card")],
    ],
  };
}

export function receiptStep({ openedAt, transcript, claim, answer }: Exchange): Step {
  return {
    title: "The receipt",
    values: [
      ["openedAt", openedAt],
      ["receipt", receiptBytes(transcript)],
      ["receiptHash", hashOfReceipt(transcript)],
      ["Ann's signature", fromBase64Url(answer.opening.receiptSignature)],
      ["Ben's signature", fromBase64Url(claim.opening.receiptSignature)],
    ],
  };
}

export function keptStep({ a, b, transcript, met }: Exchange): Step {
  const infoOf = (direction: Role) =>
    lvCat(utf8(`acquaint session ${direction}`), sha256(receiptBytes(transcript)));
  return {
    title: "What both keep",
    values: [
      ["salt", lvCat(a.nonce, b.nonce)],
      ["info of the initiator's key", infoOf("initiator")],
      ["session key of the initiator", met.sessionKeys.peer],
      ["info of the responder's key", infoOf("responder")],
      ["session key of the responder", met.sessionKeys.own],
    ],
  };
}

/** What Ann's `open` and the `offer` have in common. */
export function offerMembers({ sid, a }: Exchange) {
  return { sid: toBase64Url(sid), share: a.half.share, commitment: a.half.commitment };
}

/** A frame as it travels. */
export function frame(message: object): string {
  return JSON.stringify([message]);
}

function halfOf(owner: Person, sid: Uint8Array, { method, prs, draw }: Secrets) {
  const nonce = exampleBytes(`${draw}${owner.name} nonce`, 32);
  const randomScalar = exampleBytes(`${draw}${owner.name} scalar`, 64);
  const commitment = commitmentTo(owner.identity, owner.device, nonce);
  const half = createHalf({ method, prs, sid, commitment }, () => randomScalar);
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

/** The claim of a responder, the answer of an initiator. */
function said(
  draw: string,
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
  const random = (box: string) => (length: number) => exampleBytes(`${draw} ${box} box`, length);
  const message = {
    type: role === "responder" ? "claim" : "answer",
    ...(role === "responder" ? transcript[role] : {}),
    tag: tagOf(agreement),
    confirmation: ownConfirmation(agreement),
    identity: sealIdentity(agreement, opening, random("identity")),
    card: sealCard(agreement, card, random("card")),
  };
  return { opening, card, message };
}
export type Said = ReturnType<typeof said>;
