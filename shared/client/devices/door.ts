// The way to the account's devices: what they need is loaded when they are first looked at, or something of them is left
// to be done.

import { fetched } from "../connectionError.ts";
import { Device } from "../device.ts";
import type { AcquaintEvent } from "../model.ts";
import type { Devices } from "./devices.ts";
import type { DevicesContext } from "./devicesContext.ts";
import { isSomethingLeft } from "./leftovers.ts";

export class DevicesDoor {
  readonly #context: DevicesContext;
  readonly #tell: (event: AcquaintEvent) => void;
  readonly #letGo: () => Promise<boolean>;
  #devices: Promise<Devices> | null = null;

  /** @param letGo closes the account that is open; false when it is over already */
  constructor(
    context: DevicesContext,
    tell: (event: AcquaintEvent) => void,
    letGo: () => Promise<boolean>,
  ) {
    this.#context = context;
    this.#tell = tell;
    this.#letGo = letGo;
  }

  /** @throws ConnectionError when they cannot be loaded */
  open(): Promise<Devices> {
    this.#devices ??= this.#load().catch((error: unknown) => {
      this.#devices = null;
      throw error;
    });
    return this.#devices;
  }

  /** Something may be left to be done. Where it fails, the next connection tries again. */
  tidy(): void {
    void this.#tidy().catch(() => {});
  }

  async #tidy(): Promise<void> {
    if (this.#devices === null && !(await isSomethingLeft(this.#context))) return;
    await (await this.open()).tidy();
  }

  async #load(): Promise<Devices> {
    const { Devices: Loaded } = await fetched(import("./devices.ts"));
    return new Loaded(this.#context, this.#tell, () => this.#goOver());
  }

  /** What is decided, opening the account anew does. */
  async #goOver(): Promise<void> {
    const { device, store, ports } = this.#context;
    if (!(await this.#letGo())) return;
    // Where that fails, whoever opens it anew goes on, and is told why.
    await Device.open(device.origin, store, ports).catch(() => {});
    this.#tell({ event: "joined" });
  }
}
