// PAS-11: what both ends of one exchange hold for their sessions, compared with node:crypto.

import { createHash, hkdfSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Exchange, exchangeOf } from "../../../scripts/docs/exampleExchange.ts";
import { person } from "../../../scripts/docs/examplePeople.ts";
import { lvCat, utf8 } from "../../../shared/core/crypto/bytes.ts";
import { conclude, type Met } from "../../../shared/core/pairing/exchange.ts";
import { receiptBytes } from "../../../shared/core/pairing/transcript.ts";
import type { Method } from "../../../shared/wire/pairing.ts";
import { hex } from "../vectors.ts";

const PEOPLE = { ann: person("Ann", 1_800_000_000_000), ben: person("Ben", 1_800_000_000_500) };

/** One exchange, and what the initiator and the responder have in the end. */
function held(method: Method, draw = "", openedAt = 1_800_000_060_000): [Exchange, Met, Met] {
  const secrets = { method, draw, openedAt, prs: utf8("secret"), card: new Uint8Array() };
  const exchange = exchangeOf(PEOPLE, secrets);
  const { isk, transcript, a, b, claim, answer } = exchange;
  const initiator = conclude({ role: "initiator", transcript, isk }, a.nonce, claim.message);
  const responder = conclude({ role: "responder", transcript, isk }, b.nonce, answer.message);
  if (initiator === null || responder === null) throw new Error("the exchange proves nobody");
  return [exchange, initiator, responder];
}

describe.for(["key", "passphrase"] as const)("PAS-11: the session keys of a %s", (method) => {
  const [{ isk, transcript, a, b }, initiator, responder] = held(method);

  test("are two, and the same at both ends, crosswise", () => {
    const { own, peer } = initiator.sessionKeys;
    expect(responder.sessionKeys).toEqual({ own: peer, peer: own });
    expect(own).not.toEqual(peer);
  });

  test("are those of node:crypto: of the ISK, both nonces, the receipt and who sends", () => {
    const receiptHash = createHash("sha256").update(receiptBytes(transcript)).digest();
    const keyOf = (sender: string) => {
      const info = lvCat(utf8(`acquaint session ${sender}`), receiptHash);
      return hex(new Uint8Array(hkdfSync("sha512", isk, lvCat(a.nonce, b.nonce), info, 32)));
    };
    expect(hex(initiator.sessionKeys.own)).toBe(keyOf("initiator"));
    expect(hex(responder.sessionKeys.own)).toBe(keyOf("responder"));
  });
});

test("PAS-11: no two exchanges share a session key, be the secret and the people the same", () => {
  const keys = [
    held("key"),
    held("passphrase"),
    held("passphrase", "again "),
    held("passphrase", "", 1_800_000_060_001),
  ].flatMap(([, { sessionKeys }]) => [hex(sessionKeys.own), hex(sessionKeys.peer)]);
  expect(new Set(keys).size).toBe(8);
});
