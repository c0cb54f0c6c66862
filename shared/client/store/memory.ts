// A store that lasts as long as the process: for tests, and for clients that want to leave nothing.

import { memoryVault } from "./fileVault.ts";
import { MemoryNames } from "./memoryNames.ts";
import { type Collection, idsIn, type Range, type Store, type StoredIdentity } from "./store.ts";
import { TurnOver } from "./turns.ts";

export function memoryStore(): Store {
  const records = new Map<string, string>();
  const names = new MemoryNames();
  const listeners = new Set<(name: string, content?: unknown) => void>();
  let identity: StoredIdentity | null = null;
  const nameOf = (collection: Collection, id: string) => `${collection}/${id}`;
  const files = memoryVault();
  return {
    files,
    reachesAll: true,
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
    range: async <Value>(collection: Collection, range: Range) => {
      const start = nameOf(collection, "");
      const ids = [...records.keys()]
        .filter((name) => name.startsWith(start))
        .map((name) => name.slice(start.length));
      return idsIn(ids, range).map(
        (id) => JSON.parse(records.get(nameOf(collection, id)) as string) as Value,
      );
    },
    apply: async (changes, turn) => {
      if (turn !== undefined && !names.isTurn(turn)) throw new TurnOver();
      const texts = changes.map(({ value }) => JSON.stringify(value));
      for (const [i, { collection, id }] of changes.entries()) {
        const text = texts[i];
        if (text === undefined) records.delete(nameOf(collection, id));
        else records.set(nameOf(collection, id), text);
      }
    },
    clear: async (next) => {
      records.clear();
      identity = next ?? null;
      await files.clear();
    },
    signal: (name, content) => {
      const text = JSON.stringify(content);
      for (const listener of listeners) {
        queueMicrotask(() => listener(name, text && (JSON.parse(text) as unknown)));
      }
    },
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hold: async (name) => names.hold(name),
    queue: (name, events) => names.queue(name, events),
  };
}
