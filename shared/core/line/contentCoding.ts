// The bytes of a content: a deterministic CBOR map from small integers (docs/protocol.md, Contents). Each
// content has one encoding, and no other bytes decode to it. A text of 100 bytes takes 126, and pads to 128.

import type { BlobReference } from "../../wire/blobs.ts";
import { decodeCbor } from "../../wire/codec/cborReader.ts";
import { CborError, type CborMap, type CborValue } from "../../wire/codec/cborValue.ts";
import { encodeCbor } from "../../wire/codec/cborWriter.ts";
import { base32 } from "../../wire/lettering.ts";
import type { SignedPrekey } from "../../wire/line.ts";
import { concat, fromBase64Url, toBase32, toBase64Url } from "../crypto/bytes.ts";
import { DEVICE_CHANGES } from "./accountContents.ts";
import {
  type Content,
  contentSchema,
  type ReceivedContent,
  receivedContentSchema,
  type Reference,
} from "./content.ts";

/** How one member of a content stands in its map. */
interface Field {
  readonly keys: readonly number[];
  write(value: never): readonly [key: number, value: CborValue];
  /** Undefined when it is absent; null, which no schema takes, for what `write` never makes. */
  read(map: CborMap): unknown;
}

const KIND_KEY = 0;
const OWN_MESSAGE_KEY = 4;
const OTHER_MESSAGE_KEY = 5;
const ID_BYTES = 8;

const plain = (key: number): Field => ({
  keys: [key],
  write: (value: CborValue) => [key, value],
  read: (map) => map.get(key),
});

/** A text in memory that travels as something shorter. */
const packed = (
  key: number,
  pack: (value: never) => CborValue,
  unpack: (value: CborValue) => unknown,
): Field => ({
  keys: [key],
  write: (value) => [key, pack(value)],
  read: (map) => {
    const value = map.get(key);
    return value === undefined ? undefined : unpack(value);
  },
});

const byteString = (key: number) =>
  packed(key, fromBase64Url, (value) => (value instanceof Uint8Array ? toBase64Url(value) : null));

/** One after another, in one byte string. */
const messageIds = (key: number) =>
  packed(
    key,
    (ids: readonly string[]) => concat(...ids.map(fromBase64Url)),
    (value) => (value instanceof Uint8Array ? inEights(value) : null),
  );

const userId = (key: number) =>
  packed(
    key,
    (id: string) => base32.decode(id),
    (value) => (value instanceof Uint8Array ? toBase32(value) : null),
  );

const numbered = (key: number, names: readonly string[]) =>
  packed(
    key,
    (name: string) => names.indexOf(name) + 1,
    (value) => (typeof value === "number" && names[value - 1]) || null,
  );

/** Whose message it is, the key says. */
const reference: Field = {
  keys: [OWN_MESSAGE_KEY, OTHER_MESSAGE_KEY],
  write: ({ by, id }: Reference) => [
    by === "sender" ? OWN_MESSAGE_KEY : OTHER_MESSAGE_KEY,
    fromBase64Url(id),
  ],
  read: (map) => {
    const own = byteString(OWN_MESSAGE_KEY).read(map);
    const others = byteString(OTHER_MESSAGE_KEY).read(map);
    if (own !== undefined && others !== undefined) return null;
    if (own !== undefined) return { by: "sender", id: own };
    return others === undefined ? undefined : { by: "receiver", id: others };
  },
};

const content = packed(
  11,
  (inner: Content) => toMap(inner),
  (value) => (value instanceof Map ? fromMap(value) : null),
);

/** `[blobId, key, size]` */
const blob = packed(
  17,
  ({ blobId, key, size }: BlobReference) => [fromBase64Url(blobId), fromBase64Url(key), size],
  (value) => {
    if (!Array.isArray(value) || value.length !== 3) return null;
    const [blobId, key, size] = value as readonly CborValue[];
    const areBytes = blobId instanceof Uint8Array && key instanceof Uint8Array;
    return areBytes ? { blobId: toBase64Url(blobId), key: toBase64Url(key), size } : null;
  },
);

/** `[id, key, signature]` */
const prekey = packed(
  29,
  ({ id, key, signature }: SignedPrekey) => [id, fromBase64Url(key), fromBase64Url(signature)],
  (value) => {
    if (!Array.isArray(value) || value.length !== 3) return null;
    const [id, key, signature] = value as readonly CborValue[];
    const areBytes = key instanceof Uint8Array && signature instanceof Uint8Array;
    return areBytes ? { id, key: toBase64Url(key), signature: toBase64Url(signature) } : null;
  },
);

const id = byteString(1);
const at = plain(2);
const text = plain(3);
const of = byteString(OWN_MESSAGE_KEY);
const seconds = plain(6);
const isRepeated = plain(14);

const KINDS: Readonly<
  Record<Content["kind"], { number: number; fields: Readonly<Record<string, Field>> }>
> = {
  text: {
    number: 1,
    fields: {
      id,
      at,
      text,
      replyTo: reference,
      lifetimeSeconds: seconds,
      isRepeated,
    },
  },
  edit: { number: 2, fields: { id, at, of, text } },
  reaction: { number: 3, fields: { at, of: reference, emoji: plain(7) } },
  delete: { number: 4, fields: { at, of } },
  receipt: {
    number: 5,
    fields: { state: numbered(8, ["delivered", "read"]), of: messageIds(9) },
  },
  timer: { number: 6, fields: { at, seconds, count: plain(13) } },
  resend: { number: 7, fields: {} },
  sync: { number: 8, fields: { to: userId(10), content } },
  typing: { number: 9, fields: { isTyping: plain(12) } },
  file: {
    number: 10,
    fields: {
      id,
      at,
      text,
      replyTo: reference,
      lifetimeSeconds: seconds,
      isRepeated,
      name: plain(15),
      type: plain(16),
      blob,
      thumbnail: byteString(18),
      width: plain(19),
      height: plain(20),
    },
  },
  join: { number: 11, fields: { at, name: plain(15), possession: byteString(21), prekey } },
  joined: { number: 12, fields: {} },
  joinRefused: { number: 13, fields: {} },
  devices: {
    number: 14,
    fields: { at, length: plain(22), head: byteString(23), change: numbered(24, DEVICE_CHANGES) },
  },
  handover: {
    number: 15,
    fields: {
      for: plain(25),
      done: plain(26),
      total: plain(27),
      records: byteString(28),
      blob,
    },
  },
  introduction: { number: 16, fields: { at, name: plain(15), card: byteString(30), blob } },
};

/** @throws RangeError when the content is none, or keeps no limit of its schema */
export function encodeContent(said: Content): Uint8Array<ArrayBuffer> {
  const { success, data } = contentSchema.safeParse(said);
  if (!success) throw new RangeError("not a content within its limits");
  return encodeCbor(toMap(data));
}

/**
 * Null for bytes that no version says. A kind, or a member of one, that only a later version can have made
 * gives `unknown`.
 */
export function decodeContent(bytes: Uint8Array): ReceivedContent | null {
  try {
    const value = decodeCbor(bytes);
    return value instanceof Map ? fromMap(value) : null;
  } catch (error) {
    if (error instanceof CborError) return null;
    throw error;
  }
}

function toMap(said: Content): CborMap {
  const { number, fields } = KINDS[said.kind];
  const map = new Map<number, CborValue>([[KIND_KEY, number]]);
  for (const [name, field] of Object.entries(fields)) {
    const value = said[name as keyof typeof said];
    if (value !== undefined) map.set(...field.write(value as never));
  }
  return map;
}

function fromMap(map: CborMap): ReceivedContent | null {
  const number = map.get(KIND_KEY);
  const isOne = Number.isSafeInteger(number) && (number as number) >= 0;
  if (!isOne || [...map.keys()].some((key) => typeof key !== "number")) return null;
  const found = Object.entries(KINDS).find(([, kind]) => kind.number === number);
  if (found === undefined || hasOthersThan(map, found[1].fields)) return unknown(map);
  const [kind, { fields }] = found;
  const members = Object.entries(fields)
    .map(([name, field]) => [name, field.read(map)] as const)
    .filter(([, value]) => value !== undefined);
  return receivedContentSchema.safeParse({ kind, ...Object.fromEntries(members) }).data ?? null;
}

function hasOthersThan(map: CborMap, fields: Readonly<Record<string, Field>>): boolean {
  const known = new Set([KIND_KEY, ...Object.values(fields).flatMap((field) => field.keys)]);
  return [...map.keys()].some((key) => typeof key !== "number" || !known.has(key));
}

/** The keys of id and time are the same in all kinds, those to come among them. */
function unknown(map: CborMap): ReceivedContent {
  const message = { kind: "unknown", id: id.read(map), at: at.read(map) };
  return receivedContentSchema.safeParse(message).data ?? { kind: "unknown" };
}

function inEights(bytes: Uint8Array): string[] | null {
  if (bytes.length % ID_BYTES !== 0) return null;
  return Array.from({ length: bytes.length / ID_BYTES }, (_, index) =>
    toBase64Url(bytes.subarray(index * ID_BYTES, (index + 1) * ID_BYTES)),
  );
}
