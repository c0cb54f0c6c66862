// NDEF bytes for docs/mobile.md: one URI record in a message, what is around it on a Type 2 tag (NTAG213, 215,
// 216), and the files of a Type 4 tag, as a phone emulates one.

import { concat, utf8 } from "../../shared/core/crypto/bytes.ts";
import { joined, type Piece } from "./pieces.ts";

/** The URI prefix code for `https://`, which then is not written out. */
const HTTPS = "https://";
const HTTPS_CODE = 0x04;
/** Message begin, message end, and type name format 1 (NFC Forum well-known type). */
const ONLY_RECORD = 0xc1;
const SHORT_RECORD = 0x10;
const NDEF_TLV = 0x03;
const TERMINATOR_TLV = 0xfe;
/** A length of three bytes in a TLV begins so. */
const LONG_LENGTH = 0xff;
const BYTE_VALUES = 256;

/** The message, piece by piece. @param url one that begins with `https://` */
export function uriMessage(url: string): Piece[] {
  if (!url.startsWith(HTTPS)) throw new Error("only https has the prefix code 04");
  const rest = url.slice(HTTPS.length);
  const length = 1 + utf8(rest).length;
  const isShort = length < BYTE_VALUES;
  return [
    {
      bytes: Uint8Array.of(isShort ? ONLY_RECORD | SHORT_RECORD : ONLY_RECORD),
      meaning: isShort
        ? "the only record (MB, ME), short (SR), well-known type (TNF 1)"
        : "the only record (MB, ME), not short, well-known type (TNF 1)",
    },
    { bytes: Uint8Array.of(1), meaning: "length of the type" },
    {
      bytes: isShort ? Uint8Array.of(length) : bigEndian(length, 4),
      meaning: `length of the payload: ${length}`,
    },
    { bytes: utf8("U"), meaning: 'the type, "U": a URI' },
    { bytes: Uint8Array.of(HTTPS_CODE), meaning: "prefix code: `https://`" },
    { bytes: utf8(rest), meaning: `the rest of the URL, ${length - 1} bytes of UTF-8` },
  ];
}

/** From page 4 of a Type 2 tag on. */
export function type2Content(message: Uint8Array): Piece[] {
  const { length } = message;
  const isShort = length < LONG_LENGTH;
  return [
    { bytes: Uint8Array.of(NDEF_TLV), meaning: "TLV: an NDEF message" },
    {
      bytes: isShort
        ? Uint8Array.of(length)
        : concat(Uint8Array.of(LONG_LENGTH), bigEndian(length, 2)),
      meaning: `its length: ${length}`,
    },
    { bytes: message, meaning: "the message" },
    { bytes: Uint8Array.of(TERMINATOR_TLV), meaning: "TLV: the end" },
  ];
}

export interface Tag {
  readonly name: string;
  /** Bytes that can be written, and of these the ones that the capability container announces. */
  readonly userBytes: number;
  readonly announcedBytes: number;
}

export const TAGS: readonly Tag[] = [
  { name: "NTAG213", userBytes: 144, announcedBytes: 144 },
  { name: "NTAG215", userBytes: 504, announcedBytes: 496 },
  { name: "NTAG216", userBytes: 888, announcedBytes: 872 },
];

/** Page 3 of a Type 2 tag. @see NFC Forum, Type 2 Tag Operation */
export function type2Container({ announcedBytes }: Tag): Uint8Array {
  return Uint8Array.of(0xe1, 0x10, announcedBytes / 8, 0x00);
}

/** What a Type 4 tag answers at most to one READ BINARY, and the room that it says it has. */
const MAX_READ = 0xff;
const NDEF_FILE_MAX = 0x0400;

/** The capability container of a Type 4 tag that can be read only, mapping version 2.0. */
export function type4Container(): Piece[] {
  return [
    { bytes: bigEndian(15, 2), meaning: "CCLEN: 15 bytes" },
    { bytes: Uint8Array.of(0x20), meaning: "mapping version 2.0" },
    { bytes: bigEndian(MAX_READ, 2), meaning: `MLe: at most ${MAX_READ} bytes in an answer` },
    { bytes: bigEndian(MAX_READ, 2), meaning: `MLc: at most ${MAX_READ} bytes in a command` },
    { bytes: Uint8Array.of(0x04, 0x06), meaning: "TLV: NDEF file control, 6 bytes" },
    { bytes: Uint8Array.of(0xe1, 0x04), meaning: "the NDEF file is E104" },
    { bytes: bigEndian(NDEF_FILE_MAX, 2), meaning: `its size: at most ${NDEF_FILE_MAX} bytes` },
    { bytes: Uint8Array.of(0x00), meaning: "reading: allowed" },
    { bytes: Uint8Array.of(0xff), meaning: "writing: not allowed" },
  ];
}

/** The NDEF file of a Type 4 tag: NLEN, then the message. */
export function ndefFile(message: Uint8Array): Uint8Array {
  return concat(bigEndian(message.length, 2), message);
}

export interface Exchange {
  readonly what: string;
  readonly command: Uint8Array;
  readonly answer: Uint8Array;
}

const DONE = Uint8Array.of(0x90, 0x00);
export const NDEF_APPLICATION = Uint8Array.of(0xd2, 0x76, 0x00, 0x00, 0x85, 0x01, 0x01);

/** All that a reader asks of a Type 4 tag, and what it is answered. */
export function type4Dialogue(message: Uint8Array): Exchange[] {
  const container = joined(type4Container());
  const file = ndefFile(message);
  const reads: Exchange[] = [];
  for (let at = 2; at < file.length; at += MAX_READ) {
    const part = file.slice(at, at + MAX_READ);
    reads.push(reading(`READ BINARY: the message from byte ${at} on`, at, part));
  }
  return [
    {
      what: "SELECT the NDEF application",
      command: concat(
        Uint8Array.of(0x00, 0xa4, 0x04, 0x00, NDEF_APPLICATION.length),
        NDEF_APPLICATION,
        Uint8Array.of(0x00),
      ),
      answer: DONE,
    },
    selecting("the capability container", 0x03),
    reading("READ BINARY: all of it", 0, container),
    selecting("the NDEF file", 0x04),
    reading("READ BINARY: NLEN", 0, file.slice(0, 2)),
    ...reads,
  ];
}

/** @param low the second byte of the file's id; the first is E1 */
function selecting(file: string, low: number): Exchange {
  const command = Uint8Array.of(0x00, 0xa4, 0x00, 0x0c, 0x02, 0xe1, low);
  return { what: `SELECT ${file}, E1${low.toString(16).padStart(2, "0")}`, command, answer: DONE };
}

function reading(what: string, offset: number, part: Uint8Array): Exchange {
  const command = concat(
    Uint8Array.of(0x00, 0xb0),
    bigEndian(offset, 2),
    Uint8Array.of(part.length),
  );
  return { what, command, answer: concat(part, DONE) };
}

function bigEndian(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (value >> (8 * (length - 1 - index))) & 0xff);
}
