// PAS-1, PAS-4, PAS-6 on the wire: what opens an attempt, what a socket may be wanted for, and what a mailbox
// tells of requests.

import { describe, expect, test } from "vitest";
import {
  accountChangeSchema,
  accountSchema,
  audienceSchema,
  type UpgradeRequest,
  upgradeRequestSchema,
} from "../../shared/wire/auth.ts";
import {
  PASSPHRASE_T1_SECONDS,
  PASSPHRASE_T2_SECONDS,
  PASSPHRASE_TERM_MAX_SECONDS,
  PASSPHRASE_TERM_MIN_SECONDS,
} from "../../shared/wire/limits.ts";
import { mailboxNoticeSchema } from "../../shared/wire/mailbox.ts";
import {
  attemptNoticeSchema,
  attemptRequestSchema,
  failureSchema,
} from "../../shared/wire/pairing.ts";
import { faultsOf } from "../../shared/wire/problem.ts";

const SID = "A".repeat(22);
const HASH = "A".repeat(43);
const BEN = "b".repeat(32);
const TIME = 1_800_000_000_000;

const key = { type: "open", method: "key", sid: SID, share: HASH, commitment: HASH };
const asking = { ...key, method: "passphrase", t1Seconds: 60, t2Seconds: 90 };
const isTaken = (message: unknown) => attemptRequestSchema.safeParse(message).success;

describe("PAS-4: an opening", () => {
  test("by passphrase states T1 and T2; one by key states neither", () => {
    expect(isTaken(asking)).toBe(true);
    expect(isTaken(key)).toBe(true);
    expect(isTaken({ ...key, method: "passphrase" })).toBe(false);
    expect(isTaken({ ...asking, t1Seconds: undefined })).toBe(false);
    expect(isTaken({ ...asking, t2Seconds: undefined })).toBe(false);
    expect(isTaken({ ...asking, method: "key" })).toBe(false);
    expect(isTaken({ ...key, t1Seconds: 60 })).toBe(false);
  });

  test.for([
    [10, 11, true],
    [10, 300, true],
    [60, 90, true],
    [299, 300, true],
    [9, 90, false],
    [10, 301, false],
    [300, 301, false],
    [300, 300, false],
    [60, 60, false],
    [90, 60, false],
    [60.5, 90, false],
    [60, 90.5, false],
    [-60, 90, false],
    ["60", 90, false],
    [60, null, false],
    [Number.NaN, 90, false],
    [0, 0, false],
  ] as const)("with T1 = %s and T2 = %s: %s", ([t1Seconds, t2Seconds, expected]) => {
    expect(isTaken({ ...asking, t1Seconds, t2Seconds })).toBe(expected);
  });

  test("whose T2 is not after T1 is refused with the member that is at fault", () => {
    const parsed = attemptRequestSchema.safeParse({ ...asking, t1Seconds: 90 });
    if (parsed.success) throw new Error("taken");
    expect(faultsOf(parsed.error)).toEqual({
      fields: { t2Seconds: "must be greater than t1Seconds" },
    });
  });

  test("names a method that there is, and nothing that it does not know", () => {
    for (const method of ["room", "tap", "", null, "Key"]) {
      expect(isTaken({ ...asking, method })).toBe(false);
    }
    for (const extra of [{ to: BEN }, { passphrase: "x" }, { prs: HASH }]) {
      expect(isTaken({ ...asking, ...extra })).toBe(false);
    }
  });

  test("the defaults are 60 s and 90 s, within bounds of 10 s to 300 s", () => {
    const limits = [PASSPHRASE_T1_SECONDS, PASSPHRASE_T2_SECONDS];
    const bounds = [PASSPHRASE_TERM_MIN_SECONDS, PASSPHRASE_TERM_MAX_SECONDS];
    expect([...limits, ...bounds]).toEqual([60, 90, 10, 300]);
  });
});

describe("PAS-1: a socket is wanted", () => {
  const proof = { challenge: "c", solution: 5 };
  const good: readonly UpgradeRequest[] = [
    { purpose: "open" },
    { purpose: "open", tried: 20, to: BEN as never, proof },
    { purpose: "claim", locator: "417" as never, method: "key" },
    { purpose: "claim", locator: "417" as never, method: "passphrase", proof },
    { purpose: "answer", locator: "417000000" as never, sid: SID },
    { purpose: "resume", locator: "417" as never, sid: SID },
    { purpose: "mailbox" },
  ];
  test.for(good)("%o", (request) => {
    expect(upgradeRequestSchema.safeParse(request).success).toBe(true);
    expect(upgradeRequestSchema.safeParse({ ...request, extra: 1 }).success).toBe(false);
  });

  test.for([
    { purpose: "open", tried: 21 },
    { purpose: "open", to: "ben" },
    { purpose: "open", to: null },
    { purpose: "open", locator: "417" },
    { purpose: "claim", locator: "417" },
    { purpose: "claim", locator: "417", method: "room" },
    { purpose: "claim", locator: "417", method: "key", sid: SID },
    { purpose: "answer", locator: "417" },
    { purpose: "answer", sid: SID },
    { purpose: "answer", locator: "0417", sid: SID },
    { purpose: "answer", locator: "417", sid: `${SID}A` },
    { purpose: "answer", locator: "417", sid: SID, proof },
    { purpose: "resume", locator: "417" },
    { purpose: "mailbox", to: BEN },
    { purpose: "refuse", locator: "417", sid: SID },
    {},
  ])("but not as %o", (request) => {
    expect(upgradeRequestSchema.safeParse(request).success).toBe(false);
  });
});

describe("ID-4: whose requests are shown", () => {
  test("is anyone's, contacts of contacts' or nobody's", () => {
    expect(audienceSchema.options).toEqual(["anyone", "contactsOfContacts", "nobody"]);
    for (const requestsFrom of audienceSchema.options) {
      expect(accountChangeSchema.safeParse({ requestsFrom }).success).toBe(true);
    }
    expect(accountChangeSchema.safeParse({ requestsFrom: "everyone" }).success).toBe(false);
    expect(accountChangeSchema.safeParse({ requestsFrom: null }).success).toBe(false);
  });

  test("is part of the account", () => {
    const account = { userId: BEN, logHead: HASH, handle: null, visibility: "anyone" };
    expect(accountSchema.safeParse(account).success).toBe(false);
    expect(accountSchema.safeParse({ ...account, requestsFrom: "nobody" }).success).toBe(true);
  });
});

describe("PAS-2: the mailbox tells", () => {
  const asked = { sid: SID, from: BEN, handle: "ben", openedAt: TIME };
  const request = { ...asked, locator: "417000000", claimBy: TIME, answerBy: TIME + 1 };
  const over = { ...asked, outcome: "timedOut", sequence: 4 };
  const isNotice = (notice: unknown) => mailboxNoticeSchema.safeParse(notice).success;

  test("of a request that waits, with its times and the server's own", () => {
    expect(isNotice({ type: "request", request, now: TIME })).toBe(true);
    expect(isNotice({ type: "request", request })).toBe(false);
    for (const member of Object.keys(request)) {
      const { [member as "sid"]: _, ...rest } = request;
      expect(isNotice({ type: "request", request: rest, now: TIME }), member).toBe(false);
    }
    expect(isNotice({ type: "request", request: { ...request, handle: null }, now: TIME })).toBe(
      true,
    );
  });

  test("of a request that is over, with how it ended and its place in the order of news", () => {
    for (const outcome of ["answered", "blocked", ...failureSchema.options]) {
      expect(isNotice({ type: "requestOver", request: { ...over, outcome } })).toBe(true);
    }
    expect(isNotice({ type: "requestOver", request: { ...over, outcome: "connected" } })).toBe(
      false,
    );
    const { sequence: _, ...unordered } = over;
    expect(isNotice({ type: "requestOver", request: unordered })).toBe(false);
  });
});

describe("PAS-6: an attempt tells", () => {
  test("of one of five ways to end without a match", () => {
    expect(failureSchema.options.toSorted()).toEqual([
      "cancelled",
      "mismatch",
      "refused",
      "timedOut",
      "unreachable",
    ]);
    for (const outcome of failureSchema.options) {
      expect(attemptNoticeSchema.safeParse({ type: "ended", outcome }).success).toBe(true);
    }
    expect(attemptNoticeSchema.safeParse({ type: "ended", outcome: "blocked" }).success).toBe(
      false,
    );
  });

  test("of an offer by which method it is, and of a claim until when it waits for the answer", () => {
    const offer = { type: "offer", sid: SID, share: HASH, commitment: HASH, openedAt: TIME };
    const times = { claimBy: TIME + 1, answerBy: TIME + 2, now: TIME };
    const isNotice = (notice: unknown) => attemptNoticeSchema.safeParse(notice).success;
    for (const method of ["key", "passphrase"]) {
      expect(isNotice({ ...offer, ...times, method })).toBe(true);
    }
    expect(isNotice({ ...offer, ...times })).toBe(false);
    expect(isNotice({ type: "claimed", answerBy: TIME, now: TIME })).toBe(true);
    expect(isNotice({ type: "claimed", answerBy: TIME })).toBe(false);
  });
});
