// docs/protocol.md is true: its generated regions are fresh, and its example works out independently.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshDocuments } from "../../scripts/docs/regions.ts";
import { ROOT } from "../../scripts/paths.ts";
import * as crypto from "./independentCrypto.ts";
import { prsOfPassphrase } from "./independentPassphrase.ts";

const PROTOCOL = readFileSync(join(ROOT, "docs/protocol.md"), "utf8");

/** The values of one step of the example, as printed. Of two with one name, the first counts. */
function example(title: string): (name: string) => string {
  const section = PROTOCOL.split(`### Example: ${title}\n`)[1]?.split("\n### ")[0] ?? "";
  return (name) => {
    const line = section.split("\n").find((candidate) => candidate.startsWith(`- ${name}: \``));
    if (line === undefined) throw new Error(`the example has no "${name}" in "${title}"`);
    return line.slice(`- ${name}: \``.length, -1);
  };
}

const bytes = (hex: string) => Buffer.from(hex, "hex");

test("the generated regions of the documents are fresh (else: npm run docs)", () => {
  const stale = freshDocuments().filter(({ isStale }) => isStale);
  expect(stale.map(({ name }) => name)).toEqual([]);
});

test("every limit, refusal and endpoint has its place in docs/protocol.md", () => {
  const marks = [...PROTOCOL.matchAll(/<!-- generated: ([a-z ]+) -->/g)].map(([, name]) => name);
  expect(marks).toEqual(
    expect.arrayContaining([
      "limits",
      "problems",
      "routes",
      "binary names",
      "contents",
      "state diagram",
      "state table",
      "who may",
      "account delays",
      "work",
      "prompts",
      "word lists",
      "passphrase vectors",
      "certificate layout",
      "ticket layout",
      "tap outcomes",
      "room requests",
      "room notices",
      "room events",
      "worked example",
    ]),
  );
});

test.for(["Ann", "Ben"])("the example's log of %s verifies by the document", (name) => {
  const value = example(`${name}'s device and log`);
  const account = crypto.verifiedAccount(JSON.parse(value("log as JSON")) as crypto.Entry[]);
  const signer = crypto.signerOf(bytes(value("Ed25519 seed (random)")));
  expect(signer.publicKey.toString("hex")).toBe(value("signKey"));
  expect(account.head.toString("hex")).toBe(value("head"));
  expect(account.userId).toBe(value("userId"));
  expect(account.deviceId).toBe(value("deviceId"));
});

test("the example's session and proof of work come out by the document", () => {
  const session = example("Ann's session");
  const signed = crypto.sessionBytes(
    session("origin"),
    session("challenge (as the server gave it)"),
  );
  const signer = crypto.signerOf(bytes(example("Ann's device and log")("Ed25519 seed (random)")));
  expect(signer.sign(signed).toString("hex")).toBe(session("signature"));
  const work = example("Proof of work");
  const solution = Number(work("smallest solution"));
  expect(crypto.isWorkDone(work("challenge"), solution, Number(work("bits")))).toBe(true);
  expect(crypto.isWorkDone(work("challenge"), solution - 1, Number(work("bits")))).toBe(false);
});

const BOXES = [
  ["initiator", "Ann's boxes (in the answer)", "Ann's signature"],
  ["responder", "Ben's boxes (in the claim)", "Ben's signature"],
] as const;

/** What both examples hold: from random values to the receipt. */
function exchangeOf(method: crypto.Method, prs: Buffer, titles: (title: string) => string) {
  const first = example(titles("First messages"));
  const shared = example(titles("The shared key"));
  const receipt = example(titles("The receipt"));
  const sid = bytes(first("sid (random)"));
  expect(crypto.generatorString(method, prs, sid).toString("hex")).toBe(first("generator_string"));
  const sideOf = (name: string) => {
    const log = JSON.parse(example(`${name}'s device and log`)("log as JSON")) as crypto.Entry[];
    const nonce = bytes(first(`${name}'s nonce (random)`));
    const commitment = crypto.commitmentOf(crypto.verifiedAccount(log), nonce);
    expect(commitment.toString("hex")).toBe(first(`${name}'s commitment`));
    const random = bytes(first(`${name}'s 64 bytes for y (random)`));
    const half = crypto.half(method, prs, sid, random);
    expect(half.share.toString("hex")).toBe(first(`${name}'s share Y`));
    return { ...half, commitment, nonce };
  };
  const ann = sideOf("Ann");
  const ben = sideOf("Ben");
  const openedAt = Number(receipt("openedAt"));
  const exchange = { method, sid, openedAt, initiator: ann, responder: ben };

  const isk = crypto.iskOf(exchange, ann.y, ben.share);
  expect(crypto.iskOf(exchange, ben.y, ann.share)).toEqual(isk);
  expect(isk.toString("hex")).toBe(shared("ISK"));
  expect(crypto.tagOf(isk).toString("hex")).toBe(shared("match tag"));
  expect(crypto.receiptOf(exchange).toString("hex")).toBe(receipt("receipt"));
  expect(crypto.sha256(crypto.receiptOf(exchange)).toString("hex")).toBe(receipt("receiptHash"));
  for (const [side] of BOXES) {
    const confirmation = crypto.confirmationOf(exchange, isk, side).toString("hex");
    expect(confirmation).toBe(shared(`confirmation of the ${side}`));
  }
  return { exchange, isk, receipt, ann, ben };
}

test("PAS-11: the example's exchange comes out by the document, from random values to sealed boxes and session keys", () => {
  const code = example("The code");
  const prs = crypto.prsOf(Number(code("digits").split("-")[1]));
  expect(prs.toString("hex")).toBe(code("PRS"));
  const { exchange, isk, receipt, ann, ben } = exchangeOf("key", prs, (title) => title);
  for (const [side, title, signature] of BOXES) {
    const boxes = example(title);
    const content = boxes("identity, before padding");
    const sealed = bytes(boxes("identity, padded and sealed"));
    const nonce = bytes(boxes("nonce of its box (random)"));
    expect(crypto.openBox(exchange, isk, side, "identity", sealed).toString()).toBe(content);
    const again = crypto.sealBox(exchange, isk, side, "identity", Buffer.from(content), nonce);
    expect(again).toEqual(sealed);
    const card = crypto.openBox(exchange, isk, side, "card", bytes(boxes("card, sealed")));
    expect(card.toString() || "(empty)").toBe(boxes("card, before padding"));
    const opening = JSON.parse(content) as { log: crypto.Entry[]; receiptSignature: string };
    expect(crypto.fromB64(opening.receiptSignature).toString("hex")).toBe(receipt(signature));
  }
  const keys = crypto.sessionKeysOf(exchange, isk, ann.nonce, ben.nonce);
  for (const [side] of BOXES) {
    const kept = example("What both keep")(`session key of the ${side}`);
    expect(keys[side].toString("hex")).toBe(kept);
  }
});

test("PAS-3: the example by a passphrase comes out by the document, and is signed", () => {
  const titleOf = (title: string) => `By a passphrase: ${title.toLowerCase()}`;
  const passphrase = example(titleOf("The passphrase"));
  const prs = prsOfPassphrase(passphrase("typed"))!;
  expect(prs.toString()).toBe(passphrase("normalised"));
  expect(prs.toString("hex")).toBe(passphrase("PRS"));
  const { exchange, receipt } = exchangeOf("passphrase", prs, titleOf);
  for (const name of ["Ann", "Ben"]) {
    const log = JSON.parse(example(`${name}'s device and log`)("log as JSON")) as crypto.Entry[];
    const { signKey } = crypto.verifiedAccount(log);
    const signature = bytes(receipt(`${name}'s signature`));
    expect(crypto.isSigned(signKey, crypto.receiptOf(exchange), signature)).toBe(true);
  }
});
