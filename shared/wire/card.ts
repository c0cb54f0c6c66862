/**
 * A business card: the JSContact Card of RFC 9553, as far as a business card needs it. Properties
 * that are not named here survive untouched, but a card is always plain JSON of bounded depth, its
 * photo travels inside it as a data: URI, and no address in it can run as a script.
 */
import * as z from "zod/mini";

/** How deep a card's values may nest, so that no walk over a card exhausts the stack. */
const CARD_MAX_DEPTH = 32;

/** A key of a JSContact map (RFC 9553 section 1.4.1, type Id). */
const cardId = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,255}$/));

/** A set in JSContact: its members map to true (RFC 9553 section 1.3.1). */
const setOf = z.record(z.string(), z.literal(true));

const text = z.string();
const filled = z.string().check(z.minLength(1));

const CARD_URI = /^(?!(?:javascript|vbscript|data|blob|file|filesystem):)[a-z][a-z0-9+.-]*:\S+$/i;
const PHOTO_URI = /^data:image\/(?:jpeg|png|webp);base64,[A-Za-z0-9+/]+={0,2}$/;

/** Whether an address may stand in a card's links: it has a scheme, and one that runs nothing. */
export function isCardUri(uri: string): boolean {
  return CARD_URI.test(uri);
}

/** Whether an address is a picture carried in the card: a data: URI of a JPEG, PNG or WebP. */
export function isPhotoUri(uri: string): boolean {
  return PHOTO_URI.test(uri);
}

const uri = z.string().check(z.refine(isCardUri, "needs a scheme that runs nothing"));

/** What an entry is for: "work", "private" (RFC 9553 section 1.5.1), preference and label. */
const entry = {
  contexts: z.exactOptional(setOf),
  pref: z.exactOptional(z.int().check(z.minimum(1), z.maximum(100))),
  label: z.exactOptional(text),
};

const mapOf = <Entry extends z.core.$ZodType>(value: Entry) =>
  z.exactOptional(z.record(cardId, value));

const component = z.looseObject({ kind: filled, value: text, phonetic: z.exactOptional(text) });

const components = {
  components: z.exactOptional(z.array(component)),
  isOrdered: z.exactOptional(z.boolean()),
  defaultSeparator: z.exactOptional(text),
  full: z.exactOptional(text),
};

const name = z.looseObject(components);

const organization = z.looseObject({
  name: z.exactOptional(text),
  units: z.exactOptional(z.array(z.looseObject({ name: text }))),
  contexts: z.exactOptional(setOf),
});

const onlineService = z.looseObject({
  service: z.exactOptional(text),
  uri: z.exactOptional(uri),
  user: z.exactOptional(text),
  ...entry,
});

const media = z
  .looseObject({ kind: filled, uri: text, mediaType: z.exactOptional(text), ...entry })
  .check(
    z.refine(
      (item) => (item.kind === "photo" ? isPhotoUri(item.uri) : isSafeMediaUri(item.uri)),
      "needs a photo as a data: URI of image/jpeg, image/png or image/webp",
    ),
  );

/** Media other than the photo (a logo, a sound) may be a picture inside or an address outside. */
function isSafeMediaUri(address: string): boolean {
  return isPhotoUri(address) || isCardUri(address);
}

const anniversary = z.looseObject({
  kind: filled,
  date: z.looseObject({
    year: z.exactOptional(z.int().check(z.minimum(0), z.maximum(9999))),
    month: z.exactOptional(z.int().check(z.minimum(1), z.maximum(12))),
    day: z.exactOptional(z.int().check(z.minimum(1), z.maximum(31))),
    utc: z.exactOptional(text),
  }),
});

const UTC_DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d*[1-9])?Z$/;

/**
 * The Card object (RFC 9553 section 2). Version "1.0" has a uid; version "2.0" (RFC 9982), which
 * differs in nothing else, may lack it.
 */
export const cardSchema = z
  .looseObject({
    "@type": z.literal("Card"),
    version: z.enum(["1.0", "2.0"]),
    uid: z.exactOptional(filled),
    kind: z.exactOptional(filled),
    language: z.exactOptional(filled),
    updated: z.exactOptional(z.string().check(z.regex(UTC_DATE_TIME))),
    name: z.exactOptional(name),
    nicknames: mapOf(z.looseObject({ name: text, ...entry })),
    organizations: mapOf(organization),
    titles: mapOf(z.looseObject({ name: text, kind: z.exactOptional(filled) })),
    emails: mapOf(z.looseObject({ address: text, ...entry })),
    phones: mapOf(z.looseObject({ number: text, features: z.exactOptional(setOf), ...entry })),
    onlineServices: mapOf(onlineService),
    links: mapOf(z.looseObject({ uri, kind: z.exactOptional(filled), ...entry })),
    addresses: mapOf(
      z.looseObject({ ...components, countryCode: z.exactOptional(text), ...entry }),
    ),
    media: mapOf(media),
    anniversaries: mapOf(anniversary),
    notes: mapOf(z.looseObject({ note: text })),
    /** vCard properties without a JSContact counterpart (RFC 9555 section 2.15), in jCard form. */
    vCardProps: z.exactOptional(z.array(z.array(z.unknown()).check(z.minLength(4)))),
  })
  .check(
    z.refine((card) => card.version === "2.0" || card.uid !== undefined, "needs a uid"),
    z.refine((card) => isJson(card, CARD_MAX_DEPTH), "needs to be JSON of bounded depth"),
  );

/** A business card: a JSContact Card (RFC 9553). Check foreign values with {@link cardSchema}. */
export type Card = z.infer<typeof cardSchema>;

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth - 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Reflect.ownKeys(value).every(
    (key) =>
      typeof key === "string" &&
      key !== "__proto__" &&
      isJson((value as Record<string, unknown>)[key], depth - 1),
  );
}
