// Whether a mailbox takes a message: from whom, for which devices, while there is room; and which place
// it gets. Nothing that is held ever makes way for what comes.

import type { DeviceBox } from "../../wire/line.ts";
import {
  ENVELOPE_TTL_SECONDS,
  MAILBOX_MAX_BYTES,
  MAILBOX_MAX_ENVELOPES,
  MAILBOX_SENDER_MAX_BYTES,
  MAILBOX_SENDER_MAX_ENVELOPES,
} from "../../wire/limits.ts";
import type { Held } from "./holdings.ts";
import { fits, type Load, loadOf, plus } from "./load.ts";

/** What the sender is to the account. */
export type Standing = "own" | "contact" | "blocked" | "stranger";

export type Refusal = "not-a-contact" | "devices-changed" | "mailbox-full";

/** `drop`: the sender is answered as if the message were kept. */
export type Verdict = "keep" | "drop" | Refusal;

const QUOTA: Load = { envelopes: MAILBOX_MAX_ENVELOPES, bytes: MAILBOX_MAX_BYTES };
/** What of it one contact may take: the rest stays for the others. */
const SHARE: Load = {
  envelopes: MAILBOX_SENDER_MAX_ENVELOPES,
  bytes: MAILBOX_SENDER_MAX_BYTES,
};
const TTL_MS = ENVELOPE_TTL_SECONDS * 1_000;

/**
 * Someone who is blocked meets every other refusal first, and so learns nothing from the answers.
 * @param sender its device counts for one's own account alone, which sends to its other devices
 * @param devices numbers of the account's devices
 * @param held what the mailbox holds before this message
 */
export function judge(
  boxes: readonly DeviceBox[],
  sender: { readonly standing: Standing; readonly device: number },
  devices: readonly number[],
  held: Held,
): Verdict {
  const { standing, device } = sender;
  if (standing === "stranger") return "not-a-contact";
  const expected = standing === "own" ? devices.filter((one) => one !== device) : devices;
  if (!areFor(boxes, expected)) return "devices-changed";
  const load = loadOf(boxes);
  const isWithinShare = standing === "own" || fits(plus(held.ofSender, load), SHARE);
  if (!isWithinShare || !fits(plus(held.all, load), QUOTA)) return "mailbox-full";
  return standing === "blocked" ? "drop" : "keep";
}

/** Whether there is one box for each of these devices, and no other. */
function areFor(boxes: readonly DeviceBox[], devices: readonly number[]): boolean {
  const meant = new Set(boxes.map(({ device }) => device));
  return (
    boxes.length === devices.length &&
    meant.size === devices.length &&
    devices.every((device) => meant.has(device))
  );
}

/**
 * About the time of receipt, in milliseconds; higher than any place that a socket may confirm, so that
 * no confirmation of something else covers it, even after the clock has stepped back.
 * @param last the highest place that is taken, or that any socket has been sent
 */
export function nextPlace(last: number, now: number): number {
  return Math.max(last + 1, now);
}

/** When an envelope at that place has waited long enough. */
export function expiryOf(sequence: number): number {
  return sequence + TTL_MS;
}

/** The highest place that has waited long enough by now. */
export function expiredThrough(now: number): number {
  return now - TTL_MS;
}
