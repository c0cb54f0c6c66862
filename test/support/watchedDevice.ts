// A real client whose secrets are known to the test, and all of whose words to the server are recorded.

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ristretto255_hasher } from "@noble/curves/ed25519.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import {
  Acquaint,
  type AcquaintOptions,
  type Card,
  fileStore,
  loadCodes,
  type Ports,
} from "../../shared/client/node.ts";
import { agreementOf, type AttemptRecord } from "../../shared/client/attemptRecord.ts";
import { prsToSecret } from "../../shared/core/pairing/code.ts";
import { parsePassphrase } from "../../shared/core/pairing/passphrase.ts";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { generatorString } from "../../shared/core/crypto/cpace.ts";
import { sealKey } from "../../shared/core/crypto/pairingKeys.ts";
import { channelIdentifier } from "../../shared/core/pairing/transcript.ts";
import type { ChaosProxy } from "./chaosProxy.ts";
import {
  type Place,
  placesInText,
  placesOnDisk,
  type Secret,
  spellingsOfInteger,
} from "./secretSearch.ts";
import type { ServerProcess } from "./serverProcess.ts";

export interface WatchedDevice {
  readonly client: Acquaint;
  /** Request lines, headers, bodies and the protocols that sockets offer. */
  readonly requests: readonly string[];
  /** What nobody but the people and their devices may know, so far. */
  secrets(): Secret[];
  /** Three or four bytes that also occur by chance. */
  shortSecrets(): Secret[];
}

/** All that a server keeps, logs and hears of these devices, each behind one of these proxies. */
export function placesSeen(
  server: ServerProcess,
  devices: readonly WatchedDevice[],
  proxies: readonly ChaosProxy[],
): Place[] {
  const frames = proxies.flatMap((proxy) => proxy.frames);
  const requests = devices.flatMap((device) => device.requests);
  return [
    ...placesOnDisk(server.stateDir),
    ...placesInText("the log", [server.logText()]),
    ...placesInText("a request", requests),
    ...frames.flatMap(({ bytes, text }) => [
      { name: "a frame", bytes },
      { name: "a frame", bytes: Buffer.from(text) },
    ]),
  ];
}

/** What a device keeps of a meeting, as far as it is secret. */
type Proof = { readonly sessionKeys: Readonly<Record<"own" | "peer", string>> };

interface WatchedDeviceOptions {
  readonly name: string;
  readonly card: Card;
  /** The two words of the key that it will show, or that it enters. */
  readonly words?: string;
  /** As its owner will type it. */
  readonly passphrase?: string;
  readonly wire?: AcquaintOptions["wire"];
}

export async function watchedDevice(
  server: string,
  { name, words = "mosquito-pumpkin", passphrase, card, wire = "cbor" }: WatchedDeviceOptions,
): Promise<WatchedDevice> {
  const parsed = (await loadCodes()).parse(`417-${words}`);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const integer = spellingsOfInteger(parsed.secret);
  const folder = mkdtempSync(join(tmpdir(), "watched-"));
  const requests: string[] = [];
  const records: AttemptRecord[] = [];
  const proofs: Proof[] = [];
  const ofLine: Secret[] = [];
  const store = fileStore(folder);
  const watch = (collection: string, value: unknown): void => {
    const record = value as AttemptRecord;
    if (collection === "attempts" && record.concluded === null) records.push(record);
    if (collection === "contacts" && value !== undefined) proofs.push(value as Proof);
  };
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
    wire,
    ports,
    store: {
      ...store,
      put: async (collection, id, value) => {
        watch(collection, value);
        await store.put(collection, id, value);
      },
      apply: async (changes, turn) => {
        for (const { collection, value } of changes) {
          watch(collection, value);
          if (LINE_COLLECTIONS.includes(collection)) ofLine.push(...lineSecretsIn(value));
        }
        await store.apply(changes, turn);
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
    ...(passphrase === undefined ? [] : spellingsOfPassphrase(passphrase)),
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
    secrets: () => [
      ...always,
      ...records.flatMap(secretsOf),
      ...proofs.flatMap(sessionKeysOf),
      ...unique(ofLine),
    ],
    shortSecrets: () =>
      integer.slice(2).map((value, index) => ({ name: `spelling ${index} of the secret`, value })),
  };
}

/** As typed and normalised, in other cases and compositions, in its parts, and as what one could make of it alone. */
function spellingsOfPassphrase(passphrase: string): Secret[] {
  const parsed = parsePassphrase(passphrase);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const { prs, normalized } = parsed;
  const parts = normalized.split(" ").filter((part) => part.length > 5);
  const texts = [normalized, ...parts].flatMap((text) => [
    text,
    text.normalize("NFD"),
    text.toUpperCase(),
    ...["", "-", "+", "_"].map((blank) => text.replaceAll(" ", blank)),
  ]);
  texts.push(passphrase, passphrase.trim());
  return [
    ...texts.map((value) => ({ name: "the passphrase", value })),
    ...[sha256, sha512].map((hash) => ({ name: "a digest of the passphrase", value: hash(prs) })),
  ];
}

function secretsOf(record: AttemptRecord): Secret[] {
  const { half, nonce, locator, method, prs } = record;
  const isk = agreementOf(record)?.isk;
  const generator = sha512(
    generatorString(fromBase64Url(prs), channelIdentifier(method), fromBase64Url(record.sid)),
  );
  return [
    { name: "the generator's seed", value: generator },
    { name: "the generator", value: ristretto255_hasher.deriveToCurve!(generator).toBytes() },
    { name: "the scalar", value: fromBase64Url(half.scalar) },
    { name: "the nonce of the commitment", value: fromBase64Url(nonce) },
    ...(locator === null || method !== "key"
      ? []
      : [{ name: "the digits", value: `${locator}-${digitsOf(fromBase64Url(prs))}` }]),
    ...(isk === undefined ? [] : keysOf(isk)),
  ];
}

function digitsOf(prs: Uint8Array): string {
  return String(prsToSecret(prs)).padStart(7, "0");
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

function sessionKeysOf({ sessionKeys }: Proof): Secret[] {
  return (["own", "peer"] as const).map((whose) => ({
    name: `the ${whose} session key`,
    value: fromBase64Url(sessionKeys[whose]),
  }));
}

/** Where a device keeps sessions and the secrets that they begin with. */
const LINE_COLLECTIONS: readonly string[] = ["sessions", "prekeys"];
/** In the records there: what travels in the open, or names something. */
const PUBLIC_MEMBERS: readonly string[] = [
  "session",
  "peerKey",
  "publicKey",
  "ephemeralKey",
  "pairing",
];
const IN_BASE64URL = /^[\w-]{43}$/;

/** All keys of 32 bytes in a record of a session or a prekey. */
function lineSecretsIn(value: unknown, member = ""): Secret[] {
  if (PUBLIC_MEMBERS.includes(member)) return [];
  if (typeof value === "string") {
    if (!IN_BASE64URL.test(value)) return [];
    return [{ name: `the line's ${member}`, value: fromBase64Url(value) }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    lineSecretsIn(inner, Array.isArray(value) ? member : name),
  );
}

function unique(secrets: readonly Secret[]): Secret[] {
  const byValue = new Map(
    secrets.map((secret) => [Buffer.from(secret.value).toString("hex"), secret]),
  );
  return [...byValue.values()];
}

function leavesOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}
