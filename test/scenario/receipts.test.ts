// PAS-10, PAS-11: what both devices keep of a meeting. The receipt is checked by other code than the product's:
// node:crypto, and the byte layout of docs/protocol.md written down once more.

import { createHash, createPublicKey, verify } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { memoryStore } from "../../shared/client/node.ts";
import type { Transcript } from "../../shared/core/pairing/transcript.ts";
import type { GenesisEntry } from "../../shared/wire/auth.ts";
import type { IdentityOpening } from "../../shared/wire/identity.ts";
import { meet, openClient } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { askAndAnswer, openListener, outcomesOf } from "../support/spoken.ts";
import { storedRows } from "../support/storedState.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface SessionKeys {
  readonly own: string;
  readonly peer: string;
}

interface Kept {
  readonly sessionKeys: SessionKeys;
  readonly receiptHash: string;
  readonly transcript: Transcript;
  readonly ownOpening: OpeningOfOne;
  readonly peerOpening: OpeningOfOne;
}
/** An account of one device. */
type OpeningOfOne = IdentityOpening & { readonly log: readonly GenesisEntry[] };

test("PAS-10: each device keeps the same receipt with both signatures, and both verify by node:crypto", async () => {
  const stores = [memoryStore(), memoryStore()] as const;
  const ada = await openClient(server.url, { store: stores[0], name: "Ada" });
  const ben = await openClient(server.url, { store: stores[1], name: "Ben" });
  const [ofAda] = await meet(ada, ben);
  const kept = await Promise.all(
    stores.map(async (store) => (await store.all<Kept>("contacts"))[0]!),
  );
  const [onAda, onBen] = kept as [Kept, Kept];

  expect(onAda.transcript).toEqual(onBen.transcript);
  expect(onAda.peerOpening).toEqual(onBen.ownOpening);
  expect(onBen.peerOpening).toEqual(onAda.ownOpening);

  for (const { receiptHash, transcript, ownOpening, peerOpening } of kept) {
    const receipt = receiptOf(transcript);
    expect(sha256(receipt).toString("base64url")).toBe(receiptHash);
    for (const { log, receiptSignature } of [ownOpening, peerOpening]) {
      const key = ed25519Key(log[0]!.signKey);
      const signature = Buffer.from(receiptSignature, "base64url");
      expect(verify(null, receipt, key, signature)).toBe(true);
      receipt[40]! ^= 1;
      expect(verify(null, receipt, key, signature)).toBe(false);
      receipt[40]! ^= 1;
    }
  }

  // The mailboxes are told of a match after the devices are.
  const hashes = () =>
    storedRows(server.stateDir)
      .filter(({ table }) => table === "contact")
      .map(({ raw }) => raw["receipt_hash"]);
  await expect.poll(hashes).toEqual([ofAda.receiptHash, ofAda.receiptHash]);
});

test.for(["key", "passphrase"] as const)(
  "PAS-11: after a meeting by a %s what one device sends with is what the other hears with, each meeting anew",
  async (method) => {
    const stores = [memoryStore(), memoryStore()] as const;
    const ada = await openClient(server.url, { store: stores[0], name: "Ada" });
    const ben = await openListener(server.url, { store: stores[1], name: "Ben" });
    const met = async (): Promise<SessionKeys[]> => {
      if (method === "key") await meet(ada, ben);
      else await outcomesOf(await askAndAnswer(ada, ben, "salt and vinegar"));
      return Promise.all(
        stores.map(async (store) => (await store.all<Kept>("contacts"))[0]!.sessionKeys),
      );
    };
    const [first, again] = [await met(), await met()];
    for (const [onAda, onBen] of [first, again] as [SessionKeys, SessionKeys][]) {
      expect(onBen).toEqual({ own: onAda.peer, peer: onAda.own });
    }
    const keys = [...first, ...again].flatMap(({ own, peer }) => [own, peer]);
    for (const key of keys) expect(decoded(key)).toHaveLength(32);
    expect(new Set(keys).size).toBe(4); // two of each meeting
  },
);

test("ID-1: a user id is the hash of the signed first entry of the peer's device log", async () => {
  const store = memoryStore();
  const ada = await openClient(server.url, { store });
  const ben = await openClient(server.url);
  await meet(ada, ben);
  const [{ peerOpening }] = (await store.all<Kept>("contacts")) as [Kept];
  const entry = peerOpening.log[0]!;
  const bytes = joined(
    Buffer.from("acquaint device log v1"),
    Buffer.from(entry.kind),
    ...[entry.signKey, entry.agreeKey, entry.recoveryKey].map(decoded),
    uint64(entry.createdAt),
  );
  expect(base32(sha256(bytes).subarray(0, 20))).toBe(ben.me.userId);
  expect(verify(null, bytes, ed25519Key(entry.signKey), decoded(entry.signature))).toBe(true);
});

function receiptOf({ method, openedAt, sid, initiator, responder }: Transcript): Buffer {
  return joined(
    Buffer.from("acquaint receipt v1"),
    Buffer.from(method),
    uint64(openedAt),
    decoded(sid),
    decoded(initiator.share),
    joined(Buffer.from("initiator"), decoded(initiator.commitment)),
    decoded(responder.share),
    joined(Buffer.from("responder"), decoded(responder.commitment)),
  );
}

/** Each part behind its length; none is longer than 127 bytes but the two that hold others. */
function joined(...parts: Buffer[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      if (part.length > 127) throw new RangeError("a length of one byte was expected");
      return [Buffer.of(part.length), part];
    }),
  );
}

const decoded = (text: string) => Buffer.from(text, "base64url");
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest();

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function ed25519Key(raw: string) {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw }, format: "jwk" });
}

/** RFC 4648, lower case, without padding. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(five, 2)])
    .join("");
}
