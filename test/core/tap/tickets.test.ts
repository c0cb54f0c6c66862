// TAP-1, TAP-2, TAP-8: certificates and tickets as bytes, and the link that carries one. The certificate is also read
// by an independent implementation of COSE and CWT.

import { createPublicKey, verify } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { Claims, Validator } from "@ldclabs/cose-ts/cwt";
import { Ed25519Key } from "@ldclabs/cose-ts/ed25519";
import { Sign1Message } from "@ldclabs/cose-ts/sign1";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64Url, toBase64Url, utf8 } from "../../../shared/core/crypto/bytes.ts";
import { deviceIdOf } from "../../../shared/core/identity/deviceLog.ts";
import {
  certificateToBeSigned,
  encodeCertificate,
  isCertificateBy,
  readCertificate,
} from "../../../shared/core/tap/certificate.ts";
import { judge } from "../../../shared/core/tap/judging.ts";
import { badgeUrl, readTapLink, ticketUrl } from "../../../shared/core/tap/links.ts";
import {
  approvalStatement,
  badgeToken,
  requestStatement,
  tablePhrase,
  tableStatement,
  tapReceiptHash,
  tapStatement,
} from "../../../shared/core/tap/statements.ts";
import {
  encodeTicket,
  isInTime,
  isSignedByItsDevice,
  nonceOf,
  readTicket,
  ticketToBeSigned,
} from "../../../shared/core/tap/ticket.ts";
import { CERTIFICATE_BYTES, TICKET_BYTES } from "../../../shared/wire/limits.ts";
import type { TapProof } from "../../../shared/wire/tap.ts";
import { NOW, person } from "./world.ts";

const ISSUER_SECRET = new Uint8Array(32).fill(1);
const ISSUER = ed25519.getPublicKey(ISSUER_SECRET);
const DEVICE_SECRET = new Uint8Array(32).fill(2);
const DEVICE = ed25519.getPublicKey(DEVICE_SECRET);
const SECONDS = NOW / 1_000;
const BEN = person(1);
const SHARE = new Uint8Array(16).fill(5);

const CLAIMS = {
  keyId: Uint8Array.of(2, 132),
  userId: BEN.userId,
  expiresAtSeconds: SECONDS + 3_600,
  certificateId: new Uint8Array(8).fill(7),
  signKey: DEVICE,
};

function certificate(claims = CLAIMS): Uint8Array {
  return encodeCertificate(claims, ed25519.sign(certificateToBeSigned(claims), ISSUER_SECRET));
}

function ticket(timeSeconds = SECONDS, of = certificate()): Uint8Array {
  const nonce = nonceOf(SHARE);
  const toBeSigned = ticketToBeSigned(of, nonce, timeSeconds);
  return encodeTicket(of, nonce, timeSeconds, ed25519.sign(toBeSigned, DEVICE_SECRET));
}

function isGenuine(bytes: Uint8Array): boolean {
  const read = readTicket(bytes);
  return read !== null && isCertificateBy(ISSUER, read.certificate) && isSignedByItsDevice(read);
}

/** As the server verifies: natively, which is fast enough for every bit. */
function isSignedBy(key: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  const jwk = { kty: "OKP", crv: "Ed25519", x: toBase64Url(key) };
  return verify(null, bytes, createPublicKey({ key: jwk, format: "jwk" }), signature);
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  return bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
}

function everyBit(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length * 8 }, (_, bit) => flipped(bytes, bit));
}

describe("a certificate", () => {
  test(`TAP-1: is ${certificate().length} bytes, under 175, and says what it was made of`, () => {
    expect(certificate()).toHaveLength(174);
    expect(CERTIFICATE_BYTES).toBe(174);
    const read = readCertificate(certificate());
    expect(read).toMatchObject(CLAIMS);
    expect(read !== null && isCertificateBy(ISSUER, read)).toBe(true);
    expect(read !== null && isCertificateBy(DEVICE, read)).toBe(false);
  });

  test("TAP-1: with any single bit flipped it is unreadable, or not by its issuer", () => {
    for (const bytes of everyBit(certificate())) {
      const read = readCertificate(bytes);
      if (read !== null) expect(isSignedBy(ISSUER, read.toBeSigned, read.signature)).toBe(false);
    }
  });

  test("of any other length is none, and no bytes make the reader throw", () => {
    for (let length = 0; length < 174; length++) {
      expect(readCertificate(certificate().slice(0, length))).toBeNull();
    }
    expect(readCertificate(Uint8Array.of(...certificate(), 0))).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readCertificate(bytes)).toBeNull();
        expect(readTicket(bytes)).toBeNull();
      }),
    );
  });

  test("TAP-1: an independent implementation verifies it, and reads the same claims", () => {
    const { payload, protected: header } = Sign1Message.fromBytes(
      Ed25519Key.fromPublic(ISSUER),
      certificate(),
    );
    expect(header?.getBytes(4)).toEqual(CLAIMS.keyId);
    const claims = Claims.fromBytes(payload);
    expect(claims.sub).toBe(BEN.userId);
    expect(claims.exp).toBe(CLAIMS.expiresAtSeconds);
    expect(claims.cti).toEqual(CLAIMS.certificateId);
    const key = claims.cnf.get(1) as Map<number, unknown>;
    expect([key.get(1), key.get(-1), key.get(-2)]).toEqual([1, 6, DEVICE]);
    const at = (fixedNow: Date) => () => new Validator({ fixedNow }).validate(claims);
    expect(at(new Date(NOW))).not.toThrow();
    expect(at(new Date(NOW + 2 * 3_600_000))).toThrow(/expired/);
  });

  test("TAP-1: that implementation takes none that was tampered with, nor one by another key", () => {
    const read = (key: Uint8Array, bytes: Uint8Array) => () =>
      Sign1Message.fromBytes(Ed25519Key.fromPublic(key), bytes);
    expect(read(DEVICE, certificate())).toThrow();
    const bits = [8 * 4 + 1, 8 * 8, 8 * 20, 8 * 50, 8 * 60, 8 * 90, 8 * 120, 8 * 173];
    for (const bit of bits) expect(read(ISSUER, flipped(certificate(), bit))).toThrow();
  });
});

describe("a ticket", () => {
  const url = ticketUrl("https://acquaint.example", toBase64Url(ticket()));

  test(`TAP-2, TAP-8: is ${ticket().length} bytes, and its link ${url.length} characters, under 400`, () => {
    expect(ticket()).toHaveLength(259);
    expect(TICKET_BYTES).toBe(259);
    expect(url).toHaveLength(377);
    expect(isGenuine(ticket())).toBe(true);
    const read = readTicket(ticket());
    expect(read?.timeSeconds).toBe(SECONDS);
    expect(read?.nonce).toEqual(nonceOf(SHARE));
    expect(read?.certificate).toMatchObject(CLAIMS);
  });

  test("TAP-2: with any single bit flipped it is unreadable, or not genuine", () => {
    for (const bytes of everyBit(ticket())) {
      const read = readTicket(bytes);
      if (read === null) continue;
      const { certificate: of, toBeSigned, signature } = read;
      const isCertified = isSignedBy(ISSUER, of.toBeSigned, of.signature);
      expect(isCertified && isSignedBy(of.signKey, toBeSigned, signature)).toBe(false);
    }
    expect(isGenuine(flipped(ticket(), 1_500))).toBe(false);
  });

  test("TAP-2: with another's certificate it is not genuine, though that is", () => {
    const other = certificate({ ...CLAIMS, signKey: ISSUER });
    expect(isGenuine(ticket(SECONDS, other))).toBe(false);
  });

  test("TAP-2: counts from 5 s before to 60 s after its time, and no longer than its certificate", () => {
    const read = readTicket(ticket());
    if (read === null) throw new Error("unreadable");
    const at = (seconds: number) => isInTime(read, NOW + seconds * 1_000);
    expect([-5.001, -5, 0, 59.999, 60].map(at)).toEqual([false, true, true, true, false]);
    const short = readTicket(
      ticket(SECONDS, certificate({ ...CLAIMS, expiresAtSeconds: SECONDS + 10 })),
    );
    if (short === null) throw new Error("unreadable");
    expect(isInTime(short, NOW + 9_999)).toBe(true);
    expect(isInTime(short, NOW + 10_000)).toBe(false);
  });

  test("a nonce commits to its share", () => {
    expect(nonceOf(SHARE)).toHaveLength(16);
    for (const bytes of everyBit(SHARE)) expect(nonceOf(bytes)).not.toEqual(nonceOf(SHARE));
  });

  test("TAP-8: its link reads back the same, from any text around it that people paste", () => {
    const text = toBase64Url(ticket());
    const origin = "https://acquaint.example";
    const link = { kind: "ticket", origin, ticket: text };
    expect(readTapLink(url)).toEqual(link);
    expect(readTapLink(`\n ${url} `)).toEqual(link);
    const token = toBase64Url(badgeToken(BEN.userId, SHARE));
    expect(readTapLink(badgeUrl(origin, token))).toEqual({ kind: "badge", origin, token });
    expect(new URL(url).pathname).toBe("/");
  });

  test("TAP-8: what is no such link is none", () => {
    const text = toBase64Url(ticket());
    const others = [
      "",
      "hello",
      text,
      url.slice(0, -1),
      `${url}A`,
      `javascript:alert(1)#/tap/${text}`,
      `https://acquaint.example/tap/${text}`,
      `https://acquaint.example/#/badge/${text}`,
      `https://acquaint.example/#/tap/${"A".repeat(22)}`,
    ];
    for (const other of others) expect(readTapLink(other)).toBeNull();
  });
});

describe("what is signed", () => {
  const proof: TapProof = {
    kind: "tap",
    tapId: toBase64Url(new Uint8Array(16).fill(1)),
    by: person(0).userId,
    device: person(0).deviceId,
    ticket: toBase64Url(ticket()),
    signature: toBase64Url(new Uint8Array(64)),
    at: NOW,
  };

  test("TAP-3: of a touch, it names submission, person, device and ticket", () => {
    const { tapId, by, device } = proof;
    const all = [
      tapStatement(tapId, by, device, ticket()),
      tapStatement(toBase64Url(new Uint8Array(16)), by, device, ticket()),
      tapStatement(tapId, BEN.userId, device, ticket()),
      tapStatement(tapId, by, BEN.deviceId, ticket()),
      tapStatement(tapId, by, device, ticket(SECONDS + 1)),
      utf8("acquaint tap v1"),
    ];
    expect(new Set(all.map(toBase64Url)).size).toBe(all.length);
  });

  test("its receipt is the same whoever signs, whenever it came, and another for another ticket", () => {
    const hash = tapReceiptHash(proof);
    expect(hash).toHaveLength(32);
    expect(tapReceiptHash({ ...proof, at: 0, isCompared: true })).toEqual(hash);
    const other = toBase64Url(ticket(SECONDS + 1));
    expect(tapReceiptHash({ ...proof, ticket: other })).not.toEqual(hash);
  });

  test("TAP-5: of a table, tickets, shares and order; the phrase is six words of it", () => {
    const members = [
      { ticket: ticket(), share: SHARE },
      { ticket: ticket(SECONDS + 1), share: SHARE.with(0, 1) },
    ];
    const statement = tableStatement(proof.tapId, members);
    const swapped = tableStatement(proof.tapId, members.toReversed());
    const phrase = tablePhrase(statement);
    expect(phrase).toHaveLength(6);
    expect(phrase.every((index) => index >= 0 && index < 2_048)).toBe(true);
    expect(tablePhrase(swapped)).not.toEqual(phrase);
    expect(tablePhrase(tableStatement(proof.tapId, members))).toEqual(phrase);
  });

  test("TAP-8: an approval is of one request, and a badge of one account", () => {
    const request = requestStatement(proof.tapId, proof.by, proof.device, BEN.userId, "badge");
    const other = requestStatement(proof.tapId, proof.by, proof.device, proof.by, "badge");
    const approval = approvalStatement(request, BEN.deviceId);
    expect(approvalStatement(other, BEN.deviceId)).not.toEqual(approval);
    expect(badgeToken(BEN.userId, SHARE)).toHaveLength(16);
    expect(badgeToken(proof.by, SHARE)).not.toEqual(badgeToken(BEN.userId, SHARE));
    expect(badgeToken(BEN.userId, SHARE.with(0, 1))).not.toEqual(badgeToken(BEN.userId, SHARE));
  });
});

describe("before any mailbox is asked", () => {
  const ann = person(0);
  const of = (bytes: Uint8Array, isGood = true) => ({
    ticket: toBase64Url(bytes),
    read: readTicket(bytes),
    isGenuine: isGood,
  });
  const certified = (userId: string, timeSeconds = SECONDS, device = DEVICE) =>
    ticket(timeSeconds, certificate({ ...CLAIMS, userId: userId as never, signKey: device }));

  test("TAP-3: each ticket has the first outcome that applies, and spoils no other", () => {
    const list = [
      of(certified(person(2).userId)),
      of(Uint8Array.of(1, 2, 3)),
      of(certified(person(3).userId), false),
      of(certified(ann.userId, SECONDS - 9_999)),
      of(certified(person(2).userId, SECONDS - 9_999, ISSUER)),
      of(certified(person(4).userId, SECONDS - 600)),
      of(certified(person(5).userId, SECONDS - 599)),
      of(certified(person(6).userId, SECONDS + 6)),
      of(certified(person(7).userId, SECONDS + 5)),
      of(certified(person(3).userId)),
    ];
    const judged = judge(list, ann.userId, NOW);
    expect(judged.map(({ outcome }) => outcome)).toEqual([
      null,
      "forged",
      "forged",
      "self",
      "duplicate",
      "expired",
      null,
      "expired",
      null,
      null,
    ]);
    expect(judged.map(({ isMemoryOnly }) => isMemoryOnly).indexOf(true)).toBe(6);
    expect(judged.filter(({ isMemoryOnly }) => isMemoryOnly)).toHaveLength(1);
    expect(judged[1]).toMatchObject({ userId: null, device: null, nonce: null });
    expect(judged[0]).toMatchObject({ userId: person(2).userId, device: deviceIdOf(DEVICE) });
    expect(fromBase64Url(judged[0]?.nonce ?? "")).toEqual(nonceOf(SHARE));
  });
});
