// Finding messages by words that they contain, whatever the case and the accents.

import type { MessageRecord } from "../../core/line/messageRecord.ts";

/** Those that contain each of the words, or their beginnings; none for no words. */
export function matching(records: readonly MessageRecord[], words: string): MessageRecord[] {
  const wanted = folded(words).split(/\s+/u).filter(Boolean);
  if (wanted.length === 0) return [];
  return records
    .filter(({ kind, isExpired, text }) => kind === "text" && !isExpired && text !== "")
    .filter(({ text }) => wanted.every((word) => folded(text).includes(word)));
}

function folded(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
