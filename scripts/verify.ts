// `npm run verify`: everything that must hold before a change is done, one line a step.
// All steps run, so that one run shows all that is wrong.

import { spawnSync } from "node:child_process";

const STEPS: readonly (readonly [what: string, script: string])[] = [
  ["types", "typecheck"],
  ["lint", "lint"],
  ["format", "format:check"],
  ["unused code", "unused"],
  ["layers, cycles, file length", "structure"],
  ["bundle budgets", "budgets"],
  ["examples in the documents", "snippets"],
  ["tests", "test"],
];

const failed = STEPS.filter(([what, script]) => {
  const startedAt = performance.now();
  const isLong = script === "test"; // shows its progress
  const { status, stdout, stderr } = spawnSync("npm", ["run", "-s", script], {
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: isLong ? "inherit" : "pipe",
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${what} (${seconds} s)`);
  const isWorthReading = status !== 0 || script === "budgets";
  if (isWorthReading && !isLong) console.log(`${stdout}${stderr}`.replaceAll(/^/gm, "       "));
  return status !== 0;
});

if (failed.length > 0) console.error(`FAILED: ${failed.map(([what]) => what).join("; ")}`);
process.exitCode = failed.length > 0 ? 1 : 0;
