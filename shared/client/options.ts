// What an account is opened with.

import type { Wire } from "../wire/codec/codec.ts";
import type { Ports } from "./ports.ts";
import type { Store } from "./store/store.ts";

export interface AcquaintOptions {
  /** The server's origin, such as `http://127.0.0.1:8787`. */
  readonly server: string;
  /** Where this device keeps what is its own. */
  readonly store: Store;
  /** The name to begin with, when the device is new. */
  readonly name?: string;
  readonly ports?: Partial<Ports>;
  /** How what is said on sockets is encoded: `json` is larger, and readable on its way. `cbor` unless given. */
  readonly wire?: Wire;
}
