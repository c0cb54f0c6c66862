// Ann and Ben of the worked example: their devices, logs and sessions, and the code that they share.

import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isSolution } from "../../shared/core/crypto/proofOfWork.ts";
import {
  genesisBytes,
  sessionTranscript,
  verifyLog,
} from "../../shared/core/identity/deviceLog.ts";
import {
  recoveryIdOf,
  recoveryKeyOf,
  recoveryPhraseOf,
} from "../../shared/core/identity/recoveryPhrase.ts";
import { safetyPhrase } from "../../shared/core/identity/safetyPhrase.ts";
import { formatCode, secretToPrs } from "../../shared/core/pairing/code.ts";
import { parseCode } from "../../shared/core/pairing/codeReading.ts";
import { loadWordList } from "../../shared/core/pairing/words.ts";
import type { DeviceLog } from "../../shared/wire/auth.ts";
import { exampleBytes, must, type Step } from "./exampleValues.ts";

const CODE = "417-guitar-ocean";
const LISTS = new Map([["en", await loadWordList("en")]]);
export const ORIGIN = "https://acquaint.example";

/** Someone with a device, made of fixed bytes. */
export function person(name: string, createdAt: number) {
  const seed = exampleBytes(`${name} sign`, 32);
  const agreeScalar = exampleBytes(`${name} agree`, 32);
  const entropy = exampleBytes(`${name} recovery`, 16);
  const phrase = recoveryPhraseOf(entropy);
  const entry = {
    kind: "genesis" as const,
    signKey: toBase64Url(ed25519.getPublicKey(seed)),
    agreeKey: toBase64Url(x25519.getPublicKey(agreeScalar)),
    recoveryKey: toBase64Url(recoveryKeyOf(phrase)),
    createdAt,
  };
  const signed = genesisBytes(entry);
  const log: DeviceLog = [{ ...entry, signature: toBase64Url(ed25519.sign(signed, seed)) }];
  const identity = must(verifyLog(log));
  const device = must(identity.devices[0]);
  return { name, seed, agreeScalar, entropy, phrase, entry, signed, log, identity, device };
}
export type Person = ReturnType<typeof person>;

export function identitySteps(owner: Person): Step[] {
  const { entropy, phrase, seed, agreeScalar, entry, signed, log, identity, device } = owner;
  return [
    {
      title: `${owner.name}'s recovery phrase`,
      values: [
        ["entropy (random)", entropy],
        ["phrase", phrase],
        ["recoveryKey", fromBase64Url(entry.recoveryKey)],
        ["recoveryId", recoveryIdOf(phrase)],
      ],
    },
    {
      title: `${owner.name}'s device and log`,
      values: [
        ["Ed25519 seed (random)", seed],
        ["signKey", device.signKey],
        ["X25519 scalar (random)", agreeScalar],
        ["agreeKey", device.agreeKey],
        ["recoveryKey", fromBase64Url(entry.recoveryKey)],
        ["createdAt", entry.createdAt],
        ["signed bytes of the entry", signed],
        ["head", identity.head],
        ["userId", identity.userId],
        ["deviceId", device.deviceId],
        ["log as JSON", JSON.stringify(log)],
      ],
    },
  ];
}

export function safetyStep(one: Person, other: Person): Step {
  const indexes = safetyPhrase(one.identity, other.identity);
  const words = must(LISTS.get("en")).words;
  return {
    title: "A safety phrase",
    values: [
      ["places in the list", indexes.join(", ")],
      ["words", indexes.map((index) => words[index]).join(" ")],
    ],
  };
}

export function sessionStep({ seed }: Person): Step {
  const challenge = "aaaa.bbbb.cccc";
  const signed = sessionTranscript(ORIGIN, challenge);
  return {
    title: "Ann's session",
    values: [
      ["origin", ORIGIN],
      ["challenge (as the server gave it)", challenge],
      ["signed bytes", signed],
      ["signature", ed25519.sign(signed, seed)],
    ],
  };
}

export function workStep({ identity }: Person): Step {
  const challenge = `example ${identity.userId}`;
  const bits = 12;
  let solution = 0;
  while (!isSolution(challenge, solution, bits)) solution++;
  return {
    title: "Proof of work",
    values: [
      ["challenge", challenge],
      ["bits", bits],
      ["smallest solution", solution],
    ],
  };
}

export function exampleCode() {
  const code = parseCode(CODE, LISTS);
  if (!code.ok) throw new Error("the example's code does not parse");
  return code;
}

export function codeStep(): Step {
  const { locator, secret } = exampleCode();
  return {
    title: "The code",
    values: [
      ["words", CODE],
      ["digits", formatCode(locator, secret, "digits")],
      ["link", `${ORIGIN}/#/key/${CODE}`],
      ["locator", locator],
      ["secret", secret],
      ["PRS", secretToPrs(secret)],
    ],
  };
}
