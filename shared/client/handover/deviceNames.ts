// What the account's devices are called, known to all of them.

import { laterThan } from "../../core/line/laterThan.ts";
import { NAME_MAX_CHARS } from "../../wire/limits.ts";
import type { StoredName } from "../profile.ts";
import type { Sharing } from "../sharing.ts";
import type { Change, Store } from "../store/store.ts";

export function deviceNameId(number: number): string {
  return `deviceName ${number}`;
}

/** To be stored; then the others are to be told, by `sharing.look`. */
export async function deviceNamed(
  store: Store,
  sharing: Sharing,
  number: number,
  name: string,
): Promise<Change[]> {
  const id = deviceNameId(number);
  const before = await store.get<StoredName>("settings", id);
  const changedAt = laterThan(before?.changedAt, sharing.now());
  const named: StoredName = { name: name.slice(0, NAME_MAX_CHARS), changedAt };
  return [
    { collection: "settings", id, value: named },
    ...sharing.changes({ kind: "deviceName", number, ...named }),
  ];
}
