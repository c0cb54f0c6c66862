// A reader that takes what the server sends and confirms nothing until it is let go: the network between holds back
// what it says. Counts what is under way to it.

import { type ChaosProxy, startChaosProxy, type Verdict } from "./chaosProxy.ts";

export interface HeldReader {
  readonly proxy: ChaosProxy;
  /** From now on nothing that it says gets through. */
  hold(): void;
  letGo(): void;
  /** Envelopes that the server has sent to it since it was held. */
  readonly underWay: number;
}

export async function startHeldReader(url: string): Promise<HeldReader> {
  let gate: PromiseWithResolvers<void> | null = null;
  let underWay = 0;
  const proxy = await startChaosProxy(url, {
    onFrame: async ({ side, messages, types }): Promise<Verdict> => {
      if (gate === null) return "pass";
      for (const { type, envelopes } of messages) {
        if (side === "down" && type === "envelopes") underWay += (envelopes as unknown[]).length;
      }
      if (side === "up" && types.includes("received")) await gate.promise;
      return "pass";
    },
  });
  return {
    proxy,
    hold: () => {
      gate = Promise.withResolvers();
      underWay = 0;
    },
    letGo: () => {
      gate?.resolve();
      gate = null;
    },
    get underWay() {
      return underWay;
    },
  };
}
