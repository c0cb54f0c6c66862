// Bundles the Worker and reads its bindings from wrangler.toml, the one source of configuration.
// Both are kept in one file under dist/, so that a server which starts again starts at once.

import { mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "esbuild";
import type { V4WorkerOptionsShape } from "miniflare";
import { isFresh } from "./freshness.ts";
import { atRoot, ROOT, WORKER_FILE } from "./paths.ts";
import { StartError } from "./startError.ts";

/** A Worker ready for Miniflare: one ES module, and the options that wrangler.toml asks for. */
export interface BuiltWorker {
  code: string;
  options: V4WorkerOptionsShape;
}

/** The options hold absolute paths, so a build serves only the folder that it was made in. */
interface BuiltFile {
  readonly root: string;
  readonly worker: BuiltWorker;
}

function readBuilt(): BuiltFile {
  return JSON.parse(readFileSync(WORKER_FILE, "utf8")) as BuiltFile;
}

const INPUTS = atRoot("workers", "shared", "scripts", "wrangler.toml", "package-lock.json");

/** The built Worker, built anew only if its sources changed. */
export async function loadWorker(): Promise<BuiltWorker> {
  const built = isFresh(WORKER_FILE, INPUTS) ? readBuilt() : null;
  if (built?.root === ROOT) return built.worker;
  const startedAt = new Date();
  const worker: BuiltWorker = {
    code: await bundleWorker({ sourcemap: "inline" }),
    options: await readWranglerConfig(),
  };
  mkdirSync(dirname(WORKER_FILE), { recursive: true });
  const draft = `${WORKER_FILE}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ root: ROOT, worker } satisfies BuiltFile));
  utimesSync(draft, startedAt, startedAt); // a source saved during the build makes it stale
  renameSync(draft, WORKER_FILE);
  return worker;
}

/** Bundles workers/main.ts for workerd, as `wrangler deploy` does. */
export async function bundleWorker(options: {
  sourcemap?: "inline";
  minify?: boolean;
}): Promise<string> {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: ["workers/main.ts"],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:*", "node:*"],
    loader: { ".txt": "text", ".html": "text", ".sql": "text" },
    logLevel: "silent",
    ...options,
  }).catch((error: Error) => {
    throw new StartError(`The Worker does not build. ${error.message}`);
  });
  return result.outputFiles[0]!.text;
}

async function readWranglerConfig(): Promise<BuiltWorker["options"]> {
  // Loaded only when needed: it takes most of a second.
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import("wrangler");
  const config = unstable_readConfig({ config: `${ROOT}/wrangler.toml` });
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  return { ...workerOptions, name: config.name } as BuiltWorker["options"];
}
