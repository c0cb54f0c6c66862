// The parts of the worked example: values with names, and what stands in for randomness.

import { sha512 } from "@noble/hashes/sha2.js";
import { utf8 } from "../../shared/core/crypto/bytes.ts";

/** One value: bytes are shown in hex, texts as they are. */
export type ExampleValue = readonly [name: string, value: Uint8Array | string | number];
export interface Step {
  readonly title: string;
  readonly values: readonly ExampleValue[];
}

/** What stands in for randomness: the first bytes of SHA-512 over a label. */
export function exampleBytes(label: string, length: number): Uint8Array {
  return sha512(utf8(`acquaint example ${label}`)).slice(0, length);
}

export function must<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error("the example does not work out");
  return value;
}
