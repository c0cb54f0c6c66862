// A reader of codes, written from docs/protocol.md ("Codes") alone; only the list of words is BIP39's.

import { wordlist } from "@scure/bip39/wordlists/english.js";

export interface Code {
  readonly locator: string;
  readonly secret: number;
}

/** Null for what is no code. */
export function readCode(input: string): Code | null {
  if (input.length > 200) return null;
  let text = input.normalize("NFKC").trim();
  const link = /#\/key\/([^\s/?&#]*)/i.exec(text);
  if (link !== null) text = decodeURIComponent(link[1] ?? "");
  else if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return null;
  text = text
    .toLowerCase()
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "");
  text = text.replace(/^[\p{P}\s\p{Z}]+|[\p{P}\s\p{Z}]+$/gu, "");
  const tokens = text
    .replace(/(?<=\d)ー/gu, " ")
    .replace(/(?<=\d)(?=\p{L})/gu, " ")
    .split(/[\s\p{Z}\p{Cc}\p{Pd}\p{Pc}\u2212\u2043.,·・。、]+/u)
    .filter((token) => token !== "");
  const firstWord = tokens.findIndex((token) => /[^0-9]/.test(token));
  if (firstWord === -1) return fromDigits(tokens.join(""));
  const locator = tokens.slice(0, firstWord).join("");
  const words = tokens.slice(firstWord).filter((word, index) => index > 0 || word !== "en");
  const [high, low] = words.map(indexOf);
  if (!/^[1-9]\d{2,8}$/.test(locator) || words.length !== 2) return null;
  if (high === undefined || low === undefined || high < 0 || low < 0) return null;
  return { locator, secret: high * 2048 + low };
}

function fromDigits(digits: string): Code | null {
  const locator = digits.slice(0, -7);
  const secret = Number(digits.slice(-7));
  return /^[1-9]\d{2,8}$/.test(locator) && secret < 4_194_304 ? { locator, secret } : null;
}

function indexOf(text: string): number {
  const exact = wordlist.indexOf(text);
  if (exact >= 0 || text.length < 4) return exact;
  const matches = wordlist.filter((word) => word.startsWith(text));
  return matches.length === 1 ? wordlist.indexOf(matches[0]!) : -1;
}
