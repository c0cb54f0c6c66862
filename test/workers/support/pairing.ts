// Messages of a pairing as the server sees them. It never looks inside the boxes, so random bytes stand
// for them; shares are points of the group, and what it compares is the tag.

import { ristretto255_hasher } from "@noble/curves/ed25519.js";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import type { KeptRelease } from "../../../shared/core/pairing/delivery.ts";
import type { Errand } from "../../../shared/core/pairing/errands.ts";
import type { ContactCommit } from "../../../shared/core/pairing/state.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { PASSPHRASE_T1_SECONDS, PASSPHRASE_T2_SECONDS } from "../../../shared/wire/limits.ts";
import type { AnswerMessage, ClaimMessage, OpenMessage } from "../../../shared/wire/pairing.ts";
import { randomBytes, randomText, type TestAccount } from "./accounts.ts";
import { connectToAttempt, type TestSocket } from "./sockets.ts";

let lastLocator = 0;

/** A locator that no other test of this file uses; objects outlive a test. */
export function freshLocator(): string {
  lastLocator += 1;
  return String(100_000_000 + lastLocator);
}

function randomShare(): string {
  const point = ristretto255_hasher.deriveToCurve?.(randomBytes(64));
  if (point === undefined) throw new Error("the curve library lacks the ristretto255 map");
  return toBase64Url(point.toBytes());
}

export function openMessage(method: "key" | "link" = "key"): OpenMessage {
  return {
    type: "open",
    method,
    sid: randomText(16),
    share: randomShare(),
    commitment: randomText(32),
  };
}

/** T1 and T2 as they are unless the initiator says otherwise. */
export const TERMS: { readonly t1Seconds: number; readonly t2Seconds: number } = {
  t1Seconds: PASSPHRASE_T1_SECONDS,
  t2Seconds: PASSPHRASE_T2_SECONDS,
};

export function passphraseMessage(terms: typeof TERMS = TERMS): OpenMessage {
  return { ...openMessage(), method: "passphrase", ...terms };
}

export function claimMessage(tag = randomText(32)): ClaimMessage {
  return {
    type: "claim",
    share: randomShare(),
    commitment: randomText(32),
    tag,
    confirmation: randomText(64),
    identity: randomText(100),
    card: randomText(296),
  };
}

/** What a device says that found the claim right (and sends its boxes along). */
export function answerMessage(tag: string): AnswerMessage {
  return {
    type: "answer",
    tag,
    confirmation: randomText(64),
    identity: randomText(100),
    card: randomText(296),
  };
}

/** What a device says that found the claim wrong. */
export function wrongAnswer(): AnswerMessage {
  return { ...answerMessage(randomText(32)), identity: null, card: null };
}

/** A contact as an attempt hands it to a mailbox. */
export function contactErrand(
  owner: UserId,
  peer: UserId,
  change: Partial<ContactCommit> & { release?: KeptRelease } = {},
): Errand {
  const { release = null, ...changed } = change;
  const receiptHash = randomText(32);
  const contact = {
    owner,
    peer,
    method: "key",
    metAt: Date.now(),
    receiptHash,
    ...changed,
  } as const;
  return {
    kind: "contact",
    owner,
    sid: release?.sid ?? randomText(16),
    delivery: { contact, release },
    guess: null,
  };
}

export interface Meeting {
  readonly locator: string;
  readonly initiator: TestSocket;
  readonly responder: TestSocket;
}

/** Two accounts meet; resolves once both are told and both mailboxes have their contact. */
export async function meet(
  a: TestAccount,
  b: TestAccount,
  { locator = freshLocator(), isAcknowledged = true } = {},
): Promise<Meeting> {
  const initiator = await connectToAttempt(a, "open", locator);
  initiator.send(openMessage());
  await initiator.next("opened");
  const responder = await connectToAttempt(b, "claim", locator);
  await responder.next("offer");
  const claim = claimMessage();
  responder.send(claim);
  await initiator.next("claim");
  initiator.send(answerMessage(claim.tag));
  await Promise.all([initiator.next("matched"), responder.next("matched")]);
  if (isAcknowledged) {
    initiator.send({ type: "acknowledge" });
    responder.send({ type: "acknowledge" });
    await Promise.all([initiator.next("acknowledged"), responder.next("acknowledged")]);
  }
  return { locator, initiator, responder };
}

export function randomInt(below: number): number {
  return new DataView(randomBytes(4).buffer).getUint32(0) % below;
}
