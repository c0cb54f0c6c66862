// Where a device keeps what is its own. Records are plain JSON; the keys have a place of their own,
// since browsers can hold them so that not even the page can read them.

export interface DeviceKeys {
  /** Ed25519 */
  readonly sign: CryptoKeyPair;
  /** X25519 */
  readonly agree: CryptoKeyPair;
}

/** Who this device is: made once, never changed. */
export interface StoredIdentity {
  readonly keys: DeviceKeys;
  /** The device log, as JSON. */
  readonly log: unknown;
}

export type Collection =
  | "device"
  | "attempts"
  | "contacts"
  | "listings"
  | "notes"
  | "cards"
  | "settings";

export interface Store {
  /** Whether private keys must leave WebCrypto to be kept. */
  readonly keepsExtractableKeys: boolean;
  loadIdentity(): Promise<StoredIdentity | null>;
  /** Keeps the identity unless there is one already, which then stays; resolves with the one that is kept. */
  adoptIdentity(identity: StoredIdentity): Promise<StoredIdentity>;
  get<Value>(collection: Collection, id: string): Promise<Value | null>;
  /** Durable once resolved. */
  put(collection: Collection, id: string, value: unknown): Promise<void>;
  delete(collection: Collection, id: string): Promise<void>;
  all<Value>(collection: Collection): Promise<Value[]>;
  /**
   * Takes a name for this tab or process alone, until released or it is gone; null while another has it.
   */
  hold(name: string): Promise<(() => void) | null>;
}

export async function createDeviceKeys(isExtractable: boolean): Promise<DeviceKeys> {
  const [sign, agree] = await Promise.all([
    crypto.subtle.generateKey("Ed25519", isExtractable, ["sign", "verify"]),
    crypto.subtle.generateKey("X25519", isExtractable, ["deriveBits"]),
  ]);
  return { sign: sign as CryptoKeyPair, agree: agree as CryptoKeyPair };
}

export async function publicKeyBytes(key: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}
