// Around the tests that start servers: builds the page and the terminal client once, and gives all that they write one
// temporary folder, which goes when they end. Processes killed by a test cannot tidy up themselves.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPage } from "../../scripts/buildPage.ts";

export default async function setup(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "acquaint-test-"));
  process.env["TMPDIR"] = folder; // os.tmpdir() of every process from here on
  await Promise.all([buildPage(), import("../../scripts/buildCli.ts")]);
  return () => rmSync(folder, { recursive: true, force: true });
}
