// A tab that can be frozen or crash: its store, signals and timers as that tab sees them. What is frozen holds what it
// holds, and hears everything when it is awake again; what has crashed holds nothing, and is never heard of.

import type { Ports, Store } from "../../shared/client/node.ts";
import type { Place } from "../../shared/client/store/turns.ts";

/** One that is `mute` goes on, but cannot tell the others. */
type State = "awake" | "frozen" | "crashed" | "mute";

export interface CrashableTab {
  readonly store: Store;
  readonly ports: Ports;
  readonly become: (next: State) => void;
}

export function crashableTab(base: Store, ports: Ports): CrashableTab {
  const places: Place[] = [];
  let state: State = "awake";
  let later: (() => void)[] = [];
  /** Now, or when it is awake again. */
  const whenAwake = (task: () => void): void => {
    if (state === "frozen") later.push(task);
    else if (state !== "crashed") task();
  };
  const asTab = <Args extends unknown[], Value>(call: (...args: Args) => Promise<Value>) => {
    return (...args: Args): Promise<Value> =>
      new Promise((resolve, reject) => {
        whenAwake(() => {
          call(...args).then(
            (value) => whenAwake(() => resolve(value)),
            (error: unknown) => whenAwake(() => reject(error as Error)),
          );
        });
      });
  };
  return {
    store: {
      ...base,
      get: asTab(base.get) as Store["get"],
      all: asTab(base.all) as Store["all"],
      range: asTab(base.range) as Store["range"],
      put: asTab(base.put),
      delete: asTab(base.delete),
      apply: asTab(base.apply),
      signal: (...signal) => {
        if (state !== "mute") whenAwake(() => base.signal(...signal));
      },
      onSignal: (listener) => base.onSignal((...signal) => whenAwake(() => listener(...signal))),
      queue: (name, { onTurn, onOver }) => {
        const place = base.queue(name, {
          onTurn: (turn) => whenAwake(() => onTurn(turn)),
          onOver: () => whenAwake(onOver),
        });
        places.push(place);
        return place;
      },
    },
    ports: {
      ...ports,
      fetch: asTab(ports.fetch),
      after: (delayMs, task) => ports.after(delayMs, () => whenAwake(task)),
    },
    become: (next) => {
      state = next;
      const due = later;
      later = [];
      for (const task of due) whenAwake(task);
      if (state === "crashed") for (const place of places) place.leave();
    },
  };
}
