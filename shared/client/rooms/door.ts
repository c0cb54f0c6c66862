// The way to rooms: what they need is loaded when one is first opened, looked for or joined.

import { fetched } from "../connectionError.ts";
import type { Device } from "../device.ts";
import type { Me } from "../model.ts";
import type { Ports } from "../ports.ts";
import type { Store } from "../store/store.ts";
import type { ContactRequests } from "../taps/contactRequests.ts";
import type { JoinedRoom } from "./joinedRoom.ts";
import type { RoomWork } from "./work.ts";

export interface RoomsContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly requests: ContactRequests;
  readonly me: () => Pick<Me, "name" | "handle">;
}

export class RoomsDoor {
  readonly #context: RoomsContext;
  /** Those that are not over, in the order in which they were joined. */
  readonly joined = new Set<JoinedRoom>();
  /** No room is joined until the account is connected again. */
  isClosed = false;
  #work: Promise<RoomWork> | null = null;

  constructor(context: RoomsContext) {
    this.#context = context;
  }

  /** @throws ConnectionError when it cannot be loaded */
  open(): Promise<RoomWork> {
    this.#work ??= this.#load().catch((error: unknown) => {
      this.#work = null;
      throw error;
    });
    return this.#work;
  }

  /** Lets go of all rooms; their seats are kept for a while. */
  async letGo(): Promise<void> {
    this.isClosed = true;
    await this.#work?.then(
      (work) => work.letGo(),
      () => {},
    );
  }

  async #load(): Promise<RoomWork> {
    const { RoomWork: Loaded } = await fetched(import("./work.ts"));
    return new Loaded(this.#context, this.joined);
  }
}
