// The published CPace vectors under test/vectors, as bytes.
import { readFileSync } from "node:fs";
import { hexToBytes } from "@noble/hashes/utils.js";

export { bytesToHex as hex, hexToBytes as bytes } from "@noble/hashes/utils.js";

/** A vector file's content; each file's shape is stated by the test that reads it. */
export function vectorFile<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}

/** `record[name]`, which the vector file must hold. */
export function field(record: Readonly<Record<string, string>>, name: string): Uint8Array {
  const value = record[name];
  if (value === undefined) throw new Error(`the vector file lacks ${name}`);
  return hexToBytes(value);
}
