// Real SDK clients for tests: each a device of its own, let go of when its test ends.

import { expect } from "vitest";
import {
  Acquaint,
  type AcquaintOptions,
  type Contact,
  type FailureReason,
  type Meeting,
  type MeetingEvent,
  MeetingFailed,
  memoryStore,
  type Store,
} from "../../shared/client/node.ts";
import type { AttemptRecord } from "../../shared/client/attemptRecord.ts";
import { atEnd } from "./endings.ts";
import { IMPATIENT } from "./impatience.ts";

export { IMPATIENT };

/** A device that registers at the server; in a store of its own unless one is given. */
export async function openClient(
  server: string,
  options: Partial<AcquaintOptions> = {},
): Promise<Acquaint> {
  const client = await Acquaint.open({ store: memoryStore(), ...options, server });
  atEnd(() => client.close());
  return client;
}

/** Two strangers. */
export async function openPair(server: string): Promise<[Acquaint, Acquaint]> {
  return [
    await openClient(server, { name: "Ada Shows" }),
    await openClient(server, { name: "Ben Enters" }),
  ];
}

/** The contact, or why there is none. */
async function endOf(meeting: Meeting): Promise<Contact | FailureReason> {
  return meeting.contact.catch((error: unknown) => {
    if (error instanceof MeetingFailed) return error.reason;
    throw error;
  });
}

/** `connected`, or why not: what both sides can be compared by. */
export async function outcomeOf(meeting: Meeting): Promise<"connected" | FailureReason> {
  const end = await endOf(meeting);
  return typeof end === "string" ? end : "connected";
}

/** Shows a key on one device, enters it on the other, and waits for both contacts. */
export async function meet(a: Acquaint, b: Acquaint): Promise<[Contact, Contact]> {
  const shown = await a.showKey();
  const entered = await b.enterKey(codeOf(shown));
  return Promise.all([shown.contact, entered.contact]);
}

export function codeOf(shown: Meeting): string {
  if (shown.key === null) throw new Error("No key is shown.");
  return shown.key.code;
}

/** The same locator with a secret that is not the one shown. */
export function wrongCodeFor(shown: Meeting): string {
  const { locator = "", digits = "" } = shown.key ?? {};
  const secret = Number(digits.split("-")[1]);
  return `${locator}-${String((secret + 1) % 2 ** 22).padStart(7, "0")}`;
}

/** Resolves with the first such event, be it past or to come; rejects when the meeting ends without it. */
export function eventOf<Name extends MeetingEvent["event"]>(
  meeting: Meeting,
  name: Name,
): Promise<Extract<MeetingEvent, { event: Name }>> {
  return new Promise((resolve, reject) => {
    meeting.on((event) => {
      if (event.event === name) resolve(event as Extract<MeetingEvent, { event: Name }>);
      else if (meeting.isOver) reject(new Error(`ended without ${name}: ${JSON.stringify(event)}`));
    });
  });
}

export interface WatchedStore {
  readonly store: Store;
  /** Resolves once nothing is pending any more: each attempt that was begun is over and acknowledged. */
  settled(): Promise<void>;
}

export function watchedStore(store: Store = memoryStore()): WatchedStore {
  const watchers = new Set<() => void>();
  return {
    store: {
      ...store,
      delete: async (collection, id) => {
        await store.delete(collection, id);
        for (const watch of watchers) watch();
      },
    },
    settled: () =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          store.all("attempts").then((pending) => {
            if (pending.length > 0) return;
            watchers.delete(watch);
            resolve();
          }, reject);
        };
        watchers.add(watch);
        watch();
      }),
  };
}

/**
 * Of a client that was closed after its meetings had ended. Closing waits a moment only for the server to have
 * heard of it, so records may be left: they offer nothing any more, and go with the next start of the program.
 */
export async function expectNothingLeftAfterNextStart(
  server: string,
  store: Store,
  label?: string,
): Promise<void> {
  const left = await store.all<AttemptRecord>("attempts");
  if (left.length === 0) return;
  for (const { concluded, prs, said } of left) {
    expect({ isConcluded: concluded !== null, prs, said }, label).toEqual(EMPTIED);
  }
  const watched = watchedStore(store);
  const again = await openClient(server, { store: watched.store });
  for (const meeting of await again.pendingMeetings()) {
    expect(await outcomeOf(meeting), label).toBe("connected");
  }
  await watched.settled();
  await again.close();
}

/** Of the record of a meeting whose contact is kept. */
const EMPTIED = { isConcluded: true, prs: "", said: null };
