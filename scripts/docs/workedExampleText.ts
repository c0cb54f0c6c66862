// The worked example as Markdown: one list a step, a value a line.

import { bytesToHex } from "@noble/hashes/utils.js";
import type { ExampleValue } from "./exampleValues.ts";
import { workedExample } from "./workedExample.ts";

export function workedExampleText(): string {
  return workedExample()
    .map(({ title, values }) => `### Example: ${title}\n\n${values.map(line).join("\n")}`)
    .join("\n\n");
}

function line([name, value]: ExampleValue): string {
  const shown = value instanceof Uint8Array ? bytesToHex(value) : String(value);
  return `- ${name}: \`${shown === "" ? " " : shown}\``;
}
