// Frames in both encodings, written from docs/protocol.md alone: the numbers of names and strings are read in
// its tables.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/paths.ts";
import { decode, encode, type Item, type Items } from "./independentCbor.ts";
import type { Json } from "./independentConnection.ts";
import { base32, fromB64 } from "./independentCrypto.ts";

export interface Frames {
  readonly subprotocol: string;
  encode(messages: readonly Json[]): string | Buffer<ArrayBuffer>;
  decode(data: string | ArrayBuffer): Json[];
}

interface Name {
  readonly name: string;
  readonly number: number;
  /** Of a string under it. */
  readonly form: string;
  readonly listed: readonly string[];
}

const REGION = readFileSync(join(ROOT, "docs/protocol.md"), "utf8")
  .split("<!-- generated: binary names -->")[1]!
  .split("<!-- end -->")[0]!;
const LISTS = new Map(
  [...REGION.matchAll(/^\| `(\w+)` \| (0\s.*) \|$/gm)].map(([, name, cell]) => [
    name!,
    [...cell!.matchAll(/\d+\s`([^`]+)`/g)].map(([, value]) => value!),
  ]),
);
const NAMES: readonly Name[] = [...REGION.matchAll(/^\| (\d+) \| `(\w+)` \| (.*) \|$/gm)].map(
  ([, number, name, form]) => {
    return { name: name!, number: Number(number), form: form!, listed: LISTS.get(name!) ?? [] };
  },
);
const BY_NAME = new Map(NAMES.map((entry) => [entry.name, entry]));

export const JSON_FRAMES: Frames = {
  subprotocol: "acquaint.v1.json",
  encode: (messages) => JSON.stringify(messages),
  decode: (data) => JSON.parse(data as string) as Json[],
};

export const CBOR_FRAMES: Frames = {
  subprotocol: "acquaint.v1.cbor",
  encode: (messages) => Buffer.from(encode(toItem(messages))),
  decode: (data) => fromItem(decode(Buffer.from(data as ArrayBuffer))) as Json[],
};

function toItem(value: unknown, under?: Name): Item {
  if (typeof value === "string") return stringToItem(value, under);
  if (Array.isArray(value)) return value.map((one) => toItem(one, under));
  if (typeof value !== "object" || value === null) return value as null | boolean | number;
  return new Map(
    Object.entries(value).map(([name, member]) => {
      const known = BY_NAME.get(name);
      return [known?.number ?? name, toItem(member, known)];
    }),
  );
}

function stringToItem(text: string, under?: Name): Item {
  const index = under?.listed.indexOf(text) ?? -1;
  if (index >= 0) return index;
  if (under?.form === "bytes") return fromB64(text);
  return under?.form === "id" ? fromBase32(text) : text;
}

function fromItem(item: Item, under?: Name): unknown {
  if (typeof item === "number" && under?.form === "a number, below") return under.listed[item];
  if (Buffer.isBuffer(item)) {
    return under?.form === "id" ? base32(item) : item.toString("base64url");
  }
  if (Array.isArray(item)) return (item as readonly Item[]).map((one) => fromItem(one, under));
  if (!(item instanceof Map)) return item;
  return Object.fromEntries(
    [...(item as Items)].map(([key, member]) => {
      const known = typeof key === "number" ? NAMES[key] : undefined;
      return [known?.name ?? key, fromItem(member, known)];
    }),
  );
}

export function fromBase32(text: string): Buffer {
  const bits = [...text]
    .map((letter) => "abcdefghijklmnopqrstuvwxyz234567".indexOf(letter))
    .map((five) => five.toString(2).padStart(5, "0"))
    .join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
