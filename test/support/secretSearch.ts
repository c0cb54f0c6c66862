// Looks for secrets in all that a server stores, logs and hears. A text is searched as it is and with
// each of its base64 and hex parts decoded, so that a secret is found in whatever it is wrapped.

import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { serialize } from "node:v8";
import { storedRows } from "./storedState.ts";

export interface Secret {
  readonly name: string;
  readonly value: Uint8Array | string;
}

export interface Place {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Each place that holds each secret, in any spelling; as sentences. */
export function findSecrets(secrets: readonly Secret[], places: readonly Place[]): string[] {
  const found = new Set<string>();
  const opened = places.flatMap(({ name, bytes }) =>
    [bytes, ...decodedParts(bytes)].map((part) => ({ name, bytes: part })),
  );
  for (const secret of secrets) {
    for (const spelling of spellingsOf(secret.value)) {
      for (const { name, bytes } of opened) {
        if (bytes.includes(spelling)) found.add(`${secret.name} in ${name}`);
      }
    }
  }
  return [...found].toSorted();
}

/** Base64 and hex need no spelling here: the places are decoded. */
function spellingsOf(value: Uint8Array | string): Buffer[] {
  if (typeof value !== "string") return [Buffer.from(value)];
  const asJson = JSON.stringify(value).slice(1, -1);
  const texts = [value, asJson, escaped(value), encodeURIComponent(value)];
  return [...new Set(texts)].flatMap((text) => [
    Buffer.from(text, "utf8"),
    Buffer.from(text, "utf16le"),
    Buffer.from(text, "latin1"),
  ]);
}

/** An integer below 2^22 in the ways in which it could be stored; some are so short that chance finds them, too. */
export function spellingsOfInteger(value: number): (Uint8Array | string)[] {
  const threeBytes = Buffer.of(value >>> 16, (value >>> 8) & 0xff, value & 0xff);
  const float = Buffer.alloc(8);
  float.writeDoubleLE(value);
  return [
    String(value),
    String(value).padStart(7, "0"),
    threeBytes,
    threeBytes.toString("hex"),
    threeBytes.toString("base64"),
    threeBytes.toString("base64url"),
    float,
    Buffer.from(float).reverse(),
    serialize(value).subarray(2),
  ];
}

/** All that the server keeps: each row, and each file as it lies on the disk. */
export function placesOnDisk(stateDir: string): Place[] {
  return [...placesInRows(stateDir), ...placesInFiles(stateDir)];
}

export function placesInRows(stateDir: string): Place[] {
  return storedRows(stateDir).flatMap(({ object, table, raw, value }) => {
    const name = `a row of ${object}.${table}`;
    const columns = Object.values(raw).map((column) =>
      column instanceof Uint8Array ? Buffer.from(column) : Buffer.from(String(column)),
    );
    const json = value === undefined ? [] : [Buffer.from(JSON.stringify(value))];
    return [...columns, ...json].map((bytes) => ({ name, bytes }));
  });
}

export function placesInFiles(stateDir: string): Place[] {
  return globSync(join(stateDir, "**/*"))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ name: `file ${path.slice(stateDir.length)}`, bytes: readFileSync(path) }));
}

export function placesInText(name: string, texts: readonly string[]): Place[] {
  return texts.map((text) => ({ name, bytes: Buffer.from(text) }));
}

/** At each alignment, since what stands right before such a part may look like one. */
function decodedParts(bytes: Buffer): Buffer[] {
  const text = bytes.toString("latin1");
  const base64 = text.match(/[\w+/-]{8,}/g) ?? [];
  const hex = text.match(/[0-9a-f]{12,}/gi) ?? [];
  return [
    ...base64.flatMap((part) => [0, 1, 2, 3].map((skip) => decoded(part, skip, "base64"))),
    ...hex.flatMap((part) => [0, 1].map((skip) => decoded(part, skip, "hex"))),
  ];
}

function decoded(part: string, skip: number, encoding: "base64" | "hex"): Buffer {
  return Buffer.from(part.slice(skip), encoding);
}

/** As JSON of ASCII letters alone. */
function escaped(text: string): string {
  return [...text]
    .flatMap((character) => character.split(""))
    .map((unit) =>
      unit < "\u0080" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    )
    .join("");
}
