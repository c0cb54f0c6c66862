// ID-1, ID-5: the device log certifies itself, and the recovery phrase makes its recovery key.

import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toBase64Url, utf8 } from "../../../shared/core/crypto/bytes.ts";
import {
  deviceIdOf,
  genesisBytes,
  isSignatureBy,
  sessionTranscript,
  verifyLog,
} from "../../../shared/core/identity/deviceLog.ts";
import { recoveryKeyOf, recoveryPhraseOf } from "../../../shared/core/identity/recoveryPhrase.ts";
import type { GenesisEntry } from "../../../shared/wire/auth.ts";
import { deviceIdSchema, userIdSchema } from "../../../shared/wire/ids.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

function entryOf(secret: Uint8Array, createdAt = 1): GenesisEntry {
  const unsigned = {
    kind: "genesis" as const,
    signKey: toBase64Url(ed25519.getPublicKey(secret)),
    agreeKey: toBase64Url(new Uint8Array(32).fill(2)),
    recoveryKey: toBase64Url(new Uint8Array(32).fill(3)),
    createdAt,
  };
  return { ...unsigned, signature: toBase64Url(ed25519.sign(genesisBytes(unsigned), secret)) };
}

const ENTRY = entryOf(new Uint8Array(32).fill(1));

describe("ID-1: the device log", () => {
  test("names its account and device by hashes of its own keys", () => {
    fc.assert(
      fc.property(bytes32, fc.nat(), (secret, createdAt) => {
        const log = verifyLog([entryOf(secret, createdAt)]);
        expect(userIdSchema.safeParse(log?.userId).success).toBe(true);
        expect(log?.head.length).toBe(32);
        expect(
          log?.devices.map(({ deviceId }) => deviceIdSchema.safeParse(deviceId).success),
        ).toEqual([true]);
        expect(log?.devices[0]?.deviceId).toBe(deviceIdOf(ed25519.getPublicKey(secret)));
      }),
      { numRuns: 20 },
    );
  });

  test("is refused when any member is another's", () => {
    const other = entryOf(new Uint8Array(32).fill(9), 5);
    for (const member of [
      "signKey",
      "agreeKey",
      "recoveryKey",
      "createdAt",
      "signature",
    ] as const) {
      const value =
        member === "agreeKey" || member === "recoveryKey" ? other.signKey : other[member];
      expect(verifyLog([{ ...ENTRY, [member]: value } as GenesisEntry]), member).toBe(null);
    }
    expect(verifyLog([])).toBe(null);
  });

  test("has another userId for every change that its key signs anew", () => {
    const secret = new Uint8Array(32).fill(1);
    const ids = [1, 2, 3].map((createdAt) => verifyLog([entryOf(secret, createdAt)])?.userId);
    expect(new Set(ids).size).toBe(3);
  });

  test("is stable: the same keys and time name the same account for ever", () => {
    expect(verifyLog([ENTRY])?.userId).toMatchInlineSnapshot(`"6kky5zyty5aadob4lm325oskkiefhjsy"`);
  });
});

describe("signatures", () => {
  test("of no length and no content make the check fail rather than throw", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.uint8Array({ maxLength: 40 }),
        (signature, key) => {
          expect(isSignatureBy(key, utf8("x"), signature)).toBe(false);
        },
      ),
    );
  });

  test("under a key of small order prove nothing", () => {
    const identity = new Uint8Array(32);
    identity[0] = 1;
    const signature = new Uint8Array(64);
    signature[0] = 1;
    expect(isSignatureBy(identity, utf8("anything"), signature)).toBe(false);
  });

  test("ID-2: a session's transcript differs by origin and by challenge", () => {
    const transcripts = [
      sessionTranscript("https://a.example", "x"),
      sessionTranscript("https://b.example", "x"),
      sessionTranscript("https://a.example", "y"),
      sessionTranscript("https://a.examplex", ""),
    ].map(toBase64Url);
    expect(new Set(transcripts).size).toBe(4);
  });
});

describe("ID-5: the recovery phrase", () => {
  test("has twelve words and makes one key", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (entropy) => {
        const phrase = recoveryPhraseOf(entropy);
        expect(phrase.split(" ").length).toBe(12);
        expect(recoveryKeyOf(phrase)).toEqual(recoveryKeyOf(phrase));
        expect(recoveryKeyOf(phrase).length).toBe(32);
      }),
      { numRuns: 20 },
    );
  });

  test("is refused with a wrong word or a wrong checksum", () => {
    const phrase = recoveryPhraseOf(new Uint8Array(16));
    expect(() => recoveryKeyOf(phrase.replace("about", "abandon"))).toThrow();
    expect(() => recoveryKeyOf(phrase.replace("about", "acquaint"))).toThrow();
    expect(() => recoveryKeyOf("")).toThrow();
  });
});
