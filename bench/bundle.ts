// Sizes of what users download and what the edge loads, against their budgets.

import { spawnSync } from "node:child_process";
import { atRoot } from "../scripts/paths.ts";

export function benchBundle(): void {
  console.log("\nbundles, minified");
  spawnSync(process.execPath, atRoot("scripts/budgets.ts"), { stdio: "inherit" });
}
