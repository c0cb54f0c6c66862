// Frames in both encodings as they were once fixed (test/vectors/frames.json), and the numbers that they are
// made of: whoever speaks the protocol has these in a program of their own.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import { NAMES } from "../../shared/wire/codec/names.ts";
import { mailboxNoticeSchema, mailboxRequestSchema } from "../../shared/wire/mailbox.ts";
import { attemptNoticeSchema, attemptRequestSchema } from "../../shared/wire/pairing.ts";
import { roomNoticeSchema, roomRequestSchema } from "../../shared/wire/roomLine.ts";
import { type Dictionary, encodeIndependently } from "./independentCbor.ts";

interface Vectors {
  readonly dictionary: Dictionary;
  readonly frames: readonly {
    readonly name: string;
    readonly json: string;
    readonly cbor: string;
  }[];
}

const { dictionary, frames }: Vectors = JSON.parse(
  readFileSync(new URL("../vectors/frames.json", import.meta.url), "utf8"),
);

const toHex = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString("hex");
const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

describe("WIRE-1: a golden frame", () => {
  test.for(frames)("$name", ({ json, cbor }) => {
    const messages = JSON.parse(json) as unknown[];
    expect(toHex(CODECS.cbor.encode(messages))).toBe(cbor);
    expect(CODECS.cbor.decode(fromHex(cbor), false)).toEqual({ ok: true, messages });
    expect(CODECS.cbor.decode(fromHex(cbor).buffer, false)).toEqual({ ok: true, messages });
    expect(CODECS.json.encode(messages)).toBe(json);
    expect(CODECS.json.decode(json, false)).toEqual({ ok: true, messages });
    expect(toHex(encodeIndependently(dictionary, messages))).toBe(cbor);
  });
});

test("there is one of every message of every socket, and each fits its schema", () => {
  const schemas = [
    mailboxRequestSchema,
    mailboxNoticeSchema,
    attemptRequestSchema,
    attemptNoticeSchema,
    roomRequestSchema,
    roomNoticeSchema,
  ];
  const messages = frames.flatMap(({ json }) => JSON.parse(json) as { type: string }[]);
  for (const schema of schemas) {
    const fitting = messages.filter((message) => schema.safeParse(message).success);
    const types = new Set(fitting.map(({ type }) => type));
    const known = [...schema.def.options].flatMap((option) => typesIn(option));
    expect(types).toEqual(new Set(known));
  }
});

/** What `type` may be in an option of a union, which may be a union itself. */
function typesIn(option: unknown): string[] {
  const { def } = option as {
    def: { options?: unknown[]; shape?: { type: { def: { values: string[] } } } };
  };
  return def.options?.flatMap(typesIn) ?? def.shape?.type.def.values ?? [];
}

test("no name and no value ever gets another number", () => {
  const now = new Map(NAMES);
  const names = Object.keys(dictionary.names);
  expect(NAMES.slice(0, names.length).map(([name]) => name)).toEqual(names);
  expect(Object.values(dictionary.names)).toEqual(names.map((_, index) => index));
  for (const name of names) {
    const values = dictionary.values[name];
    const carriage = now.get(name);
    if (values !== undefined) expect(carriage?.slice(0, values.length), name).toEqual(values);
    expect(dictionary.base64url.includes(name), name).toBe(carriage === "bytes");
    expect(dictionary.base32.includes(name), name).toBe(carriage === "id");
  }
});

test("WIRE-5: around a box, an envelope on its way to its reader takes at most 45 bytes", () => {
  const { json, cbor } = frames.find(({ name }) => name === "envelopes")!;
  const [{ envelopes }] = JSON.parse(json) as [{ envelopes: { box: string }[] }];
  const one = CODECS.cbor.encode([{ type: "envelopes", envelopes: envelopes.slice(0, 1) }]);
  const boxBytes = Buffer.from(envelopes[0]!.box, "base64url").length;
  expect(one.length - boxBytes).toBeLessThanOrEqual(45);
  expect(cbor.length / 2).toBeLessThan(json.length / 1.6);
});
