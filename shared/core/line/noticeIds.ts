// Ids of notices in a conversation, which are no messages of anyone.

import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase64Url, lvCat, toBase64Url, u64be, utf8 } from "../crypto/bytes.ts";
import type { DevicesContent } from "./accountContents.ts";
import type { MessageId, TimerContent } from "./content.ts";

/** A timer carries no id: the same timer gives the same one, on every device. */
export function timerId({ count, at, seconds }: TimerContent): MessageId {
  const said = [count, at, seconds].map((number) => u64be(number));
  return toBase64Url(sha256(lvCat(utf8("acquaint timer"), ...said)).subarray(0, 8));
}

/** As for a timer. */
export function devicesId({ length, head }: DevicesContent): MessageId {
  const said = [u64be(length), fromBase64Url(head)];
  return toBase64Url(sha256(lvCat(utf8("acquaint devices"), ...said)).subarray(0, 8));
}
