// Contacts put together of all that this device knows of them: records that have one writer each.

import type { UserId } from "../wire/ids.ts";
import type { ContactRecord } from "../wire/mailbox.ts";
import type { Device } from "./device.ts";
import { type MetContact, type Notes, toContact } from "./metContact.ts";
import type { Contact } from "./model.ts";
import { serverAheadMs } from "./serverClock.ts";
import type { Store } from "./store/store.ts";
import {
  INTRODUCED,
  type Introduced,
  introducedId,
  WITNESSED,
  type WitnessedContact,
  witnessedId,
} from "./taps/witnessed.ts";

interface Reader {
  readonly device: Device;
  readonly store: Store;
  readonly now: () => number;
  /** Whether a safety phrase was compared with that account, whose keys have not been swapped since. */
  readonly isCompared: (userId: UserId) => Promise<boolean>;
}

export async function readContact(reader: Reader, userId: UserId): Promise<Contact | null> {
  const { store } = reader;
  const [met, listed, notes, witnessed, introduced] = await Promise.all([
    store.get<MetContact>("contacts", userId),
    store.get<ContactRecord>("listings", userId),
    store.get<Notes>("notes", userId),
    store.get<WitnessedContact>("settings", witnessedId(userId)),
    store.get<Introduced>("settings", introducedId(userId)),
  ]);
  const contact = toContact(
    { met, listed, notes, witnessed, introduced },
    { own: reader.device.identity.userId, ...(await clockOf(reader)) },
  );
  return contact && withComparison(reader, contact);
}

/** All but those for a link alone. */
export async function readContacts(reader: Reader): Promise<Contact[]> {
  const { store } = reader;
  const [met, listed, notes, witnessed, introduced] = await Promise.all([
    store.all<MetContact>("contacts").then(byUserId),
    store.all<ContactRecord>("listings").then(byUserId),
    store.all<Notes>("notes").then(byUserId),
    store.range<WitnessedContact>("settings", { prefix: WITNESSED }).then(byUserId),
    store.range<Introduced>("settings", { prefix: INTRODUCED }).then(byUserId),
  ]);
  const circumstances = { own: reader.device.identity.userId, ...(await clockOf(reader)) };
  const ids = new Set([...met.keys(), ...witnessed.keys(), ...listed.keys()]);
  const contacts = [...ids]
    .map((id) => {
      const known = {
        met: met.get(id) ?? null,
        listed: listed.get(id) ?? null,
        notes: notes.get(id) ?? null,
        witnessed: witnessed.get(id) ?? null,
        introduced: introduced.get(id) ?? null,
      };
      return toContact(known, circumstances);
    })
    .filter((contact) => contact !== null && contact.method !== "link");
  return Promise.all(
    contacts.filter((contact) => contact !== null).map((one) => withComparison(reader, one)),
  );
}

async function clockOf({ store, now }: Reader) {
  return { now: now(), aheadMs: await serverAheadMs(store) };
}

/** Whoever has compared a phrase with them needs the server's word no more. */
async function withComparison({ isCompared }: Reader, contact: Contact): Promise<Contact> {
  if (!contact.vouched || !(await isCompared(contact.userId))) return contact;
  return { ...contact, vouched: false };
}

function byUserId<Value extends { readonly userId: UserId }>(all: readonly Value[]) {
  return new Map(all.map((one) => [one.userId, one]));
}
