// Where a device keeps what is its own. Records are plain JSON; the keys have a place of their own,
// since browsers can hold them so that not even the page can read them.

import type { FileVault } from "./fileVault.ts";
import type { Place, Turn, TurnEvents } from "./turns.ts";

export interface DeviceKeys {
  /** Ed25519 */
  readonly sign: CryptoKeyPair;
  /** X25519 */
  readonly agree: CryptoKeyPair;
}

/** Who this device is: made once, and changed only when the device goes over into another account. */
export interface StoredIdentity {
  readonly keys: DeviceKeys;
  /** The device log as it was then, as JSON. */
  readonly log: unknown;
}

export type Collection =
  | "device"
  | "attempts"
  | "contacts"
  | "listings"
  | "notes"
  | "cards"
  | "settings"
  | "prekeys"
  | "sessions"
  | "outbox"
  | "messages"
  | "timeline"
  | "expiries"
  | "conversations"
  | "drafts"
  | "logs"
  | "fileTasks"
  | "handovers";

/** All collections, for stores that must make room for each. */
export const COLLECTIONS: readonly Collection[] = [
  "device",
  "attempts",
  "contacts",
  "listings",
  "notes",
  "cards",
  "settings",
  "prekeys",
  "sessions",
  "outbox",
  "messages",
  "timeline",
  "expiries",
  "conversations",
  "drafts",
  "logs",
  "fileTasks",
  "handovers",
];

/** A record to keep, or with `value` left out one to delete. */
export interface Change {
  readonly collection: Collection;
  readonly id: string;
  readonly value?: unknown;
}

/** Which records of a collection: those whose id begins so, in the order of their ids. */
export interface Range {
  readonly prefix: string;
  /** Only ids that come after this one, or before. */
  readonly after?: string;
  readonly before?: string;
  readonly limit?: number;
  /** Begin at the end: the result is then in falling order. */
  readonly isReversed?: boolean;
}

/** Told to a tab alone when a newer version of its program needs the store: it reads and writes no more. */
export const OUTDATED_SIGNAL = "outdated";

export interface Store {
  /** Bytes of files, which are no records. */
  readonly files: FileVault;
  /** Whether signals reach all who share the store, with what they carry. Else some get lost, and all that they carry. */
  readonly reachesAll: boolean;
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
  /** Ids that are looked for by range consist of letters, digits, `.`, `-` and `_` alone. */
  range<Value>(collection: Collection, range: Range): Promise<Value[]>;
  /**
   * Makes the changes in their order, all or none where the store can; durable once resolved.
   * @param turn in which they are made, if at all
   * @throws TurnOver when it is over
   */
  apply(changes: readonly Change[], turn?: Turn): Promise<void>;
  /**
   * Deletes all of it with the files; a name that is held stays so. Nothing else may write meanwhile. The identity goes first, or
   * gives way to the one that is given; the collection `device` goes last.
   */
  clear(next?: StoredIdentity): Promise<void>;
  /** Tells the other tabs or processes that share this store that something of that name has changed. */
  signal(name: string, content?: unknown): void;
  /** Hears the signals of others, maybe its own as well. The function returned ends it. */
  onSignal(listener: (name: string, content?: unknown) => void): () => void;
  /**
   * Takes a name for this tab or process alone, until released or it is gone; null while another has it.
   */
  hold(name: string): Promise<(() => void) | null>;
  /** As `hold`, whenever no other has it. */
  queue(name: string, events: TurnEvents): Place;
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

/** The ids of a range, for stores that know no ranges themselves. */
export function idsIn(ids: readonly string[], range: Range): string[] {
  const { prefix, after, before, limit = Infinity, isReversed = false } = range;
  const found = ids
    .filter((id) => id.startsWith(prefix))
    .filter((id) => (after === undefined || id > after) && (before === undefined || id < before))
    .toSorted(byCodeUnits);
  if (isReversed) found.reverse();
  return found.slice(0, limit);
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
