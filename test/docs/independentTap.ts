// Certificates, tickets, taps, tables, badges and requests, written from docs/protocol.md alone: nothing of shared/ is
// used. It checks all that a device is told to check, and keeps nothing.

import { createPublicKey, randomBytes } from "node:crypto";
import { wordlist as english } from "@scure/bip39/wordlists/english.js";
import type { IndependentClient } from "./independentClient.ts";
import type { Json } from "./independentConnection.ts";
import {
  type Account,
  b64,
  base32,
  fromB64,
  isSigned,
  lvCat,
  sha256,
  u64be,
} from "./independentCrypto.ts";

export interface ReadCertificate {
  readonly kid: string;
  readonly userId: string;
  /** Seconds since 1970. */
  readonly end: number;
  readonly signKey: Buffer;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

export interface ReadTicket {
  readonly certificate: ReadCertificate;
  readonly nonce: Buffer;
  readonly time: number;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** The layout with dots where certificates differ. */
const CERTIFICATE = [
  "d28447a201270442....a0585fa4027820",
  ".".repeat(64),
  "041a........0748................08a101a301012006215820",
  ".".repeat(64),
  "5840",
  ".".repeat(128),
].join("");

/** @throws Error for what is no certificate */
export function readCertificate(bytes: Buffer): ReadCertificate {
  if (!new RegExp(`^${CERTIFICATE}$`).test(bytes.toString("hex")))
    throw new Error("no certificate");
  const [header, payload] = [bytes.subarray(2, 10), bytes.subarray(11, 108)];
  const signature1 = Buffer.concat([Buffer.of(0x84, 0x6a), Buffer.from("Signature1")]);
  return {
    kid: b64(bytes.subarray(8, 10)),
    userId: bytes.toString("latin1", 17, 49),
    end: bytes.readUInt32BE(51),
    signKey: bytes.subarray(76, 108),
    signed: Buffer.concat([signature1, header, Buffer.of(0x40), payload]),
    signature: bytes.subarray(110),
  };
}

/** @param keys as the server publishes them @throws Error for one by none of them, or at its end */
export function verifyCertificate(
  certificate: ReadCertificate,
  keys: Json[],
  seconds: number,
): void {
  const { kid, signed, signature, end } = certificate;
  const key = keys.find((one) => one["kid"] === kid);
  if (key === undefined) throw new Error("an issuer's key that is not known");
  const spki = createPublicKey({ key, format: "jwk" }).export({ format: "der", type: "spki" });
  if (!isSigned(spki.subarray(-32), signed, signature)) throw new Error("not issued");
  if (seconds >= end) throw new Error("at its end");
}

export const nonceOf = (share: Buffer): Buffer =>
  sha256(lvCat("acquaint share v1", share)).subarray(0, 16);

const ticketBytes = (certificate: Buffer, nonce: Buffer, time: number): Buffer =>
  lvCat("acquaint ticket v1", certificate, nonce, u64be(time));

export function makeTicket(
  sign: (message: Buffer) => Buffer,
  certificate: Buffer,
  share: Buffer,
  time: number,
): Buffer {
  const nonce = nonceOf(share);
  const seconds = Buffer.alloc(4);
  seconds.writeUInt32BE(time);
  const signature = sign(ticketBytes(certificate, nonce, time));
  return Buffer.concat([Buffer.of(1), certificate, nonce, seconds, signature]);
}

/** @throws Error for what is no ticket, or not signed by the device that it names */
export function readTicket(bytes: Buffer): ReadTicket {
  if (bytes.length !== 259 || bytes[0] !== 1) throw new Error("no ticket");
  const [own, nonce, time] = [
    bytes.subarray(1, 175),
    bytes.subarray(175, 191),
    bytes.readUInt32BE(191),
  ];
  const certificate = readCertificate(own);
  const signed = ticketBytes(own, nonce, time);
  const signature = bytes.subarray(195);
  if (!isSigned(certificate.signKey, signed, signature)) throw new Error("not signed");
  return { certificate, nonce, time, signed, signature };
}

/** The ticket in a URL of that origin. */
export function ticketIn(url: string, origin: string): Buffer {
  const [, ticket] = /^(?:.*)#\/tap\/([A-Za-z0-9_-]{346})$/.exec(url) ?? [];
  if (ticket === undefined || new URL(url).origin !== origin) throw new Error("no ticket's URL");
  return fromB64(ticket);
}

export const urlOf = (origin: string, ticket: Buffer): string => `${origin}/#/tap/${b64(ticket)}`;

export const tapStatement = (tapId: Buffer, by: string, device: string, ticket: Buffer): Buffer =>
  lvCat("acquaint tap v1", tapId, by, device, sha256(ticket));

export const tapReceiptHash = (ticket: Buffer, statement: Buffer): Buffer =>
  sha256(lvCat("acquaint tap receipt v1", ticket, statement));

export const groupIdOf = (by: string, tapId: Buffer): Buffer =>
  sha256(lvCat("acquaint group v1", by, tapId)).subarray(0, 16);

/** @param seats ticket and share of each, in their order */
export const tableBytes = (tapId: Buffer, seats: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  lvCat(
    "acquaint table v1",
    tapId,
    Buffer.concat(seats.map(([ticket, share]) => lvCat(ticket, share))),
  );

export function phraseOf(table: Buffer): { readonly places: number[]; readonly words: string } {
  const digest = sha256(lvCat("acquaint table phrase v1", table));
  const bits = [...digest].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const places = (bits.slice(0, 66).match(/.{11}/g) ?? []).map((part) => Number.parseInt(part, 2));
  return { places, words: places.map((place) => english[place]).join(" ") };
}

export const badgeToken = (userId: string, salt: Buffer): Buffer =>
  sha256(lvCat("acquaint badge v1", userId, salt)).subarray(0, 16);

export const requestBytes = (
  requestId: Buffer,
  from: string,
  device: string,
  to: string,
  via = "badge",
): Buffer => lvCat("acquaint contact request v1", requestId, from, device, to, via);

export const approvalBytes = (request: Buffer, device: string): Buffer =>
  lvCat("acquaint contact approval v1", sha256(request), device);

const requestReceiptHash = (request: Buffer, approval: Buffer): Buffer =>
  sha256(lvCat("acquaint request receipt v1", request, approval));

/** The receipt's hash of a proof between the two, by the section "What each side knows". @throws Error */
export function verifyProof(proof: Json, one: Account, other: Account): string {
  const [by, passive] = proof["by"] === one.userId ? [one, other] : [other, one];
  if (proof["by"] !== by.userId) throw new Error("of neither");
  const member = (name: string) => fromB64(String(proof[name]));
  if (proof["kind"] === "request") {
    const request = requestBytes(
      member("requestId"),
      by.userId,
      String(proof["device"]),
      passive.userId,
      String(proof["via"]),
    );
    const approval = approvalBytes(request, String(proof["approvedBy"]));
    mustBe(proof["device"], by.deviceId);
    mustBe(proof["approvedBy"], passive.deviceId);
    mustBe(isSigned(by.signKey, request, member("signature")), true);
    mustBe(isSigned(passive.signKey, approval, member("approval")), true);
    return b64(requestReceiptHash(request, approval));
  }
  const bytes = member("ticket");
  const { certificate, time } = readTicket(bytes);
  mustBe(certificate.userId, passive.userId);
  mustBe(base32(sha256(certificate.signKey).subarray(0, 10)), passive.deviceId);
  const late = Number(proof["at"]) / 1_000 - time;
  mustBe(late >= -5 && late < 60, true);
  const statement = tapStatement(member("tapId"), by.userId, String(proof["device"]), bytes);
  mustBe(proof["device"], by.deviceId);
  mustBe(isSigned(by.signKey, statement, member("signature")), true);
  return b64(tapReceiptHash(bytes, statement));
}

function mustBe(value: unknown, wanted: unknown): void {
  if (value !== wanted) throw new Error(`${String(value)}, and not ${String(wanted)}`);
}

/** What came of a submission, for its initiator. */
export interface Submitted {
  readonly tapId: Buffer;
  readonly tap: Json;
  readonly outcomes: unknown[];
}

/** A device that taps, on a client that has signed in. */
export class IndependentTaps {
  readonly #client: IndependentClient;
  readonly #origin: string;
  /** Seconds by which the server's clock is ahead. */
  #ahead = 0;
  #certificate: Buffer = Buffer.alloc(0);
  /** By ticket. */
  readonly #shares = new Map<string, Buffer>();

  constructor(client: IndependentClient, origin: string) {
    this.#client = client;
    this.#origin = origin;
  }

  /** Asks for a certificate, and verifies it as anybody could. */
  async prepare(): Promise<ReadCertificate> {
    const { connection, account } = this.#client;
    const askedAt = Date.now();
    const answer = await connection.call("POST", "/v1/certificates");
    const middle = (askedAt + Date.now()) / 2;
    this.#ahead = (Number(answer["now"]) - middle) / 1_000;
    this.#certificate = fromB64(String(answer["certificate"]));
    const certificate = readCertificate(this.#certificate);
    const { keys } = await connection.call("GET", "/.well-known/acquaint-issuer-keys");
    verifyCertificate(certificate, keys as Json[], this.#seconds());
    mustBe(certificate.userId, account.userId);
    mustBe(b64(certificate.signKey), b64(account.signKey));
    mustBe(answer["expiresAt"], certificate.end * 1_000);
    return certificate;
  }

  /** A ticket's URL; it takes no network. @param later than now, in seconds */
  show(later = 0): string {
    const share = randomBytes(16);
    const sign = (message: Buffer) => this.#client.signer.sign(message);
    const time = Math.floor(this.#seconds() + later);
    const ticket = makeTicket(sign, this.#certificate, share, time);
    this.#shares.set(b64(ticket), share);
    return urlOf(this.#origin, ticket);
  }

  /** @param rest `together`, or a `tapId` to say again */
  async tap(
    urls: readonly string[],
    { tapId = randomBytes(16), together }: { tapId?: Buffer; together?: string } = {},
  ): Promise<Submitted> {
    const { account, connection, signer } = this.#client;
    const taps = urls.map((url) => {
      const ticket = ticketIn(url, this.#origin);
      const statement = tapStatement(tapId, account.userId, account.deviceId, ticket);
      return { ticket: b64(ticket), signature: b64(signer.sign(statement)) };
    });
    const own = together === undefined ? {} : { together: b64(ticketIn(together, this.#origin)) };
    const tap = await connection.call("POST", "/v1/taps", { tapId: b64(tapId), taps, ...own });
    const outcomes = (tap["outcomes"] as Json[]).map((one) => one["outcome"]);
    return { tapId, tap, outcomes };
  }

  /** Verifies a table that was told, and shows the share. */
  async reveal(tap: Json): Promise<Json> {
    const { by, members } = this.#seatsOf(tap);
    const own = members.find(({ userId }) => userId === this.#client.account.userId)!;
    const share = this.#shares.get(own.ticket)!;
    const path = `/v1/taps/${by}/${String(tap["tapId"])}/share`;
    return this.#client.connection.call("PUT", path, { share: b64(share) });
  }

  /** The words of a table at which all have shown their shares, and what is signed for it. */
  compare(tap: Json): { readonly words: string; readonly table: Buffer } {
    const { members } = this.#seatsOf(tap);
    const seats = members.map(({ ticket, share }) => {
      const opened = fromB64(share ?? "");
      mustBe(b64(readTicket(fromB64(ticket)).nonce), b64(nonceOf(opened)));
      return [fromB64(ticket), opened] as const;
    });
    const table = tableBytes(fromB64(String(tap["tapId"])), seats);
    return { words: phraseOf(table).words, table };
  }

  async confirm(tap: Json): Promise<Json> {
    const { table } = this.compare(tap);
    const path = `/v1/taps/${String(tap["by"])}/${String(tap["tapId"])}/confirmation`;
    const signature = b64(this.#client.signer.sign(table));
    return this.#client.connection.call("PUT", path, { signature });
  }

  async undo(by: string, tapId: string, userId: string): Promise<Json> {
    return this.#client.connection.call("POST", `/v1/taps/${by}/${tapId}/undo`, { userId });
  }

  /** The badge's URL. */
  async makeBadge(): Promise<string> {
    const salt = randomBytes(16);
    const token = b64(badgeToken(this.#client.account.userId, salt));
    const body = { token, salt: b64(salt) };
    mustBe((await this.#client.connection.call("PUT", "/v1/badge", body))["token"], token);
    return `${this.#origin}/#/badge/${token}`;
  }

  /** Whose badge it is, verified, and a request to them. */
  async askBy(url: string): Promise<{ readonly to: string; readonly requestId: string }> {
    const { account, connection, signer } = this.#client;
    const token = /#\/badge\/([A-Za-z0-9_-]{22})$/.exec(url)?.[1] ?? "";
    const found = await connection.call("POST", "/v1/badges", { token });
    const to = String(found["userId"]);
    mustBe(b64(badgeToken(to, fromB64(String(found["salt"])))), token);
    const requestId = randomBytes(16);
    const signature = signer.sign(requestBytes(requestId, account.userId, account.deviceId, to));
    const body = { requestId: b64(requestId), to, via: "badge", token, signature: b64(signature) };
    const asked = await connection.call("POST", "/v1/contact-requests", body);
    mustBe(asked["requestId"], b64(requestId));
    return { to, requestId: b64(requestId) };
  }

  /** @param asker by their log */
  async approve(request: Json, asker: Account): Promise<void> {
    const { account, connection, signer } = this.#client;
    const requestId = String(request["requestId"]);
    const via = String(request["via"]);
    const ids = [asker.userId, asker.deviceId, account.userId] as const;
    const signed = requestBytes(fromB64(requestId), ...ids, via);
    mustBe(request["from"], asker.userId);
    mustBe(isSigned(asker.signKey, signed, fromB64(String(request["signature"]))), true);
    const signature = b64(signer.sign(approvalBytes(signed, account.deviceId)));
    await connection.call("PUT", `/v1/contact-requests/${requestId}`, { signature });
  }

  #seatsOf(tap: Json) {
    const by = String(tap["by"]);
    const { members } = tap["table"] as {
      members: { userId: string; ticket: string; share: string | null }[];
    };
    mustBe(members[0]?.userId, by);
    mustBe(new Set(members.map(({ userId }) => userId)).size, members.length);
    for (const { userId, ticket } of members) {
      mustBe(readTicket(fromB64(ticket)).certificate.userId, userId);
    }
    return { by, members };
  }

  #seconds(): number {
    return Date.now() / 1_000 + this.#ahead;
  }
}
