// Accounts as a client makes them, and requests in their name. Keys are real, so is the registration.

import { env, exports } from "cloudflare:workers";
import { vi } from "vitest";
import { ed25519 } from "@noble/curves/ed25519.js";
import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import {
  deviceIdOf,
  genesisBytes,
  sessionTranscript,
  verifyLog,
} from "../../../shared/core/identity/deviceLog.ts";
import type { GenesisEntry } from "../../../shared/wire/auth.ts";
import type { DeviceId, UserId } from "../../../shared/wire/ids.ts";
import type { Problem } from "../../../shared/wire/problem.ts";
import { type Actor, issueToken } from "../../../workers/auth/tokens.ts";
import { requireDocumented } from "./documented.ts";

// Objects, sockets and proofs of work take their time on a machine that does other things too.
vi.setConfig({ testTimeout: 120_000 });

export const ORIGIN = "http://localhost";

export interface TestAccount extends Actor {
  readonly signKey: Uint8Array;
  readonly log: GenesisEntry[];
}

export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

export function randomText(length: number): string {
  return toBase64Url(randomBytes(length));
}

export function randomAddress(): string {
  return `2001:db8:${[...randomBytes(4)].map((byte) => byte.toString(16)).join(":")}::1`;
}

/** Keys and log of an account that no server knows. */
export function makeAccount(): TestAccount {
  const signKey = randomBytes(32);
  const publicKey = ed25519.getPublicKey(signKey);
  const entry = {
    kind: "genesis" as const,
    signKey: toBase64Url(publicKey),
    agreeKey: randomText(32),
    recoveryKey: randomText(32),
    createdAt: Date.now(),
  };
  const signature = toBase64Url(ed25519.sign(genesisBytes(entry), signKey));
  const log = [{ ...entry, signature }];
  const userId = verifyLog(log)?.userId as UserId;
  return { userId, deviceId: deviceIdOf(publicKey), signKey, log };
}

export async function registerAccount(): Promise<TestAccount> {
  const account = makeAccount();
  const answer = await request("POST", "/v1/accounts", { body: { log: account.log } });
  if (answer.status !== 201) throw new Error(`registering failed: ${JSON.stringify(answer.body)}`);
  return account;
}

/** Ids of nobody: well-formed, and known to no mailbox. */
export function strangerActor(): Actor {
  return { userId: randomId(32) as UserId, deviceId: randomId(16) as DeviceId };
}

function randomId(length: number): string {
  return [...randomBytes(length)]
    .map((byte) => "abcdefghijklmnopqrstuvwxyz234567"[byte % 32])
    .join("");
}

export async function sessionOf({ userId, deviceId }: Actor): Promise<string> {
  return (await issueToken(env.SERVER_SECRET, "session", { userId, deviceId })).token;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows what it asked for
  readonly body: any;
}

/** Sends a request in-process. Each comes from a network of its own unless an address is given. */
export async function request(
  method: string,
  path: string,
  options: {
    actor?: Actor;
    body?: unknown;
    address?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const { actor, body, address = randomAddress(), headers = {} } = options;
  const response = await exports.default.fetch(
    new Request(`${ORIGIN}${path}`, {
      method,
      headers: {
        "cf-connecting-ip": address,
        ...(actor !== undefined && { authorization: `Bearer ${await sessionOf(actor)}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  const answer = {
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : (JSON.parse(text) as unknown),
  };
  const code = codeOf(answer);
  if (!response.ok && code !== undefined) requireDocumented(method, path, code);
  return answer;
}

export function codeOf({ body }: Answer): Problem["code"] | undefined {
  return (body as Problem | null)?.code;
}

/** A challenge, signed as a device signs it for this origin. */
export async function signedChallenge(account: TestAccount, origin = ORIGIN) {
  const { userId, deviceId, signKey } = account;
  const { body } = await request("POST", "/v1/challenges", { body: { userId, deviceId } });
  const { challenge } = body as { challenge: string };
  const signature = ed25519.sign(sessionTranscript(origin, challenge), signKey);
  return { challenge, signature: toBase64Url(signature) };
}
