// Whether a built file is newer than everything it was made from.
// Folders count too, since deleting a file touches only its folder.

import { readdirSync, statSync, type Stats } from "node:fs";
import { join } from "node:path";

/** True if `output` exists and no file or folder under `inputs` is newer; missing inputs are fine. */
export function isFresh(output: string, inputs: readonly string[]): boolean {
  const built = statOf(output);
  return built !== undefined && inputs.every((path) => newestMtimeMs(path) <= built.mtimeMs);
}

function newestMtimeMs(path: string): number {
  const stats = statOf(path);
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  const inside = readdirSync(path).map((name) => newestMtimeMs(join(path, name)));
  return Math.max(stats.mtimeMs, ...inside);
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
