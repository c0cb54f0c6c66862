// The worked example of a log that grows: Ann adds a laptop, replaces her phrase by means of the old
// one, and has the laptop remove the phone. The pairings of the example are from before.

import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { type VerifiedLog, verifyLog } from "../../shared/core/identity/deviceLog.ts";
import {
  appendAdd,
  appendRecovery,
  appendRemove,
  type Draft,
} from "../../shared/core/identity/logDrafts.ts";
import {
  recoveryIdOf,
  recoveryPhraseOf,
  recoverySignerOf,
} from "../../shared/core/identity/recoveryPhrase.ts";
import type { AddEntry, DeviceLog, LaterEntry } from "../../shared/wire/auth.ts";
import type { Person } from "./examplePeople.ts";
import { type ExampleValue, exampleBytes, must, type Step } from "./exampleValues.ts";
import { linkingStep } from "./linkingExample.ts";

export function growthSteps(owner: Person): Step[] {
  const { name, phrase, seed } = owner;
  const createdAt = owner.entry.createdAt + 1_000;
  const laptopSeed = exampleBytes(`${name} laptop sign`, 32);
  const agreeScalar = exampleBytes(`${name} laptop agree`, 32);
  const entropy = exampleBytes(`${name} second recovery`, 16);
  const newPhrase = recoveryPhraseOf(entropy);

  const signKey = ed25519.getPublicKey(laptopSeed);
  const agreeKey = x25519.getPublicKey(agreeScalar);
  const ofAdd = appendAdd(owner.identity, { signKey, agreeKey, by: 0, createdAt });
  const add = signed(ofAdd, (bytes) => [
    ed25519.sign(bytes, seed),
    ed25519.sign(bytes, laptopSeed),
  ]);
  const withLaptop = withEntry(owner.log, add.entry);

  const { publicKey: recoveryKey } = recoverySignerOf(newPhrase);
  const ofRecovery = appendRecovery(withLaptop.identity, {
    recoveryKey,
    by: "recovery",
    createdAt: createdAt + 1_000,
  });
  const recovery = signed(ofRecovery, (bytes) => [recoverySignerOf(phrase).sign(bytes)]);
  const withPhrase = withEntry(withLaptop.log, recovery.entry);

  const ofRemove = appendRemove(withPhrase.identity, {
    device: 0,
    by: 1,
    createdAt: createdAt + 2_000,
  });
  const remove = signed(ofRemove, (bytes) => [ed25519.sign(bytes, laptopSeed)]);
  const withoutPhone = withEntry(withPhrase.log, remove.entry);

  return [
    {
      title: `${name}'s log grows: a laptop`,
      values: [
        ["Ed25519 seed (random)", laptopSeed],
        ["signKey", signKey],
        ["X25519 scalar (random)", agreeScalar],
        ["agreeKey", agreeKey],
        ...entryValues(add, withLaptop.identity),
        ["number", 1],
        ["deviceId", must(withLaptop.identity.devices[1]).deviceId],
      ],
    },
    linkingStep(add.entry as AddEntry, withLaptop.identity, laptopSeed),
    {
      title: `${name}'s log grows: another recovery phrase`,
      values: [
        ["entropy (random)", entropy],
        ["phrase", newPhrase],
        ["recoveryKey", recoveryKey],
        ["recoveryId", recoveryIdOf(newPhrase)],
        ...entryValues(recovery, withPhrase.identity),
      ],
    },
    {
      title: `${name}'s log grows: the first device is removed`,
      values: [
        ...entryValues(remove, withoutPhone.identity),
        ["active devices, by number", numbersOf(withoutPhone.identity.devices)],
        ["removed devices, by number", numbersOf(withoutPhone.identity.removed)],
        ["log as JSON", JSON.stringify(withoutPhone.log)],
      ],
    },
  ];
}

interface Signed {
  readonly bytes: Uint8Array;
  readonly entry: LaterEntry;
}

function signed(
  draft: Draft<LaterEntry, [Uint8Array, Uint8Array]>,
  sign: (bytes: Uint8Array) => readonly [signature: Uint8Array, possession?: Uint8Array],
): Signed {
  if (!draft.ok) throw new Error(`the example's entry is refused: ${draft.reason}`);
  const [signature, possession = signature] = sign(draft.bytes);
  return { bytes: draft.bytes, entry: draft.finish(signature, possession) };
}

function withEntry(before: DeviceLog, entry: LaterEntry) {
  const log: DeviceLog = [...before, entry];
  return { log, identity: must(verifyLog(log)) };
}

function entryValues({ bytes, entry }: Signed, { head, userId }: VerifiedLog): ExampleValue[] {
  return [
    ["by", entry.by],
    ["createdAt", entry.createdAt],
    ["signed bytes of the entry", bytes],
    ["entry as JSON", JSON.stringify(entry)],
    ["head", head],
    ["userId (unchanged)", userId],
  ];
}

const numbersOf = (devices: readonly { readonly number: number }[]): string =>
  devices.map(({ number }) => number).join(", ");
