// A key in each of its spellings, for people and cameras.

import { codeToLink, formatCode, secretOf } from "../core/pairing/code.ts";
import type { AttemptRecord } from "./attemptRecord.ts";
import { loadWords } from "./codes.ts";
import type { ShownKey } from "./model.ts";

/** @throws ConnectionError when the words are not here yet and cannot be fetched */
export async function shownKey(record: AttemptRecord): Promise<ShownKey> {
  const { origin, locator, secret, expiresAt } = record;
  const known = secretOf(secret);
  if (locator === null || known === null || expiresAt === null) {
    throw new Error("The attempt does not stand yet.");
  }
  const code = formatCode(locator, known, await loadWords());
  const digits = formatCode(locator, known, "digits");
  return { locator, code, digits, link: codeToLink(origin, code), expiresAt };
}
