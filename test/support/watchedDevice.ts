// A real client whose secrets are known to the test, and all of whose words to the server are recorded.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { Acquaint, type Card, fileStore, loadCodes, type Ports } from "../../shared/client/node.ts";
import { agreementOf, type AttemptRecord } from "../../shared/client/attemptRecord.ts";
import { sealKey } from "../../shared/core/crypto/pairingKeys.ts";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { type Secret, spellingsOfInteger } from "./secretSearch.ts";

export interface WatchedDevice {
  readonly client: Acquaint;
  /** Request lines, headers, bodies and the protocols that sockets offer. */
  readonly requests: readonly string[];
  /** What nobody but the people and their devices may know, so far. */
  secrets(): Secret[];
  /** Three or four bytes that also occur by chance. */
  shortSecrets(): Secret[];
}

/** @param words the two words of the key that it will show, or that it enters */
export async function watchedDevice(
  server: string,
  options: { name: string; words: string; card: Card },
): Promise<WatchedDevice> {
  const { name, words, card } = options;
  const parsed = (await loadCodes()).parse(`417-${words}`);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const integer = spellingsOfInteger(parsed.secret);
  const folder = mkdtempSync(join(tmpdir(), "watched-"));
  const requests: string[] = [];
  const records: AttemptRecord[] = [];
  const proofs: { pairingSecret: string }[] = [];
  const store = fileStore(folder);
  const ports: Partial<Ports> = {
    random: (length) =>
      length === 3
        ? Buffer.from(integer[2] as Uint8Array)
        : crypto.getRandomValues(new Uint8Array(length)),
    fetch: (url, init) => {
      requests.push(`${init.method} ${url} ${JSON.stringify(init.headers)} ${init.body as string}`);
      return fetch(url, init);
    },
    openSocket: (url, protocols) => {
      requests.push(`UPGRADE ${url} ${protocols.join(" ")}`);
      return new WebSocket(url, protocols) as unknown as ReturnType<Ports["openSocket"]>;
    },
  };
  const client = await Acquaint.open({
    server,
    name,
    ports,
    store: {
      ...store,
      put: async (collection, id, value) => {
        const record = value as AttemptRecord;
        if (collection === "attempts" && record.concluded === null) records.push(record);
        if (collection === "contacts") proofs.push(value as { pairingSecret: string });
        await store.put(collection, id, value);
      },
    },
  });
  await client.cards.save(card);
  const phrase = (await client.recoveryPhrase()) ?? "";
  const identity = JSON.parse(readFileSync(join(folder, "identity.json"), "utf8")) as {
    keys: Record<"sign" | "agree", { privateKey: { d: string } }>;
  };

  const [first = "", second = ""] = words.split("-");
  const always: Secret[] = [
    { name: "the first word", value: first },
    { name: "the second word", value: second },
    { name: "the words", value: words },
    { name: "the words with a blank", value: `${first} ${second}` },
    ...["the secret as digits", "the secret as seven digits"].map((label, index) => ({
      name: label,
      value: integer[index]!,
    })),
    { name: "the recovery phrase", value: phrase },
    { name: "the recovery entropy", value: mnemonicToEntropy(phrase, wordlist) },
    { name: "the signing key", value: fromBase64Url(identity.keys.sign.privateKey.d) },
    { name: "the agreement key", value: fromBase64Url(identity.keys.agree.privateKey.d) },
    { name: "the name", value: name },
    { name: "the card", value: JSON.stringify(card) },
    ...leavesOf(card)
      .filter((text) => text.length > 8)
      .map((value) => ({ name: "a value of the card", value })),
  ];
  return {
    client,
    requests,
    secrets: () => [...always, ...records.flatMap(secretsOf), ...proofs.flatMap(pairingSecretOf)],
    shortSecrets: () =>
      integer.slice(2).map((value, index) => ({ name: `spelling ${index} of the secret`, value })),
  };
}

function secretsOf(record: AttemptRecord): Secret[] {
  const { half, nonce, locator } = record;
  const isk = agreementOf(record)?.isk;
  return [
    { name: "the scalar", value: fromBase64Url(half.scalar) },
    { name: "the nonce of the commitment", value: fromBase64Url(nonce) },
    ...(locator === null
      ? []
      : [{ name: "the digits", value: `${locator}-${String(record.secret).padStart(7, "0")}` }]),
    ...(isk === undefined ? [] : keysOf(isk)),
  ];
}

function keysOf(isk: Uint8Array): Secret[] {
  const keys = (["initiator", "responder"] as const).flatMap((role) =>
    (["identity", "card"] as const).map((box) => ({
      name: `the ${role}'s ${box} key`,
      value: sealKey(isk, role, box),
    })),
  );
  return [{ name: "the ISK", value: isk }, ...keys];
}

function pairingSecretOf(proof: { pairingSecret: string }): Secret[] {
  return [{ name: "the pairing secret", value: fromBase64Url(proof.pairingSecret) }];
}

function leavesOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}
