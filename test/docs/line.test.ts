// The line in docs/protocol.md is true: its worked example comes out by the document alone, and so do its
// examples of contents and frames.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../scripts/paths.ts";
import { decode, encode } from "./independentCbor.ts";
import { bytesOfContent, type Content, contentOf } from "./independentContents.ts";
import {
  type Account,
  type Entry,
  fromB64,
  isSigned,
  lvCat,
  sha256,
  u64be,
  verifiedAccount,
} from "./independentCrypto.ts";
import { CBOR_FRAMES, JSON_FRAMES } from "./independentFrames.ts";
import { agree, padded, type Pair, pairOf } from "./independentSeal.ts";
import {
  associatedData,
  keysOf,
  type Prekeys,
  readHeader,
  rootOf,
  Session,
  transientKey,
  turnOf,
} from "./independentSession.ts";

const PROTOCOL = readFileSync(join(ROOT, "docs/protocol.md"), "utf8");

/** A value of a step of the example, as printed. */
function valuesOf(title: string): (name: string) => string {
  const section = PROTOCOL.split(`### Example: ${title}\n`)[1]?.split("\n### ")[0] ?? "";
  return (name) => {
    const line = section.split("\n").find((candidate) => candidate.startsWith(`- ${name}: \``));
    if (line === undefined) throw new Error(`the example has no "${name}" in "${title}"`);
    return line.slice(`- ${name}: \``.length, -1);
  };
}

const bytes = (hex: string) => Buffer.from(hex, "hex");
const hex = (value: Buffer) => value.toString("hex");

const prekeys = valuesOf("Ann's prekeys");
const beginning = valuesOf("Ben begins a session");
const signedPrekey = pairOf(bytes(prekeys("X25519 scalar of the signed prekey (random)")));
const oneTimePrekey = pairOf(bytes(prekeys("X25519 scalar of the one-time prekey (random)")));
const ephemeral = pairOf(bytes(beginning("X25519 scalar of the ephemeral key (random)")));

function personOf(name: string) {
  const value = valuesOf(`${name}'s device and log`);
  const account = verifiedAccount(JSON.parse(value("log as JSON")) as Entry[]);
  return { account, agreement: pairOf(bytes(value("X25519 scalar (random)"))) };
}
const ann = personOf("Ann");
const ben = personOf("Ben");

const DRAWN: Prekeys = {
  signedId: Number(prekeys("id of the signed prekey")),
  oneTimeId: Number(prekeys("id of the one-time prekey")),
  ephemeral: ephemeral.publicKey,
  pairing: bytes(beginning("pairing")),
};

function rootBy(agreements: readonly Buffer[]): Buffer {
  const psk = bytes(valuesOf("What both keep")("session key of the responder"));
  const parties = [ben.account, ann.account] as const;
  return rootOf(parties, agreements, signedPrekey.publicKey, oneTimePrekey.publicKey, psk);
}

test("Ann's prekeys are signed by the document", () => {
  expect(ann.agreement.publicKey).toEqual(ann.account.agreeKey);
  expect(hex(signedPrekey.publicKey)).toBe(prekeys("signed prekey"));
  expect(hex(oneTimePrekey.publicKey)).toBe(prekeys("one-time prekey"));
  const signed = lvCat("acquaint prekey v1", u64be(DRAWN.signedId), signedPrekey.publicKey);
  expect(hex(signed)).toBe(prekeys("signed bytes"));
  const { signKey } = ann.account;
  expect(isSigned(signKey, signed, bytes(prekeys("signature")))).toBe(true);
  const body = JSON.parse(prekeys("body of PUT /v1/prekeys")) as {
    signed: { id: number; key: string; signature: string };
    oneTime: { id: number; key: string }[];
  };
  expect(body.signed.id).toBe(DRAWN.signedId);
  expect(isSigned(signKey, signed, fromB64(body.signed.signature))).toBe(true);
  expect(body.oneTime).toEqual([
    { id: DRAWN.oneTimeId, key: oneTimePrekey.publicKey.toString("base64url") },
  ]);
});

test("both sides come to the example's root, with the key of the pairing", () => {
  const receiptHash = valuesOf("The receipt")("receiptHash");
  expect(receiptHash.startsWith(beginning("pairing"))).toBe(true);
  const atBen = [
    agree(ben.agreement, signedPrekey.publicKey),
    agree(ephemeral, ann.account.agreeKey),
    agree(ephemeral, signedPrekey.publicKey),
    agree(ephemeral, oneTimePrekey.publicKey),
  ];
  expect(atBen.map(hex)).toEqual(["dh1", "dh2", "dh3", "dh4"].map(beginning));
  const atAnn = [
    agree(signedPrekey, ben.account.agreeKey),
    agree(ann.agreement, ephemeral.publicKey),
    agree(signedPrekey, ephemeral.publicKey),
    agree(oneTimePrekey, ephemeral.publicKey),
  ];
  expect(hex(rootBy(atBen))).toBe(beginning("root"));
  expect(rootBy(atAnn)).toEqual(rootBy(atBen));
});

const BOXES = [
  ["Ben's first message", "ben"],
  ["Ann's answer", "ann"],
  ["Ben's third message", "ben"],
  ["Ben's fourth message, the third being stored", "ben"],
] as const;

test("the example's boxes come out byte for byte, and open at the other side, once each", () => {
  const root = bytes(beginning("root"));
  const sides = {
    ben: new Session([ben.account, ann.account], root, DRAWN, signedPrekey.publicKey),
    ann: new Session([ann.account, ben.account], root, DRAWN, signedPrekey),
  };
  for (const [title, by] of BOXES) {
    const value = valuesOf(title);
    const plaintext = bytes(value("content, encoded"));
    expect(hex(bytesOfContent(JSON.parse(value("content")) as Content))).toBe(hex(plaintext));
    expect(hex(padded(plaintext))).toBe(value("padded"));
    const scalar = title.includes("fourth")
      ? Buffer.alloc(32, 1)
      : bytes(value("X25519 scalar of the ratchet key (random)"));
    const box = sides[by].seal(plaintext, "conversation", scalar);
    expect(hex(box)).toBe(value("box"));
    if (title.includes("third")) sides.ben.stored();

    const { header, length } = readHeader(box);
    expect(hex(box.subarray(0, length))).toBe(value("header"));
    expect([header.epoch, header.n].map(String)).toEqual([value("epoch"), value("n")]);
    const opener = by === "ben" ? sides.ann : sides.ben;
    const forged = Buffer.from(box);
    forged.writeUInt8(forged.readUInt8(forged.length - 1) ^ 1, forged.length - 1);
    expect(() => opener.open(forged)).toThrow();
    expect(hex(opener.open(box))).toBe(hex(plaintext));
    expect(() => opener.open(box)).toThrow("replayed");
  }
});

test("the values on the way to the example's boxes come out, too", () => {
  let root: Buffer = bytes(beginning("root"));
  let newest: Buffer = signedPrekey.publicKey;
  for (const [title, by] of BOXES.slice(0, 3)) {
    const value = valuesOf(title);
    const own: Pair = pairOf(bytes(value("X25519 scalar of the ratchet key (random)")));
    const agreement = agree(own, newest);
    const turned = turnOf(root, agreement);
    expect(hex(own.publicKey)).toBe(value("ratchet key"));
    expect(hex(agreement)).toBe(value("agreement with the peer's newest key"));
    expect(hex(turned.root)).toBe(value("root, then"));
    expect(hex(turned.chain)).toBe(value("chain"));
    const { key, nonce } = keysOf(bytes(value("message secret")));
    expect([hex(key), hex(nonce)]).toEqual([value("message key"), value("nonce")]);
    const [from, to] = by === "ben" ? [ben, ann] : [ann, ben];
    const data = associatedData(from.account, to.account);
    expect(hex(data)).toBe(value("associated data without the header"));
    root = turned.root;
    newest = own.publicKey;
  }
});

test("the example's typing comes out by the document", () => {
  const value = valuesOf("Ben types");
  const root = bytes(beginning("root"));
  expect(hex(transientKey(root, "initiator"))).toBe(value("transient key of the initiator"));
  expect(hex(transientKey(root, "responder"))).toBe(value("transient key of the responder"));
  const bens = new Session([ben.account, ann.account], root, DRAWN, signedPrekey.publicKey);
  const anns = new Session([ann.account, ben.account], root, DRAWN, signedPrekey);
  const plaintext = bytesOfContent({ kind: "typing", isTyping: true });
  const box = bens.sealTransient(plaintext, bytes(value("nonce (random)")));
  expect(hex(box)).toBe(value("box"));
  expect(anns.openTransient(box)).toEqual(plaintext);
});

test("WIRE-1: the example's frames say the same in both encodings", () => {
  const value = valuesOf("Frames of the line, in both encodings");
  for (const who of ["Ben sends", "the server to Ben", "the server to Ann", "Ann keeps it"]) {
    const messages = JSON_FRAMES.decode(value(`${who}, in JSON`));
    const binary = bytes(value(`${who}, in CBOR`));
    expect(hex(CBOR_FRAMES.encode(messages) as Buffer)).toBe(hex(binary));
    expect(CBOR_FRAMES.decode(new Uint8Array(binary).buffer)).toEqual(messages);
  }
});

test("the example's safety phrase comes out by the document, whoever looks", () => {
  const value = valuesOf("A safety phrase");
  const wordsOf = (one: Account, other: Account) => {
    const [first, second] = one.userId < other.userId ? [one, other] : [other, one];
    const parts = [first.userId, first.head, second.userId, second.head];
    const digest = sha256(lvCat("acquaint safety phrase v1", ...parts));
    const bits = [...digest].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    const places = bits.slice(0, 132).match(/.{11}/g) ?? [];
    return places.map((place) => wordlist[Number.parseInt(place, 2)]).join(" ");
  };
  expect(wordsOf(ann.account, ben.account)).toBe(value("words"));
  expect(wordsOf(ben.account, ann.account)).toBe(value("words"));
});

describe("contents", () => {
  const region = PROTOCOL.split("<!-- generated: contents -->")[1]?.split("<!-- end -->")[0] ?? "";
  const examples = [...region.matchAll(/^\| `(\{.*\})` \| `([0-9a-f]+)` \|$/gm)];

  test("each kind has an example", () => {
    const kinds = examples.map(([, json]) => (JSON.parse(json!) as Content).kind);
    const rows = [...region.matchAll(/^\| `(\w+)` \| \d/gm)].map(([, kind]) => kind);
    expect([...new Set(kinds)]).toEqual(rows);
    expect(rows).toHaveLength(16);
  });

  test.for(examples.map(([, json, encoded]) => [json!, encoded!] as const))(
    "%s has those bytes",
    ([json, encoded]) => {
      const content = JSON.parse(json) as Content;
      expect(hex(bytesOfContent(content))).toBe(encoded);
      expect(contentOf(bytes(encoded))).toEqual(content);
      expect(hex(encode(decode(bytes(encoded))))).toBe(encoded);
    },
  );
});
