// What devices have left for those who begin sessions with them: a value each, by the device's number.

import type { OneTimePrekey, SignedPrekey } from "../../shared/wire/line.ts";

const PREFIX = "prekeys:";

/** What a device that comes into the account brings along. */
export interface FirstPrekeys {
  readonly device: number;
  readonly signed: SignedPrekey;
}

export interface DevicePrekeys {
  readonly signed: SignedPrekey;
  readonly oneTime: readonly OneTimePrekey[];
  /** Ids of the latest that were drawn: left again, as after an answer that was lost, they are not new. */
  readonly drawn: readonly number[];
}

export class KeptPrekeys {
  readonly #values: SyncKvStorage;
  readonly #isOpen: () => boolean;

  /** @param isOpen false without an account: work that was under way leaves nothing behind then */
  constructor(values: SyncKvStorage, isOpen: () => boolean) {
    this.#values = values;
    this.#isOpen = isOpen;
  }

  /** Null when the device has left none yet. */
  of(device: number): DevicePrekeys | null {
    return this.#values.get<DevicePrekeys>(PREFIX + device) ?? null;
  }

  set(device: number, prekeys: DevicePrekeys): void {
    if (this.#isOpen()) this.#values.put(PREFIX + device, prekeys);
  }

  /** Unless it has left some. */
  begin({ device, signed }: FirstPrekeys): void {
    if (this.of(device) === null) this.set(device, { signed, oneTime: [], drawn: [] });
  }

  forget(device: number): void {
    this.#values.delete(PREFIX + device);
  }
}
