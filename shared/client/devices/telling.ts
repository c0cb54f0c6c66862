// Contacts are told when the account's devices have changed, by the device that has signed the change.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import type { DeviceChange } from "../../core/line/accountContents.ts";
import type { LaterEntry, LogEntry } from "../../wire/auth.ts";
import type { Change } from "../store/store.ts";
import type { DevicesContext } from "./devicesContext.ts";
import { TOLD, toldLength } from "./leftovers.ts";

const CHANGES: Readonly<Record<LaterEntry["kind"], DeviceChange>> = {
  add: "added",
  remove: "removed",
  recovery: "recovery",
};

/** Of what has been added since the last time, the latest that this device has signed. */
export async function tellContacts(context: DevicesContext): Promise<void> {
  const { device, ports, contacts, line, store } = context;
  const { log, identity, self } = device;
  const told = await toldLength(context);
  if (told >= log.length) return;
  const own = log.findLastIndex((entry, index) => index >= told && isBy(entry, index, self.number));
  const entry = log[own];
  const head = identity.heads[own];
  const done: Change = { collection: "settings", id: TOLD, value: { length: log.length } };
  if (entry === undefined || entry.kind === "genesis" || head === undefined) {
    return store.apply([done]);
  }
  const content = {
    kind: "devices",
    at: ports.now(),
    length: own + 1,
    head: toBase64Url(head),
    change: CHANGES[entry.kind],
  } as const;
  await contacts.refresh(); // whoever is not known here yet is told, too
  const peers = (await contacts.list()).filter(({ blocked }) => !blocked);
  await line.submitWith(
    peers.map(({ userId }) => ({ to: userId, content })),
    [done],
  );
}

/** A device that was restored by its phrase has signed its own entry with the recovery key. */
function isBy(entry: LogEntry, index: number, number: number): boolean {
  if (entry.kind === "genesis") return false;
  return (
    entry.by === number || (entry.by === "recovery" && entry.kind === "add" && index === number)
  );
}
