// Bytes with what each part of them means, as a table.

import { bytesToHex } from "@noble/hashes/utils.js";
import { concat } from "../../shared/core/crypto/bytes.ts";
import { table } from "./table.ts";

/** A part of some bytes, with what it means. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly meaning: string;
}

/** What is longer is shown by its begin and its end. */
const SHOWN_BYTES = 32;

export const spaced = (bytes: Uint8Array): string =>
  (bytesToHex(bytes).match(/../g) ?? []).join(" ");

export function shown(bytes: Uint8Array): string {
  if (bytes.length <= SHOWN_BYTES) return `\`${spaced(bytes)}\``;
  return `\`${spaced(bytes.slice(0, 12))} … ${spaced(bytes.slice(-4))}\` (${bytes.length} bytes)`;
}

export function joined(pieces: readonly Piece[]): Uint8Array {
  return concat(...pieces.map(({ bytes }) => bytes));
}

export function piecesTable(pieces: readonly Piece[]): string {
  let at = 0;
  const rows = pieces.map(({ bytes, meaning }) => {
    const row = [String(at), shown(bytes), meaning];
    at += bytes.length;
    return row;
  });
  return table(["from byte", "bytes", "meaning"], rows);
}
