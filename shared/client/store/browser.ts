// The browser's store: IndexedDB. Private keys are kept as non-extractable CryptoKeys.

import { type IDBPDatabase, openDB } from "idb";
import { browserVault } from "./browserVault.ts";
import { holdLock, queueForLock } from "./browserLocks.ts";
import {
  type Collection,
  COLLECTIONS,
  OUTDATED_SIGNAL,
  type Range,
  type Store,
  type StoredIdentity,
} from "./store.ts";
import { type Turn, TurnOver } from "./turns.ts";

const IDENTITY = "identity";
/** Grows with each change to the collections. */
const VERSION = 3;
/** Comes after every character of an id that is looked for by range. */
const AFTER_ALL = "\uffff";

/** Asks for persistent storage, so that the browser does not clear the account away when space is short. */
export function browserStore(databaseName = "acquaint"): Store {
  let database: Promise<IDBPDatabase> | undefined;
  const listeners = new Set<(name: string, content?: unknown) => void>();
  const hear = (name: string, content?: unknown) => {
    for (const listener of listeners) listener(name, content);
  };
  const closed = (isOutdated: boolean) => {
    database = undefined;
    if (isOutdated) hear(OUTDATED_SIGNAL);
  };
  const db = () => (database ??= openDatabase(databaseName, closed));
  let signals: BroadcastChannel | undefined;
  const channel = (): BroadcastChannel => {
    if (signals !== undefined) return signals;
    signals = new BroadcastChannel(databaseName);
    signals.onmessage = ({ data: [name, content] }: MessageEvent<[string, unknown]>) =>
      hear(name, content);
    return signals;
  };
  const files = browserVault(`${databaseName} files`);
  return {
    files,
    reachesAll: true,
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
    apply: async (changes, turn) => {
      const collections = new Set(changes.map(({ collection }) => collection));
      if (collections.size === 0) return;
      if (turn !== undefined) collections.add("device");
      const transaction = (await db()).transaction([...collections], "readwrite", {
        durability: "strict",
      });
      if (turn !== undefined) {
        // In the same transaction: whoever's turn begins after it finds the changes made.
        const latest: unknown = await transaction.objectStore("device").get(turnId(turn));
        if (latest !== turn.id) throw new TurnOver();
      }
      for (const { collection, id, value } of changes) {
        const store = transaction.objectStore(collection);
        void (value === undefined ? store.delete(id) : store.put(value, id)).catch(() => {});
      }
      transaction.commit(); // even if the page goes away meanwhile
      await transaction.done;
    },
    clear: async (next) => {
      await files.clear(); // whoever deletes the rest again would not know of them
      const everything = [...COLLECTIONS, IDENTITY];
      const transaction = (await db()).transaction(everything, "readwrite", {
        durability: "strict",
      });
      for (const name of everything)
        void transaction
          .objectStore(name)
          .clear()
          .catch(() => {});
      if (next !== undefined)
        void transaction
          .objectStore(IDENTITY)
          .put(next, IDENTITY)
          .catch(() => {});
      transaction.commit();
      await transaction.done;
    },
    signal: (...signal) => channel().postMessage(signal),
    onSignal: (listener) => {
      channel();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hold: (name) => holdLock(`${databaseName} ${name}`),
    queue: (name, events) =>
      queueForLock(`${databaseName} ${name}`, name, events, async (turn) => {
        await (await db()).put("device", turn.id, turnId(turn));
      }),
  };
}

/** Where the latest turn at a name is kept. */
function turnId({ name }: Turn): string {
  return `turn ${name}`;
}

async function loadIdentity(database: IDBPDatabase): Promise<StoredIdentity | null> {
  return ((await database.get(IDENTITY, IDENTITY)) as StoredIdentity | undefined) ?? null;
}

function openDatabase(name: string, closed: (isOutdated: boolean) => void): Promise<IDBPDatabase> {
  return openDB(name, VERSION, {
    upgrade: (database) => {
      for (const collection of [...COLLECTIONS, IDENTITY]) {
        const isThere = database.objectStoreNames.contains(collection);
        if (!isThere) database.createObjectStore(collection);
      }
    },
    // A page of a later version waits for this one.
    blocking: (_, __, event) => {
      (event.target as IDBDatabase).close();
      closed(true);
    },
    terminated: () => closed(false),
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
