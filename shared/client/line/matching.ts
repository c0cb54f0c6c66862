// Finding messages by words that they contain, whatever the case and the accents.

import { hasText, type MessageRecord } from "../../core/line/messageRecord.ts";

/** Those that contain each of the words, or their beginnings, files also by their names; none for no words. */
export function matching(records: readonly MessageRecord[], words: string): MessageRecord[] {
  const wanted = folded(words).split(/\s+/u).filter(Boolean);
  if (wanted.length === 0) return [];
  return records
    .filter(({ kind, isExpired }) => hasText(kind) && !isExpired)
    .map((record) => ({ record, text: folded(`${record.file?.name ?? ""}\n${record.text}`) }))
    .filter(({ text }) => wanted.every((word) => text.includes(word)))
    .map(({ record }) => record);
}

function folded(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
