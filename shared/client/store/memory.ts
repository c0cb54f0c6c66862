// A store that lasts as long as the process: for tests, and for clients that want to leave nothing.

import type { Collection, Store, StoredIdentity } from "./store.ts";

export function memoryStore(): Store {
  const records = new Map<string, string>();
  const held = new Set<string>();
  let identity: StoredIdentity | null = null;
  const nameOf = (collection: Collection, id: string) => `${collection}/${id}`;
  return {
    keepsExtractableKeys: false,
    loadIdentity: async () => identity,
    adoptIdentity: async (made) => (identity ??= made),
    get: async <Value>(collection: Collection, id: string) => {
      const text = records.get(nameOf(collection, id));
      return text === undefined ? null : (JSON.parse(text) as Value);
    },
    put: async (collection, id, value) => {
      records.set(nameOf(collection, id), JSON.stringify(value));
    },
    delete: async (collection, id) => {
      records.delete(nameOf(collection, id));
    },
    all: async <Value>(collection: Collection) =>
      [...records]
        .filter(([name]) => name.startsWith(`${collection}/`))
        .map(([, text]) => JSON.parse(text) as Value),
    hold: async (name) => {
      if (held.has(name)) return null;
      held.add(name);
      return () => held.delete(name);
    },
  };
}
