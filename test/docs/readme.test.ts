// The README is true: its examples run as they stand, against a real server.

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../scripts/paths.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

const README = readFileSync(join(ROOT, "README.md"), "utf8");
const DEFAULT_SERVER = "http://127.0.0.1:8787";

const EXAMPLES = [...README.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code!);

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

test.for([
  [
    "by a key",
    [/^Ann says: [1-9]\d{2,8}-[a-z]+-[a-z]+$/m, /^Ann and Ben have met; verified: true$/m],
  ],
  ["by a passphrase", [/^Ben knew the passphrase; verified: true$/m]],
  ["and send a message", [/^the server: (sent|delivered); Ben reads: See you at nine$/m]],
] as const)("fifteen lines of README.md pair two people %s", async ([what, printed]) => {
  const order = ["by a key", "by a passphrase", "and send a message"];
  const example = EXAMPLES[order.indexOf(what)] ?? "";
  expect(linesOf(example)).toBeLessThanOrEqual(15);
  const stdout = await run(example);
  for (const line of printed) expect(stdout).toMatch(line);
});

test("ID-3: the lines of README.md about devices bring one account to two of them", async () => {
  const example = EXAMPLES[3] ?? "";
  expect(linesOf(example)).toBeLessThanOrEqual(20);
  expect(await run(example)).toMatch(/^the same account: true$/m);
});

test("TAP-2, TAP-3: the lines of README.md about a touch make two people contacts", async () => {
  const example = EXAMPLES[4] ?? "";
  expect(linesOf(example)).toBeLessThanOrEqual(15);
  expect(await run(example)).toMatch(/^established: You are contacts now\./m);
});

test("ROOM-1, ROOM-4: the lines of README.md about a room open one in which two people talk", async () => {
  const example = EXAMPLES[5] ?? "";
  expect(linesOf(example)).toBeLessThanOrEqual(15);
  expect(await run(example)).toMatch(/^2 are here; Ann hears: Good light today$/m);
});

test("ROOM-5, ROOM-6: the lines of README.md about stepping aside make two people contacts", async () => {
  const example = EXAMPLES[6] ?? "";
  expect(linesOf(example)).toBeLessThanOrEqual(30);
  expect(await run(example)).toMatch(/^contacts by a room; vouched for by the server: true$/m);
});

function linesOf(example: string): number {
  return example.split("\n").filter((line) => line !== "").length;
}

/** What it prints, as it stands but for the server's port. */
async function run(example: string): Promise<string> {
  expect(example).toContain(`"${DEFAULT_SERVER}"`);
  const code = example.replace(DEFAULT_SERVER, server.url);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module-typescript", "--eval", code],
    { cwd: ROOT },
  );
  return stdout;
}

test("every file that the documents link to is there", () => {
  const documents = [
    "README.md",
    "ARCHITECTURE.md",
    "SECURITY.md",
    "docs/protocol.md",
    "docs/mobile.md",
  ];
  const missing = documents.flatMap((name) => {
    const text = readFileSync(join(ROOT, name), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)];
    return links
      .map(([, link]) => join(ROOT, name, "..", link ?? ""))
      .filter((file) => !existsSync(file));
  });
  expect(missing).toEqual([]);
});

test("every path that ARCHITECTURE.md names is there", () => {
  const text = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
  const paths = [
    ...text.matchAll(/`((?:shared|workers|web|cli|scripts|test|docs|bench)\/[^`\s*]*)`/g),
  ];
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.map(([, path]) => path!).filter((path) => !existsSync(join(ROOT, path)))).toEqual(
    [],
  );
});

test("every script that README.md names is in package.json", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const named = [...README.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name]) => name!);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});
