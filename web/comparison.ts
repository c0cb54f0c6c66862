// Whether a contact still has the keys that one has compared with them, as views show it.

import { useEffect, useState } from "preact/hooks";
import type { Comparison, Contact } from "../shared/client/index.ts";
import { notify } from "./announcements.ts";
import { problemText } from "./problems.ts";
import { session } from "./session.ts";
import { useStore } from "./store.ts";

/** Null until it is known; the function returned reads it anew. */
export function useComparison({ userId }: Contact): readonly [Comparison | null, () => void] {
  const [comparison, setComparison] = useState<Comparison | null>(null);
  const read = () => {
    readComparison(userId, setComparison).catch((error: unknown) => notify(problemText(error)));
  };
  useEffect(read, [userId]);
  return [comparison, read];
}

/** What this device knows, then what the server tells: only of what was compared can it tell news. */
async function readComparison(
  userId: Contact["userId"],
  show: (comparison: Comparison) => void,
): Promise<void> {
  const { verification } = session.acquaint;
  const known = await verification.state(userId);
  show(known);
  const canAsk = known.state !== "never" && navigator.onLine;
  const latest = canAsk ? await verification.latestState(userId) : known;
  show(latest);
  if (latest.state === "forked") raiseAlarm(userId);
}

/** Wherever this contact is shown, and until one has met them again. */
export function raiseAlarm(userId: Contact["userId"]): void {
  void session.chats.take({ event: "forked", userId });
}

export function useIsAlarmed({ userId, receiptHash }: Contact): boolean {
  return useStore(session.chats.store, (state) => state.alarms[userId] === receiptHash);
}
