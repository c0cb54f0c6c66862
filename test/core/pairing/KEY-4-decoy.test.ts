// KEY-3, KEY-4: decoys: one is on offer at any time, the same to everyone, and none can be foretold.

import { ristretto255 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromBase64Url, utf8 } from "../../../shared/core/crypto/bytes.ts";
import { decoyDelayMs, decoyOffer } from "../../../shared/core/pairing/decoy.ts";
import {
  KEY_T1_SECONDS,
  KEY_T2_SECONDS,
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
} from "../../../shared/wire/limits.ts";
import { attemptNoticeSchema, type Method } from "../../../shared/wire/pairing.ts";

const NOW = 1_800_000_000_000;

const seedsOf = (locator: string) => (slot: number) =>
  hkdf(sha512, utf8("a server's key"), undefined, utf8(`${locator} ${slot}`), 128);

const TERMS: Readonly<Record<Method, readonly [t1Seconds: number, t2Seconds: number]>> = {
  key: [KEY_T1_SECONDS, KEY_T2_SECONDS],
  passphrase: [PASSPHRASE_T1_SECONDS, PASSPHRASE_T2_SECONDS],
  link: [KEY_T1_SECONDS, KEY_T2_SECONDS],
};
const anyMethod = fc.constantFrom<Method>("key", "passphrase", "link");
const anyTime = fc.integer({ min: NOW, max: NOW + 10 ** 10 });

test("KEY-4: at any time a free locator shows an offer that is open and has the shape of a real one", () => {
  fc.assert(
    fc.property(anyMethod, anyTime, fc.integer({ min: 100, max: 999 }), (method, now, locator) => {
      const [t1Seconds, t2Seconds] = TERMS[method];
      const offer = decoyOffer(seedsOf(String(locator)), method, now);
      const delayMs = decoyDelayMs(seedsOf(String(locator)), method, now);
      expect(attemptNoticeSchema.safeParse(offer).success).toBe(true);
      expect(offer.openedAt).toBeLessThanOrEqual(now);
      expect(offer.claimBy).toBeGreaterThan(now);
      expect(offer.claimBy - offer.openedAt).toBe(t1Seconds * 1_000);
      expect(offer.answerBy - offer.openedAt).toBe(t2Seconds * 1_000);
      expect(offer).toMatchObject({ method, now });
      const point = ristretto255.Point.fromBytes(fromBase64Url(offer.share));
      expect(point.is0()).toBe(false);
      expect(delayMs).toBeGreaterThanOrEqual(40);
      expect(delayMs).toBeLessThan(300);
    }),
  );
});

test("KEY-4: everyone who looks at one time sees the same, and at another locator something else", () => {
  fc.assert(
    fc.property(anyMethod, anyTime, (method, now) => {
      expect(decoyOffer(seedsOf("417"), method, now)).toEqual(
        decoyOffer(seedsOf("417"), method, now),
      );
      const [a, b] = [
        decoyOffer(seedsOf("417"), method, now),
        decoyOffer(seedsOf("418"), method, now),
      ];
      for (const member of ["sid", "share", "commitment"] as const)
        expect(a[member]).not.toBe(b[member]);
    }),
  );
});

test("KEY-4: an offer stays as it is from its opening on until the next one takes its place", () => {
  fc.assert(
    fc.property(anyMethod, anyTime, (method, now) => {
      const seen = decoyOffer(seedsOf("417"), method, now);
      const before = decoyOffer(seedsOf("417"), method, seen.openedAt);
      expect({ ...before, now }).toEqual(seen);
      expect(decoyOffer(seedsOf("417"), method, seen.openedAt - 1).sid).not.toBe(seen.sid);
    }),
  );
});

test.for<Method>(["key", "passphrase"])(
  "KEY-4: when one decoy began does not tell when another does, by %s",
  (method) => {
    const phases = new Set<number>();
    for (let hour = 0; hour < 200; hour++) {
      phases.add(decoyOffer(seedsOf("417"), method, NOW + hour * 3_600_000).openedAt % 60_000);
    }
    expect(phases.size).toBeGreaterThan(190);
  },
);

test("PAS-7: who comes by passphrase to a locator sees another decoy there than who comes by key", () => {
  fc.assert(
    fc.property(anyTime, (now) => {
      const [key, passphrase] = (["key", "passphrase"] as const).map((method) =>
        decoyOffer(seedsOf("417"), method, now),
      );
      for (const member of ["method", "sid", "share", "commitment"] as const)
        expect(key?.[member]).not.toBe(passphrase?.[member]);
    }),
  );
});

test.for<Method>(["key", "passphrase"])(
  "KEY-4: decoys by %s are as old as attempts are that wait: of every age up to T1",
  (method) => {
    const t1Ms = TERMS[method][0] * 1_000;
    const ages = Array.from({ length: 400 }, (_, index) => {
      const now = NOW + index * 86_413_000;
      return (now - decoyOffer(seedsOf(String(100 + index)), method, now).openedAt) / t1Ms;
    });
    for (const age of ages) {
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThan(1);
    }
    const quarters = [0, 0, 0, 0];
    for (const age of ages) quarters[Math.floor(age * 4)]! += 1;
    // The older of two overlapping decoys is shown only until the newer begins, so the young prevail.
    for (const count of quarters) expect(count).toBeGreaterThan(0);
    expect(quarters[0]).toBeGreaterThan(quarters[3] as number);
  },
);
