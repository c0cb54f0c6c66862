// Numbered events of a room as one of its members may see them.

import type { UserId } from "../../wire/ids.ts";
import { EVENT_BYTES } from "../../wire/limits.ts";
import type { RoomEvent } from "../../wire/roomLine.ts";

export interface FeedEntry {
  readonly number: number;
  readonly event: RoomEvent;
  /** Whose it is; null for what is of the room itself. */
  readonly subject: UserId | null;
  /** Those of the room who were not to hear of it when it happened. */
  readonly hiddenFrom: ReadonlySet<UserId> | null;
  /** As the feed counts them. */
  readonly bytes: number;
}

/** A seat that nobody has. That it is left stands for an event that a member is not shown, so that numbers count on. */
export const NOBODY_SEAT = 2 ** 31 - 1;
const NOTHING: RoomEvent = { kind: "left", seat: NOBODY_SEAT };
const NOTHING_BYTES = JSON.stringify(NOTHING).length + EVENT_BYTES;

/**
 * Without what is hidden from the viewer.
 * @param hidden who is hidden from it now (`state.apart`), which counts for what is told late, too
 */
export function eventsFor(
  entries: readonly FeedEntry[],
  viewer: UserId,
  hidden: ReadonlySet<UserId> | null = null,
): readonly RoomEvent[] {
  return entries.map((entry) => (isFor(entry, viewer, hidden) ? entry.event : NOTHING));
}

/**
 * The same for someone who has missed them, and is told how everybody stands now: how each came to stand so is left out,
 * which is most of it when all have lost their connections at once.
 */
export function missedFor(
  entries: readonly FeedEntry[],
  viewer: UserId,
  hidden: ReadonlySet<UserId> | null,
): readonly RoomEvent[] {
  return eventsFor(entries, viewer, hidden).map((event) =>
    event.kind === "changed" ? NOTHING : event,
  );
}

/** Whether the viewer needs a frame of its own. */
export function isHiddenIn(entries: readonly FeedEntry[], viewer: UserId): boolean {
  return entries.some((entry) => !isFor(entry, viewer, null));
}

/** How many bytes fewer the viewer is sent than those who are told all. */
export function bytesLeftOut(entries: readonly FeedEntry[], viewer: UserId): number {
  let bytes = 0;
  for (const entry of entries) {
    if (!isFor(entry, viewer, null)) bytes += Math.max(0, entry.bytes - NOTHING_BYTES);
  }
  return bytes;
}

function isFor(
  { subject, hiddenFrom }: FeedEntry,
  viewer: UserId,
  hidden: ReadonlySet<UserId> | null,
): boolean {
  if (hiddenFrom?.has(viewer)) return false;
  return hidden === null || subject === null || !hidden.has(subject);
}
