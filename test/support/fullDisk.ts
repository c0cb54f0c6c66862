// A store on a disk that can be full.

import { memoryStore, type Store } from "../../shared/client/node.ts";

export type Collection = Parameters<Store["put"]>[0];

export interface Disk {
  readonly store: Store;
  /** From now on that collection takes so many more records, and then no more. */
  refuse(collection: Collection, after?: number): void;
  makeRoom(): void;
}

export function fullDisk(): Disk {
  const store = memoryStore();
  let full: Collection | null = null;
  let room = 0;
  const take = (collection: Collection): void => {
    if (collection === full && room-- <= 0) throw new Error("ENOSPC: no space left on device");
  };
  return {
    store: {
      ...store,
      put: async (collection, id, value) => {
        take(collection);
        await store.put(collection, id, value);
      },
      apply: async (changes, turn) => {
        for (const { collection } of changes) take(collection);
        await store.apply(changes, turn);
      },
    },
    refuse: (collection, after = 0) => {
      full = collection;
      room = after;
    },
    makeRoom: () => {
      full = null;
    },
  };
}
