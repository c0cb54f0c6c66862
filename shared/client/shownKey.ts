// A key in each of its spellings, for people and cameras.

import { fromBase64Url } from "../core/crypto/bytes.ts";
import { codeToLink, formatCode, prsToSecret } from "../core/pairing/code.ts";
import type { AttemptRecord } from "./attemptRecord.ts";
import { loadWords } from "./codes.ts";
import type { ShownKey } from "./model.ts";

/**
 * Null for what was agreed on by voice.
 * @throws ConnectionError when the words are not here yet and cannot be fetched
 */
export async function shownKey(record: AttemptRecord): Promise<ShownKey | null> {
  const { method, origin, locator, prs, words, expiresAt } = record;
  if (method === "passphrase") return null;
  const secret = prsToSecret(fromBase64Url(prs));
  if (secret === null) return null;
  if (locator === null || expiresAt === null) {
    throw new Error("The attempt does not stand yet.");
  }
  const code = formatCode(locator, secret, await loadWords(words));
  const digits = formatCode(locator, secret, "digits");
  return { locator, code, digits, link: codeToLink(origin, code, method), expiresAt };
}
