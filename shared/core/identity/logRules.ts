// Which entries may follow on a device log, signatures aside. The same rules hold for whoever writes
// an entry and for whoever reads it.

import { DEVICES_MAX, LOG_MAX_ENTRIES } from "../../wire/limits.ts";
import { equalBytes, fromBase64Url } from "../crypto/bytes.ts";
import type { LoggedDevice, VerifiedLog } from "./deviceLog.ts";
import type { UnsignedEntry } from "./logEntries.ts";

/**
 * `notNext`: it follows on another entry than the last. `signerUnknown`, `deviceUnknown`: no active
 * device has that number. `keyUsed`: a key in it stands in the log already, in whatever role.
 */
export type LogRefusal =
  | "notNext"
  | "signerUnknown"
  | "deviceUnknown"
  | "lastDevice"
  | "tooManyDevices"
  | "logFull"
  | "keyUsed";

/** Why this entry may not come next on this log; null when it may. */
export function refusalOf(log: VerifiedLog, entry: UnsignedEntry): LogRefusal | null {
  if (!equalBytes(fromBase64Url(entry.previous), log.head)) return "notNext";
  if (entry.by !== "recovery" && deviceOf(log, entry.by) === undefined) return "signerUnknown";
  if (entry.kind === "remove") {
    if (deviceOf(log, entry.device) === undefined) return "deviceUnknown";
    return log.devices.length === 1 ? "lastDevice" : null;
  }
  if (entry.kind === "add" && log.devices.length >= DEVICES_MAX) return "tooManyDevices";
  if (!leavesRoom(log, entry.kind === "add" ? 1 : 0)) return "logFull";
  return isAnyUsed(log, keysIn(entry)) ? "keyUsed" : null;
}

/** The active device of that number. */
export function deviceOf(log: VerifiedLog, number: number): LoggedDevice | undefined {
  return log.devices.find((device) => device.number === number);
}

/** The keys that an entry brings into the log, as they travel: one spelling each. */
export function keysIn(entry: UnsignedEntry): readonly string[] {
  switch (entry.kind) {
    case "add":
      return [entry.signKey, entry.agreeKey];
    case "remove":
      return [];
    case "recovery":
      return [entry.recoveryKey];
  }
}

/** However full the log becomes, all devices but one can still be removed: a stolen one above all. */
function leavesRoom(log: VerifiedLog, added: number): boolean {
  const removals = log.devices.length + added - 1;
  return log.length + 1 + removals <= LOG_MAX_ENTRIES;
}

function isAnyUsed(log: VerifiedLog, keys: readonly string[]): boolean {
  return new Set(keys).size < keys.length || keys.some((key) => log.keys.has(key));
}
