// The worked example of linking: what Ann's laptop has said to come into her log, and what her contacts are told then.

import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { lvCat, toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import { signedPrekeyBytes } from "../../shared/core/crypto/prekeys.ts";
import type { VerifiedLog } from "../../shared/core/identity/deviceLog.ts";
import type { DevicesContent, JoinContent } from "../../shared/core/line/accountContents.ts";
import { encodeContent } from "../../shared/core/line/contentCoding.ts";
import { parsePassphrase } from "../../shared/core/pairing/passphrase.ts";
import type { AddEntry } from "../../shared/wire/auth.ts";
import { exampleBytes, type Step } from "./exampleValues.ts";

const TYPED = "Blaue  Straße 7";
const PREKEY_ID = 2_000;

/** @param seed of the device that the entry adds, the last of the log */
export function linkingStep(
  entry: AddEntry,
  { head, length }: VerifiedLog,
  seed: Uint8Array,
): Step {
  const parsed = parsePassphrase(TYPED);
  if (!parsed.ok) throw new Error("the example's passphrase does not parse");
  const scalar = exampleBytes("laptop prekey", 32);
  const key = x25519.getPublicKey(scalar);
  const signature = ed25519.sign(signedPrekeyBytes(PREKEY_ID, key), seed);
  const prekey = { id: PREKEY_ID, key: toBase64Url(key), signature: toBase64Url(signature) };
  const { createdAt: at, possession } = entry;
  const join: JoinContent = { kind: "join", at, name: "Ann's laptop", possession, prekey };
  const devices: DevicesContent = {
    kind: "devices",
    at: at + 500,
    length,
    head: toBase64Url(head),
    change: "added",
  };
  return {
    title: "The laptop is linked",
    values: [
      ["CI", lvCat(utf8("acquaint v1"), utf8("link"))],
      ["passphrase, if one was typed", TYPED],
      ["PRS of it", lvCat(utf8("passphrase"), parsed.prs)],
      ["X25519 scalar of the laptop's signed prekey (random)", scalar],
      ["the laptop asks", JSON.stringify(join)],
      ["the same, encoded", encodeContent(join)],
      ["body of POST /v1/accounts/{userId}/entries", JSON.stringify({ entries: [entry], prekey })],
      ["Ann's phone to the laptop", encodeContent({ kind: "joined" })],
      ["Ann's phone to her contacts", JSON.stringify(devices)],
      ["the same to her contacts, encoded", encodeContent(devices)],
    ],
  };
}
