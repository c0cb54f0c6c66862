import { ristretto255 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, utf8 } from "../../shared/core/crypto/bytes.ts";
import {
  confirmationOf,
  createShare,
  deriveIsk,
  generatorString,
  scalarMultVfy,
  type Role,
} from "../../shared/core/crypto/cpace.ts";
import { bytes, field, hex, vectorFile } from "./vectors.ts";

type Fields = Record<string, string>;
const suite =
  vectorFile<Record<"generator" | "run" | "intermediate", Fields>>("cpace-ristr255-sha512");
const points = vectorFile<{ Valid: Fields; "Invalid Y1": string; "Invalid Y2": string }>(
  "cpace-ristr255-invalid-points",
);
const run = (name: string) => field(suite.run, name);
const IDENTITY = new Uint8Array(32);

/** 64 bytes that reduce to exactly this scalar. */
function asRandom(scalar: Uint8Array): Uint8Array {
  return concat(scalar, new Uint8Array(32));
}

function seed(text: string): Uint8Array {
  return sha512(utf8(text));
}

interface Side {
  prs: Uint8Array;
  ci: Uint8Array;
  sid: Uint8Array;
  ad: Uint8Array;
}

/** What both sides derive when each received the other's share and associated data intact. */
function exchange(a: Side, b: Side, randomA = seed("a"), randomB = seed("b")) {
  const shareA = createShare({ ...a, randomScalarBytes: randomA });
  const shareB = createShare({ ...b, randomScalarBytes: randomB });
  const side = (role: Role, own: Side, mine: typeof shareA, peer: Side, theirs: typeof shareA) => {
    const isk = deriveIsk({
      role,
      sid: own.sid,
      scalar: mine.scalar,
      ownShare: mine.share,
      ownAd: own.ad,
      peerShare: theirs.share,
      peerAd: peer.ad,
    });
    if (isk === null) throw new Error("an honest exchange gives a key");
    const confirm = (share: Uint8Array, ad: Uint8Array) =>
      confirmationOf({ sid: own.sid, isk, share, ad });
    return { isk, sent: confirm(mine.share, own.ad), expected: confirm(theirs.share, peer.ad) };
  };
  return [
    side("initiator", a, shareA, b, shareB),
    side("responder", b, shareB, a, shareA),
  ] as const;
}

const honest: Side = {
  prs: utf8("guitar ocean"),
  ci: utf8("acquaint 1 key"),
  sid: new Uint8Array(16).fill(7),
  ad: utf8("initiator"),
};
const peer: Side = { ...honest, ad: utf8("responder") };

describe("the published vectors of CPACE-RISTR255-SHA512", () => {
  test("the generator string, its hash and the generator", () => {
    const given = (name: string) => field(suite.generator, name);
    const string = generatorString(given("PRS"), given("CI"), given("sid"));
    expect(hex(string)).toBe(suite.generator["generator_string(G.DSI,PRS,CI,sid,H.s_in_bytes)"]);
    expect(hex(sha512(string))).toBe(suite.generator["hash result"]);
    expect(hex(sha512(string))).toBe(suite.intermediate["generator_hash"]);
    const one = asRandom(numberToBytesLE(1n, 32));
    const { share } = createShare({
      prs: given("PRS"),
      ci: given("CI"),
      sid: given("sid"),
      randomScalarBytes: one,
    });
    expect(hex(share)).toBe(suite.generator["encoded generator g"]);
    expect(hex(share)).toBe(suite.run["g"]);
  });

  test.each([
    ["ya", "Ya"],
    ["yb", "Yb"],
  ])("the share of %s is %s", (scalarName, shareName) => {
    const { scalar, share } = createShare({
      prs: run("PRS"),
      ci: run("CI"),
      sid: run("sid"),
      randomScalarBytes: asRandom(run(scalarName)),
    });
    expect(hex(scalar)).toBe(suite.run[scalarName]);
    expect(hex(share)).toBe(suite.run[shareName]);
  });

  test("both sides compute K", () => {
    expect(scalarMultVfy(run("ya"), run("Yb"))).toEqual(run("K"));
    expect(scalarMultVfy(run("yb"), run("Ya"))).toEqual(run("K"));
  });

  test("both sides derive ISK_IR", () => {
    const sid = run("sid");
    const a = { share: run("Ya"), ad: run("ADa"), scalar: run("ya") };
    const b = { share: run("Yb"), ad: run("ADb"), scalar: run("yb") };
    for (const [role, own, other] of [
      ["initiator", a, b],
      ["responder", b, a],
    ] as const) {
      const isk = deriveIsk({
        role,
        sid,
        scalar: own.scalar,
        ownShare: own.share,
        ownAd: own.ad,
        peerShare: other.share,
        peerAd: other.ad,
      });
      expect(isk).toEqual(run("ISK_IR"));
    }
  });

  test("a valid point multiplies, the invalid ones give null", () => {
    const s = field(points.Valid, "s");
    const product = field(points.Valid, "G.scalar_mult_vfy(s,X)");
    expect(scalarMultVfy(s, field(points.Valid, "X"))).toEqual(product);
    expect(scalarMultVfy(s, bytes(points["Invalid Y1"]))).toBeNull();
    expect(scalarMultVfy(s, bytes(points["Invalid Y2"]))).toBeNull();
  });
});

describe("an exchange", () => {
  test("gives both sides one key, and each the confirmation that the other sends", () => {
    const random = fc.uint8Array({ minLength: 64, maxLength: 64 }).filter((b) => b.some(Boolean));
    const text = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(text, text, text, text, random, random, (prs, ci, adA, adB, rA, rB) => {
        fc.pre(hex(rA) !== hex(rB));
        const sid = new Uint8Array(16).fill(1);
        const [a, b] = exchange({ prs, ci, sid, ad: adA }, { prs, ci, sid, ad: adB }, rA, rB);
        expect(a.isk).toEqual(b.isk);
        expect(a.isk).toHaveLength(64);
        expect(a.sent).toEqual(b.expected);
        expect(b.sent).toEqual(a.expected);
        expect(a.sent).toHaveLength(64);
        expect(a.sent).not.toEqual(b.sent);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ["a wrong secret", { prs: utf8("guitar oceans") }],
    ["another protocol version or method", { ci: utf8("acquaint 1 passphrase") }],
    ["another session id", { sid: new Uint8Array(16).fill(8) }],
  ])("with %s confirms on neither side (PAS-3)", (_, difference) => {
    const [a, b] = exchange(honest, { ...peer, ...difference });
    expect(a.isk).not.toEqual(b.isk);
    expect(a.sent).not.toEqual(b.expected);
    expect(b.sent).not.toEqual(a.expected);
  });

  test("whose associated data was changed on the way gives two keys", () => {
    const a = createShare({ ...honest, randomScalarBytes: seed("a") });
    const b = createShare({ ...peer, randomScalarBytes: seed("b") });
    const common = { sid: honest.sid, ownShare: a.share, scalar: a.scalar, ownAd: honest.ad };
    const derive = (peerAd: Uint8Array) =>
      deriveIsk({ ...common, role: "initiator", peerShare: b.share, peerAd });
    expect(derive(utf8("responder"))).not.toEqual(derive(utf8("responders")));
  });

  test("in which both sides take the same role gives two keys", () => {
    const a = createShare({ ...honest, randomScalarBytes: seed("a") });
    const b = createShare({ ...peer, randomScalarBytes: seed("b") });
    const { sid } = honest;
    const ad = { ownAd: honest.ad, peerAd: honest.ad };
    const role = "initiator";
    const ofA = { ...ad, role, sid, scalar: a.scalar, ownShare: a.share, peerShare: b.share };
    const ofB = { ...ad, role, sid, scalar: b.scalar, ownShare: b.share, peerShare: a.share };
    expect(deriveIsk(ofA as Parameters<typeof deriveIsk>[0])).not.toEqual(
      deriveIsk(ofB as Parameters<typeof deriveIsk>[0]),
    );
  });
});

describe("a peer's share", () => {
  const own = createShare({ ...honest, randomScalarBytes: seed("a") });
  const receive = (peerShare: Uint8Array, role: Role = "initiator") =>
    deriveIsk({
      role,
      sid: honest.sid,
      scalar: own.scalar,
      ownShare: own.share,
      ownAd: honest.ad,
      peerShare,
      peerAd: peer.ad,
    });

  test("that is the own one reflected gives no key in either role", () => {
    expect(receive(own.share)).toBeNull();
    expect(receive(own.share, "responder")).toBeNull();
  });

  test("that is the identity or an invalid point gives no key", () => {
    expect(receive(IDENTITY)).toBeNull();
    expect(receive(bytes(points["Invalid Y1"]))).toBeNull();
    expect(receive(bytes(points["Invalid Y2"]))).toBeNull();
  });

  test("of any bytes and any length never throws, and gives 64 bytes or nothing", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (share) => {
        const isk = receive(share);
        expect(isk === null || isk.length === 64).toBe(true);
        if (share.length !== 32) expect(isk).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  test("of 32 bytes is taken only as the canonical encoding of a point", () => {
    const negative = own.share.slice();
    negative[0] = (negative[0] as number) ^ 1;
    const aboveField = new Uint8Array(32).fill(0xff);
    const highBit = ristretto255.Point.BASE.toBytes();
    highBit[31] = (highBit[31] as number) | 0x80;
    for (const bad of [negative, aboveField, highBit]) expect(receive(bad)).toBeNull();
  });
});

describe("a scalar", () => {
  test("is the random bytes, little endian, modulo the group order", () => {
    const random = seed("scalar");
    const { scalar } = createShare({ ...honest, randomScalarBytes: random });
    expect(bytesToNumberLE(scalar)).toBe(bytesToNumberLE(random) % ristretto255.Point.Fn.ORDER);
  });

  test("of zero, or from another number of random bytes, is refused", () => {
    const order = numberToBytesLE(ristretto255.Point.Fn.ORDER, 32);
    const make = (randomScalarBytes: Uint8Array) => createShare({ ...honest, randomScalarBytes });
    for (const bad of [new Uint8Array(64), asRandom(order), new Uint8Array(63).fill(1)]) {
      expect(() => make(bad)).toThrow(RangeError);
    }
    expect(scalarMultVfy(new Uint8Array(32), ristretto255.Point.BASE.toBytes())).toBeNull();
  });
});

test("a secret that fills the hash block leaves no room for padding, and still works", () => {
  const long = generatorString(new Uint8Array(300).fill(1), new Uint8Array(), new Uint8Array());
  const start = 1 + "CPaceRistretto255".length + 2 + 300;
  expect(hex(long.subarray(start))).toBe("000000");
});
