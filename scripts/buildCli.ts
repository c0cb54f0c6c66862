// Bundles the terminal client into one file that runs on Node 20, for the `acquaint` command.

import { chmodSync } from "node:fs";
import { build } from "esbuild";
import { CLI_FILE, ROOT } from "./paths.ts";

await build({
  absWorkingDir: ROOT,
  entryPoints: ["cli/main.ts"],
  outfile: CLI_FILE,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  external: ["ws"], // CommonJS, and installed beside the bundle anyway
  logLevel: "warning",
});
chmodSync(CLI_FILE, 0o755);
