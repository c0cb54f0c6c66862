/**
 * From the properties of one vCard (4.0, 3.0, or 2.1 as phones write it) to a JSContact Card, by
 * RFC 9555 section 2. What has no counterpart is kept: properties in `vCardProps`, parameters in
 * the `vCardParams` of their entry. The result always satisfies the card schema.
 */
import { type Card, cardSchema, isCardUri, isPhotoUri } from "../../wire/card.ts";
import { CARD_MAX_BYTES } from "../../wire/limits.ts";
import { applyPatch } from "./jsprop.ts";
import { readAddress, readName } from "./vcardParts.ts";
import { splitEscaped, unescapeText, type VcardProperty } from "./vcardLines.ts";
import { takeParams, type TakenParams } from "./vcardParams.ts";

type Json = Record<string, unknown>;

/** No card can hold more; a longer one is kept as it stands. */
const MAX_ORG_CHARACTERS = 2 * CARD_MAX_BYTES;

/** What the properties of one vCard say as a card; undefined when even its bare parts are none. */
export function readVcard(properties: readonly VcardProperty[]): Card | undefined {
  const labels = new Map<string, string>();
  for (const { name, group, value } of properties) {
    if (name === "x-ablabel" && group) labels.set(group, plainLabel(unescapeText(value)));
  }
  const reading: Reading = { card: {}, labels, used: new Map(), counts: new Map(), rest: [] };
  for (const property of properties) {
    if (!readProperty(property, reading)) reading.rest.push(property);
  }
  const { card, rest } = reading;
  // A label that an entry has taken over is said once; the others stay with their group.
  const kept = rest.filter(({ name, group }) => !isTaken(name, group, reading));
  dropSpentGroups(reading, kept);
  const isPatch = ({ name }: VcardProperty) => name === "jsprop";
  const plain = kept.filter((property) => !isPatch(property));
  const base = withIdentity(card, plain);
  const patched = structuredClone(base);
  const unpatchable = kept.filter(isPatch).filter((patch) => !applyJsprop(patched, patch));
  if (unpatchable.length > 0) keep(patched, unpatchable);
  const checked = cardSchema.safeParse(patched);
  if (checked.success) return checked.data;
  // JSPROP values that make no card are kept, unapplied, like anything else not understood.
  const unpatched = cardSchema.safeParse(withIdentity(card, kept));
  return unpatched.success ? unpatched.data : undefined;
}

interface Reading {
  readonly card: Json;
  readonly labels: ReadonlyMap<string, string>;
  /** For each group, the entries that it holds together. */
  readonly used: Map<string, Json[]>;
  /** For each map of the card, the last number given out as an id. */
  readonly counts: Map<string, number>;
  readonly rest: VcardProperty[];
}

function readProperty(property: VcardProperty, reading: Reading): boolean {
  const { name, params, value } = property;
  const { card } = reading;
  const taken = takeParams(property);
  const text = unescapeText(value);
  const once = (key: string, item: unknown) => {
    if (Object.hasOwn(card, key)) return false;
    card[key] = item;
    return true;
  };
  const entry = (map: string, letter: string, item: Json) =>
    addEntry(reading, property, map, letter, { ...item, ...taken.common });
  switch (name) {
    case "version":
      return true;
    case "uid":
      return text !== "" && once("uid", text);
    case "kind":
      return text !== "" && once("kind", text.toLowerCase());
    case "language":
      return text !== "" && once("language", text);
    case "rev": {
      const updated = utcOf(value);
      return updated !== undefined && once("updated", updated);
    }
    case "fn":
      if (/^true$/i.test(String(params["derived"]))) return true;
      return mergeName(card, { full: text });
    case "n": {
      const components = readName(value);
      return components.length === 0 || mergeName(card, { components });
    }
    case "nickname":
      for (const part of splitEscaped(value, ",")) {
        entry("nicknames", "k", { name: unescapeText(part) });
      }
      return true;
    case "org": {
      if (value.length > MAX_ORG_CHARACTERS) return false;
      const [head = "", ...units] = withoutEmptyEnd(splitEscaped(value, ";")).map(unescapeText);
      return entry("organizations", "o", {
        ...(head === "" && units.length > 0 ? {} : { name: head }),
        ...(units.length > 0 ? { units: units.map((unit) => ({ name: unit })) } : {}),
      });
    }
    case "title":
      return entry("titles", "t", { name: text });
    case "role":
      return entry("titles", "t", { name: text, kind: "role" });
    case "email":
      return entry("emails", "e", { address: text });
    case "tel":
      return entry("phones", "p", {
        number: property.type === "uri" ? uriOf(value) : text,
        ...taken.features,
      });
    case "url":
    case "contact-uri": {
      const uri = linkOf(uriOf(value));
      const kind = name === "url" ? {} : { kind: "contact" };
      return uri !== undefined && entry("links", "l", { uri, ...kind, ...taken.mediaType });
    }
    case "impp":
    case "socialprofile":
    case "x-socialprofile": {
      const service = readOnlineService(property, taken);
      return service !== undefined && entry("onlineServices", "s", service);
    }
    case "adr":
      return entry("addresses", "a", { ...readAddress(value), ...taken.address });
    case "photo":
    case "logo":
    case "sound": {
      const uri = mediaUri(property);
      const fits = name === "photo" ? isPhotoUri(uri) : isPhotoUri(uri) || isCardUri(uri);
      return fits && entry("media", "m", { kind: name, uri, ...taken.mediaType });
    }
    case "bday":
    case "deathdate":
    case "anniversary": {
      const date = property.type === "text" ? undefined : dateOf(value, params);
      const kind = { bday: "birth", deathdate: "death", anniversary: "wedding" }[name];
      return date !== undefined && entry("anniversaries", "y", { kind, date });
    }
    case "note":
      return entry("notes", "n", { note: text });
    default:
      return false;
  }
}

function addEntry(
  { card, labels, used, counts }: Reading,
  { group, params }: VcardProperty,
  map: string,
  letter: string,
  item: Json,
): true {
  const entries = (card[map] ??= {}) as Json;
  const wanted = params["prop-id"];
  let id = typeof wanted === "string" && /^[\w-]{1,255}$/.test(wanted) ? wanted : "";
  while (id === "" || id === "__proto__" || Object.hasOwn(entries, id)) {
    const count = (counts.get(map) ?? 0) + 1;
    counts.set(map, count);
    id = `${letter}${count}`;
  }
  entries[id] = item;
  if (group) {
    const label = labels.get(group);
    if (label !== undefined) item["label"] = label;
    item["vCardParams"] = { ...(item["vCardParams"] as Json | undefined), group };
    const items = used.get(group);
    if (items) items.push(item);
    else used.set(group, [item]);
  }
  return true;
}

function isTaken(name: string, group: string | undefined, { used }: Reading): boolean {
  return name === "x-ablabel" && group !== undefined && used.has(group);
}

/** A group that only ties an entry to its label has done its work. */
function dropSpentGroups({ used }: Reading, kept: readonly VcardProperty[]): void {
  const needed = new Set(kept.map((property) => property.group));
  for (const [group, items] of used) {
    if (items.length > 1 || needed.has(group)) continue;
    for (const item of items) {
      const { group: _, ...params } = item["vCardParams"] as Json;
      if (Object.keys(params).length > 0) item["vCardParams"] = params;
      else delete item["vCardParams"];
    }
  }
}

/** Version 2.0 (RFC 9982) is the version in which a card may lack its uid. */
function withIdentity(card: Json, kept: readonly VcardProperty[]): Json {
  const version = card["uid"] === undefined ? "2.0" : "1.0";
  const whole: Json = { "@type": "Card", version, ...card };
  keep(whole, kept);
  return whole;
}

function keep(card: Json, properties: readonly VcardProperty[]): void {
  if (properties.length === 0) return;
  const before = Array.isArray(card["vCardProps"]) ? card["vCardProps"] : [];
  const kept = properties.map(({ name, group, params, type, value }) => [
    name,
    group === undefined ? params : { ...params, group },
    type,
    type === "text" ? unescapeText(value) : value,
  ]);
  card["vCardProps"] = [...before, ...kept];
}

function applyJsprop(card: Json, { params, value }: VcardProperty): boolean {
  const pointer = params["jsptr"];
  if (typeof pointer !== "string") return false;
  try {
    return applyPatch(card, { pointer, value: JSON.parse(unescapeText(value)) });
  } catch {
    return false;
  }
}

function mergeName(card: Json, part: Json): boolean {
  const name = (card["name"] ?? {}) as Json;
  if (Object.keys(part).some((key) => Object.hasOwn(name, key))) return false;
  card["name"] = { ...name, ...part };
  return true;
}

function readOnlineService(property: VcardProperty, taken: TakenParams): Json | undefined {
  const { name, type, value } = property;
  const uri = uriOf(value);
  const isUri = type !== "text" && isCardUri(uri);
  if (name === "impp") return isUri ? { vCardName: "impp", uri, ...taken.service } : undefined;
  if (isUri) return { uri, ...taken.service };
  // An address that would run something is no user name either.
  if (type !== "text" && /^[a-z][a-z0-9+.-]*:/i.test(uri)) return undefined;
  return { ...taken.service, user: unescapeText(value) };
}

/** Phones end ORG with a separator, as if there were one more unit. */
function withoutEmptyEnd(parts: readonly string[]): string[] {
  return parts.slice(0, Math.max(1, parts.findLastIndex((part) => part !== "") + 1));
}

function plainLabel(label: string): string {
  return /^_\$!<(.*)>!\$_$/s.exec(label)?.[1] ?? label;
}

/** URIs need no escapes, but vCard 3.0 writers put them before commas, colons and semicolons. */
function uriOf(value: string): string {
  return value.replace(/\\([\\;,:])/g, "$1").trim();
}

/** Phones write addresses of pages without a scheme. */
function linkOf(uri: string): string | undefined {
  if (isCardUri(uri)) return uri;
  const guessed = `https://${uri}`;
  return /^[\w-]+(?:\.[\w-]+)+(?:[/?#:]\S*)?$/.test(uri) && isCardUri(guessed)
    ? guessed
    : undefined;
}

function mediaUri({ params, value }: VcardProperty): string {
  const { encoding, type } = params;
  if (typeof encoding !== "string" || !/^(?:b|base64)$/i.test(encoding)) return uriOf(value);
  const format = [type].flat().join().toLowerCase().replace("jpg", "jpeg").replace("image/", "");
  return `data:image/${format || "jpeg"};base64,${value.replace(/\s/g, "")}`;
}

const UTC = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:\.0+)?Z$/;

function utcOf(value: string): string | undefined {
  const [, year, month, day, hour, minute, second] = UTC.exec(value.trim()) ?? [];
  return year && `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

function dateOf(value: string, params: VcardProperty["params"]): Json | undefined {
  const utc = utcOf(value);
  if (utc !== undefined && !utc.includes("T00:00:00")) return { "@type": "Timestamp", utc };
  const match = /^(?:(\d{4})|-)(?:-?(\d\d)|-)?(?:-?(\d\d))?(?:T.*)?$/.exec(value.trim());
  if (!match) return undefined;
  const omitted = params["x-apple-omit-year"];
  const [year, month, day] = match.slice(1).map((digits) => (digits ? Number(digits) : undefined));
  if ((month !== undefined && (month < 1 || month > 12)) || day === 0 || (day ?? 0) > 31) {
    return undefined;
  }
  const date = {
    ...(year === undefined || String(year) === omitted ? {} : { year }),
    ...(month === undefined ? {} : { month }),
    ...(day === undefined ? {} : { day }),
  };
  return Object.keys(date).length > 0 ? date : undefined;
}
