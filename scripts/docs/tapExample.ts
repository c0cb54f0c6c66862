// The worked example of taps: a certificate, a ticket, a tap, a table of three, a badge and a request by it. Ann is
// passive, Ben reads; Carol sits at their table.

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { loadWordList } from "../../shared/core/pairing/words.ts";
import {
  type CertificateClaims,
  certificateToBeSigned,
  encodeCertificate,
} from "../../shared/core/tap/certificate.ts";
import { badgeUrl, ticketUrl } from "../../shared/core/tap/links.ts";
import { groupIdOf } from "../../shared/core/tap/state.ts";
import {
  approvalStatement,
  badgeToken,
  requestReceiptHash,
  requestStatement,
  tablePhrase,
  tableStatement,
  tapReceiptHash,
  tapStatement,
} from "../../shared/core/tap/statements.ts";
import { encodeTicket, nonceOf, ticketToBeSigned } from "../../shared/core/tap/ticket.ts";
import { CERTIFICATE_TTL_SECONDS, ISSUER_KEY_SECONDS } from "../../shared/wire/limits.ts";
import { ORIGIN, type Person, person } from "./examplePeople.ts";
import { exampleBytes, must, type Step } from "./exampleValues.ts";

const ISSUED_AT_SECONDS = 1_800_000_120;
const TICKET_AT_SECONDS = 1_800_003_600;
const SUBMITTED_AT = 1_800_003_607_250;
const APPROVED_AT = 1_800_090_000_000;
const ISSUER_SEED = exampleBytes("issuer key", 32);
const WORDS = must(await loadWordList("en")).words;

/** One's ticket with all that it is made of. */
function ticketOf(owner: Person) {
  const { seed, identity, device, name } = owner;
  const keyId = new Uint8Array(2);
  new DataView(keyId.buffer).setUint16(0, Math.floor(ISSUED_AT_SECONDS / ISSUER_KEY_SECONDS));
  const claims: CertificateClaims = {
    keyId,
    userId: identity.userId,
    expiresAtSeconds: ISSUED_AT_SECONDS + CERTIFICATE_TTL_SECONDS,
    certificateId: exampleBytes(`${name} certificate id`, 8),
    signKey: device.signKey,
  };
  const toBeSigned = certificateToBeSigned(claims);
  const issued = ed25519.sign(toBeSigned, ISSUER_SEED);
  const certificate = encodeCertificate(claims, issued);
  const share = exampleBytes(`${name} share`, 16);
  const nonce = nonceOf(share);
  const signed = ticketToBeSigned(certificate, nonce, TICKET_AT_SECONDS);
  const signature = ed25519.sign(signed, seed);
  const ticket = encodeTicket(certificate, nonce, TICKET_AT_SECONDS, signature);
  return {
    owner,
    claims,
    toBeSigned,
    issued,
    certificate,
    share,
    nonce,
    signed,
    signature,
    ticket,
  };
}
type Shown = ReturnType<typeof ticketOf>;

/** That of Ann. */
export function exampleTicket(): Pick<Shown, "certificate" | "ticket"> {
  return ticketOf(person("Ann", 1_800_000_000_000));
}

export function exampleTicketUrl(): string {
  return ticketUrl(ORIGIN, toBase64Url(exampleTicket().ticket));
}

/** @param origin by default the example's own */
export function exampleBadgeUrl(origin = ORIGIN): string {
  const { identity } = person("Ann", 1_800_000_000_000);
  return badgeUrl(origin, toBase64Url(badgeToken(identity.userId, BADGE_SALT)));
}

const BADGE_SALT = exampleBytes("badge salt", 16);

export function tapSteps(ann: Person, ben: Person): Step[] {
  const shown = ticketOf(ann);
  return [
    certificateStep(shown),
    ticketStep(shown),
    tapStep(shown, ben),
    tableStep([ben, ann, person("Carol", 1_800_000_001_000)]),
    badgeStep(ann),
    requestStep(ben, ann),
  ];
}

function certificateStep({ claims, toBeSigned, issued, certificate }: Shown): Step {
  const key = ed25519.getPublicKey(ISSUER_SEED);
  const jwk = { kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig" };
  const published = { ...jwk, kid: toBase64Url(claims.keyId), x: toBase64Url(key) };
  return {
    title: "Ann's certificate",
    values: [
      ["issued at (seconds)", ISSUED_AT_SECONDS],
      ["issuer's Ed25519 seed (the server's own)", ISSUER_SEED],
      ["issuer's key", key],
      ["kid", claims.keyId],
      ["the same, as published", JSON.stringify(published)],
      ["sub", claims.userId],
      ["exp", claims.expiresAtSeconds],
      ["cti (random)", claims.certificateId],
      ["signed bytes (Sig_structure)", toBeSigned],
      ["signature", issued],
      ["certificate", certificate],
      ["its length in bytes", certificate.length],
    ],
  };
}

function ticketStep({ share, nonce, signed, signature, ticket }: Shown): Step {
  const url = ticketUrl(ORIGIN, toBase64Url(ticket));
  return {
    title: "Ann's ticket",
    values: [
      ["share (random)", share],
      ["nonce", nonce],
      ["time (seconds)", TICKET_AT_SECONDS],
      ["signed bytes", signed],
      ["signature", signature],
      ["ticket", ticket],
      ["its length in bytes", ticket.length],
      ["URL", url],
      ["its length in characters", url.length],
    ],
  };
}

function tapStep({ ticket }: Shown, ben: Person): Step {
  const { identity, device, seed } = ben;
  const tapId = exampleBytes("tap id", 16);
  const { deviceId } = device;
  const statement = tapStatement(toBase64Url(tapId), identity.userId, deviceId, ticket);
  const signature = ed25519.sign(statement, seed);
  const one = { ticket: toBase64Url(ticket), signature: toBase64Url(signature) };
  const proof = {
    kind: "tap" as const,
    tapId: toBase64Url(tapId),
    by: identity.userId,
    device: deviceId,
    ...one,
    at: SUBMITTED_AT,
  };
  return {
    title: "Ben taps Ann",
    values: [
      ["tapId (random)", tapId],
      ["statement", statement],
      ["signature", signature],
      ["body of POST /v1/taps", JSON.stringify({ tapId: proof.tapId, taps: [one] })],
      ["proof, as both mailboxes list it", JSON.stringify(proof)],
      ["receiptHash", tapReceiptHash(proof)],
      ["groupId, if another were among them", fromBase64Url(groupIdOf(proof.by, proof.tapId))],
    ],
  };
}

/** @param people the initiator first */
function tableStep(people: readonly Person[]): Step {
  const tapId = exampleBytes("table id", 16);
  const members = people.map(ticketOf);
  const statement = tableStatement(toBase64Url(tapId), members);
  const places = tablePhrase(statement);
  return {
    title: "A table of three",
    values: [
      ["tapId (random)", tapId],
      ...members.flatMap(({ owner, ticket, share }) => [
        [`${owner.name}'s ticket`, ticket] as const,
        [`${owner.name}'s share (random)`, share] as const,
      ]),
      ["SHA-256 of the table statement", sha256(statement)],
      ["places in the list", places.join(", ")],
      ["phrase", places.map((place) => WORDS[place]).join(" ")],
      ...members.map(
        ({ owner }) =>
          [`${owner.name}'s confirmation`, ed25519.sign(statement, owner.seed)] as const,
      ),
    ],
  };
}

function badgeStep(ann: Person): Step {
  const token = badgeToken(ann.identity.userId, BADGE_SALT);
  const url = exampleBadgeUrl();
  return {
    title: "Ann's badge",
    values: [
      ["salt (random)", BADGE_SALT],
      ["token", token],
      ["URL", url],
      ["its length in characters", url.length],
      [
        "body of PUT /v1/badge",
        JSON.stringify({ token: toBase64Url(token), salt: toBase64Url(BADGE_SALT) }),
      ],
    ],
  };
}

function requestStep(ben: Person, ann: Person): Step {
  const requestId = exampleBytes("request id", 16);
  const to = ann.identity.userId;
  const by = ben.identity.userId;
  const device = ben.device.deviceId;
  const statement = requestStatement(toBase64Url(requestId), by, device, to, "badge");
  const signature = ed25519.sign(statement, ben.seed);
  const approval = approvalStatement(statement, ann.device.deviceId);
  const approved = ed25519.sign(approval, ann.seed);
  const asked = { requestId: toBase64Url(requestId), to, via: "badge" as const };
  const token = toBase64Url(badgeToken(to, BADGE_SALT));
  const proof = {
    kind: "request" as const,
    requestId: asked.requestId,
    via: asked.via,
    by,
    device,
    signature: toBase64Url(signature),
    approvedBy: ann.device.deviceId,
    approval: toBase64Url(approved),
    at: APPROVED_AT,
  };
  return {
    title: "Ben asks Ann by her badge",
    values: [
      ["requestId (random)", requestId],
      ["request statement", statement],
      ["Ben's signature", signature],
      [
        "body of POST /v1/contact-requests",
        JSON.stringify({ ...asked, token, signature: proof.signature }),
      ],
      ["approval statement", approval],
      ["Ann's signature", approved],
      ["proof, as both mailboxes list it", JSON.stringify(proof)],
      ["receiptHash", requestReceiptHash(proof, to)],
    ],
  };
}
