// What a device remembers of an attempt under way, so that after a loss or a restart it says the same
// bytes again, answers no second first message, and never offers a burnt secret again. Secrets: never sent.

import { fromBase64Url, toBase64Url } from "../core/crypto/bytes.ts";
import type { Role } from "../core/crypto/cpace.ts";
import { commitmentTo } from "../core/pairing/commitment.ts";
import {
  agree,
  type Agreement,
  conclude,
  createHalf,
  type Met,
  ownConfirmation,
  sealCard,
  sealIdentity,
  tagOf,
} from "../core/pairing/exchange.ts";
import type { WordListTag } from "../core/pairing/words.ts";
import { receiptBytes, type SharePart, type Transcript } from "../core/pairing/transcript.ts";
import type { IdentityOpening } from "../wire/identity.ts";
import type { Locator, UserId } from "../wire/ids.ts";
import type { AnswerMessage, ClaimMessage, MatchedNotice, Method } from "../wire/pairing.ts";
import type { Device } from "./device.ts";
import type { Ports } from "./ports.ts";

/** T1 and T2 in seconds. */
export interface Terms {
  readonly t1Seconds: number;
  readonly t2Seconds: number;
}

/** What an attempt begins with on this device. */
export interface Start {
  readonly method: Method;
  /** The initiator's choice where the method leaves it one. */
  readonly terms: Terms | null;
  /** The account that is asked, or that asks; null where nobody is named. */
  readonly peerId: UserId | null;
  readonly locator: Locator | null;
  /** In base64url: CPace's password-related string. */
  readonly prs: string;
  /** Language in which a key is shown. */
  readonly words: WordListTag;
  readonly sid: string;
  /** Own card's bytes in base64url; empty for none. */
  readonly card: string;
}

export interface AttemptRecord extends Start {
  readonly id: string;
  readonly origin: string;
  readonly role: Role;
  readonly half: SharePart & { readonly scalar: string };
  /** Opens the commitment. */
  readonly nonce: string;
  /** Entries of this account's log that it commits to. */
  readonly logLength: number;
  /** By this device's clock. */
  readonly begunAt: number;
  /** By the server's clock; null until the attempt stands. */
  readonly openedAt: number | null;
  /** T1 and T2 by this device's clock, in milliseconds since 1970. */
  readonly expiresAt: number | null;
  readonly answerBy: number | null;
  /** The peer's first message: the only one that is ever answered. */
  readonly peer: (SharePart & { readonly confirmation: string | null }) | null;
  /** Own evaluated message, to be repeated to the byte. */
  readonly said: ClaimMessage | AnswerMessage | null;
  readonly opening: IdentityOpening | null;
  /** Hash of the receipt once the contact is kept; the secrets are gone then. */
  readonly concluded: string | null;
}

/** A fresh half of the exchange. The initiator chooses the `sid`. */
export function newRecord(device: Device, ports: Ports, role: Role, start: Start): AttemptRecord {
  const { method, terms, peerId, locator, prs, words, sid, card } = start;
  const nonce = ports.random(32);
  const commitment = commitmentTo(device.identity, device.self, nonce);
  const secrets = { prs: fromBase64Url(prs), sid: fromBase64Url(sid) };
  const half = createHalf({ method, ...secrets, commitment }, ports.random);
  return {
    id: toBase64Url(ports.random(12)),
    origin: device.origin,
    role,
    method,
    terms,
    peerId,
    locator,
    prs,
    words,
    sid,
    half: {
      ...half,
      scalar: toBase64Url(half.scalar),
    },
    nonce: toBase64Url(nonce),
    logLength: device.identity.length,
    begunAt: ports.now(),
    card,
    openedAt: null,
    expiresAt: null,
    answerBy: null,
    peer: null,
    said: null,
    opening: null,
    concluded: null,
  };
}

/** What is left of a record once the contact is kept, until the server has forgotten the attempt as well. */
export function withoutSecrets(record: AttemptRecord, receiptHash: string): AttemptRecord {
  const half = { ...record.half, scalar: "" };
  return { ...record, half, prs: "", card: "", said: null, concluded: receiptHash };
}

/** Null until both first messages are known, or when the peer's share is no valid one. */
export function agreementOf(record: AttemptRecord): Agreement | null {
  const { role, method, sid, half, peer, openedAt } = record;
  if (peer === null || openedAt === null) return null;
  const own: SharePart = { share: half.share, commitment: half.commitment };
  const other: SharePart = { share: peer.share, commitment: peer.commitment };
  const transcript: Transcript = {
    method,
    sid,
    openedAt,
    initiator: role === "initiator" ? own : other,
    responder: role === "initiator" ? other : own,
  };
  return agree(role, transcript, { ...half, scalar: fromBase64Url(half.scalar) });
}

/** What the server released, verified by this device; null when it does not prove a peer, or proves another than was asked. */
export function verifyMatch(
  record: AttemptRecord,
  ownUserId: UserId,
  notice: MatchedNotice,
): { agreement: Agreement; met: Met; opening: IdentityOpening } | null {
  const agreement = agreementOf(record);
  const { opening, peerId } = record;
  if (agreement === null || opening === null) return null;
  const met = conclude(agreement, fromBase64Url(record.nonce), notice);
  if (met === null || met.peer.userId === ownUserId) return null;
  if (peerId !== null && met.peer.userId !== peerId) return null;
  return { agreement, met, opening };
}

/** The opening of one's own commitment, with the signed receipt. */
export async function ownOpening(
  device: Device,
  record: AttemptRecord,
  agreement: Agreement,
  name: string,
): Promise<IdentityOpening> {
  const receiptSignature = await device.sign(receiptBytes(agreement.transcript));
  return {
    log: device.log.slice(0, record.logLength),
    deviceId: device.self.deviceId,
    nonce: record.nonce,
    name,
    receiptSignature: toBase64Url(receiptSignature),
  };
}

/** Tag, confirmation and both sealed boxes: what a claim and an answer have in common. */
export function proofMembers(
  agreement: Agreement,
  opening: IdentityOpening,
  card: string,
  ports: Ports,
) {
  return {
    tag: tagOf(agreement),
    confirmation: ownConfirmation(agreement),
    identity: sealIdentity(agreement, opening, ports.random),
    card: sealCard(agreement, fromBase64Url(card), ports.random),
  };
}
