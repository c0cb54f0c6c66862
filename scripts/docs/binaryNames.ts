// The numbers of the binary encoding, as tables.

import { NAMES } from "../../shared/wire/codec/names.ts";
import { table } from "./table.ts";

const WORDS = { text: "text", bytes: "bytes", id: "id", texts: "text, as are its names" } as const;

export function binaryNamesTables(): string {
  const rows = NAMES.map(([name, carriage], key) => [
    String(key),
    `\`${name}\``,
    typeof carriage === "string" ? WORDS[carriage] : "a number, below",
  ]);
  const values = NAMES.flatMap(([name, carriage]) =>
    typeof carriage === "string"
      ? []
      : [[`\`${name}\``, carriage.map((value, index) => `${index}\u00a0\`${value}\``).join(", ")]],
  );
  return [
    table(["number", "name", "a string under it"], rows),
    table(["name", "numbers of its strings"], values),
  ].join("\n\n");
}
