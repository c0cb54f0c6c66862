// What people type, as tables: the word lists of keys, and how spellings of a passphrase become one.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LANGUAGES } from "../../shared/core/pairing/words.ts";
import { ROOT } from "../paths.ts";
import { table } from "./table.ts";

interface Vectors {
  readonly same: readonly {
    readonly name: string;
    readonly inputs: readonly string[];
    readonly normalized: string;
    readonly prsHex: string;
  }[];
  readonly different: readonly { readonly name: string; readonly inputs: readonly string[] }[];
  readonly refused: readonly { readonly name: string; readonly input: string }[];
}

const VECTORS = JSON.parse(
  readFileSync(join(ROOT, "test/vectors/passphrase-normalisation.json"), "utf8"),
) as Vectors;

export function languagesTable(): string {
  return table(
    ["tag", "list of BIP39"],
    LANGUAGES.map(({ tag, name }) => [`\`${tag}\``, name]),
  );
}

export function vectorsTables(): string {
  const { same, different, refused } = VECTORS;
  return [
    table(
      ["the same", "typed", "normalised", "PRS in hex"],
      same.map(({ name, inputs, normalized, prsHex }) => [
        name,
        inputs.map(spelled).join("<br>"),
        spelled(normalized),
        `\`${shortened(prsHex)}\``,
      ]),
    ),
    table(
      ["different", "typed"],
      different.map(({ name, inputs }) => [name, inputs.map(spelled).join("<br>")]),
    ),
    table(
      ["no passphrase", "typed"],
      refused.map(({ name, input }) => [name, spelled(input)]),
    ),
  ].join("\n\n");
}

/** As a JSON string in which whatever is invisible, combines or looks like something else is escaped. */
function spelled(text: string): string {
  const isOdd = (one: string) =>
    one !== " " && (/[\p{C}\p{M}\p{Z}\u1100-\u11ff]/u.test(one) || one.normalize("NFKC") !== one);
  const escaped = [...JSON.stringify(text)].map((one) =>
    isOdd(one) ? one.replaceAll(/[\s\S]/g, escapeOf) : one,
  );
  return `\`${shortened(escaped.join(""))}\``;
}

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const LONGEST = 80;

/** Where one thing is repeated very often, it and how often. */
function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  const [, quote = "", body = "", unit = ""] = /^("?)((.+?)\3+)\1$/su.exec(text) ?? [];
  return unit === "" ? text : `${quote}${unit}${quote} × ${body.length / unit.length}`;
}
