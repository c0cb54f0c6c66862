/**
 * The parameters of vCard properties and the members of JSContact entries they stand for: TYPE as
 * contexts and phone features, PREF, SERVICE-TYPE and the like (RFC 9555 section 2.3). Those
 * without a counterpart stay in `vCardParams`, so that no parameter is lost either way.
 */
import { isObject } from "./jsprop.ts";
import { cleanParams, type VcardParams, type VcardProperty } from "./vcardLines.ts";

type Json = Record<string, unknown>;

const CONTEXT_OF_TYPE = new Map([
  ["home", "private"],
  ["work", "work"],
]);
const ADDRESS_CONTEXTS = new Set(["billing", "delivery"]);
const FEATURE_OF_TYPE = new Map([
  ["cell", "mobile"],
  ["voice", "voice"],
  ["text", "text"],
  ["video", "video"],
  ["fax", "fax"],
  ["pager", "pager"],
  ["textphone", "textphone"],
  ["main-number", "main-number"],
  ["main", "main-number"],
]);

/** What the parameters of a property say, by the kind of entry that takes it. */
export interface TakenParams {
  /** For every entry: contexts, pref, and `vCardParams` with what nobody took. */
  readonly common: Json;
  readonly features: Json;
  readonly mediaType: Json;
  readonly service: Json;
  readonly address: Json;
}

/** Sorts the parameters of a property into members of its entry. */
export function takeParams({ name, params }: VcardProperty): TakenParams {
  const rest: VcardParams = { ...params };
  const take = (key: string): string | undefined => {
    const value = rest[key];
    if (typeof value !== "string") return undefined;
    delete rest[key];
    return value;
  };
  const member = (key: string, value: string | undefined): Json =>
    value === undefined ? {} : { [key]: value };

  delete rest["prop-id"];
  const isMedia = name === "photo" || name === "logo" || name === "sound";
  const isPaged = isMedia || name === "url" || name === "contact-uri";
  const isService = name.endsWith("socialprofile") || name === "impp";
  if (isMedia && take("encoding") !== undefined) delete rest["type"];
  const mediaType = isPaged ? member("mediaType", take("mediatype")) : {};
  const address = name === "adr" ? member("full", take("label")) : {};
  if (name === "adr") Object.assign(address, member("countryCode", take("cc")));
  if (name === "bday" || name === "anniversary") take("x-apple-omit-year");

  const contexts: Json = {};
  const features: Json = {};
  const others: string[] = [];
  let pref = prefOf(rest["pref"]);
  if (pref !== undefined) delete rest["pref"];
  for (const written of [rest["type"] ?? []].flat()) {
    const type = written.toLowerCase();
    const context = CONTEXT_OF_TYPE.get(type);
    const feature = name === "tel" ? FEATURE_OF_TYPE.get(type) : undefined;
    if (context) contexts[context] = true;
    else if (feature) features[feature] = true;
    else if (name === "adr" && ADDRESS_CONTEXTS.has(type)) contexts[type] = true;
    else if (type === "pref") pref ??= 1;
    // "internet" is what every e-mail address is.
    else if (type !== "" && !(name === "email" && type === "internet")) others.push(written);
  }
  delete rest["type"];

  const service: Json = {};
  if (isService) {
    const named = take("service-type") ?? take("x-service-type");
    const fallback = name === "x-socialprofile" ? others.shift() : undefined;
    Object.assign(service, member("service", named ?? fallback));
    Object.assign(service, member("user", take("username") ?? take("x-user")));
  }
  if (others.length > 0) rest["type"] = others;
  return {
    common: {
      ...(Object.keys(contexts).length > 0 ? { contexts } : {}),
      ...(pref === undefined ? {} : { pref }),
      ...(Object.keys(rest).length > 0 ? { vCardParams: rest } : {}),
    },
    features: Object.keys(features).length > 0 ? { features } : {},
    mediaType,
    service,
    address,
  };
}

/** The parameters of an entry's property; `own` are those of its kind, which win. */
export function giveParams(id: string, entry: Json, own: VcardParams): VcardParams {
  const { group: _, ...foreign } = cleanParams(entry["vCardParams"]);
  const types = [
    ...typesOf(entry["contexts"], CONTEXT_OF_TYPE, ADDRESS_CONTEXTS),
    ...typesOf(entry["features"], FEATURE_OF_TYPE, new Set()),
    ...[foreign["type"] ?? []].flat(),
  ];
  const { type: __, ...others } = foreign;
  const pref = entry["pref"];
  return {
    ...others,
    ...(types.length > 0 ? { type: types } : {}),
    ...(typeof pref === "number" ? { pref: String(pref) } : {}),
    ...own,
    "prop-id": id,
  };
}

/** The group an entry came with, if any. */
export function groupOf(entry: Json): string | undefined {
  const params = entry["vCardParams"];
  const group = isObject(params) ? params["group"] : undefined;
  return typeof group === "string" && /^[a-z0-9-]{1,64}$/.test(group) ? group : undefined;
}

function typesOf(
  set: unknown,
  names: ReadonlyMap<string, string>,
  same: ReadonlySet<string>,
): string[] {
  if (!isObject(set)) return [];
  const types: string[] = [];
  for (const member of Object.keys(set)) {
    if (same.has(member)) types.push(member);
    const [type] = [...names].find(([, meaning]) => meaning === member) ?? [];
    if (type) types.push(type);
  }
  return types;
}

function prefOf(value: string | string[] | undefined): number | undefined {
  if (typeof value !== "string" || !/^\d{1,3}$/.test(value)) return undefined;
  const pref = Number(value);
  return pref >= 1 && pref <= 100 ? pref : undefined;
}
