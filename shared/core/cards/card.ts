/**
 * Business cards as values: an empty one, the bytes that are sealed and sent, and the one line by
 * which people recognise a card. Bytes from elsewhere become a card only through the schema.
 */
import { type Card, cardSchema } from "../../wire/card.ts";
import { CARD_MAX_BYTES } from "../../wire/limits.ts";

/** Why bytes are not a card; `message` is for people. */
interface CardProblem {
  readonly ok: false;
  readonly problem: "tooLarge" | "notJson" | "notACard";
  readonly message: string;
}

/** What {@link bytesToCard} makes of bytes. */
export type CardResult = { readonly ok: true; readonly card: Card } | CardProblem;

/**
 * A card with nothing on it, or with a name alone.
 * @param uid stable over all edits of this card: a `urn:uuid:` URI or any other unique text
 */
export function emptyCard(uid: string, name?: string): Card {
  const card: Card = { "@type": "Card", version: "1.0", uid };
  return name === undefined ? card : { ...card, name: { full: name } };
}

/**
 * The JSON of a card in UTF-8, at most {@link CARD_MAX_BYTES} long.
 * @throws RangeError when the card weighs more; its message tells both sizes
 * @throws TypeError when the value is no card
 */
export function cardToBytes(card: Card): Uint8Array<ArrayBuffer> {
  const checked = cardSchema.safeParse(card);
  if (!checked.success) throw new TypeError(whyNotACard(checked.error.issues));
  const bytes = new TextEncoder().encode(JSON.stringify(checked.data));
  if (bytes.length > CARD_MAX_BYTES) throw new RangeError(tooLarge(bytes.length));
  return bytes;
}

/** Reads a card from bytes of any origin; never throws. */
export function bytesToCard(bytes: Uint8Array): CardResult {
  if (bytes.length > CARD_MAX_BYTES) {
    return { ok: false, problem: "tooLarge", message: tooLarge(bytes.length) };
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return { ok: false, problem: "notJson", message: "The card is not JSON in UTF-8." };
  }
  const checked = cardSchema.safeParse(value);
  if (checked.success) return { ok: true, card: checked.data };
  return { ok: false, problem: "notACard", message: whyNotACard(checked.error.issues) };
}

/** The line that names a card: full name, name parts, organisation, e-mail, or "Unnamed card". */
export function cardTitle(card: Card): string {
  const organization = Object.values(card.organizations ?? {}).map((entry) => entry.name);
  const emails = Object.values(card.emails ?? {}).map((entry) => entry.address);
  const candidates = [card.name?.full, joinedName(card), ...organization, ...emails];
  for (const candidate of candidates) {
    const title = candidate?.replace(/\s+/g, " ").trim();
    if (title) return title;
  }
  return "Unnamed card";
}

function joinedName(card: Card): string {
  const parts = card.name?.components ?? [];
  const separates = card.name?.isOrdered === true;
  let joined = "";
  let between = "";
  for (const { kind, value } of parts) {
    if (kind === "separator") {
      if (separates) between = value;
      continue;
    }
    joined += (joined === "" ? "" : between) + value;
    between = separates ? (card.name?.defaultSeparator ?? " ") : " ";
  }
  return joined;
}

function tooLarge(bytes: number): string {
  return `The card has ${bytes} bytes, ${CARD_MAX_BYTES} are allowed: make its photo smaller.`;
}

function whyNotACard(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  const [first] = issues;
  const place = first?.path.map(String).join("/").slice(0, 100);
  return `Not a business card: ${place ? `${place}: ` : ""}${first?.message ?? "unknown reason"}`;
}
