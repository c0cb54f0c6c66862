// Checks the shape of the code: imports point one way, none comes back to its own file,
// and no file is longer than a concept. Type imports tie layers together too, but make no cycle.

import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "./paths.ts";

const MAX_LINES = 300;

/** What each layer may import, besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "shared/wire": [],
  "shared/core": ["shared/wire"],
  "shared/client": ["shared/core", "shared/wire"],
  workers: ["shared/core", "shared/wire"],
  web: ["shared/client"],
  cli: ["shared/client"],
};

/** The parts of the SDK for Node alone; the SDK's size check bundles the rest for browsers. */
const FOR_NODE = /^shared\/client\/(node|store\/file\w*)\.ts$/;

const COMMAND = /^cli\/commands\//;

interface Import {
  specifier: string;
  isType: boolean;
}

/** Static and dynamic imports and re-exports, as the formatter writes them. */
function importsIn(source: string): Import[] {
  const statements = source.matchAll(
    /^(?:import|export)\s+(type\s)?[^;"]*?from\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/gm,
  );
  return [...statements].map(([, type, from, bare]) => ({
    specifier: from ?? bare!,
    isType: type !== undefined,
  }));
}

const layerOf = (file: string): string | undefined =>
  Object.keys(MAY_IMPORT).find((layer) => file.startsWith(`${layer}/`));

function importFault(file: string, { specifier }: Import): string | undefined {
  if (!specifier.startsWith(".")) {
    const isBound = specifier.startsWith("cloudflare:")
      ? file.startsWith("shared/")
      : specifier.startsWith("node:") && file.startsWith("shared/") && !FOR_NODE.test(file);
    return isBound ? `${file} imports ${specifier}, but shared/ runs everywhere` : undefined;
  }
  const from = layerOf(file)!;
  const target = resolve(file, specifier);
  const to = layerOf(target);
  if (COMMAND.test(file) && COMMAND.test(target)) {
    return `${file} imports ${specifier}, but what two commands share is no command's`;
  }
  const isAllowed = to === from || (to !== undefined && MAY_IMPORT[from]!.includes(to));
  if (isAllowed || target === "package.json") return undefined;
  return `${file} imports ${specifier}, but ${from} may not import ${to ?? "it"}`;
}

const resolve = (file: string, specifier: string): string =>
  relative(ROOT, join(ROOT, dirname(file), specifier));

/** Each cycle of imports that run, as `a -> b -> a`. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const seenAt = path.indexOf(file);
    if (seenAt >= 0) cycles.push(`import cycle: ${[...path.slice(seenAt), file].join(" -> ")}`);
    if (seenAt >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

const files = globSync("{workers,web,cli,shared/*}/**/*.{ts,tsx,css}", { cwd: ROOT }).toSorted();
const graph = new Map<string, readonly string[]>();
const faults: string[] = [];

for (const file of files) {
  const source = readFileSync(join(ROOT, file), "utf8");
  const lines = source.split("\n").length - 1;
  if (lines > MAX_LINES) faults.push(`${file} has ${lines} lines; split it by concept`);
  const imports = importsIn(source);
  faults.push(...imports.flatMap((each) => importFault(file, each) ?? []));
  const running = imports.filter((each) => !each.isType && each.specifier.startsWith("."));
  graph.set(
    file,
    running.map((each) => resolve(file, each.specifier)),
  );
}

faults.push(...findCycles(graph));
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
} else {
  console.log(`${files.length} files: one way, no cycle, none over ${MAX_LINES} lines`);
}
