// The browser's store: IndexedDB. Private keys are kept as non-extractable CryptoKeys.

import { type IDBPDatabase, openDB } from "idb";
import type { Collection, Store, StoredIdentity } from "./store.ts";

const COLLECTIONS: readonly Collection[] = [
  "device",
  "attempts",
  "contacts",
  "listings",
  "notes",
  "cards",
  "settings",
];
const IDENTITY = "identity";

/** Asks for persistent storage, so that the browser does not clear the account away when space is short. */
export function browserStore(databaseName = "acquaint"): Store {
  let database: Promise<IDBPDatabase> | undefined;
  const db = () => (database ??= openDatabase(databaseName));
  return {
    keepsExtractableKeys: false,
    loadIdentity: async () => loadIdentity(await db()),
    adoptIdentity: async (identity) => {
      const transaction = (await db()).transaction(IDENTITY, "readwrite", { durability: "strict" });
      const kept = (await transaction.store.get(IDENTITY)) as StoredIdentity | undefined;
      if (kept === undefined) await transaction.store.put(identity, IDENTITY);
      await transaction.done;
      await navigator.storage?.persist?.();
      return kept ?? identity;
    },
    get: async <Value>(collection: Collection, id: string) =>
      ((await (await db()).get(collection, id)) as Value | undefined) ?? null,
    put: async (collection, id, value) => {
      const transaction = (await db()).transaction(collection, "readwrite", {
        durability: "strict",
      });
      await transaction.store.put(value, id);
      await transaction.done;
    },
    delete: async (collection, id) => (await db()).delete(collection, id),
    all: async <Value>(collection: Collection) =>
      (await (await db()).getAll(collection)) as Value[],
    hold: (name) => holdLock(`${databaseName} ${name}`),
  };
}

async function loadIdentity(database: IDBPDatabase): Promise<StoredIdentity | null> {
  return ((await database.get(IDENTITY, IDENTITY)) as StoredIdentity | undefined) ?? null;
}

function openDatabase(name: string): Promise<IDBPDatabase> {
  return openDB(name, 1, {
    upgrade: (database) => {
      for (const collection of [...COLLECTIONS, IDENTITY]) database.createObjectStore(collection);
    },
  });
}

/** The browser lets go of a lock when its page is gone. */
function holdLock(name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const taken = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) return resolve(null);
      return new Promise<void>((release) => resolve(release));
    });
    taken.catch(reject);
  });
}
