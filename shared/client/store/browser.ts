// The browser's store: IndexedDB. Private keys are kept as non-extractable CryptoKeys.

import { type IDBPDatabase, openDB } from "idb";
import {
  type Collection,
  COLLECTIONS,
  type Range,
  type Store,
  type StoredIdentity,
} from "./store.ts";

const IDENTITY = "identity";
/** Grows with each change to the collections. */
const VERSION = 2;
/** Comes after every character of an id that is looked for by range. */
const AFTER_ALL = "\uffff";

/** Asks for persistent storage, so that the browser does not clear the account away when space is short. */
export function browserStore(databaseName = "acquaint"): Store {
  let database: Promise<IDBPDatabase> | undefined;
  const db = () => (database ??= openDatabase(databaseName));
  let signals: BroadcastChannel | undefined;
  const channel = () => (signals ??= new BroadcastChannel(databaseName));
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
      void transaction.store.put(value, id).catch(() => {});
      transaction.commit(); // even if the page goes away meanwhile
      await transaction.done;
    },
    delete: async (collection, id) => (await db()).delete(collection, id),
    all: async <Value>(collection: Collection) =>
      (await (await db()).getAll(collection)) as Value[],
    range: async <Value>(collection: Collection, range: Range) =>
      readRange<Value>(await db(), collection, range),
    apply: async (changes) => {
      const collections = [...new Set(changes.map(({ collection }) => collection))];
      if (collections.length === 0) return;
      const transaction = (await db()).transaction(collections, "readwrite", {
        durability: "strict",
      });
      for (const { collection, id, value } of changes) {
        const store = transaction.objectStore(collection);
        void (value === undefined ? store.delete(id) : store.put(value, id)).catch(() => {});
      }
      transaction.commit(); // even if the page goes away meanwhile
      await transaction.done;
    },
    clear: async () => {
      const everything = [...COLLECTIONS, IDENTITY];
      const transaction = (await db()).transaction(everything, "readwrite", {
        durability: "strict",
      });
      for (const name of everything)
        void transaction
          .objectStore(name)
          .clear()
          .catch(() => {});
      transaction.commit();
      await transaction.done;
    },
    signal: (name) => channel().postMessage(name),
    onSignal: (listener) => {
      const hear = ({ data }: MessageEvent<string>) => listener(data);
      channel().addEventListener("message", hear);
      return () => channel().removeEventListener("message", hear);
    },
    hold: (name) => holdLock(`${databaseName} ${name}`),
  };
}

async function loadIdentity(database: IDBPDatabase): Promise<StoredIdentity | null> {
  return ((await database.get(IDENTITY, IDENTITY)) as StoredIdentity | undefined) ?? null;
}

function openDatabase(name: string): Promise<IDBPDatabase> {
  return openDB(name, VERSION, {
    upgrade: (database) => {
      for (const collection of [...COLLECTIONS, IDENTITY]) {
        const isThere = database.objectStoreNames.contains(collection);
        if (!isThere) database.createObjectStore(collection);
      }
    },
    // A page of a later version waits for this one: let it go ahead; this one asks to be loaded anew.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
}

async function readRange<Value>(
  database: IDBPDatabase,
  collection: Collection,
  { prefix, after, before, limit = Infinity, isReversed = false }: Range,
): Promise<Value[]> {
  const from = after !== undefined && after > prefix ? after : prefix;
  const end = prefix + AFTER_ALL;
  const to = before !== undefined && before < end ? before : end;
  if (from >= to) return [];
  const keys = IDBKeyRange.bound(from, to, from === after, true);
  const values: Value[] = [];
  const { store } = database.transaction(collection);
  let cursor = await store.openCursor(keys, isReversed ? "prev" : "next");
  while (cursor !== null && values.length < limit) {
    values.push(cursor.value as Value);
    cursor = await cursor.continue();
  }
  return values;
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
