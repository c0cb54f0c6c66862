// Whether something of the account's devices is left to be done. Small, since every account that opens asks; who does
// it is loaded when there is something.

import type { DevicesContext } from "./devicesContext.ts";

/** In `settings`: this device is on its way into an account. */
export const JOINING = "joining";
/** In `settings`: how long the log was when contacts were told last. */
export const TOLD = "devicesTold";
/** In `device`: another recovery phrase is taking the place of the one so far. */
export const RENEWAL = "recoveryRenewal";
/** In `device`: the account that this device had before it went over, for the other to forget as a contact. */
export const FORMER = "formerAccount";

type Surroundings = Pick<DevicesContext, "device" | "store" | "contacts">;

/** Length of the log that contacts have been told of; nothing needs to be told of its first entry. */
export async function toldLength({ store }: Pick<Surroundings, "store">): Promise<number> {
  return (await store.get<{ length: number }>("settings", TOLD))?.length ?? 1;
}

export async function isSomethingLeft(context: Surroundings): Promise<boolean> {
  const { device, store, contacts } = context;
  if (device.log.length > (await toldLength(context))) return true;
  if ((await store.get("settings", JOINING)) !== null) return true;
  if ((await store.get("device", RENEWAL)) !== null) return true;
  if ((await store.get("device", FORMER)) !== null) return true;
  return (await contacts.linkedIds()).length > 0;
}
