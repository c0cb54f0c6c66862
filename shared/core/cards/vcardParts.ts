/**
 * The two structured values with many parts, N and ADR, and the components of names and addresses
 * in JSContact (RFC 9555 sections 2.5.5 and 2.6.1). Parts beyond those of RFC 6350 are written by
 * RFC 9554, which repeats them in the old parts for readers who know only those.
 */
import { escapeText, splitEscaped, unescapeText } from "./vcardLines.ts";

/** A name or address component of JSContact. */
export interface Component {
  readonly kind: string;
  readonly value: string;
}

const NAME_PARTS = ["surname", "given", "given2", "title", "credential", "surname2", "generation"];
/** The order people say a name in; a name without `isOrdered` promises no order. */
const SPOKEN = ["title", "given", "given2", "surname", "surname2", "generation", "credential"];
const SURNAME = 0;
const CREDENTIAL = 4;
const SURNAME2 = 5;
const GENERATION = 6;
const OLD_NAME_PARTS = 5;

const OLD_ADDRESS_PARTS = [
  "postOfficeBox",
  "apartment",
  "name",
  "locality",
  "region",
  "postcode",
  "country",
];
const EXTENSION = 1;
const STREET = 2;
const NEW_ADDRESS_PARTS = [
  "room",
  "apartment",
  "floor",
  "number",
  "name",
  "building",
  "block",
  "subdistrict",
  "district",
  "landmark",
  "direction",
];

/** The components that an N value lists, in spoken order. */
export function readName(value: string): Component[] {
  const parts = partsOf(value);
  if (parts.length > OLD_NAME_PARTS) {
    parts[SURNAME] = without(parts[SURNAME], parts[SURNAME2]);
    parts[CREDENTIAL] = without(parts[CREDENTIAL], parts[GENERATION]);
  }
  return SPOKEN.flatMap((kind) => componentsOf(kind, parts[NAME_PARTS.indexOf(kind)]));
}

/** The N value of a name's components; undefined when there is nothing an N could say. */
export function writeName(components: readonly Component[]): string | undefined {
  const parts = NAME_PARTS.map((kind) => valuesOf(kind, components));
  if (parts.every((part) => part.length === 0)) return undefined;
  const surname2 = parts[SURNAME2] ?? [];
  const generation = parts[GENERATION] ?? [];
  if (surname2.length + generation.length === 0) return joined(parts.slice(0, OLD_NAME_PARTS));
  parts[SURNAME]?.push(...surname2);
  parts[CREDENTIAL]?.push(...generation);
  return joined(parts);
}

/** The components that an ADR value lists, as members of a JSContact Address. */
export function readAddress(value: string): { components?: Component[] } {
  const parts = partsOf(value);
  const extended = parts.slice(OLD_ADDRESS_PARTS.length);
  const isExtended = extended.some((part) => part.length > 0);
  const components = [
    ...(isExtended
      ? NEW_ADDRESS_PARTS.flatMap((kind, at) => componentsOf(kind, extended[at]))
      : []),
    ...OLD_ADDRESS_PARTS.flatMap((kind, at) =>
      isExtended && (at === EXTENSION || at === STREET) ? [] : componentsOf(kind, parts[at]),
    ),
  ];
  return components.length > 0 ? { components } : {};
}

/** The ADR value of an address's components. */
export function writeAddress(components: readonly Component[]): string {
  const old = OLD_ADDRESS_PARTS.map((kind) => valuesOf(kind, components));
  const needsNew = components.some(
    ({ kind }) => NEW_ADDRESS_PARTS.includes(kind) && !OLD_ADDRESS_PARTS.includes(kind),
  );
  if (!needsNew) return joined(old);
  const inOrder = (kinds: readonly string[]) =>
    components.filter(({ kind }) => kinds.includes(kind)).map((component) => component.value);
  old[STREET] = [inOrder(["number", "name", "direction"]).join(" ")].filter(Boolean);
  old[EXTENSION] = [inOrder(["building", "block", "floor", "apartment", "room"]).join(", ")].filter(
    Boolean,
  );
  return joined([...old, ...NEW_ADDRESS_PARTS.map((kind) => valuesOf(kind, components))]);
}

function partsOf(value: string): string[][] {
  return splitEscaped(value, ";").map((part) =>
    splitEscaped(part, ",")
      .map(unescapeText)
      .filter((text) => text !== ""),
  );
}

function joined(parts: readonly (readonly string[])[]): string {
  return parts.map((part) => part.map(escapeText).join(",")).join(";");
}

function componentsOf(kind: string, values: readonly string[] | undefined): Component[] {
  return (values ?? []).map((value) => ({ kind, value }));
}

function valuesOf(kind: string, components: readonly Component[]): string[] {
  return components.filter((part) => part.kind === kind).map((part) => part.value);
}

/** `values` without the last occurrence of each of `repeated`. */
function without(values: readonly string[] = [], repeated: readonly string[] = []): string[] {
  const left = [...values];
  for (const value of repeated) {
    const at = left.lastIndexOf(value);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}
