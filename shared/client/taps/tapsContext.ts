// What the parts about touches share.

import type { UserId } from "../../wire/ids.ts";
import { ConnectionError } from "../connectionError.ts";
import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import type { AccountLogs } from "../line/accountLogs.ts";
import type { Listeners } from "../listeners.ts";
import type { AcquaintEvent } from "../model.ts";
import type { Ports } from "../ports.ts";
import type { Store } from "../store/store.ts";

export interface TapsContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly logs: AccountLogs;
  readonly listeners: Listeners<AcquaintEvent>;
  readonly ownName: () => string;
  /** So that whoever reads a ticket can write at once. */
  readonly leavePrekeys: () => void;
  /** Holds a line to the mailbox. */
  readonly connect: () => void;
}

function shortId(userId: UserId): string {
  return `${userId.slice(0, 4)}…${userId.slice(-4)}`;
}

/** Of a contact, or of oneself; else a short form of the id. */
export async function nameOf(context: TapsContext, userId: UserId): Promise<string> {
  const { device, contacts, ownName } = context;
  const own = userId === device.identity.userId ? ownName() : "";
  return own || ((await contacts.get(userId))?.name ?? shortId(userId));
}

const LOOK_AGAIN_MS = 50;
const LONGEST_MS = 20_000;

/** Does it while no other tab or process of this device does anything under that name. @throws ConnectionError */
export async function alone<Value>(
  { ports, store }: Pick<TapsContext, "ports" | "store">,
  name: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const since = ports.now();
  for (;;) {
    const release = await store.hold(name);
    if (release !== null) return work().finally(release);
    if (ports.now() - since > LONGEST_MS) {
      throw new ConnectionError("Another tab of this device does not come to its end.");
    }
    await new Promise<void>((resolve) => {
      ports.after(LOOK_AGAIN_MS, resolve);
    });
  }
}
