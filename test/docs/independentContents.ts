// Contents and their bytes, written from docs/protocol.md ("Contents") alone.

import { decode, encode, type Item, type Items } from "./independentCbor.ts";
import { base32, fromB64 } from "./independentCrypto.ts";
import { fromBase32 } from "./independentFrames.ts";

interface Reference {
  readonly by: "sender" | "receiver";
  readonly id: string;
}

/** Of any kind; which of them has what, the document says. */
export interface Content {
  readonly kind: string;
  readonly id?: string;
  readonly at?: number;
  readonly text?: string;
  readonly replyTo?: Reference;
  readonly lifetimeSeconds?: number;
  readonly of?: string | Reference | readonly string[];
  readonly emoji?: string;
  readonly state?: "delivered" | "read";
  readonly seconds?: number;
  readonly count?: number;
  readonly isRepeated?: true;
  readonly to?: string;
  readonly content?: Content;
  readonly isTyping?: boolean;
  readonly name?: string;
  readonly type?: string;
  readonly blob?: { readonly blobId: string; readonly key: string; readonly size: number };
  readonly thumbnail?: string;
  readonly width?: number;
  readonly height?: number;
  readonly possession?: string;
  readonly length?: number;
  readonly head?: string;
  readonly change?: string;
  readonly for?: number;
  readonly done?: number;
  readonly total?: number;
  readonly records?: string;
  readonly card?: string;
  readonly prekey?: { readonly id: number; readonly key: string; readonly signature: string };
}

const KINDS = [
  "text",
  "edit",
  "reaction",
  "delete",
  "receipt",
  "timer",
  "resend",
  "sync",
  "typing",
  "file",
  "join",
  "joined",
  "joinRefused",
  "devices",
  "handover",
  "introduction",
];
const CHANGES = ["added", "removed", "recovery"];

export function bytesOfContent(content: Content): Buffer {
  return encode(itemsOf(content));
}

export function contentOf(bytes: Buffer): Content {
  return fromItems(decode(bytes) as Items);
}

function itemsOf(content: Content): Items {
  const { kind, id, at, text, replyTo, emoji, state, of, to, isTyping, count, isRepeated } =
    content;
  const seconds = content.seconds ?? content.lifetimeSeconds;
  const { blob, prekey } = content;
  const items: [number, Item | undefined][] = [
    [0, KINDS.indexOf(kind) + 1],
    [1, id && fromB64(id)],
    [2, at],
    [3, text],
    [6, seconds],
    [7, emoji],
    [8, state && (state === "delivered" ? 1 : 2)],
    [10, to && fromBase32(to)],
    [11, content.content && itemsOf(content.content)],
    [12, isTyping],
    [13, count],
    [14, isRepeated],
    [15, content.name],
    [16, content.type],
    [17, blob && [fromB64(blob.blobId), fromB64(blob.key), blob.size]],
    [18, content.thumbnail && fromB64(content.thumbnail)],
    [19, content.width],
    [20, content.height],
    [21, content.possession && fromB64(content.possession)],
    [22, content.length],
    [23, content.head && fromB64(content.head)],
    [24, content.change && CHANGES.indexOf(content.change) + 1],
    [25, content.for],
    [26, content.done],
    [27, content.total],
    [28, content.records && fromB64(content.records)],
    [30, content.card && fromB64(content.card)],
    [29, prekey && [prekey.id, fromB64(prekey.key), fromB64(prekey.signature)]],
  ];
  if (Array.isArray(of)) items.push([9, Buffer.concat((of as string[]).map(fromB64))]);
  else if (typeof of === "string") items.push([4, fromB64(of)]);
  else items.push(referred((of as Reference | undefined) ?? replyTo));
  return new Map(items.filter((pair): pair is [number, Item] => pair[1] !== undefined));
}

function referred(reference: Reference | undefined): [number, Item | undefined] {
  if (reference === undefined) return [4, undefined];
  return [reference.by === "sender" ? 4 : 5, fromB64(reference.id)];
}

function fromItems(items: Items): Content {
  const bytesAt = (key: number) => (items.get(key) as Buffer | undefined)?.toString("base64url");
  const own = bytesAt(4);
  const others = bytesAt(5);
  const reference: Reference | undefined =
    own !== undefined
      ? { by: "sender", id: own }
      : others !== undefined
        ? { by: "receiver", id: others }
        : undefined;
  const kind = KINDS[(items.get(0) as number) - 1] ?? "unknown";
  const several = items.get(9) as Buffer | undefined;
  const inner = items.get(11) as Items | undefined;
  const members = {
    kind,
    id: bytesAt(1),
    at: items.get(2),
    text: items.get(3),
    [kind === "text" || kind === "file" ? "replyTo" : "of"]:
      kind === "edit" || kind === "delete" ? own : (reference ?? (several && eights(several))),
    [kind === "timer" ? "seconds" : "lifetimeSeconds"]: items.get(6),
    emoji: items.get(7),
    state: [undefined, "delivered", "read"][(items.get(8) as number | undefined) ?? 0],
    to: items.has(10) ? base32(items.get(10) as Buffer) : undefined,
    content: inner && fromItems(inner),
    isTyping: items.get(12),
    count: items.get(13),
    isRepeated: items.get(14),
    name: items.get(15),
    type: items.get(16),
    blob: blobIn(items.get(17) as [Buffer, Buffer, number] | undefined),
    thumbnail: bytesAt(18),
    width: items.get(19),
    height: items.get(20),
    possession: bytesAt(21),
    length: items.get(22),
    head: bytesAt(23),
    change: CHANGES[((items.get(24) as number | undefined) ?? 0) - 1],
    for: items.get(25),
    done: items.get(26),
    total: items.get(27),
    records: bytesAt(28),
    card: bytesAt(30),
    prekey: prekeyIn(items.get(29) as [number, Buffer, Buffer] | undefined),
  };
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as unknown as Content;
}

function blobIn(item: [Buffer, Buffer, number] | undefined): Content["blob"] {
  if (item === undefined) return undefined;
  const [blobId, key, size] = item;
  return { blobId: blobId.toString("base64url"), key: key.toString("base64url"), size };
}

function prekeyIn(item: [number, Buffer, Buffer] | undefined): Content["prekey"] {
  if (item === undefined) return undefined;
  const [id, key, signature] = item;
  return { id, key: key.toString("base64url"), signature: signature.toString("base64url") };
}

function eights(bytes: Buffer): string[] {
  const count = bytes.length / 8;
  return Array.from({ length: count }, (_, i) =>
    bytes.subarray(8 * i, 8 * i + 8).toString("base64url"),
  );
}
