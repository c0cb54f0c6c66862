// Phones that touch: tickets and submissions, made beforehand where the server alone is to be measured. All are real,
// since the server looks at each signature.

import { randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { callRoute } from "../shared/client/api.ts";
import { fromBase64Url, toBase64Url } from "../shared/core/crypto/bytes.ts";
import { tapStatement } from "../shared/core/tap/statements.ts";
import { encodeTicket, nonceOf, ticketToBeSigned } from "../shared/core/tap/ticket.ts";
import type { Tap, TapRequest } from "../shared/wire/tap.ts";
import { type BenchAccount, makeAccounts, portsAt } from "./accounts.ts";
import { post } from "./clients.ts";

/** A device that has its certificate. */
export interface Phone extends BenchAccount {
  readonly certificate: string;
}

export interface ShownTicket {
  readonly ticket: string;
  /** What its nonce commits to. */
  readonly share: string;
}

export async function makePhones(url: string, count: number): Promise<Phone[]> {
  const accounts = await makeAccounts(url, count);
  const phones: Phone[] = [];
  for (const account of accounts) {
    phones.push({ ...account, certificate: await certificateOf(url, account) });
  }
  return phones;
}

export async function certificateOf(url: string, account: BenchAccount): Promise<string> {
  const ports = portsAt(account.address);
  return (await callRoute(ports, url, "certificate", {}, account.token)).certificate;
}

/** Good for a minute. */
export function ticketOf({ certificate, signKey }: Phone): ShownTicket {
  const bytes = fromBase64Url(certificate);
  const share = randomBytes(16);
  const nonce = nonceOf(share);
  const seconds = Math.floor(Date.now() / 1_000);
  const signature = ed25519.sign(ticketToBeSigned(bytes, nonce, seconds), signKey);
  const ticket = toBase64Url(encodeTicket(bytes, nonce, seconds, signature));
  return { ticket, share: toBase64Url(share) };
}

/** What a phone submits that has read these. */
export function submissionOf(
  { userId, deviceId, signKey }: Phone,
  shown: readonly ShownTicket[],
  together?: ShownTicket,
): TapRequest {
  const tapId = randomBytes(16).toString("base64url");
  const taps = shown.map(({ ticket }) => {
    const statement = tapStatement(tapId, userId, deviceId, fromBase64Url(ticket));
    return { ticket, signature: toBase64Url(ed25519.sign(statement, signKey)) };
  });
  return { tapId, taps, ...(together !== undefined && { together: together.ticket }) };
}

/** A submission as it goes over the wire, ready to be sent. */
export interface Touch {
  readonly by: Phone;
  readonly body: string;
}

export function touchOf(by: Phone, peers: readonly Phone[]): Touch {
  return { by, body: JSON.stringify(submissionOf(by, peers.map(ticketOf))) };
}

/** The answer as it came, once all are contacts. @throws when they are not */
export async function submit(url: string, { by, body }: Touch): Promise<string> {
  const headers = {
    authorization: `Bearer ${by.token}`,
    "content-type": "application/json",
    "cf-connecting-ip": by.address,
  };
  const answer = await post(`${url}/v1/taps`, headers, body);
  const { at, outcomes = [] } = JSON.parse(answer) as Tap;
  const isGood = outcomes.every(
    ({ outcome }) => outcome === "established" || outcome === "already",
  );
  if (at !== "settled" || !isGood) throw new Error(answer);
  return answer;
}

/** Pairs of phones that have not met yet, and crowds for one phone to gather. */
export class Strangers {
  readonly #phones: readonly Phone[];
  readonly #crowdSize: number;
  #pairs = 0;
  #crowds = 0;

  constructor(phones: readonly Phone[], crowdSize: number) {
    this.#phones = phones;
    this.#crowdSize = crowdSize;
  }

  /** Whoever stands nearest along the circle of phones, then the next, but none of a crowd. */
  pair(): [Phone, Phone] {
    const count = this.#phones.length;
    const [index, distance] = [this.#pairs % count, 1 + Math.floor(this.#pairs / count)];
    this.#pairs += 1;
    if (distance > this.#pairDistances) throw new Error("everybody has met");
    return [this.#phones[index]!, this.#at(index + distance)];
  }

  /** A phone, and those farthest from it on one side. */
  crowd(): { by: Phone; peers: Phone[] } {
    const index = this.#crowds;
    this.#crowds += 1;
    if (index >= this.#phones.length) throw new Error("everybody has met");
    const peers = Array.from({ length: this.#crowdSize }, (_, i) =>
      this.#at(index + this.#pairDistances + 1 + i),
    );
    return { by: this.#phones[index]!, peers };
  }

  get #pairDistances(): number {
    return Math.ceil(this.#phones.length / 2) - 1 - this.#crowdSize;
  }

  #at(index: number): Phone {
    return this.#phones[index % this.#phones.length]!;
  }
}
