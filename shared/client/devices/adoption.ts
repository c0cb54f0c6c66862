// A device goes over into another account: the one that it had made for itself is erased at the server, what it kept
// of that one is deleted, and the log that lists it takes the other's place. Its keys stay.

import type { DeviceLog } from "../../wire/auth.ts";
import type { UserId } from "../../wire/ids.ts";
import { AccountErased } from "../accountErased.ts";
import { eraseAtServer, heldByOthers } from "../erasing.ts";
import type { Device } from "../device.ts";
import type { Ports } from "../ports.ts";
import { alone, LINKING } from "./alone.ts";
import { FORMER } from "./leftovers.ts";
import { MOVE, type Move } from "./move.ts";
import { MOVED_SIGNAL } from "./signals.ts";
import { signedPrekeys } from "../line/prekeyBox.ts";
import type { Change, DeviceKeys, Store } from "../store/store.ts";

/** From then on a crash only delays it. */
export async function decideMove(store: Store, former: UserId, log: DeviceLog): Promise<void> {
  const prekeys = await signedPrekeys(store);
  await store.put("device", MOVE, { former, log, prekeys } satisfies Move);
}

/**
 * Does what was decided, unless another tab or process has done so meanwhile.
 * @throws ConnectionError when the server cannot be reached: the next start goes on
 */
export async function finishMove(
  device: Device,
  ports: Ports,
  store: Store,
  keys: DeviceKeys,
): Promise<void> {
  await alone({ store, ports }, LINKING, async () => {
    const move = await store.get<Move>("device", MOVE);
    if (move === null) return;
    // The others let go of the store, and open the account anew.
    store.signal(MOVED_SIGNAL);
    await endFormer(device, ports, move);
    const letGo = await heldByOthers(device, ports, store);
    try {
      await store.clear({ keys, log: move.log });
      // A crash here loses what can be done without: the device that has let it in finds the other account ended, and
      // what was sealed to these prekeys is asked for again.
      const former = { collection: "device", id: FORMER, value: { userId: move.former } };
      await store.apply([...move.prekeys, former as Change]);
    } finally {
      letGo();
    }
  });
}

async function endFormer(device: Device, ports: Ports, { former }: Move): Promise<void> {
  // Cut short while the store was cleared, this device is of the new account already: that one stays.
  if (device.identity.userId !== former) return;
  await eraseAtServer(device, ports).catch((error: unknown) => {
    if (!(error instanceof AccountErased)) throw error;
  });
}

/** The account that this device came from, while its new account may still list it as a contact. */
export async function formerAccount(store: Store): Promise<UserId | null> {
  return (await store.get<{ userId: UserId }>("device", FORMER))?.userId ?? null;
}

export function forgetFormerAccount(store: Store): Promise<void> {
  return store.delete("device", FORMER);
}
