// Weighs what users download and what the edge loads, minified and gzipped, against its budget.

import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build, type OutputFile } from "esbuild";
import { buildPage } from "./buildPage.ts";
import { bundleWorker } from "./buildWorker.ts";
import { PAGE_DIR, ROOT } from "./paths.ts";

const KB = 1000;

/** What an app loads with the SDK, and what it loads as soon as it opens an account. */
async function sdkScripts(): Promise<{ core: string; opened: string }> {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: ["shared/client/index.ts"],
    bundle: true,
    minify: true,
    write: false,
    splitting: true, // what is imported on demand is not core
    outdir: "unused",
    format: "esm",
    platform: "browser",
    target: "es2023",
  });
  const fileNamed = (ending: string | RegExp) =>
    result.outputFiles.find(({ path }) => path.search(ending) >= 0)!;
  const core = withImports([fileNamed(/index\.js$/)]);
  const opened = withImports([...core, fileNamed(/acquaint-\w+\.js$/)]);
  function withImports(files: readonly OutputFile[]): Set<OutputFile> {
    const reached = new Set(files);
    for (const file of reached) {
      for (const [, name] of file.text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) {
        reached.add(result.outputFiles.find((other) => other.path.endsWith(name!))!);
      }
    }
    return reached;
  }
  return { core: textOf(core), opened: textOf(opened) };
}

function textOf(files: Iterable<OutputFile>): string {
  return [...files].map((file) => file.text).join("\n");
}

async function pageScripts(): Promise<string> {
  await buildPage();
  const html = readFileSync(`${PAGE_DIR}/index.html`, "utf8");
  const first = [...html.matchAll(/(?:src|href)="\/?([^"]+\.js)"/g)].map(([, name]) => name!);
  const scripts = new Set(first);
  for (const name of scripts) {
    const text = readFileSync(`${PAGE_DIR}/${name}`, "utf8");
    for (const [, other] of text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)/g)) {
      scripts.add(`assets/${other!}`);
    }
  }
  return [...scripts].map((name) => readFileSync(`${PAGE_DIR}/${name}`, "utf8")).join("\n");
}

const sdk = await sdkScripts();
const parts = [
  { name: "Worker", budget: 150 * KB, code: await bundleWorker({ minify: true }) },
  { name: "SDK, to begin with", budget: 26 * KB, code: sdk.core },
  { name: "SDK, to meet and to message", budget: 104 * KB, code: sdk.opened },
  { name: "page, JavaScript on first load", budget: 40 * KB, code: await pageScripts() },
];

const sizes = parts.map(({ name, budget, code }) => {
  const size = gzipSync(code, { level: 9 }).byteLength;
  const line = `${name.padEnd(32)}${(size / KB).toFixed(1).padStart(6)} of ${budget / KB} KB gzip`;
  console.log(size > budget ? `${line}  OVER BUDGET` : line);
  return { size, budget };
});
process.exitCode = sizes.some(({ size, budget }) => size > budget) ? 1 : 0;
