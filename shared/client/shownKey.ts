// A key in each of its spellings, for people and cameras.

import { codeToLink, formatCode, secretOf } from "../core/pairing/code.ts";
import type { AttemptRecord } from "./attemptRecord.ts";
import type { ShownKey } from "./model.ts";

export function shownKey({ origin, locator, secret, expiresAt }: AttemptRecord): ShownKey {
  const known = secretOf(secret);
  if (locator === null || known === null || expiresAt === null) {
    throw new Error("The attempt does not stand yet.");
  }
  const code = formatCode(locator, known, "words");
  const digits = formatCode(locator, known, "digits");
  return { locator, code, digits, link: codeToLink(origin, code), expiresAt };
}
