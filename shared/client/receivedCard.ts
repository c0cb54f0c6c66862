// A card as it came from someone else, or why it cannot be shown.

import { bytesToCard } from "../core/cards/card.ts";
import type { Contact } from "./model.ts";

export type ReceivedCard = Pick<Contact, "card" | "cardProblem">;

/** @param bytes empty when none came, null when what came could not be opened */
export function readCard(bytes: Uint8Array | null): ReceivedCard {
  if (bytes === null) return { card: null, cardProblem: "The card that came could not be opened." };
  if (bytes.length === 0) return { card: null, cardProblem: null };
  const read = bytesToCard(bytes);
  return read.ok
    ? { card: read.card, cardProblem: null }
    : { card: null, cardProblem: `The card that came could not be read: ${read.message}` };
}
