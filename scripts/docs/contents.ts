// The kinds of contents as a table: which members each has, found by encoding examples, and those in hex.

import { bytesToHex } from "@noble/hashes/utils.js";
import { encodeContent } from "../../shared/core/line/contentCoding.ts";
import type { Content } from "../../shared/core/line/content.ts";
import { decodeCbor } from "../../shared/wire/codec/cborReader.ts";
import type { CborMap } from "../../shared/wire/codec/cborValue.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { table } from "./table.ts";

const AT = 1_780_000_000_000;
const ID = "AAECAwQFBgc";
const OTHER = "CAkKCwwNDg8";
const TEXT = { kind: "text", id: ID, at: AT, text: "hello" } as const;

const FILE = {
  kind: "file",
  id: ID,
  at: AT,
  name: "a.jpg",
  type: "image/jpeg",
  blob: { blobId: "A".repeat(22), key: "A".repeat(43), size: 1_000 },
} as const;

const PREKEY = { id: 1, key: "A".repeat(43), signature: "A".repeat(86) };

/** Of each kind first the shortest one, then what else it may hold. */
const EXAMPLES: Readonly<Record<Content["kind"], readonly Content[]>> = {
  text: [
    TEXT,
    { ...TEXT, replyTo: { by: "sender", id: OTHER } },
    { ...TEXT, replyTo: { by: "receiver", id: OTHER }, lifetimeSeconds: 3_600 },
    { ...TEXT, isRepeated: true },
  ],
  edit: [{ kind: "edit", id: OTHER, at: AT, of: ID, text: "hi" }],
  reaction: [
    { kind: "reaction", at: AT, of: { by: "receiver", id: ID }, emoji: "👍" },
    { kind: "reaction", at: AT, of: { by: "sender", id: ID }, emoji: "" },
  ],
  delete: [{ kind: "delete", at: AT, of: ID }],
  receipt: [{ kind: "receipt", state: "read", of: [ID, OTHER] }],
  timer: [{ kind: "timer", count: 1, at: AT, seconds: 3_600 }],
  resend: [{ kind: "resend" }],
  sync: [
    { kind: "sync", to: "abcdefghijklmnopqrstuvwxyz234567" as UserId, content: { kind: "resend" } },
  ],
  typing: [{ kind: "typing", isTyping: true }],
  file: [
    FILE,
    { ...FILE, text: "hello", replyTo: { by: "receiver", id: OTHER }, lifetimeSeconds: 3_600 },
    { ...FILE, replyTo: { by: "sender", id: OTHER }, isRepeated: true },
    { ...FILE, thumbnail: "_9j_", width: 4_000, height: 3_000 },
  ],
  join: [
    { kind: "join", at: AT, name: "Ann's laptop", possession: "A".repeat(86), prekey: PREKEY },
  ],
  joined: [{ kind: "joined" }],
  joinRefused: [{ kind: "joinRefused" }],
  devices: [{ kind: "devices", at: AT, length: 2, head: "A".repeat(43), change: "added" }],
  handover: [
    { kind: "handover", records: "e30K" },
    { kind: "handover", for: 2, done: 5_000, total: 9_000, blob: FILE.blob },
  ],
  introduction: [
    { kind: "introduction", at: AT, name: "Ann" },
    { kind: "introduction", at: AT, name: "Ann", card: "e30" },
    { kind: "introduction", at: AT, name: "Ann", blob: { ...FILE.blob, size: 20_000 } },
  ],
};

export function contentsTable(): string {
  const rows = Object.entries(EXAMPLES).map(([kind, examples]) => {
    const keys = examples.map(keysOf);
    const always = [...keys[0]!].filter((key) => keys.every((others) => others.has(key)));
    const all = [...new Set(keys.flatMap((some) => [...some]))].toSorted((a, b) => a - b);
    return [
      `\`${kind}\``,
      JSON.stringify(mapOf(examples[0]!).get(0)),
      listed(always.filter((key) => key !== 0)),
      listed(all.filter((key) => !always.includes(key))),
    ];
  });
  const shown = Object.values(EXAMPLES)
    .flat()
    .map((content) => [
      `\`${JSON.stringify(content)}\``,
      `\`${bytesToHex(encodeContent(content))}\``,
    ]);
  return [
    table(["kind", "number", "members", "some of"], rows),
    table(["example", "bytes"], shown),
  ].join("\n\n");
}

function mapOf(content: Content): CborMap {
  return decodeCbor(encodeContent(content)) as CborMap;
}

function keysOf(content: Content): ReadonlySet<number> {
  return new Set([...mapOf(content).keys()].map(Number));
}

function listed(keys: readonly number[]): string {
  return keys.length === 0 ? "-" : keys.join(", ");
}
