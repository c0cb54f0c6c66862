// ID-3: a contact that another device of the account has met counts as verified only if the proof that comes with it
// holds: both openings against the transcript and its receipt, one by a device of the own log.

import { expect, test } from "vitest";
import { exchangeOf } from "../../../scripts/docs/exampleExchange.ts";
import { person } from "../../../scripts/docs/examplePeople.ts";
import { utf8 } from "../../../shared/core/crypto/bytes.ts";
import { verifyContact } from "../../../shared/core/handover/contactProof.ts";
import type { HandedContact } from "../../../shared/core/handover/handed.ts";
import { conclude } from "../../../shared/core/pairing/exchange.ts";
import { hashOfReceipt } from "../../../shared/core/pairing/transcript.ts";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import type { Method } from "../../../shared/wire/pairing.ts";
import { Account, must } from "../deviceLogAccount.ts";

const AT = 1_800_000_000_000;
const ann = person("Ann", AT);
const ben = person("Ben", AT + 500);
const cleo = person("Cleo", AT + 700);

/** As Ann's device hands Ben over, and Ben's device Ann. */
function met(method: Method = "key", draw = "", people = { ann, ben }) {
  const secrets = { method, draw, openedAt: AT + 60_000, prs: utf8("x"), card: new Uint8Array() };
  const { isk, transcript, a, b, claim, answer } = exchangeOf(people, secrets);
  const initiator = must(conclude({ role: "initiator", transcript, isk }, a.nonce, claim.message));
  const responder = must(conclude({ role: "responder", transcript, isk }, b.nonce, answer.message));
  const [ofAnn, ofBen] = [responder.opening, initiator.opening];
  const common = { kind: "contact", transcript, card: null, cardProblem: null } as const;
  const byAnn: HandedContact = { ...common, ownOpening: ofAnn, peerOpening: ofBen };
  const byBen: HandedContact = { ...common, ownOpening: ofBen, peerOpening: ofAnn };
  return { byAnn, byBen, receiptHash: toBase64Url(hashOfReceipt(transcript)) };
}

test("ID-3: the proof of a meeting names the contact, whichever side one's own device was on", () => {
  for (const method of ["key", "passphrase"] as const) {
    const { byAnn, byBen, receiptHash } = met(method);
    expect(verifyContact(byAnn, ann.identity)).toEqual({
      userId: ben.identity.userId,
      receiptHash,
    });
    expect(verifyContact(byBen, ben.identity)).toEqual({
      userId: ann.identity.userId,
      receiptHash,
    });
  }
});

test("ID-3: nobody else's meeting proves anything, nor a link, nor openings in each other's place", () => {
  const { byAnn, byBen } = met();
  expect(verifyContact(byBen, ann.identity)).toBe(null);
  expect(verifyContact(byAnn, cleo.identity)).toBe(null);
  expect(verifyContact(met("link").byAnn, ann.identity)).toBe(null);
  expect(verifyContact({ ...byAnn, peerOpening: byAnn.ownOpening }, ann.identity)).toBe(null);
  expect(verifyContact({ ...byAnn, ownOpening: byAnn.peerOpening }, ann.identity)).toBe(null);
});

test("ID-3: what was changed in a proof, or is of another meeting, proves nothing", () => {
  const { byAnn } = met();
  const another = met("key", "again ");
  const withCleo = met("key", "", { ann, ben: cleo });
  const { transcript, peerOpening, ownOpening } = byAnn;
  const changed: Partial<HandedContact>[] = [
    { transcript: { ...transcript, openedAt: transcript.openedAt + 1 } },
    { transcript: { ...transcript, method: "passphrase" } },
    { transcript: another.byAnn.transcript },
    { transcript: { ...transcript, responder: another.byAnn.transcript.responder } },
    { peerOpening: another.byAnn.peerOpening },
    { peerOpening: withCleo.byAnn.peerOpening },
    { ownOpening: another.byAnn.ownOpening },
    { peerOpening: { ...peerOpening, nonce: ownOpening.nonce } },
    { peerOpening: { ...peerOpening, receiptSignature: ownOpening.receiptSignature } },
    { ownOpening: { ...ownOpening, receiptSignature: peerOpening.receiptSignature } },
    { peerOpening: { ...peerOpening, log: cleo.log } },
  ];
  for (const change of changed) {
    expect(verifyContact({ ...byAnn, ...change }, ann.identity)).toBe(null);
  }
  expect(
    verifyContact({ ...byAnn, peerOpening: { ...peerOpening, name: "Benno" } }, ann.identity),
  ).not.toBe(null); // what somebody calls itself is nobody's proof
});

test("ID-3: the log may have grown since, or be known here only to an earlier length, but never otherwise", () => {
  const account = new Account("Zoe");
  const grown = new Account("Zoe", account).add(0).add(1);
  const other = new Account("Zoe", account).add("recovery");
  const owner = {
    ...ann,
    seed: account.secretOf(0),
    log: grown.log,
    identity: grown.verified,
    device: must(grown.verified.devices[0]),
  };
  const { byAnn } = met("key", "", { ann: owner, ben });
  expect(verifyContact(byAnn, grown.verified)?.userId).toBe(ben.identity.userId);
  expect(verifyContact(byAnn, account.verified)?.userId).toBe(ben.identity.userId);
  const longer = new Account("Zoe", grown).remove(0, 2);
  expect(verifyContact(byAnn, longer.verified)?.userId).toBe(ben.identity.userId);
  expect(verifyContact(byAnn, other.verified)).toBe(null);
});
