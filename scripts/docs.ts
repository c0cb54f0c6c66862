// `npm run docs`: rewrites the generated regions of docs/*.md. A test fails while one is stale.

import { writeFileSync } from "node:fs";
import { freshDocuments } from "./docs/regions.ts";

for (const { name, file, text, isStale } of freshDocuments()) {
  if (isStale) writeFileSync(file, text);
  console.log(`${isStale ? "rewritten" : "fresh    "} ${name}`);
}
