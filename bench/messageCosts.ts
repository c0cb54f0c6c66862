// What a message costs: to one device and to two, one at a time and 16 in a frame, to a receiver who listens and to
// one who comes later; and what it takes to begin a session.

import { randomBytes, randomInt } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { callRoute } from "../shared/client/api.ts";
import { toBase64Url } from "../shared/core/crypto/bytes.ts";
import { signedPrekeyBytes } from "../shared/core/crypto/prekeys.ts";
import { deviceIdOf } from "../shared/core/identity/deviceLog.ts";
import { PREKEYS_MAX } from "../shared/wire/limits.ts";
import { type BenchAccount, type BenchIdentity, portsAt, signInDevice } from "./accounts.ts";
import { type Counted, counted, costTable, listOf } from "./billing.ts";
import { BATCH, type Place, Reader, Sender } from "./mailboxClients.ts";
import type { BenchServer } from "./servers.ts";

const NAMES = {
  online: "a message to a device that listens",
  onlineBatch: `the same, ${BATCH} in a frame`,
  offline: "a message to a device that reads it later",
  offlineBatch: `the same, ${BATCH} in a frame`,
  online2: "a message to two devices that listen",
  onlineBatch2: `the same, ${BATCH} in a frame`,
  offline2: "a message to two devices that read it later",
  offlineBatch2: `the same, ${BATCH} in a frame`,
  copy: "a copy for another device of one's own, which listens",
  copyBatch: `the same, ${BATCH} in a frame`,
  prekeys: `prekeys left, ${PREKEYS_MAX} at once`,
  draw: "prekeys drawn, for the session with a device",
} as const;

type MessageThing = Exclude<keyof typeof NAMES, "prekeys" | "draw">;

/** Batches of one sender: an account may send 1,000 messages at once (SEND_BURST). */
const BATCHES_MAX = 50;

interface Case {
  /** How many messages a frame holds. */
  readonly size: number;
  readonly isOnline: boolean;
  /** Of the receiver. */
  readonly devices: 1 | 2;
  /** From the receiver's other device. */
  readonly isCopy?: boolean;
}

const CASES: Readonly<Record<MessageThing, Case>> = {
  online: { size: 1, isOnline: true, devices: 1 },
  onlineBatch: { size: BATCH, isOnline: true, devices: 1 },
  offline: { size: 1, isOnline: false, devices: 1 },
  offlineBatch: { size: BATCH, isOnline: false, devices: 1 },
  online2: { size: 1, isOnline: true, devices: 2 },
  onlineBatch2: { size: BATCH, isOnline: true, devices: 2 },
  offline2: { size: 1, isOnline: false, devices: 2 },
  offlineBatch2: { size: BATCH, isOnline: false, devices: 2 },
  copy: { size: 1, isOnline: true, devices: 2, isCopy: true },
  copyBatch: { size: BATCH, isOnline: true, devices: 2, isCopy: true },
};

/** @param accounts each is a contact of the next one, two for each case; with as many identities */
export async function countMessages(
  server: BenchServer,
  identities: readonly BenchIdentity[],
  accounts: readonly BenchAccount[],
): Promise<Record<keyof typeof NAMES, Counted>> {
  const { url } = server;
  const times = accounts.length;
  const prekeys = await counted(server, times, () => leaveAll(url, identities, accounts));
  const draw = await counted(server, times, () => drawAll(url, accounts));
  const counts: [string, Counted][] = [];
  for (const [index, [name, which]] of Object.entries(CASES).entries()) {
    const [ann, ben] = [accounts[2 * index]!, accounts[2 * index + 1]!];
    counts.push([name, await countCase(server, ann, ben, which, times)]);
  }
  return { ...(Object.fromEntries(counts) as Record<MessageThing, Counted>), prekeys, draw };
}

async function countCase(
  server: BenchServer,
  ann: BenchAccount,
  ben: BenchAccount,
  { size, isOnline, devices, isCopy = false }: Case,
  times: number,
): Promise<Counted> {
  const { url } = server;
  const all = devices === 1 ? [ben] : [ben, await addDevice(url, ben)];
  const to = isCopy ? all.slice(1) : all;
  const place: Place = { kind: "product, CBOR", url, box: ben.userId };
  const numbers = to.map((device) => all.indexOf(device));
  const sender = await Sender.open(place, isCopy ? ben : ann, numbers);
  const openReaders = () => Promise.all(to.map((device) => Reader.open(place, device)));
  const takeAll = (readers: readonly Reader[], messages: number) =>
    Promise.all(readers.map((reader) => reader.take(messages)));
  const closeAll = (readers: readonly Reader[]) =>
    Promise.all(readers.map((reader) => reader.close()));
  const send = () => (size === 1 ? sender.sendOne() : sender.sendBatches(1));

  let readers = await openReaders();
  await send(); // the first sets the alarm for all that waits too long
  await takeAll(readers, size);
  if (!isOnline) await closeAll(readers);
  const turns = size === 1 ? times : Math.min(times, BATCHES_MAX);
  const count = await counted(server, turns * size, async () => {
    for (let turn = 0; turn < turns; turn += 1) {
      await send();
      if (isOnline) await takeAll(readers, size);
    }
    if (isOnline) return;
    readers = await openReaders();
    await takeAll(readers, turns * size);
  });
  await closeAll(readers);
  await sender.close();
  return count;
}

/** Signed in, and known to its mailbox without an entry in the account's log. */
async function addDevice(url: string, account: BenchAccount): Promise<BenchAccount> {
  const { publicKey, secretKey: signKey } = ed25519.keygen();
  const device = { ...account, signKey, deviceId: deviceIdOf(publicKey) };
  const { userId, deviceId } = device;
  const entry = { userId, deviceId, signKey: toBase64Url(publicKey), number: 1 };
  await fetch(`${url}/bench/devices`, { method: "POST", body: JSON.stringify(entry) });
  return signInDevice(url, device);
}

async function leaveAll(
  url: string,
  identities: readonly BenchIdentity[],
  accounts: readonly BenchAccount[],
): Promise<void> {
  for (const [index, { token, address }] of accounts.entries()) {
    const { signKey } = identities[index]!;
    const oneTime = Array.from({ length: PREKEYS_MAX }, (_, id) => newPrekey(1 + id));
    const signed = newPrekey(randomInt(1, 2 ** 31));
    const bytes = signedPrekeyBytes(signed.id, Buffer.from(signed.key, "base64url"));
    const signature = toBase64Url(ed25519.sign(bytes, signKey));
    const body = { signed: { ...signed, signature }, oneTime };
    await callRoute(portsAt(address), url, "leavePrekeys", { body }, token);
  }
}

/** The server does not look into a key but for its signature. */
function newPrekey(id: number) {
  return { id, key: randomBytes(32).toString("base64url") };
}

async function drawAll(url: string, accounts: readonly BenchAccount[]): Promise<void> {
  for (const [index, { token, address }] of accounts.entries()) {
    const { userId } = accounts[(index + 1) % accounts.length]!;
    const input = { params: { userId }, body: { devices: [0] } };
    await callRoute(portsAt(address), url, "drawPrekeys", input, token);
  }
}

export function messagesSection(things: Record<keyof typeof NAMES, Counted>): string {
  const { online, onlineBatch } = things;
  return `## Messages

${costTable(NAMES, things)}

A message is a row for each device that it waits for, written once and deleted once. One that is read later
includes the socket on which its device then reads all ${things.offline.times}, or ${things.offlineBatch.times}, at once. The sender's own
devices get copies; what those cost is a row of its own. Once in 30 days a mailbox that gets messages sets an alarm, one
row more.
Requests to objects, one at a time: ${listOf(online.ledger.calls, online.times)}; and ${listOf({ frames: online.ledger.frames }, online.times)};
${BATCH} in a frame: ${listOf(onlineBatch.ledger.calls, onlineBatch.times)}; and ${listOf({ frames: onlineBatch.ledger.frames }, onlineBatch.times)}.
Frames are those of both clients: what is sent, and what the receiver confirms.`;
}
