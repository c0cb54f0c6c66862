// A device that can be killed between any two of its steps. A step is a call of a port: a request, a
// frame either way, a read or write of the store. From the fatal step on nothing leaves the device,
// nothing comes in, and nothing is written; what the store holds by then is what a restart finds.

import type { Ports, SocketLike, Store } from "../../shared/client/node.ts";
import { type FrameData, messagesIn } from "./frames.ts";

export interface KillableDevice {
  readonly ports: Pick<Ports, "fetch" | "openSocket" | "after">;
  readonly store: Store;
  /** What each step was, so that a failure can be told by its name. */
  readonly steps: readonly string[];
  /** Resolves once the device is dead. */
  readonly killed: Promise<void>;
  readonly isDead: boolean;
  /** Dies before the first step to come for which this holds; `index` counts from 0 from here on. */
  killBefore(isFatal: (step: string, index: number) => boolean): void;
}

export function killableDevice(store: Store): KillableDevice {
  const steps: string[] = [];
  const sockets = new Set<WebSocket>();
  /** By nobody else: what a process held is free once it is gone. */
  const held = new Set<string>();
  let isDead = false;
  let index = 0;
  let isFatal: (step: string, index: number) => boolean = () => false;
  let died!: () => void;
  const killed = new Promise<void>((resolve) => (died = resolve));

  /** What had begun before; a process that is gone is at nothing any more. */
  const underWay = new Set<Promise<unknown>>();
  const kill = (): void => {
    isDead = true;
    for (const socket of sockets) socket.close();
    void Promise.allSettled(underWay).then(died);
  };
  const tracked = async <Value>(task: Promise<Value>): Promise<Value> => {
    underWay.add(task);
    try {
      return await task;
    } finally {
      underWay.delete(task);
    }
  };
  /** False once the device is dead, or dies with this step. */
  const takes = (step: string): boolean => {
    if (isDead) return false;
    if (isFatal(step, index++)) {
      steps.push(`killed before ${step}`);
      kill();
      return false;
    }
    steps.push(step);
    return true;
  };
  const never = <Value>() => new Promise<Value>(() => {});
  const stepping = <Args extends unknown[], Value>(
    name: string,
    call: (...args: Args) => Promise<Value>,
  ) => {
    return async (...args: Args): Promise<Value> => {
      if (!takes(`${name} ${String(args[0])}`)) return never();
      const value = await (name === "request" ? call(...args) : tracked(call(...args)));
      return isDead ? never() : value;
    };
  };

  return {
    steps,
    killed,
    get isDead() {
      return isDead;
    },
    killBefore: (condition) => {
      isFatal = condition;
      index = 0;
    },
    ports: {
      fetch: stepping("request", (url: string, init: RequestInit) => fetch(url, init)),
      openSocket: (url, protocols) => {
        const socket = new WebSocket(url, protocols);
        sockets.add(socket);
        return guarded(socket, takes);
      },
      after: (delayMs, task) => {
        const timer = setTimeout(() => {
          if (!isDead) task();
        }, delayMs);
        return () => clearTimeout(timer);
      },
    },
    store: {
      files: store.files,
      reachesAll: false,
      keepsExtractableKeys: store.keepsExtractableKeys,
      loadIdentity: () => store.loadIdentity(),
      adoptIdentity: (identity) => store.adoptIdentity(identity),
      get: stepping("get", store.get),
      put: stepping("put", store.put),
      delete: stepping("delete", store.delete),
      all: stepping("all", store.all),
      range: stepping("range", store.range),
      apply: async (changes) => {
        const names = new Set(changes.map(({ collection }) => collection));
        if (!takes(`apply ${[...names].join(" ")}`)) return never();
        await tracked(store.apply(changes));
        return isDead ? never() : undefined;
      },
      clear: stepping("clear", store.clear),
      signal: (name) => {
        if (!isDead) store.signal(name);
      },
      onSignal: (listener) =>
        store.onSignal((name) => {
          if (!isDead) listener(name);
        }),
      hold: async (name) => {
        if (held.has(name)) return null;
        held.add(name);
        return () => held.delete(name);
      },
      queue: (name, { onTurn }) => {
        queueMicrotask(() => onTurn({ name, id: "only", hasWaited: false }));
        return { leave: () => {}, overtake: () => {} };
      },
    } as Store,
  };
}

function guarded(socket: WebSocket, takes: (step: string) => boolean): SocketLike {
  const typeOf = (data: FrameData) => messagesIn(data)[0]?.type ?? (data as string);
  const face: SocketLike = {
    get readyState() {
      return socket.readyState;
    },
    send: (data) => {
      if (takes(`say ${typeOf(data)}`)) socket.send(data);
    },
    close: (code) => socket.close(code),
    get binaryType() {
      return socket.binaryType;
    },
    set binaryType(type) {
      socket.binaryType = type as BinaryType;
    },
    onopen: null,
    onmessage: null,
    onclose: null,
    onerror: null,
  };
  socket.addEventListener("open", (event) => {
    if (takes("open")) face.onopen?.(event as never);
  });
  socket.addEventListener("message", (event) => {
    if (takes(`hear ${typeOf(event.data as FrameData)}`))
      face.onmessage?.({ data: event.data as unknown });
  });
  socket.addEventListener("close", ({ code }) => {
    if (takes("close")) face.onclose?.({ code });
  });
  socket.addEventListener("error", (event) => face.onerror?.(event as never));
  return face;
}
