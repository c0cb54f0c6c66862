// The example of a log that grows, in docs/protocol.md, comes out by the document alone.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/paths.ts";
import { readLog, type TravellingEntry } from "./independentLog.ts";

const PROTOCOL = readFileSync(join(ROOT, "docs/protocol.md"), "utf8");
const STEPS = [
  "Ann's device and log",
  "Ann's log grows: a laptop",
  "Ann's log grows: another recovery phrase",
  "Ann's log grows: the first device is removed",
];

/** A value of one step of the example, as printed. */
function example(title: string, name: string): string {
  const section = PROTOCOL.split(`### Example: ${title}\n`)[1]?.split("\n### ")[0] ?? "";
  const line = section.split("\n").find((candidate) => candidate.startsWith(`- ${name}: \``));
  if (line === undefined) throw new Error(`the example has no "${name}" in "${title}"`);
  return line.slice(`- ${name}: \``.length, -1);
}

test("ID-3: the example's log verifies by the document, entry by entry", () => {
  const last = STEPS.at(-1)!;
  const log = JSON.parse(example(last, "log as JSON")) as TravellingEntry[];
  const read = readLog(log);
  expect(read.userId).toBe(example(STEPS[0]!, "userId"));
  expect(read.heads).toEqual(STEPS.map((title) => example(title, "head")));
  expect(read.signedBytes).toEqual(STEPS.map((step) => example(step, "signed bytes of the entry")));
  expect(read.active.join(", ")).toBe(example(last, "active devices, by number"));
  expect(read.removed.join(", ")).toBe(example(last, "removed devices, by number"));
  const later = STEPS.slice(1).map((title) => JSON.parse(example(title, "entry as JSON")));
  expect(log.slice(1)).toEqual(later);
});
