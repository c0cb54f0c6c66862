// ID-1: the bytes that a log's entries sign, put together once more by a reader that was written from
// the document, and the sizes of logs.

import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { pad } from "../../shared/core/crypto/seal.ts";
import { verifyLog } from "../../shared/core/identity/deviceLog.ts";
import { genesisBytes, laterBytes } from "../../shared/core/identity/logEntries.ts";
import {
  type DeviceLog,
  deviceLogSchema,
  type GenesisEntry,
  type LaterEntry,
  type LogEntry,
  registerRequestSchema,
} from "../../shared/wire/auth.ts";
import { type IdentityOpening, identityOpeningSchema } from "../../shared/wire/identity.ts";
import {
  LOG_MAX_ENTRIES,
  NAME_MAX_CHARS,
  REQUEST_MAX_BYTES,
  SEALED_IDENTITY_MAX_BYTES,
} from "../../shared/wire/limits.ts";
import { readLog } from "../docs/independentLog.ts";
import { Account } from "./deviceLogAccount.ts";
import { hex } from "./vectors.ts";

function everyKind(): Account {
  return new Account("Ann")
    .add(0)
    .add("recovery")
    .replacePhrase("recovery")
    .remove(0, "recovery")
    .replacePhrase(2)
    .remove(1, 1);
}

test("ID-1: bytes, hashes and signatures of every kind of entry are those of node:crypto", () => {
  const { log, verified } = everyKind();
  const read = readLog(log);
  expect(read.userId).toBe(verified.userId);
  expect(verified.heads.map(hex)).toEqual(read.heads);
  const [genesis, ...later] = log as [GenesisEntry, ...LaterEntry[]];
  expect([genesisBytes(genesis), ...later.map(laterBytes)].map(hex)).toEqual(read.signedBytes);
});

test("ID-1: the same keys and times make the same log for ever", () => {
  const { log, verified } = everyKind();
  expect(verified.userId).toMatchInlineSnapshot(`"ky3oxhkf3e3gvaak6ghd4wtcf6q2bzpo"`);
  expect(hex(verified.head)).toMatchInlineSnapshot(
    `"6044f426e505844e67ea561ddd4db1c46ec6b8189a6c0cf65796cca5f1605deb"`,
  );
  expect(createHash("sha256").update(JSON.stringify(log)).digest("hex")).toMatchInlineSnapshot(
    `"2357675c697fe21402b252eab52e7d868319de02bed30b9c347c618c47c7db57"`,
  );
});

describe("the longest log", () => {
  /** Longer in JSON than any that verifies: 39 times the largest entry. */
  function longest(): DeviceLog {
    const [genesis, add] = new Account("Ann").add("recovery").log as [LogEntry, LogEntry];
    const largest = { ...add, createdAt: 8_640_000_000_000_000 };
    return [genesis, ...Array<LogEntry>(LOG_MAX_ENTRIES - 1).fill(largest)];
  }
  const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

  test("fits in a sealed identity, with a name that JSON makes as long as can be", () => {
    const opening: IdentityOpening = {
      log: longest(),
      deviceId: "a".repeat(16) as IdentityOpening["deviceId"],
      nonce: "A".repeat(43),
      name: "\u0001".repeat(NAME_MAX_CHARS),
      receiptSignature: "A".repeat(86),
    };
    expect(identityOpeningSchema.safeParse(opening).success).toBe(true);
    const sealed = pad(Buffer.from(JSON.stringify(opening)), 64).length + 40;
    console.log(`sealed identity with the longest log: ${sealed} of ${SEALED_IDENTITY_MAX_BYTES}`);
    expect(sealed).toBeLessThanOrEqual(SEALED_IDENTITY_MAX_BYTES);
  });

  test("fits in a request, with a proof of work", () => {
    const proof = { challenge: "x".repeat(1_000), solution: Number.MAX_SAFE_INTEGER };
    expect(registerRequestSchema.shape.proof.safeParse(proof).success).toBe(true);
    const log = longest();
    expect(deviceLogSchema.safeParse(log).success).toBe(true);
    const size = sizeOf({ log, proof });
    console.log(`a request with the longest log: ${size} of ${REQUEST_MAX_BYTES}`);
    expect(size).toBeLessThanOrEqual(REQUEST_MAX_BYTES);
  });

  test("and each kind of entry have the sizes that are printed here", () => {
    const { log } = everyKind();
    const sizes = new Map(log.map((entry) => [entry.kind, sizeOf(entry)]));
    console.log(`entries, bytes of JSON: ${[...sizes].map((size) => size.join(" ")).join(", ")}`);
    const account = new Account("Ann");
    while (account.log.length < LOG_MAX_ENTRIES - 1)
      account.add(0).remove(account.log.length - 1, 0);
    const start = performance.now();
    expect(verifyLog(account.log)?.length).toBe(LOG_MAX_ENTRIES - 1);
    const ms = performance.now() - start;
    console.log(
      `a log of 39 entries: ${sizeOf(account.log)} bytes, verified in ${ms.toFixed(0)} ms`,
    );
    expect(sizeOf(longest())).toBeLessThan(18_000);
  });
});
