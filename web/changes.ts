// Changes to cards and contacts as the page makes them: each deletion can be undone for a while.
// A card is gone at once and comes back on undo. A contact's keys cannot come back, so a contact
// is hidden first and removed when the time to undo is over.

import { type Card, cardTitle, type Contact } from "../shared/client/index.ts";
import { notify } from "./announcements.ts";
import { problemText } from "./problems.ts";
import { session } from "./session.ts";
import { Store, useStore } from "./store.ts";

const hidden = new Store<{ readonly userIds: readonly string[] }>({ userIds: [] });

/** Contacts whose removal can still be undone; no list shows them. */
export function useHiddenContacts(): readonly string[] {
  return useStore(hidden, (state) => state.userIds);
}

export function removeContact(contact: Contact): void {
  const { userId, name } = contact;
  const show = () =>
    hidden.change({ userIds: hidden.state.userIds.filter((other) => other !== userId) });
  hidden.change({ userIds: [...hidden.state.userIds, userId] });
  notify(`${name} is removed.`, { label: "Undo", run: show }, () => {
    session.acquaint.contacts
      .remove(userId)
      .then(() => session.readContacts())
      .catch((error: unknown) => notify(`${name} is still there. ${problemText(error)}`))
      .finally(show);
  });
}

export async function setBlocked(contact: Contact, isBlocked: boolean): Promise<void> {
  const { contacts } = session.acquaint;
  await (isBlocked ? contacts.block(contact.userId) : contacts.unblock(contact.userId));
  await session.readContacts();
  notify(isBlocked ? `${contact.name} is blocked.` : `${contact.name} is no longer blocked.`);
}

/** @throws RangeError when the card is larger than a card may be */
export async function saveCard(card: Card): Promise<void> {
  const isFirst = session.store.state.cards.length === 0;
  await session.acquaint.cards.save(card);
  if (isFirst && card.uid !== undefined) await session.acquaint.cards.choose(card.uid);
  await session.readCards();
}

export async function chooseCard(uid: string | null): Promise<void> {
  await session.acquaint.cards.choose(uid);
  await session.readCards();
}

export async function removeCard(card: Card): Promise<void> {
  const { uid } = card;
  if (uid === undefined) return;
  const wasChosen = session.store.state.chosenUid === uid;
  await session.acquaint.cards.remove(uid);
  await session.readCards();
  const restore = async () => {
    await session.acquaint.cards.save(card);
    if (wasChosen) await session.acquaint.cards.choose(uid);
    await session.readCards();
  };
  notify(`The card “${cardTitle(card)}” is deleted.`, {
    label: "Undo",
    run: () => void restore().catch((error: unknown) => notify(problemText(error))),
  });
}
