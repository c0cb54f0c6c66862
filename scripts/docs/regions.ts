// Generated regions of the documents: what stands between `<!-- generated: name -->` and
// `<!-- end -->` is made of the code, the rest is written by hand.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../paths.ts";
import { binaryNamesTables } from "./binaryNames.ts";
import { contentsTable } from "./contents.ts";
import { accountTable, promptFigures, workTable } from "./guessing.ts";
import { limitsTable, problemsTable, routesTable } from "./figures.ts";
import { messagesOf, requestBodies } from "./messages.ts";
import {
  badgeMessage,
  badgeTag,
  cardDialogue,
  containerFile,
  tagSizes,
  ticketMessage,
} from "./ndefText.ts";
import { certificateLayout, outcomesTable, ticketLayout } from "./tapLayouts.ts";
import { stateDiagram, stateTable } from "./states.ts";
import { languagesTable, vectorsTables } from "./texts.ts";
import { whoMayTable } from "./whoMay.ts";
import { workedExampleText } from "./workedExampleText.ts";

export interface FreshDocument {
  /** Relative to the root. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly isStale: boolean;
}

const REGIONS: Readonly<Record<string, () => string>> = {
  "state diagram": stateDiagram,
  "state table": stateTable,
  "who may": whoMayTable,
  "word lists": languagesTable,
  "passphrase vectors": vectorsTables,
  "account delays": accountTable,
  work: workTable,
  prompts: promptFigures,
  limits: limitsTable,
  problems: problemsTable,
  routes: routesTable,
  "binary names": binaryNamesTables,
  contents: contentsTable,
  "request bodies": requestBodies,
  "attempt requests": () => messagesOf("attempt requests"),
  "attempt notices": () => messagesOf("attempt notices"),
  "mailbox requests": () => messagesOf("mailbox requests"),
  "mailbox notices": () => messagesOf("mailbox notices"),
  "room requests": () => messagesOf("room requests"),
  "room notices": () => messagesOf("room notices"),
  "room events": () => messagesOf("room events"),
  "sealed identity": () => messagesOf("sealed identity"),
  "worked example": workedExampleText,
  "certificate layout": certificateLayout,
  "ticket layout": ticketLayout,
  "tap outcomes": outcomesTable,
  "ticket message": ticketMessage,
  "badge message": badgeMessage,
  "badge on a tag": badgeTag,
  "tag sizes": tagSizes,
  "container file": containerFile,
  "card dialogue": cardDialogue,
};

const REGION = /(<!-- generated: ([a-z ]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** Every document under docs/, with its generated regions made anew. */
export function freshDocuments(): FreshDocument[] {
  return globSync("docs/*.md", { cwd: ROOT }).map((name) => {
    const file = join(ROOT, name);
    const old = readFileSync(file, "utf8");
    const text = old.replaceAll(REGION, (_, start: string, region: string, end: string) => {
      const make = REGIONS[region];
      if (make === undefined) throw new Error(`${name}: nothing generates "${region}"`);
      return `${start}\n${make()}\n\n${end}`;
    });
    return { name, file, text, isStale: text !== old };
  });
}
