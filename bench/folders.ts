// A state folder for one bench, gone afterwards.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

export async function withStateFolder<Value>(
  under: string,
  use: (stateDir: string) => Promise<Value>,
): Promise<Value> {
  const stateDir = mkdtempSync(join(under, "acquaint-bench-"));
  try {
    return await use(stateDir);
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}
