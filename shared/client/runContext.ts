// What every attempt of a device shares.

import type { BurntPassphrases } from "./burntPassphrases.ts";
import type { ContactBook } from "./contactBook.ts";
import type { Device } from "./device.ts";
import type { Ports } from "./ports.ts";
import type { Store } from "./store/store.ts";

export interface RunContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly burnt: BurntPassphrases;
  /** As the peer will see it. */
  readonly ownName: () => string;
  /** @param id of the run */
  readonly onEnd: (id: string) => void;
}
