// How messages are named and placed on this device.

import type { Reference } from "../../core/line/content.ts";
import type { MessageKey } from "../../core/line/messageRecord.ts";

/** Whose message it is, as whoever receives the reference understands it. */
export function toReference(key: MessageKey): Reference {
  const [author, id = ""] = key.split("/");
  return { by: author === "me" ? "sender" : "receiver", id };
}

/** By this device's clock: those of others may be wrong. */
export function byPlace(a: { order: string } | null, b: { order: string } | null): number {
  const [one = "", other = ""] = [a?.order, b?.order];
  return one < other ? -1 : Number(one > other);
}
