// What one of a device's tabs and processes does at a time, and the others after it.

import { deferred } from "../deferred.ts";
import type { Ports } from "../ports.ts";
import type { Store } from "../store/store.ts";

const LOOK_AGAIN_MS = 50;

/** On the way into an account. */
export const LINKING = "linking";
/** While a recovery phrase takes the place of another. */
export const RENEWING = "renewing";

interface Surroundings {
  readonly store: Store;
  readonly ports: Pick<Ports, "after">;
}

/** Waits for as long as another has the name. */
export async function alone<Value>(
  surroundings: Surroundings,
  name: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const release = await taken(surroundings, name);
  try {
    return await work();
  } finally {
    release();
  }
}

async function taken({ store, ports }: Surroundings, name: string): Promise<() => void> {
  for (;;) {
    const release = await store.hold(name);
    if (release !== null) return release;
    const { promise, resolve } = deferred();
    ports.after(LOOK_AGAIN_MS, resolve);
    await promise;
  }
}
