// What the parts about this account's devices share.

import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import type { Line } from "../line/line.ts";
import type { Ports } from "../ports.ts";
import type { Runs } from "../runs.ts";
import type { Store } from "../store/store.ts";

export interface DevicesContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly runs: Runs;
  readonly line: Line;
}
