// Cards from and to vCard files. What reads and writes them is loaded when first wanted.

import { type Card, cardTitle } from "../shared/client/index.ts";
import { saveFile } from "./fileSaving.ts";

export async function downloadVcard(card: Card): Promise<void> {
  const { cardToVcard } = await import("../shared/client/vcard.ts");
  const file = new Blob([cardToVcard(card)], { type: "text/vcard;charset=utf-8" });
  saveFile(`${fileName(cardTitle(card))}.vcf`, file);
}

/** @throws RangeError when the file holds no card */
export async function cardsInFile(file: Blob): Promise<Card[]> {
  const { vcardToCards } = await import("../shared/client/vcard.ts");
  const read = vcardToCards(await file.text());
  if (!read.ok) throw new RangeError(read.message);
  return read.cards.map((card) => ({
    ...card,
    uid: card.uid ?? `urn:uuid:${crypto.randomUUID()}`,
  }));
}

function fileName(title: string): string {
  const plain = title
    .replace(/[^\p{L}\p{N} ._-]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  return plain.replace(/^\.+/, "").slice(0, 80) || "card";
}
