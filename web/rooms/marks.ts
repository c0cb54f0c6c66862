// How people in a room are told apart, whatever they call themselves there: contacts are marked, and of several by one
// name, or by the name of a contact, each has the beginning of the id.

import { plain } from "./words.ts";

interface Named {
  readonly userId: string;
  readonly name: string;
}

/** As much of an id as nobody makes a second one of in passing. */
const ID_CHARS = 8;

/** By ids; whoever needs no mark has none. @param people may have somebody more than once */
export function marksOf(
  people: readonly Named[],
  contacts: readonly Named[],
  me: string,
): ReadonlyMap<string, string> {
  const byId = new Map(contacts.map((contact) => [contact.userId, contact]));
  const ofContacts = new Set(contacts.map(keyOf));
  const bearers = new Map<string, Set<string>>();
  for (const one of people) {
    const key = keyOf(one);
    const known = bearers.get(key);
    if (known === undefined) bearers.set(key, new Set([one.userId]));
    else known.add(one.userId);
  }
  const marks = new Map<string, string>();
  for (const one of people) {
    if (one.userId === me) continue;
    const key = keyOf(one);
    const contact = byId.get(one.userId);
    if (contact !== undefined) {
      const isSame = keyOf(contact) === key;
      marks.set(one.userId, isSame ? "your contact" : `your contact ${plain(contact.name)}`);
    } else if (ofContacts.has(key)) {
      marks.set(one.userId, `not your contact, ${one.userId.slice(0, ID_CHARS)}`);
    } else if ((bearers.get(key)?.size ?? 0) > 1) {
      marks.set(one.userId, one.userId.slice(0, ID_CHARS));
    }
  }
  return marks;
}

/** What looks the same to most. */
function keyOf({ name }: Named): string {
  return plain(name).normalize("NFKC").trim().toLocaleLowerCase("und");
}
