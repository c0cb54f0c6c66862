// The SDK on the oldest Node that it promises: bundled as an app would bundle it, run by that Node.

import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { startServer } from "../support/serverProcess.ts";

const APP = fileURLToPath(import.meta.resolve("../support/pairingApp.ts"));
const OLD = /^v2[01]\./;

/** Outside node_modules, whose Node is newer. */
function oldNode(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders
    .filter((folder) => folder !== "" && !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .find((node) => OLD.test(spawnSync(node, ["--version"], { encoding: "utf8" }).stdout ?? ""));
}

const node = oldNode();
if (node === undefined) {
  const missing = "NOT RUN: test/scenario/node20 (no Node 20 or 21 on PATH)";
  if (process.env["ACQUAINT_CI"]) throw new Error(missing);
  console.log(missing);
}

test.runIf(node !== undefined)(
  "KEY-2, KEY-5: two clients pair on Node 20, whose sockets are those of ws",
  async () => {
    const server = await startServer();
    const outfile = join(mkdtempSync(join(tmpdir(), "app-")), "app.mjs");
    await build({
      entryPoints: [APP],
      outfile,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "esm",
      // ws is CommonJS and asks for Node's own modules.
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      logLevel: "error",
    });
    const run = spawnSync(node!, [outfile, server.url], { encoding: "utf8", timeout: 110_000 });
    await server.stop();
    expect(run.stderr).toBe("");
    const said = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(said["version"]).toMatch(OLD);
    expect(said).toMatchObject({
      names: ["Ben", "Ada"],
      cards: ["Ben of the card", null],
      sameReceipt: true,
      hasOwnSocket: false,
      isRevived: true,
    });
  },
);
