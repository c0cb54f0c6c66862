// The tables of passphrases in docs/protocol.md hold what the file of vectors holds, and a normaliser
// that was written from the document alone finds every one of them true.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "../../scripts/paths.ts";
import { prsOfPassphrase } from "./independentPassphrase.ts";

interface Vectors {
  same: { name: string; inputs: string[]; normalized: string; prsHex: string }[];
  different: { name: string; inputs: string[] }[];
  refused: { name: string; input: string }[];
}

const VECTORS = JSON.parse(
  readFileSync(join(ROOT, "test/vectors/passphrase-normalisation.json"), "utf8"),
) as Vectors;

const [same = [], different = [], refused = []] = tablesOf(
  readFileSync(join(ROOT, "docs/protocol.md"), "utf8"),
);

test("the document's tables hold the vectors, all of them and in their order", () => {
  const typed = (cell: string) => cell.split("<br>").map(textOf);
  expect(
    same.map(([name, inputs = "", normalized = "", prsHex = ""]) => ({
      name,
      inputs: typed(inputs),
      normalized: textOf(normalized),
      prsHex: repeated(plain(prsHex)),
    })),
  ).toEqual(VECTORS.same);
  expect(different.map(([name, inputs = ""]) => ({ name, inputs: typed(inputs) }))).toEqual(
    VECTORS.different,
  );
  expect(refused.map(([name, input = ""]) => ({ name, input: textOf(input) }))).toEqual(
    VECTORS.refused.map(({ name, input }) => ({ name, input })),
  );
});

describe("a normaliser written from the document", () => {
  test.for(VECTORS.same)("$name", ({ inputs, normalized, prsHex }) => {
    for (const typed of [...inputs, normalized]) {
      expect(prsOfPassphrase(typed)?.toString("hex")).toBe(prsHex);
    }
  });

  test.for(VECTORS.different)("$name", ({ inputs }) => {
    const [one, other] = inputs.map((typed) => prsOfPassphrase(typed)?.toString("hex"));
    expect(one).toBeDefined();
    expect(other).toBeDefined();
    expect(one).not.toBe(other);
  });

  test.for(VECTORS.refused)("refuses $name", ({ input }) => {
    expect(prsOfPassphrase(input)).toBeNull();
  });
});

/** The rows of each table of the region, without its head. */
function tablesOf(text: string): string[][][] {
  const region = text.split("<!-- generated: passphrase vectors -->")[1]?.split("<!-- end -->")[0];
  return (region ?? "")
    .trim()
    .split("\n\n")
    .map((table) =>
      table
        .split("\n")
        .slice(2)
        .map((row) => row.slice(2, -2).split(" | ")),
    );
}

const plain = (cell: string): string => cell.replace(/^`|`$/g, "");

/** A JSON string, perhaps of something that is repeated. */
function textOf(cell: string): string {
  const [, json = "", count = "1"] = /^(.*?)(?: × (\d+))?$/s.exec(plain(cell)) ?? [];
  return (JSON.parse(json) as string).repeat(Number(count));
}

function repeated(text: string): string {
  const [, unit = "", count = "1"] = /^(.*?)(?: × (\d+))?$/.exec(text) ?? [];
  return unit.repeat(Number(count));
}
