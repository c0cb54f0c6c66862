// KEY-3, KEY-4: decoys: one is on offer at any time, the same to everyone, and none can be foretold.

import { ristretto255 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64Url, utf8 } from "../../../shared/core/crypto/bytes.ts";
import { decoyDelayMs, decoyOffer } from "../../../shared/core/pairing/decoy.ts";
import { KEY_T1_SECONDS, KEY_T2_SECONDS } from "../../../shared/wire/limits.ts";
import { attemptNoticeSchema } from "../../../shared/wire/pairing.ts";

const NOW = 1_800_000_000_000;

const seedsOf = (locator: string) => (slot: number) =>
  hkdf(sha512, utf8("a server's key"), undefined, utf8(`${locator} ${slot}`), 128);

const anyTime = fc.integer({ min: NOW, max: NOW + 10 ** 10 });

test("KEY-4: at any time a free locator shows an offer that is open and has the shape of a real one", () => {
  fc.assert(
    fc.property(anyTime, fc.integer({ min: 100, max: 999 }), (now, locator) => {
      const offer = decoyOffer(seedsOf(String(locator)), now);
      const delayMs = decoyDelayMs(seedsOf(String(locator)), now);
      expect(attemptNoticeSchema.safeParse(offer).success).toBe(true);
      expect(offer.openedAt).toBeLessThanOrEqual(now);
      expect(offer.claimBy).toBeGreaterThan(now);
      expect(offer.claimBy - offer.openedAt).toBe(KEY_T1_SECONDS * 1_000);
      expect(offer.answerBy - offer.openedAt).toBe(KEY_T2_SECONDS * 1_000);
      expect(offer.now).toBe(now);
      const point = ristretto255.Point.fromBytes(fromBase64Url(offer.share));
      expect(point.is0()).toBe(false);
      expect(delayMs).toBeGreaterThanOrEqual(40);
      expect(delayMs).toBeLessThan(300);
    }),
  );
});

test("KEY-4: everyone who looks at one time sees the same, and at another locator something else", () => {
  fc.assert(
    fc.property(anyTime, (now) => {
      expect(decoyOffer(seedsOf("417"), now)).toEqual(decoyOffer(seedsOf("417"), now));
      const [a, b] = [decoyOffer(seedsOf("417"), now), decoyOffer(seedsOf("418"), now)];
      for (const member of ["sid", "share", "commitment"] as const)
        expect(a[member]).not.toBe(b[member]);
    }),
  );
});

test("KEY-4: an offer stays as it is from its opening on until the next one takes its place", () => {
  fc.assert(
    fc.property(anyTime, (now) => {
      const seen = decoyOffer(seedsOf("417"), now);
      const before = decoyOffer(seedsOf("417"), seen.openedAt);
      expect({ ...before, now }).toEqual(seen);
      expect(decoyOffer(seedsOf("417"), seen.openedAt - 1).sid).not.toBe(seen.sid);
    }),
  );
});

test("KEY-4: when one decoy began does not tell when another does", () => {
  const phases = new Set<number>();
  for (let hour = 0; hour < 200; hour++) {
    phases.add(decoyOffer(seedsOf("417"), NOW + hour * 3_600_000).openedAt % 60_000);
  }
  expect(phases.size).toBeGreaterThan(190);
});
