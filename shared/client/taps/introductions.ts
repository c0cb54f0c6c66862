// How contacts that were made by a touch or a request introduce themselves to each other: name and card, which go over
// the line from the devices that took part. Those of a meeting, which proved them together with the keys, stay.

import { fromBase64Url } from "../../core/crypto/bytes.ts";
import type { IntroductionContent } from "../../core/line/introductionContent.ts";
import type { UserId } from "../../wire/ids.ts";
import { cardTask, toDo } from "../handover/tasks.ts";
import { readCard } from "../receivedCard.ts";
import type { Change, Store } from "../store/store.ts";
import { type Introduced, introducedId } from "./witnessed.ts";

/** To be stored with the envelope that said it: a card that waits at the server is left to be fetched. */
export async function takeIntroduction(
  store: Store,
  userId: UserId,
  content: IntroductionContent,
): Promise<Change[]> {
  const { at, name } = content;
  const known = await store.get<Introduced>("settings", introducedId(userId));
  if (known !== null && known.at >= at) return [];
  if ("blob" in content) {
    const { card = null, cardProblem = null } = known ?? {};
    return [
      introduced({ userId, at, name, card, cardProblem }),
      toDo(cardTask(userId, at, content.blob)),
    ];
  }
  const bytes = fromBase64Url(content.card ?? "");
  return [introduced({ userId, at, name, ...readCard(bytes) })];
}

export function introduced(value: Introduced): Change {
  return { collection: "settings", id: introducedId(value.userId), value };
}
