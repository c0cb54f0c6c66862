// A contact as it stands now: a name and a card come a moment after the touch.

import type { Contact } from "../../shared/client/index.ts";
import { session, useSession } from "../session.ts";
import { isShortId } from "./nameList.ts";

export function usePresent(contact: Contact): Contact {
  const contacts = useSession((state) => state.contacts);
  return contacts.find(({ userId }) => userId === contact.userId) ?? contact;
}

const NAME_WITHIN_MS = 2_000;

/** The name once it is there; else, after a moment, whatever stands for it. */
export function nameOnceKnown({
  userId,
  name,
}: {
  readonly userId: string;
  readonly name: string;
}): Promise<string> {
  const present = () =>
    session.store.state.contacts.find((one) => one.userId === userId)?.name ?? name;
  const isKnown = () => !isShortId({ name: present(), userId });
  if (isKnown()) return Promise.resolve(present());
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      off();
      resolve(present());
    };
    const timer = setTimeout(finish, NAME_WITHIN_MS);
    const off = session.store.subscribe(() => {
      if (isKnown()) finish();
    });
  });
}
