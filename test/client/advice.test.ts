// PAS-7: however a meeting ends, its user reads what happened and what to do next.

import { describe, expect, test } from "vitest";
import { adviceFor } from "../../shared/client/advice.ts";
import type { FailureReason } from "../../shared/client/node.ts";
import type { Role } from "../../shared/core/crypto/cpace.ts";
import type { Method } from "../../shared/wire/pairing.ts";

const WAYS: Readonly<Record<FailureReason, true>> = {
  mismatch: true,
  timedOut: true,
  cancelled: true,
  refused: true,
  unreachable: true,
  tampered: true,
  answeredElsewhere: true,
};
const REASONS = Object.keys(WAYS) as FailureReason[];
const SIDES = (["key", "passphrase"] as const).flatMap((method) =>
  (["initiator", "responder"] as const).map((role) => [method, role] as const),
);

/** What its user can do; each text ends with one of these. */
const NEXT_STEP =
  /^(Show|Ask|Agree|Make sure|Talk|Check|Go on|Start over|Show or enter)\b|start over with/;

describe.for<readonly [Method, Role]>(SIDES)("by %s, to the %s", ([method, role]) => {
  test.for(REASONS)("%s: says what happened, then what to do", (reason) => {
    const sentences = adviceFor(reason, method, role).split(/(?<=\.) /);
    expect(sentences.length).toBeGreaterThanOrEqual(2);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(sentences[0]).not.toMatch(/^(Show|Ask|Agree|Start) /);
    expect(sentences.at(-1)).toMatch(NEXT_STEP);
  });

  test("every way to end is told in words of its own", () => {
    const advice = REASONS.map((reason) => adviceFor(reason, method, role));
    expect(new Set(advice).size).toBe(REASONS.length);
  });

  test("the words fit the method", () => {
    for (const reason of REASONS) {
      const advice = adviceFor(reason, method, role);
      expect(advice).not.toMatch(method === "key" ? /passphrase/ : /\bkey\b/);
    }
  });
});

test("PAS-7: a burnt secret is to be replaced, whichever side hears of it", () => {
  for (const [method, role] of SIDES) {
    expect(adviceFor("mismatch", method, role)).toMatch(/fresh key|new one/);
    expect(adviceFor("tampered", method, role)).toContain(`fresh ${method}`);
  }
});

test("who answered an open request is not told that a request of theirs was declined", () => {
  expect(adviceFor("refused", "passphrase", "responder")).not.toMatch(/[Yy]our request/);
});
