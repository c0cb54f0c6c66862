// Lengths of time as people write them: 30s, 5m, 8h, 7d, 4w, or off.
import { LIFETIME_MAX_SECONDS } from "../shared/client/node.ts";

const UNITS = [
  ["w", "week", 7 * 24 * 60 * 60],
  ["d", "day", 24 * 60 * 60],
  ["h", "hour", 60 * 60],
  ["m", "minute", 60],
  ["s", "second", 1],
] as const;

export const DURATION_FORM = "30s, 5m, 8h, 7d, up to 4w, or off";

/** Seconds, 0 for off; null for what is no such length, or one that is too long. */
export function lifetimeIn(text: string): number | null {
  if (text === "off") return 0;
  const [, count, unit] = /^(\d{1,7})([smhdw])$/.exec(text) ?? [];
  const [, , seconds = 0] = UNITS.find(([letter]) => letter === unit) ?? [];
  const lifetime = Number(count) * seconds;
  return lifetime > 0 && lifetime <= LIFETIME_MAX_SECONDS ? lifetime : null;
}

/** `8 hours`, in the largest unit that leaves nothing over. */
export function durationText(seconds: number): string {
  const fitting = UNITS.find(([, , length]) => seconds >= length && seconds % length === 0);
  const [, name, length] = fitting ?? ["s", "second", 1];
  const count = seconds / length;
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
