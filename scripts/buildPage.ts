// Builds the page into dist/web, where the server's asset binding finds it.

import { utimesSync } from "node:fs";
import { join } from "node:path";
import { isFresh } from "./freshness.ts";
import { atRoot, PAGE_DIR, ROOT } from "./paths.ts";
import { StartError } from "./startError.ts";

const INPUTS = atRoot("web", "shared", "vite.config.ts", "package-lock.json");
const INDEX = join(PAGE_DIR, "index.html");

/** Builds the page if its sources changed; tells whether it did. */
export async function buildPage(): Promise<boolean> {
  if (isFresh(INDEX, INPUTS)) return false;
  const startedAt = new Date();
  const { build } = await import("vite"); // slow to load, and seldom needed
  await build({ configFile: join(ROOT, "vite.config.ts"), logLevel: "error" }).catch(
    (error: Error) => {
      throw new StartError(`The page does not build. ${error.message}`);
    },
  );
  utimesSync(INDEX, startedAt, startedAt); // a source saved during the build makes it stale
  return true;
}
