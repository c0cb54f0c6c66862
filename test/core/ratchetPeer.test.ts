// A peer that holds the keys of a session and keeps to no rule: what it seals is authentic, so the
// tag stops none of it.
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { describe, expect, test } from "vitest";
import { type BoxHeader, encodeHeader, sessionTagOf } from "../../shared/core/crypto/boxHeader.ts";
import { padBox } from "../../shared/core/crypto/boxPadding.ts";
import { concat, fromBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import { messageKeyOf, nextRoot, walkChain } from "../../shared/core/crypto/chain.ts";
import { publicKeyOf, sharedSecret } from "../../shared/core/crypto/diffieHellman.ts";
import { associatedDataOf } from "../../shared/core/crypto/endpoints.ts";
import { openBox } from "../../shared/core/crypto/ratchet.ts";
import { openAt, runningSession, say, sealFrom, type SessionOfTwo } from "./ratchetPair.ts";

/** A box to A, sealed with the next secret of the chain. */
function craft(
  session: SessionOfTwo,
  chain: Uint8Array,
  header: Omit<BoxHeader, "sessionTag">,
  padded = padBox(utf8("crafted")),
): Uint8Array {
  const { key, nonce } = messageKeyOf(walkChain(chain, 1).secrets[0]!);
  const sessionTag = sessionTagOf(fromBase64Url(session.a.session));
  const front = encodeHeader({ ...header, sessionTag });
  const associated = concat(associatedDataOf(session.bToA), front);
  return concat(front, xchacha20poly1305(key, nonce, associated).encrypt(padded));
}

/** A has made the newest key and awaits one of B's, with which B begins its epoch 1. */
function sessionAtTurnOfB(seed: string) {
  const session = runningSession(seed);
  sealFrom(session, "a", "A turns");
  const { root, turn } = session.a;
  if (turn.whose !== "peer") throw new Error("A has not turned");
  const secretKey = fromBase64Url(turn.secretKey);
  const begin = (publicKey: Uint8Array, agreement: Uint8Array, previousN = 1, n = 0): Uint8Array =>
    craft(session, nextRoot(fromBase64Url(root), agreement).chain, {
      kind: "conversation",
      epoch: 1,
      n,
      ratchetKey: { previousN, publicKey },
      prekey: null,
    });
  return { session, secretKey, ownKey: fromBase64Url(turn.publicKey), begin };
}

function expectRefused(session: SessionOfTwo, box: Uint8Array, reason: string): void {
  const before = structuredClone(session.a);
  expect(openBox(session.a, box, session.bToA)).toEqual({ ok: false, reason });
  expect(session.a).toEqual(before);
}

describe("BOX-1 a peer that keeps to no rule", () => {
  test("cannot have a ratchet key of low order, or one's own, taken for its own", () => {
    const { session, secretKey, ownKey, begin } = sessionAtTurnOfB("bad keys");
    const zeros = new Uint8Array(32);
    expectRefused(session, begin(zeros, zeros), "forged");
    expectRefused(session, begin(ownKey, sharedSecret(secretKey, ownKey)!), "forged");
    const honest = publicKeyOf(session.random());
    const fine = begin(honest, sharedSecret(secretKey, honest)!);
    expect(openAt(session, "a", fine)).toBe("crafted");
  });

  test("cannot make a key out of turn", () => {
    const session = runningSession("out of turn");
    say(session, "a", "A turns");
    say(session, "b", "B turns");
    const publicKey = publicKeyOf(session.random());
    const { chain } = nextRoot(fromBase64Url(session.a.root), publicKey);
    const ratchetKey = { previousN: 1, publicKey };
    const header = { kind: "conversation", epoch: 2, n: 0, ratchetKey, prekey: null } as const;
    expectRefused(session, craft(session, chain, header), "unknownKey");
  });

  test("cannot have a chain walked that it says was long, or walked backwards", () => {
    const { session, secretKey, begin } = sessionAtTurnOfB("lengths");
    const publicKey = publicKeyOf(session.random());
    const agreement = sharedSecret(secretKey, publicKey)!;
    expectRefused(session, begin(publicKey, agreement, 2 ** 31 - 1), "tooFarAhead");
    expectRefused(session, begin(publicKey, agreement, 0, 1_001), "tooFarAhead");
    expect(openAt(session, "a", begin(publicKey, agreement, 0))).toBe("crafted");
    expect(session.a.skipped).toEqual([]);
  });

  test("cannot have text opened that is not padded to whole steps, and spoils no later box with it", () => {
    const session = runningSession("padding");
    const { epoch, n, chain } = session.a.receiving!;
    const header = { kind: "control", epoch, n, ratchetKey: null, prekey: null } as const;
    const sealed = (padded: Uint8Array) => craft(session, fromBase64Url(chain), header, padded);
    for (const padded of [0, 32, 33, 63].map((length) => new Uint8Array(length))) {
      expectRefused(session, sealed(padded), "malformed");
    }
    expectRefused(session, sealed(new Uint8Array(64).fill(1)), "malformed");
    const spoilt = padBox(utf8("text")).with(31, 1);
    expectRefused(session, sealed(spoilt), "malformed");
    say(session, "b", "as ever", "control");
  });
});
