// ID-3: what devices of an account hand over, as bytes: the same records give the same bytes, all of them come back,
// and what a later version says, or nobody should, is left out.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../../shared/core/crypto/bytes.ts";
import { BundleWriter, decodeBundle, encodeBundle } from "../../../shared/core/handover/bundle.ts";
import {
  handedMessage,
  type HandedRecord,
  parseHanded,
} from "../../../shared/core/handover/handed.ts";
import { awaited, type MessageRecord } from "../../../shared/core/line/messageRecord.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { Device, idOf, NOW, PEER } from "../line/examples.ts";
import { said } from "../line/sayings.ts";

const USER = "c".repeat(32) as UserId;
const HEADER = '{"format":"acquaint-handover","version":1}\n';

const OWN: HandedRecord[] = [
  { kind: "name", name: "Ann", changedAt: NOW },
  { kind: "deviceName", number: 3, name: "Ann's laptop", changedAt: NOW },
  { kind: "card", card: { "@type": "Card", version: "1.0", uid: "urn:x", note: "été 🦊\n" } },
  { kind: "chosenCard", uid: null },
  { kind: "notes", userId: USER, alias: "Ben", note: "at the\u2028fair", changedAt: NOW },
  { kind: "conversation", peer: PEER, timer: { count: 2, at: NOW, seconds: 60 } },
  {
    kind: "introduction",
    userId: USER,
    at: NOW,
    name: "Ben",
    card: { "@type": "Card", version: "1.0", uid: "urn:y" },
    cardProblem: null,
  },
];

const bundleOf = (...lines: unknown[]) =>
  utf8(HEADER + lines.map((line) => `${JSON.stringify(line)}\n`).join(""));

/** What a conversation leaves on a device, as it is handed over. */
const messages = fc.array(said, { maxLength: 30 }).map((all) => {
  const records = [...new Device().applyAll(all).records.values()];
  return records.map(handedMessage).filter((record) => record !== null);
});

describe("ID-3: a bundle", () => {
  test("brings back all records of all kinds, in their order", () => {
    fc.assert(
      fc.property(messages, (handed) => {
        const records = [...OWN, ...handed];
        expect(decodeBundle(encodeBundle(records))).toEqual(records);
      }),
    );
  });

  test("has one spelling, and knows its size as it grows", () => {
    const [first] = OWN;
    const turned = Object.fromEntries(Object.entries(first as object).toReversed()) as HandedRecord;
    const writer = new BundleWriter();
    writer.add(turned);
    expect(writer.bytes()).toEqual(encodeBundle([first as HandedRecord]));
    expect(writer.size).toBe(writer.bytes().length);
    expect(new TextDecoder().decode(writer.bytes())).toBe(
      `${HEADER}{"changedAt":${NOW},"kind":"name","name":"Ann"}\n`,
    );
  });

  test("loses nothing of a record but the time of its end, which follows from the rest", () => {
    const device = new Device();
    const text = { kind: "text", id: idOf(1), at: NOW, text: "brief", lifetimeSeconds: 60 };
    device.apply("me", text as Parameters<Device["apply"]>[1]);
    const { expiresAt, ...rest } = device.get("me", 1);
    expect(expiresAt).toBe(NOW + 60_000);
    expect(handedMessage(device.get("me", 1))).toEqual({ kind: "message", record: rest });
  });

  test("of a later version is read as far as this one understands it", () => {
    const later = [
      { kind: "poem", lines: 4 },
      { ...OWN[0], colour: "red" },
      { kind: "message", record: { ...awaited(PEER, "me", idOf(1)), kind: "poll", votes: [1] } },
    ];
    expect(decodeBundle(bundleOf(...later))).toEqual([
      OWN[0],
      { kind: "message", record: { ...awaited(PEER, "me", idOf(1)), kind: "unknown" } },
    ]);
  });

  test("of another format or version, or of bytes that are no text, is none", () => {
    expect(decodeBundle(utf8('{"format":"acquaint-handover","version":2}\n'))).toBe(null);
    expect(decodeBundle(utf8('{"format":"acquaint-export","version":1}\n'))).toBe(null);
    expect(decodeBundle(utf8("null\n"))).toBe(null);
    expect(decodeBundle(new Uint8Array())).toBe(null);
    expect(decodeBundle(Uint8Array.of(...utf8(HEADER), 0xff))).toBe(null);
  });

  test("leaves out lines that keep no limit, and keeps the others", () => {
    const text = { ...awaited(PEER, "me", idOf(1)), kind: "text", at: NOW, order: "0mpbp8hs0" };
    const record = (more: object) => ({ kind: "message", record: { ...text, text: "a", ...more } });
    const bad = [
      "no object",
      null,
      {},
      { ...OWN[0], name: "x".repeat(101) },
      { ...OWN[0], changedAt: -1 },
      { ...OWN[1], number: 40 },
      { ...OWN[4], userId: "me" },
      { ...OWN[4], note: "x".repeat(2_001) },
      record({ id: "short" }),
      record({ peer: "me" }),
      record({ order: "../../x" }),
      record({ order: "0mpbp8hs0.m_" }),
      record({ text: "x".repeat(9_000) }),
      record({ text: "\ud800" }),
      record({ state: "lost" }),
      record({ reactions: { me: { emoji: "<b>", at: 1 } } }),
      record({ file: { name: "../a", type: "a/b", size: 1 } }),
      record({ readAt: 0.5 }),
    ];
    for (const line of bad) expect(parseHanded(line)).toBe(null);
    expect(parseHanded(record({}))).not.toBe(null);
    expect(decodeBundle(bundleOf(...bad, OWN[0]))).toEqual([OWN[0]]);
  });

  test("holds no message that is still being uploaded", () => {
    const uploading: MessageRecord = {
      ...awaited(PEER, "me", idOf(1)),
      kind: "file",
      file: { name: "a.txt", type: "text/plain", size: 3 },
      state: "uploading",
    };
    expect(handedMessage(uploading)).toBe(null);
  });
});
