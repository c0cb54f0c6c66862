// The wire schemas: identifiers, byte strings, limits that must fit each other, problems.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import {
  boxSchema,
  bytesSchema,
  deviceIdSchema,
  handleSchema,
  locatorSchema,
  timeSchema,
  userIdSchema,
} from "../../shared/wire/ids.ts";
import * as limits from "../../shared/wire/limits.ts";
import { attemptRequestSchema, type ClaimMessage } from "../../shared/wire/pairing.ts";
import { problem, ProblemError, PROBLEMS, problemSchema } from "../../shared/wire/problem.ts";
import { ROUTE_NOTES } from "../../shared/wire/routeNotes.ts";

const base64Character = fc.constantFrom(
  ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=",
);

/** Whether the decoder, which takes canonical text only, takes it. */
function isCanonical(text: string): boolean {
  try {
    fromBase64Url(text);
    return true;
  } catch {
    return false;
  }
}

describe("byte strings", () => {
  test.for([16, 32, 64, 10, 20])("of %d bytes are taken in their one spelling", (length) => {
    const schema = bytesSchema(length);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (bytes) => {
        expect(schema.safeParse(toBase64Url(bytes)).success).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(schema.safeParse(toBase64Url(bytes)).success).toBe(bytes.length === length);
      }),
    );
  });

  test("what a schema takes, the decoder decodes to that length", () => {
    const text = fc.string({ unit: base64Character, minLength: 20, maxLength: 24 });
    fc.assert(
      fc.property(text, (spelled) => {
        const isTaken = bytesSchema(16).safeParse(spelled).success;
        expect(isTaken).toBe(isCanonical(spelled) && fromBase64Url(spelled).length === 16);
      }),
      { numRuns: 5_000 },
    );
  });

  test("of a box are canonical and within their bounds", () => {
    const schema = boxSchema(3, 9);
    const text = fc.string({ unit: base64Character, maxLength: 16 });
    fc.assert(
      fc.property(text, (spelled) => {
        const bytes = isCanonical(spelled) ? fromBase64Url(spelled).length : -1;
        expect(schema.safeParse(spelled).success).toBe(bytes >= 3 && bytes <= 9);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("identifiers", () => {
  test.for([
    [
      locatorSchema,
      ["417", "100", "999999999"],
      ["", "41", "0417", "1234567890", "4 1", "٤١٧", "417\n"],
    ],
    [
      handleSchema,
      ["ann", "a1_b2", "a".repeat(30), "abc_def_ghi"],
      ["", "an", "1ann", "_ann", "ann_", "a__n", "Ann", "a".repeat(31), "änn", "ann\n"],
    ],
    [
      userIdSchema,
      ["a".repeat(32)],
      ["a".repeat(31), "A".repeat(32), "1".repeat(32), `${"a".repeat(32)}\n`],
    ],
    [deviceIdSchema, ["a2".repeat(8)], ["a".repeat(17), "0".repeat(16), ""]],
    [timeSchema, [0, 1_800_000_000_000], [-1, 0.5, Number.NaN, Infinity, 1e300, "1", null]],
  ] as const)("take what they describe and nothing else (%#)", ([schema, good, bad]) => {
    for (const value of good) expect(schema.safeParse(value).success, String(value)).toBe(true);
    for (const value of bad) expect(schema.safeParse(value).success, String(value)).toBe(false);
  });
});

describe("limits", () => {
  test("a claim with the largest card and identity fits in one frame", () => {
    const box = (bytes: number): string => toBase64Url(new Uint8Array(bytes));
    const claim: ClaimMessage = {
      type: "claim",
      share: box(32),
      commitment: box(32),
      tag: box(32),
      confirmation: box(64),
      identity: box(limits.SEALED_IDENTITY_MAX_BYTES),
      card: box(limits.SEALED_CARD_MAX_BYTES),
    };
    expect(attemptRequestSchema.safeParse(claim).success).toBe(true);
    expect(JSON.stringify([claim]).length).toBeLessThanOrEqual(limits.FRAME_MAX_BYTES);
    const larger = { ...claim, card: box(limits.SEALED_CARD_MAX_BYTES + 1) };
    expect(attemptRequestSchema.safeParse(larger).success).toBe(false);
  });

  test("an attempt's stored state with two of the largest cards fits in one row of production", () => {
    const boxes = 2 * (limits.SEALED_CARD_MAX_BYTES + limits.SEALED_IDENTITY_MAX_BYTES);
    expect(Math.ceil((boxes * 4) / 3)).toBeLessThan(2 * 1024 * 1024);
  });

  test("PAS-4: T2 is later than T1, and both within 10 to 300 seconds", () => {
    expect(limits.KEY_T2_SECONDS).toBeGreaterThan(limits.KEY_T1_SECONDS);
    for (const seconds of [limits.KEY_T1_SECONDS, limits.KEY_T2_SECONDS]) {
      expect(seconds).toBeGreaterThanOrEqual(10);
      expect(seconds).toBeLessThanOrEqual(300);
    }
  });

  test("ID-2: sessions and upgrade tokens live no longer than promised", () => {
    expect(limits.SESSION_TTL_SECONDS).toBeLessThanOrEqual(15 * 60);
    expect(limits.UPGRADE_TOKEN_TTL_SECONDS).toBeLessThanOrEqual(30);
    // Hibernation comes after ten idle seconds, so a token that an evicted object took is too old for it.
    expect(limits.COLD_TOKEN_AGE_MS).toBeLessThan(10_000);
  });
});

describe("problems", () => {
  const codes = Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[];

  test("have a stable code, a status of their own kind and a title", () => {
    for (const code of codes) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      const made = problem(code);
      expect(problemSchema.parse(made)).toEqual(made);
      expect(made.type).toBe(`urn:acquaint:problem:${code}`);
      expect(made.status).toBeGreaterThanOrEqual(400);
      expect(made.status).toBeLessThan(600);
    }
  });

  test("travel whole: what the server renders is what the SDK throws", () => {
    const members = {
      detail: "d",
      fields: { a: "b" },
      retryAfterSeconds: 3,
      work: { challenge: "c", bits: 1 },
    };
    for (const code of codes) {
      for (const sent of [problem(code), problem(code, members)]) {
        const error = ProblemError.from(JSON.parse(JSON.stringify(sent)) as never);
        expect(error.problem).toEqual(sent);
        expect(error.code).toBe(code);
      }
    }
  });

  test("that a route names exist", () => {
    for (const { problems } of Object.values(ROUTE_NOTES)) {
      for (const code of problems) expect(PROBLEMS).toHaveProperty(code);
    }
  });
});

describe("messages", () => {
  test("take no member that they do not know", () => {
    for (const type of ["cancel", "refuse", "acknowledge"]) {
      expect(attemptRequestSchema.safeParse({ type }).success).toBe(true);
      expect(attemptRequestSchema.safeParse({ type, extra: 1 }).success).toBe(false);
    }
    expect(attemptRequestSchema.safeParse({ type: "unknown" }).success).toBe(false);
    expect(attemptRequestSchema.safeParse({ type: "__proto__" }).success).toBe(false);
    expect(attemptRequestSchema.safeParse(null).success).toBe(false);
  });
});
