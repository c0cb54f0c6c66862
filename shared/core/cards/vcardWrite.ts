/**
 * From a JSContact Card to the properties of a vCard 4.0, by RFC 9555 section 3. Each entry carries
 * its id as PROP-ID. What these properties cannot say is not in them: the caller adds it.
 */
import type { Card } from "../../wire/card.ts";
import { cardTitle } from "./card.ts";
import { writeAddress, writeName } from "./vcardParts.ts";
import { cleanParams, escapeText, type VcardParams, type VcardProperty } from "./vcardLines.ts";
import { giveParams, groupOf } from "./vcardParams.ts";

type Json = Record<string, unknown>;

const DATE_PROPERTIES = new Map([
  ["birth", "bday"],
  ["death", "deathdate"],
  ["wedding", "anniversary"],
]);
const MEDIA_PROPERTIES = new Set(["photo", "logo", "sound"]);

/** The properties of a card, without VERSION: FN always, then what the card has. */
export function writeCard(card: Card): VcardProperty[] {
  const kept = (card.vCardProps ?? []).flatMap(keptProperty);
  const out: VcardProperty[] = [];
  const single = (name: string, value: string | undefined, params: VcardParams = {}) => {
    if (value !== undefined) out.push({ name, params, type: "unknown", value });
  };
  const nextGroup = groupNames(card, kept);
  const labelled = new Map<string, string>();
  const entry = (name: string, id: string, item: Json, value: string, own: VcardParams = {}) => {
    const { value: valueType, ...params } = own;
    const label = typeof item["label"] === "string" ? item["label"] : undefined;
    let group = groupOf(item);
    if (label !== undefined && (group === undefined || (labelled.get(group) ?? label) !== label)) {
      group = nextGroup();
    }
    const inGroup = group === undefined ? {} : { group };
    const type = typeof valueType === "string" ? valueType : "unknown";
    out.push({ name, ...inGroup, params: giveParams(id, item, params), type, value });
    if (label !== undefined && group !== undefined && !labelled.has(group)) {
      labelled.set(group, label);
      out.push({ name: "x-ablabel", group, params: {}, type: "unknown", value: escapeText(label) });
    }
  };

  single("uid", card.uid && escapeText(card.uid));
  single("kind", card.kind && escapeText(card.kind));
  single("language", card.language && escapeText(card.language));
  single("rev", card.updated?.replace(/[-:]|\.\d+/g, ""));
  const full = card.name?.full;
  single("fn", escapeText(full ?? cardTitle(card)), full === undefined ? { derived: "TRUE" } : {});
  single("n", writeName(card.name?.components ?? []));
  for (const [id, item] of entries(card.nicknames)) {
    entry("nickname", id, item, escapeText(item.name));
  }
  for (const [id, item] of entries(card.organizations)) {
    const parts = [item.name ?? "", ...(item.units ?? []).map((unit) => unit.name)];
    entry("org", id, item, parts.map(escapeText).join(";"));
  }
  for (const [id, item] of entries(card.titles)) {
    entry(item.kind === "role" ? "role" : "title", id, item, escapeText(item.name));
  }
  for (const [id, item] of entries(card.emails)) {
    entry("email", id, item, escapeText(item.address));
  }
  for (const [id, item] of entries(card.phones)) {
    const isUri = /^tel:[^\s\\,]+$/i.test(item.number);
    const value = isUri ? item.number : escapeText(item.number);
    entry("tel", id, item, value, isUri ? { value: "uri" } : {});
  }
  for (const [id, item] of entries(card.links)) {
    entry(item.kind === "contact" ? "contact-uri" : "url", id, item, item.uri, mediaType(item));
  }
  for (const [id, item] of entries(card.onlineServices)) {
    const { uri, user, service } = item;
    const own = service === undefined ? {} : { "service-type": service };
    const named = user === undefined ? own : { ...own, username: user };
    if (uri !== undefined) {
      entry(item["vCardName"] === "impp" ? "impp" : "socialprofile", id, item, uri, named);
    } else if (user !== undefined) {
      entry("socialprofile", id, item, escapeText(user), { ...own, value: "text" });
    }
  }
  for (const [id, item] of entries(card.addresses)) {
    const label: VcardParams = item.full === undefined ? {} : { label: item.full };
    const code: VcardParams = item.countryCode === undefined ? {} : { cc: item.countryCode };
    entry("adr", id, item, writeAddress(item.components ?? []), { ...label, ...code });
  }
  for (const [id, item] of entries(card.anniversaries)) {
    const name = DATE_PROPERTIES.get(item.kind);
    const value = dateValue(item.date);
    const own: VcardParams = item.date.utc === undefined ? {} : { value: "timestamp" };
    if (name !== undefined && value !== undefined) entry(name, id, item, value, own);
  }
  for (const [id, item] of entries(card.notes)) entry("note", id, item, escapeText(item.note));
  for (const [id, item] of entries(card.media)) {
    if (MEDIA_PROPERTIES.has(item.kind)) entry(item.kind, id, item, item.uri, mediaType(item));
  }
  return [...out, ...kept];
}

function entries<Item>(map: Readonly<Record<string, Item>> | undefined): [string, Item][] {
  return Object.entries(map ?? {});
}

function mediaType(item: Json): VcardParams {
  return typeof item["mediaType"] === "string" ? { mediatype: item["mediaType"] } : {};
}

/** Group names for labels, free of those that the card brought along. */
function groupNames(card: Card, kept: readonly VcardProperty[]): () => string {
  const maps = Object.values(card).flatMap((map) =>
    typeof map === "object" && map !== null ? Object.values(map as Json) : [],
  );
  const taken = new Set(kept.map(({ group }) => group));
  for (const item of maps) {
    if (typeof item === "object" && item !== null) taken.add(groupOf(item as Json));
  }
  let count = 0;
  return () => {
    do count += 1;
    while (taken.has(`item${count}`));
    return `item${count}`;
  };
}

type AnniversaryDate = NonNullable<Card["anniversaries"]>[string]["date"];

/** A PartialDate or Timestamp as a vCard date (RFC 6350 section 4.3.1), if it has such a form. */
function dateValue({ year, month, day, utc }: AnniversaryDate): string | undefined {
  if (utc !== undefined) return utc.replace(/[-:]/g, "");
  const y = year === undefined ? undefined : String(year).padStart(4, "0");
  const m = month === undefined ? undefined : String(month).padStart(2, "0");
  const d = day === undefined ? undefined : String(day).padStart(2, "0");
  if (y !== undefined) {
    if (m !== undefined) return d === undefined ? `${y}-${m}` : `${y}${m}${d}`;
    return d === undefined ? y : undefined;
  }
  if (m !== undefined) return `--${m}${d ?? ""}`;
  return d === undefined ? undefined : `---${d}`;
}

/** A jCard property (RFC 7095 section 3.3) that no property of the card took, as it is written. */
function keptProperty(jcard: readonly unknown[]): VcardProperty[] {
  const [name, params, type, ...values] = jcard;
  // A JSPROP that was not applied when it came in must not be applied by the next reader either.
  if (typeof name !== "string" || typeof type !== "string" || /^jsprop$/i.test(name)) return [];
  const isText = type === "text";
  const written = values.map((value) =>
    Array.isArray(value)
      ? value.map((part) => oneValue(part, isText)).join(";")
      : oneValue(value, isText),
  );
  const { group, ...others } = cleanParams(params);
  return [
    {
      name: name.toLowerCase(),
      ...(typeof group === "string" ? { group } : {}),
      params: others,
      type: type.toLowerCase(),
      value: written.join(","),
    },
  ];
}

function oneValue(value: unknown, isText: boolean): string {
  if (Array.isArray(value)) return value.map((part) => oneValue(part, isText)).join(",");
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return isText ? escapeText(text) : text.replace(/[\r\n]+/g, " ");
}
