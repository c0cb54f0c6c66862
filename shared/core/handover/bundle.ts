// Records that are handed over together, as bytes: lines of JSON with one spelling each, the first of which says
// the version. The same records give the same bytes.

import { utf8 } from "../crypto/bytes.ts";
import { canonicalJson } from "../line/canonicalJson.ts";
import { type HandedRecord, parseHanded } from "./handed.ts";

const FORMAT = "acquaint-handover";
/** Grows with each change that a reader of earlier ones would misread. */
const VERSION = 1;

export class BundleWriter {
  readonly #lines: Uint8Array[] = [lineOf({ format: FORMAT, version: VERSION })];
  #size = this.#lines[0]?.length ?? 0;

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  add(record: HandedRecord): void {
    const line = lineOf(record);
    this.#lines.push(line);
    this.#size += line.length;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const line of this.#lines) {
      bytes.set(line, at);
      at += line.length;
    }
    return bytes;
  }
}

export function encodeBundle(records: readonly HandedRecord[]): Uint8Array<ArrayBuffer> {
  const writer = new BundleWriter();
  for (const record of records) writer.add(record);
  return writer.bytes();
}

/** Null for what is no bundle, or of a version that this one would misread. Lines that it does not know are left out. */
export function decodeBundle(bytes: Uint8Array): HandedRecord[] | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
  const [header = "", ...lines] = text.split("\n");
  const { format, version } = (parseLine(header) ?? {}) as { format?: unknown; version?: unknown };
  if (format !== FORMAT || version !== VERSION) return null;
  return lines.map((line) => parseHanded(parseLine(line))).filter((record) => record !== null);
}

function lineOf(value: unknown): Uint8Array {
  return utf8(`${canonicalJson(value)}\n`);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}
