// One's own cards: made, edited and kept on the device; one of them is chosen to go along.

import { cardToBytes } from "../core/cards/card.ts";
import type { Card } from "../wire/card.ts";
import type { Store } from "./store/store.ts";

export const CHOSEN_CARD_ID = "chosenCard";

export class CardBox {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  list(): Promise<Card[]> {
    return this.#store.all<Card>("cards");
  }

  /**
   * Keeps a card by its `uid`, and gives it one if it has none.
   * @throws RangeError when the card is larger than 64 KiB
   * @throws TypeError when it is no card
   */
  async save(card: Card): Promise<Card> {
    const uid = card.uid ?? `urn:uuid:${crypto.randomUUID()}`;
    const kept = { ...card, uid };
    cardToBytes(kept);
    await this.#store.put("cards", uid, kept);
    return kept;
  }

  async remove(uid: string): Promise<void> {
    await this.#store.delete("cards", uid);
  }

  /** The card that goes along by itself: the chosen one; where no choice was ever made, the only one. */
  async chosen(): Promise<Card | null> {
    const cards = await this.list();
    const setting = await this.#store.get<{ uid: string | null }>("settings", CHOSEN_CARD_ID);
    if (setting !== null) return cards.find((card) => card.uid === setting.uid) ?? null;
    return cards.length === 1 ? (cards[0] ?? null) : null;
  }

  /** `null` sends none. */
  async choose(uid: string | null): Promise<void> {
    await this.#store.put("settings", CHOSEN_CARD_ID, { uid });
  }

  /** What goes along in a meeting: the card given, none for `null`, else the chosen one. */
  async bytesFor(card: Card | null | undefined): Promise<Uint8Array> {
    const going = card === undefined ? await this.chosen() : card;
    return going === null ? new Uint8Array() : cardToBytes(going);
  }
}
