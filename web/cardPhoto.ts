// The picture that a card carries.

import type { Card } from "../shared/client/index.ts";

/** Its address, within the card itself; null without one. */
export function photoOf(card: Card): string | null {
  const photo = Object.values(card.media ?? {}).find((item) => item.kind === "photo");
  return photo?.uri ?? null;
}
