// A device that comes into an account, written from docs/protocol.md ("Linking") alone: let in by a device of that
// account, or by its recovery phrase.

import { hkdfSync } from "node:crypto";
import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import type { IndependentClient, Paired } from "./independentClient.ts";
import { type Json, Refused } from "./independentConnection.ts";
import { b64, lvCat, signerOf } from "./independentCrypto.ts";
import type { IndependentLine } from "./independentLine.ts";
import { type ReadLog, readLog, signedBytesOf, type TravellingEntry } from "./independentLog.ts";

/** Of a passphrase that was typed on both devices, normalised. */
export const prsOfLink = (passphrase: Buffer): Buffer => lvCat("passphrase", passphrase);

export function recoveryOf(phrase: string) {
  const entropy = mnemonicToEntropy(phrase, wordlist);
  const made = (label: string, length: number) =>
    Buffer.from(hkdfSync("sha512", entropy, "", label, length));
  return {
    recoveryId: made("acquaint recovery id v1", 16),
    signer: signerOf(made("acquaint recovery v1", 32)),
  };
}

/** What adds it to the log, but for signatures. */
function draft({ account }: IndependentClient, heads: readonly string[], by: number | "recovery") {
  return {
    kind: "add",
    signKey: b64(account.signKey),
    agreeKey: b64(account.agreeKey),
    previous: b64(Buffer.from(heads.at(-1) ?? "", "hex")),
    by,
    createdAt: Date.now(),
  };
}

/** "Asking and letting in", up to what the other device's person is asked. */
export async function ask(
  client: IndependentClient,
  line: IndependentLine,
  { peer }: Paired,
  name: string,
): Promise<void> {
  const { heads, log } = await logOf(client, peer.userId);
  const by = log.findIndex(({ signKey }) => signKey === b64(peer.signKey));
  const entry = draft(client, heads, by);
  await line.write(peer.userId, {
    kind: "join",
    at: entry.createdAt,
    name,
    possession: b64(client.signer.sign(signedBytesOf(entry))),
    prekey: line.signedPrekey,
  });
}

/** "Going over", once it was said that it is listed. */
export async function goOver(client: IndependentClient, userId: string): Promise<ReadLog> {
  const { log, ...read } = await logOf(client, userId);
  const number = log.findIndex(({ signKey }) => signKey === b64(client.account.signKey));
  if (read.userId !== userId || !read.active.includes(number)) throw new Error("not listed");
  await client.erase();
  await speakFor(client, userId, log);
  await client.connection
    .call("DELETE", `/v1/contacts/${client.account.userId}`)
    .catch((error: unknown) => {
      // The other device may have been faster.
      if (!(error instanceof Refused) || error.message !== "contact-unknown") throw error;
    });
  return read;
}

/** "By the recovery phrase". */
export async function restore(
  client: IndependentClient,
  line: IndependentLine,
  phrase: string,
): Promise<ReadLog> {
  const { recoveryId, signer } = recoveryOf(phrase);
  const found = await client.connection.call("GET", `/v1/recoveries/${b64(recoveryId)}`);
  const log = found["log"] as TravellingEntry[];
  const read = readLog(log);
  const { recoveryKey } = log.findLast((entry) => entry.recoveryKey !== undefined)!;
  if (read.userId !== found["userId"] || recoveryKey !== b64(signer.publicKey)) {
    throw new Error("another account");
  }
  const unsigned = draft(client, read.heads, "recovery");
  const bytes = signedBytesOf(unsigned);
  const possession = b64(client.signer.sign(bytes));
  const entry = { ...unsigned, signature: b64(signer.sign(bytes)), possession };
  const body = { entries: [entry], prekey: line.signedPrekey };
  await client.connection.call("POST", `/v1/accounts/${read.userId}/entries`, body);
  await client.erase();
  await speakFor(client, read.userId, [...log, entry]);
  return readLog([...log, entry]);
}

async function speakFor(
  client: IndependentClient,
  userId: string,
  log: readonly TravellingEntry[],
): Promise<void> {
  await client.connection.call("POST", "/v1/accounts", { log } as Json);
  await client.openSession(userId);
}

async function logOf({ connection }: IndependentClient, userId: string) {
  const { log } = await connection.call("GET", `/v1/accounts/${userId}/log`);
  const entries = log as TravellingEntry[];
  return { ...readLog(entries), log: entries };
}
