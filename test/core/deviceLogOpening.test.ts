// ID-3: who may pair in an account's name. An opening proves a device that is active in the log that it
// shows, and tells what to pin of that log.

import { ed25519 } from "@noble/curves/ed25519.js";
import { expect, test } from "vitest";
import { toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import { compareLogs, type LoggedDevice } from "../../shared/core/identity/deviceLog.ts";
import { commitmentTo, verifyOpening } from "../../shared/core/pairing/commitment.ts";
import type { IdentityOpening } from "../../shared/wire/identity.ts";
import { Account, must } from "./deviceLogAccount.ts";

const RECEIPT = utf8("a receipt");
const NONCE = new Uint8Array(32).fill(5);

/** What a device of the account says, and the commitment to it. */
function said(account: Account, device: LoggedDevice): [IdentityOpening, Uint8Array] {
  const signature = ed25519.sign(RECEIPT, account.secretOf(device.number));
  const opening = {
    log: account.log,
    deviceId: device.deviceId,
    nonce: toBase64Url(NONCE),
    name: "Ann",
    receiptSignature: toBase64Url(signature),
  };
  return [opening, commitmentTo(account.verified, device, NONCE)];
}

const ann = new Account("Ann").add(0).add(1).remove(1, 0);

test("ID-3: every active device proves itself by the whole log, and tells its head and length", () => {
  for (const device of ann.verified.devices) {
    const peer = verifyOpening(...said(ann, device), RECEIPT);
    expect(peer?.userId).toBe(ann.verified.userId);
    expect(peer?.device).toEqual(device);
    const { logHead: head, logLength: length } = must(peer);
    expect(compareLogs({ head, length }, ann.verified)).toBe("same");
    expect(compareLogs({ head, length }, new Account("Ann", ann).add(0).verified)).toBe("extends");
  }
});

test("ID-3: a device that was removed proves nothing, however right its commitment and signature", () => {
  const removed = must(ann.verified.removed[0]);
  expect(verifyOpening(...said(ann, removed), RECEIPT)).toBe(null);
});

test("ID-1: an opening with a log that grew since its commitment is refused", () => {
  const device = must(ann.verified.devices[0]);
  const [opening, commitment] = said(ann, device);
  const grown = new Account("Ann", ann).add(0);
  expect(verifyOpening({ ...opening, log: grown.log }, commitment, RECEIPT)).toBe(null);
  expect(verifyOpening({ ...opening, log: ann.log.slice(0, 3) }, commitment, RECEIPT)).toBe(null);
});
