// Compiles the `ts` examples of README.md and docs/, as if each were a file at the root.

import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "./paths.ts";

const FOLDER = join(ROOT, "dist/snippets");
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });

let count = 0;
for (const file of globSync("{README.md,docs/*.md}", { cwd: ROOT })) {
  const text = readFileSync(join(ROOT, file), "utf8");
  for (const match of text.matchAll(/^```ts\n([\s\S]*?)^```/gm)) {
    const line = text.slice(0, match.index).split("\n").length;
    const name = `${file.replaceAll(/\W/g, "-")}-line-${line}.ts`;
    writeFileSync(join(FOLDER, name), `${match[1]!}\nexport {};\n`);
    count += 1;
  }
}

const tsconfig = {
  extends: "../../tsconfig.json",
  compilerOptions: { rootDirs: ["../..", "."], noUnusedLocals: false },
  include: ["."],
  exclude: [],
};
writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(tsconfig));
if (count > 0) execFileSync("tsc", ["-p", FOLDER], { stdio: "inherit" });
console.log(`${count} examples compile`);
