// Figures beside what they are to reach.

import { median, short } from "./tables.ts";

/** The median of the rounds' ratios. */
export function ratio(values: readonly number[], others: readonly number[]): number {
  return median(values.map((value, round) => value / others[round]!));
}

export function verdict(what: string, value: number, bound: "<=" | ">=", target: number): string {
  const isMet = bound === "<=" ? value <= target : value >= target;
  return `${isMet ? "met   " : "MISSED"}  ${what}: ${short(value)} (target ${bound} ${target})`;
}
