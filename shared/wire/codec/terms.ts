// Between messages, as the schemas know them, and their binary form: names become integers, and strings what
// their name says (names.ts). Either way there is one form only, so nothing is lost.

import { fromBase64Url, toBase64Url } from "../base64url.ts";
import { base32 } from "../lettering.ts";
import { CborError, type CborMap, type CborValue } from "./cborValue.ts";
import { type Carriage, NAMES } from "./names.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const KEYS = new Map(NAMES.map(([name], key) => [name, key]));

/** @throws CborError for a number where the list of a name gives numbers a meaning of their own */
export function toTerm(value: unknown, carriage: Carriage = "text"): CborValue {
  if (typeof value === "string") return stringToTerm(value, carriage);
  if (typeof value === "number" && typeof carriage === "object") throw new CborError("a number");
  if (Array.isArray(value)) return value.map((item) => toTerm(item ?? null, carriage));
  if (typeof value === "object" && value !== null) return objectToTerm(value, carriage);
  return value as null | boolean | number;
}

function objectToTerm(value: object, carriage: Carriage): CborMap {
  const map = new Map<number | string, CborValue>();
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const key = carriage === "texts" ? undefined : KEYS.get(name);
    map.set(key ?? name, toTerm(member, carriageOf(key, carriage)));
  }
  return map;
}

/**
 * @param ignoresUnknown whether members are left out whose number is not in the dictionary
 * @throws CborError for any other form than {@link toTerm} gives, and for numbers that are not in the dictionary
 */
export function fromTerm(
  term: CborValue,
  ignoresUnknown: boolean,
  carriage: Carriage = "text",
): Json {
  if (typeof term === "string") {
    if (stringToTerm(term, carriage) !== term) throw new CborError("a text that has another form");
    return term;
  }
  if (term instanceof Uint8Array) return bytesToString(term, carriage);
  if (typeof term === "number" && typeof carriage === "object") return listed(term, carriage);
  if (typeof term !== "object" || term === null) return term;
  if (!(term instanceof Map)) {
    return (term as readonly CborValue[]).map((item) => fromTerm(item, ignoresUnknown, carriage));
  }
  const members: [string, Json][] = [];
  for (const [key, value] of term as CborMap) {
    const name = nameOf(key, carriage);
    const isKnown = name !== undefined;
    if (!isKnown && !ignoresUnknown) throw new CborError("a name that is not known");
    if (isKnown) members.push([name, fromTerm(value, ignoresUnknown, carriageOf(key, carriage))]);
  }
  return Object.fromEntries(members);
}

/** Undefined for a number that is not in the dictionary. */
function nameOf(key: number | string, carriage: Carriage): string | undefined {
  if (carriage === "texts") {
    if (typeof key === "number") throw new CborError("a number among texts");
    return key;
  }
  if (typeof key === "number") return NAMES[key]?.[0];
  if (KEYS.has(key)) throw new CborError("a name that has a number");
  return key;
}

function carriageOf(key: number | string | undefined, around: Carriage): Carriage {
  if (around === "texts") return around;
  return (typeof key === "number" ? NAMES[key]?.[1] : undefined) ?? "text";
}

/** What has no shorter form stays text. */
function stringToTerm(text: string, carriage: Carriage): CborValue {
  if (typeof carriage === "object") {
    const index = carriage.indexOf(text);
    return index < 0 ? text : index;
  }
  if (carriage !== "bytes" && carriage !== "id") return text;
  try {
    if (carriage === "bytes") return fromBase64Url(text);
    return base32.decode(text);
  } catch {
    return text;
  }
}

function bytesToString(bytes: Uint8Array, carriage: Carriage): string {
  if (carriage === "bytes") return toBase64Url(bytes);
  if (carriage === "id") return base32.encode(bytes);
  throw new CborError("bytes");
}

function listed(index: number, list: readonly string[]): string {
  const text = list[index];
  if (text === undefined) throw new CborError("a value that is not known");
  return text;
}
