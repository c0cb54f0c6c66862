// Names of files, as they may travel and be shown: on one line, and without a path.

import { utf8 } from "../crypto/bytes.ts";

export const FILE_NAME_MAX_CHARS = 255;

/** What would lead out of a folder, ends a line, or lets a name say something else than it shows. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}/\\\u202a-\u202e\u2066-\u2069]/gu;
/** A dot in front hides a file or leads elsewhere; blanks and dots behind vanish on some systems. */
const EDGES = /^[\s.]+|[\s.]+$/gu;

/** Whether a name can be sent: one that can be shown on a line, and leads nowhere. */
export function isFileName(name: string): boolean {
  if (name.length === 0 || name.length > FILE_NAME_MAX_CHARS || !name.isWellFormed()) return false;
  return name.search(UNFIT) < 0 && name.search(/[^.\s]/u) >= 0;
}

/** The nearest name that can be sent, and be a file's name on most systems: of a path its end; never empty. */
export function fileNameFrom(name: string): string {
  const parts = name.toWellFormed().split(/[/\\]/u);
  const last = parts.findLast((part) => part.search(/[^.\s]/u) >= 0) ?? "";
  const clean = shortened(last.replaceAll(UNFIT, "_").replaceAll(EDGES, "")).replaceAll(EDGES, "");
  return clean === "" ? "file" : clean;
}

/** What comes after the last dot stays. File systems count bytes. */
function shortened(name: string): string {
  const isShort = (text: string) => utf8(text).length <= FILE_NAME_MAX_CHARS;
  if (isShort(name)) return name;
  const ending = /\.[^.]{1,15}$/u.exec(name)?.[0] ?? "";
  const start = Array.from(name.slice(0, FILE_NAME_MAX_CHARS));
  while (!isShort(start.join("") + ending)) start.pop();
  return start.join("") + ending;
}
