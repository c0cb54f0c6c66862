// A store that dies before one of its writes, and with it the program that uses it: what it held others may take.

import type { Store } from "../../../shared/client/node.ts";
import type { Place } from "../../../shared/client/store/turns.ts";

interface DyingStore {
  readonly store: Store;
  readonly isDead: boolean;
  readonly writes: number;
}

/** Before that write, counted from 0, it dies: nothing is written, read or told any more. */
export function dyingStore(base: Store, fatal: number): DyingStore {
  const places: Place[] = [];
  let writes = 0;
  let isDead = false;
  const die = () => {
    isDead = true;
    for (const place of places) place.leave();
  };
  const alive = <Args extends unknown[], Value>(
    call: (...args: Args) => Promise<Value>,
    isWrite: boolean,
  ) => {
    return (...args: Args): Promise<Value> => {
      if (isWrite && !isDead && writes++ === fatal) die();
      return isDead ? new Promise(() => {}) : call(...args);
    };
  };
  const apply = (isWrite: boolean) => alive(base.apply, isWrite);
  return {
    get isDead() {
      return isDead;
    },
    get writes() {
      return writes;
    },
    store: {
      ...base,
      files: {
        size: alive(base.files.size, false),
        read: alive(base.files.read, false),
        write: alive(base.files.write, true),
        delete: alive(base.files.delete, true),
        clear: alive(base.files.clear, true),
      },
      get: alive(base.get, false) as Store["get"],
      all: alive(base.all, false) as Store["all"],
      range: alive(base.range, false) as Store["range"],
      put: alive(base.put, true),
      delete: alive(base.delete, true),
      apply: (changes, turn) => apply(changes.length > 0)(changes, turn),
      hold: async () => () => {},
      queue: (name, events) => {
        const place = base.queue(name, events);
        places.push(place);
        return place;
      },
      signal: (...signal) => {
        if (!isDead) base.signal(...signal);
      },
    },
  };
}
