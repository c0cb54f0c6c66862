// How contacts that were made by a touch or a request introduce themselves to each other: name and card, which go over
// the line from the devices that took part. Those of a meeting, which proved them together with the keys, stay; and
// nobody who is a contact takes another name by introducing themselves anew: one introduction counts of each touch.

import { fromBase64Url } from "../../core/crypto/bytes.ts";
import type { IntroductionContent } from "../../core/line/introductionContent.ts";
import type { UserId } from "../../wire/ids.ts";
import type { ContactRecord } from "../../wire/mailbox.ts";
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
  const { name } = content;
  const at = Math.max(content.at, 1); // 0 is of who has said nothing
  const known = await store.get<Introduced>("settings", introducedId(userId));
  const listed = await store.get<ContactRecord>("listings", userId);
  const receiptHash = listed?.receiptHash ?? null;
  const isAnew = known?.receiptHash && receiptHash && known.receiptHash !== receiptHash;
  if (known !== null && known.at > 0 && !isAnew) return [];
  if ("blob" in content) {
    const { card = null, cardProblem = null } = known ?? {};
    return [
      introduced({ userId, at, name, card, cardProblem, receiptHash }),
      toDo(cardTask(userId, at, content.blob)),
    ];
  }
  const bytes = fromBase64Url(content.card ?? "");
  return [introduced({ userId, at, name, ...readCard(bytes), receiptHash })];
}

export function introduced(value: Introduced): Change {
  return { collection: "settings", id: introducedId(value.userId), value };
}
