// A new identity, and the recovery phrase that comes with it: kept on the device until its owner has written it down.

import { toBase64Url } from "../core/crypto/bytes.ts";
import { deviceIdOf, genesisBytes } from "../core/identity/deviceLog.ts";
import type { DeviceLog } from "../wire/auth.ts";
import { fetched } from "./connectionError.ts";
import { clearErased } from "./erasureMark.ts";
import type { Ports } from "./ports.ts";
import {
  createDeviceKeys,
  publicKeyBytes,
  type Store,
  type StoredIdentity,
} from "./store/store.ts";

export interface KeptPhrase {
  readonly phrase: string;
  /** Under what the server is to find the account, in base64url. */
  readonly recoveryId: string;
}

const phraseId = (deviceId: string) => `recovery ${deviceId}`;

export function keptPhrase(store: Store, deviceId: string): Promise<KeptPhrase | null> {
  return store.get<KeptPhrase>("device", phraseId(deviceId));
}

export function keepPhrase(store: Store, deviceId: string, phrase: KeptPhrase): Promise<void> {
  return store.put("device", phraseId(deviceId), phrase);
}

export function forgetPhrase(store: Store, deviceId: string): Promise<void> {
  return store.delete("device", phraseId(deviceId));
}

/** @returns the public key with it, 32 bytes */
export async function newPhrase(
  random: Ports["random"],
): Promise<KeptPhrase & { readonly publicKey: Uint8Array }> {
  const { recoveryIdOf, recoveryKeyOf, recoveryPhraseOf } = await fetched(
    import("../core/identity/recoveryPhrase.ts"), // seldom, and heavy with words
  );
  const phrase = recoveryPhraseOf(random(16));
  const recoveryId = toBase64Url(recoveryIdOf(phrase));
  return { phrase, recoveryId, publicKey: recoveryKeyOf(phrase) };
}

/** The phrase is kept first, so that no identity is ever without one. */
export async function createIdentity(store: Store, ports: Ports): Promise<StoredIdentity> {
  await clearErased(store);
  const { publicKey, ...phrase } = await newPhrase(ports.random);
  const keys = await createDeviceKeys(store.keepsExtractableKeys);
  const signKey = await publicKeyBytes(keys.sign.publicKey);
  const entry = {
    kind: "genesis" as const,
    signKey: toBase64Url(signKey),
    agreeKey: toBase64Url(await publicKeyBytes(keys.agree.publicKey)),
    recoveryKey: toBase64Url(publicKey),
    createdAt: ports.now(),
  };
  const signature = toBase64Url(await signWith(keys.sign.privateKey, genesisBytes(entry)));
  const log: DeviceLog = [{ ...entry, signature }];
  const deviceId = deviceIdOf(signKey);
  await keepPhrase(store, deviceId, phrase);
  const kept = await store.adoptIdentity({ keys, log });
  if (JSON.stringify(kept.log) !== JSON.stringify(log)) await forgetPhrase(store, deviceId);
  return kept;
}

/** An Ed25519 signature, 64 bytes. */
export async function signWith(key: CryptoKey, message: Uint8Array): Promise<Uint8Array> {
  const bytes = message as Uint8Array<ArrayBuffer>;
  return new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes));
}
