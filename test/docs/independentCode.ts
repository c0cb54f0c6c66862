// A reader of codes, written from docs/protocol.md ("Codes") alone; only the lists of words are BIP39's.

import { wordlist as czech } from "@scure/bip39/wordlists/czech.js";
import { wordlist as english } from "@scure/bip39/wordlists/english.js";
import { wordlist as french } from "@scure/bip39/wordlists/french.js";
import { wordlist as italian } from "@scure/bip39/wordlists/italian.js";
import { wordlist as japanese } from "@scure/bip39/wordlists/japanese.js";
import { wordlist as korean } from "@scure/bip39/wordlists/korean.js";
import { wordlist as portuguese } from "@scure/bip39/wordlists/portuguese.js";
import { wordlist as simplified } from "@scure/bip39/wordlists/simplified-chinese.js";
import { wordlist as spanish } from "@scure/bip39/wordlists/spanish.js";
import { wordlist as traditional } from "@scure/bip39/wordlists/traditional-chinese.js";

export interface Code {
  readonly locator: string;
  readonly secret: number;
}

/** Of each tag its list first, then one that agrees with it in places. */
const LISTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  en: [english],
  es: [spanish],
  fr: [french],
  it: [italian],
  pt: [portuguese],
  cs: [czech],
  ja: [japanese],
  ko: [korean],
  zh: [simplified, traditional],
  zt: [traditional, simplified],
};
const OF_CHARACTERS = ["zh", "zt"];

/** Null for what is no code. */
export function readCode(input: string): Code | null {
  if (input.length > 200) return null;
  let text = input.normalize("NFKC").trim();
  const link = /#\/key\/([^\s/?&#]*)/i.exec(text);
  if (link !== null) text = decodeURIComponent(link[1] ?? "");
  else if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return null;
  text = fold(text).replace(/\p{Cf}/gu, "");
  text = text.replace(/^[\p{P}\s\p{Z}]+|[\p{P}\s\p{Z}]+$/gu, "");
  const tokens = text
    .replace(/(?<=\d)(?=\p{L})/gu, " ")
    .replace(/(?<=[a-z])(?=[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}])/gu, " ")
    .split(/[\s\p{Z}\p{Cc}\p{Pd}\p{Pc}\u2212\u2043\u02d7.,·・。、ー]+/u)
    .filter((token) => token !== "");
  const firstWord = tokens.findIndex((token) => /[^0-9]/.test(token));
  if (firstWord === -1) return fromDigits(tokens.join(""));
  const locator = tokens.slice(0, firstWord).join("");
  const rest = tokens.slice(firstWord);
  const isTagged = /^[a-z]{2}$/.test(rest[0] ?? "");
  const tag = isTagged ? rest[0]! : "en";
  const lists = LISTS[tag];
  const words = isTagged ? rest.slice(1) : rest;
  const spelled = OF_CHARACTERS.includes(tag) ? [...words.join("")] : words;
  if (!/^[1-9]\d{2,8}$/.test(locator) || lists === undefined || spelled.length !== 2) return null;
  const [high, low] = spelled.map((word) => placeOf(word, lists));
  if (high === undefined || low === undefined || high < 0 || low < 0) return null;
  return { locator, secret: high * 2048 + low };
}

function fromDigits(digits: string): Code | null {
  const locator = digits.slice(0, -7);
  const secret = Number(digits.slice(-7));
  return /^[1-9]\d{2,8}$/.test(locator) && secret < 4_194_304 ? { locator, secret } : null;
}

/** -1 for what is no word. */
function placeOf(typed: string, lists: readonly (readonly string[])[]): number {
  const folded = fold(typed);
  for (const list of lists) {
    const exact = list.findIndex((word) => fold(word) === folded);
    if (exact >= 0) return exact;
  }
  const plain = plainFormOf(typed);
  const forms = lists[0]!.map(plainFormOf);
  const only = (isMeant: (form: string) => boolean): number =>
    forms.filter(isMeant).length === 1 ? forms.findIndex(isMeant) : -1;
  const whole = only((form) => form === plain);
  if (whole >= 0 || [...folded].length < 4) return whole;
  return only((form) => form.startsWith(plain));
}

const fold = (text: string): string => text.normalize("NFKC").toLowerCase().normalize("NFKC");

/** Final consonants from U+11A8 on, and the initial ones that are the same letters; 0 for a cluster. */
const INITIALS = [
  0x1100, 0x1101, 0, 0x1102, 0, 0, 0x1103, 0x1105, 0, 0, 0, 0, 0, 0, 0, 0x1106, 0x1107, 0, 0x1109,
  0x110a, 0x110b, 0x110c, 0x110e, 0x110f, 0x1110, 0x1111, 0x1112,
];

function plainFormOf(text: string): string {
  return fold(text)
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[\u11a8-\u11c2]/g, (final) => {
      const initial = INITIALS[final.charCodeAt(0) - 0x11a8];
      return initial === undefined || initial === 0 ? final : String.fromCharCode(initial);
    })
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}
