/**
 * Business cards as vCard files: out as vCard 4.0, in from 4.0, 3.0 and what phones write as 2.1.
 * A card comes back from its own vCard unchanged. Import this module only when a person saves or
 * opens a vCard: it brings ical.js with it.
 */
import { type Card, cardSchema } from "../../wire/card.ts";
import { patchesBetween } from "./jsprop.ts";
import { escapeText, joinVcard, splitVcards, type VcardProperty } from "./vcardLines.ts";
import { readVcard } from "./vcardRead.ts";
import { writeCard } from "./vcardWrite.ts";

/** The longest text that is looked at: a card with a photo as a phone takes it, or an address book. */
export const VCARD_MAX_CHARACTERS = 4 * 1024 * 1024;

/** What {@link vcardToCards} makes of a text; `message` is for people. */
export type VcardResult =
  | { readonly ok: true; readonly cards: Card[] }
  | {
      readonly ok: false;
      readonly problem: "tooLarge" | "notAVcard" | "notACard";
      readonly message: string;
    };

/**
 * A card as the text of a vCard 4.0 file (RFC 6350, 9554, 9555), with the photo inside. What vCard
 * has no property for goes into JSPROP.
 * @throws TypeError when the value is no card
 */
export function cardToVcard(card: Card): string {
  const checked = cardSchema.safeParse(card);
  if (!checked.success) throw new TypeError("Not a business card.");
  const properties = writeCard(checked.data);
  const [back] = splitVcards(joinVcard(properties)).map(readVcard);
  const patches = patchesBetween(checked.data, back ?? {}).map(
    ({ pointer, value }): VcardProperty => ({
      name: "jsprop",
      params: { jsptr: pointer },
      type: "unknown",
      value: escapeText(visibleJson(value)),
    }),
  );
  return joinVcard([...properties, ...patches]);
}

/**
 * The cards in the text of a vCard file, in order; never throws. A card without UID comes without
 * `uid`, as version "2.0". A photo may be larger than a card can be: `cardToBytes` tells.
 */
export function vcardToCards(text: string): VcardResult {
  if (text.length > VCARD_MAX_CHARACTERS) {
    const message = `The file is too large: ${VCARD_MAX_CHARACTERS} characters are allowed.`;
    return { ok: false, problem: "tooLarge", message };
  }
  const vcards = splitVcards(text);
  if (vcards.length === 0) {
    return { ok: false, problem: "notAVcard", message: "There is no vCard in this file." };
  }
  const cards = vcards.map(readVcard).filter((card) => card !== undefined);
  if (cards.length > 0) return { ok: true, cards };
  return { ok: false, problem: "notACard", message: "The vCard in this file cannot be read." };
}

/** JSON without the control characters that JSON allows and a vCard line does not. */
function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /\p{Cc}/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
