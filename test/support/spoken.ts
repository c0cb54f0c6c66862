// Meetings by a spoken passphrase between real clients, and how their ends are compared.

import { expect } from "vitest";
import type {
  Acquaint,
  AskOptions,
  IncomingRequest,
  Meeting,
  OverRequest,
} from "../../shared/client/node.ts";
import { openClient, outcomeOf } from "./clients.ts";
import { storedRows } from "./storedState.ts";

type ClientOptions = Parameters<typeof openClient>[1];

/** A device that holds a line to its mailbox, so that requests reach it. */
export async function openListener(server: string, options?: ClientOptions): Promise<Acquaint> {
  const client = await openClient(server, options);
  client.connect();
  return client;
}

/** Two strangers, both listening. */
export async function openListeners(server: string): Promise<[Acquaint, Acquaint]> {
  return [
    await openListener(server, { name: "Ada Asks" }),
    await openListener(server, { name: "Ben Answers" }),
  ];
}

/** Resolves with what `look` finds, at once or after one of the client's events. */
export function whenSeen<Seen>(client: Acquaint, look: () => Seen | undefined): Promise<Seen> {
  return new Promise((resolve) => {
    let off = (): void => {};
    const watch = (): void => {
      const seen = look();
      if (seen === undefined) return;
      off();
      resolve(seen);
    };
    off = client.on(watch);
    watch();
  });
}

/** The request of that account, waiting or to come. */
export function requestFrom(
  client: Acquaint,
  { me: { userId } }: Pick<Acquaint, "me">,
): Promise<IncomingRequest> {
  return whenSeen(client, () => client.requests.waiting.find(({ from }) => from === userId));
}

/** Collects the requests that ended without this device's doing, from now on. */
export function overRequests(client: Acquaint): OverRequest[] {
  const over: OverRequest[] = [];
  client.on((event) => {
    if (event.event === "requestOver") over.push(event.request);
  });
  return over;
}

/** Asks, and answers what arrives; both meetings are under way then. */
export async function askAndAnswer(
  asking: Acquaint,
  answering: Acquaint,
  passphrase: string,
  answered = passphrase,
  options: Partial<AskOptions> = {},
): Promise<[Meeting, Meeting]> {
  const asked = await asking.ask({ to: answering.me.userId, passphrase, ...options });
  const { sid } = await requestFrom(answering, asking);
  return [asked, await answering.requests.answer(sid, answered)];
}

export const outcomesOf = (meetings: readonly Meeting[]) => Promise.all(meetings.map(outcomeOf));

export const BOTH_CONNECTED = ["connected", "connected"];

/** Names of events, a failure with its reason; lost and restored connections left out. */
export function courseOf({ events }: Meeting): string[] {
  return events
    .filter(({ event }) => event !== "connection")
    .map((event) => (event.event === "failed" ? `failed ${event.reason}` : event.event));
}

/** How many mailboxes list each receipt: two for every contact that both sides have. To be read when all is calm. */
export function listedReceipts(stateDir: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { table, raw } of storedRows(stateDir, "Mailbox")) {
    if (table !== "contact" || Number(raw["is_removed"]) !== 0) continue;
    const hash = String(raw["receipt_hash"]);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  return counts;
}

/** Neither here nor, as verified, out of the mailbox. */
export async function expectNothingVerified(client: Acquaint): Promise<void> {
  const contacts = await client.contacts.list();
  expect(contacts.filter(({ verified }) => verified)).toEqual([]);
}

/** In whatever spelling, and whoever would be asked. */
export async function expectBurnt(
  device: Acquaint,
  other: Acquaint,
  passphrase: string,
): Promise<void> {
  for (const again of [
    () => device.ask({ to: other.me.userId, passphrase }),
    () => device.ask({ passphrase: `  ${passphrase.toUpperCase()}` }),
    () => device.enterPassphrase("417", passphrase),
  ]) {
    await expect(again()).rejects.toMatchObject({ problem: { code: "burnt" } });
  }
}
