// Accounts for benches: registered over the wire like any other, with a session token to call with.

import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { callRoute } from "../shared/client/api.ts";
import { withWork } from "../shared/client/device.ts";
import { STANDARD_PORTS } from "../shared/client/ports.ts";
import { toBase64Url } from "../shared/core/crypto/bytes.ts";
import { genesisBytes, sessionTranscript, verifyLog } from "../shared/core/identity/deviceLog.ts";
import type { DeviceLog } from "../shared/wire/auth.ts";
import type { DeviceId, UserId } from "../shared/wire/ids.ts";

export interface BenchAccount {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly signKey: Uint8Array;
  readonly token: string;
  /** Sent as `cf-connecting-ip`, which the edge sets in production: a network of its own. */
  readonly address: string;
}

export interface BenchIdentity {
  readonly log: DeviceLog;
  readonly signKey: Uint8Array;
  readonly address: string;
}

/** Registers that many and signs them in. */
export async function makeAccounts(url: string, count: number): Promise<BenchAccount[]> {
  const accounts: BenchAccount[] = [];
  while (accounts.length < count) {
    const size = Math.min(16, count - accounts.length);
    const batch = Array.from({ length: size }, async (_, i) => {
      const identity = newIdentity(accounts.length + i);
      await register(url, identity);
      return signIn(url, identity);
    });
    accounts.push(...(await Promise.all(batch)));
  }
  return accounts;
}

export function newIdentity(index: number): BenchIdentity {
  const keys = ed25519.keygen();
  const entry = {
    kind: "genesis" as const,
    signKey: toBase64Url(keys.publicKey),
    agreeKey: toBase64Url(x25519.keygen().publicKey),
    recoveryKey: toBase64Url(ed25519.keygen().publicKey),
    createdAt: Date.now(),
  };
  const signature = toBase64Url(ed25519.sign(genesisBytes(entry), keys.secretKey));
  return {
    log: [{ ...entry, signature }],
    signKey: keys.secretKey,
    address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
  };
}

export async function register(url: string, { log, address }: BenchIdentity): Promise<void> {
  await withWork((proof) => {
    const body = { log, ...(proof !== undefined && { proof }) };
    return callRoute(portsAt(address), url, "register", { body }, null);
  });
}

export function signIn(url: string, identity: BenchIdentity): Promise<BenchAccount> {
  const { userId, devices } = verifyLog(identity.log)!;
  return signInDevice(url, { ...identity, userId, deviceId: devices[0]!.deviceId });
}

export async function signInDevice(
  url: string,
  device: Omit<BenchAccount, "token">,
): Promise<BenchAccount> {
  const { userId, deviceId, signKey, address } = device;
  const ports = portsAt(address);
  const asking = { body: { userId, deviceId } };
  const { challenge } = await callRoute(ports, url, "challenge", asking, null);
  const signature = toBase64Url(ed25519.sign(sessionTranscript(url, challenge), signKey));
  const answering = { body: { challenge, signature } };
  const { token } = await callRoute(ports, url, "openSession", answering, null);
  return { userId, deviceId, signKey, token, address };
}

/** The standard ports, but calls come from that address. */
export function portsAt(address: string) {
  const fetchThence = (url: string, init: RequestInit): Promise<Response> =>
    fetch(url, { ...init, headers: { ...init.headers, "cf-connecting-ip": address } });
  return { ...STANDARD_PORTS, fetch: fetchThence };
}
