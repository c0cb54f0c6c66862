// Where things are: the repository's root and what is built from it.

import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..");
export const PAGE_DIR = join(ROOT, "dist/web");
export const WORKER_FILE = join(ROOT, "dist/worker/worker.json");
export const CLI_FILE = join(ROOT, "dist/cli/acquaint.js");

export const atRoot = (...names: readonly string[]): string[] =>
  names.map((name) => join(ROOT, name));
