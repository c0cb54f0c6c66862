// Entries of this account's own log, made by this device and appended at the server.

import type { VerifiedLog } from "../../core/identity/deviceLog.ts";
import type { Draft } from "../../core/identity/logDrafts.ts";
import type { DeviceLog, LaterEntry } from "../../wire/auth.ts";
import type { UserId } from "../../wire/ids.ts";
import type { SignedPrekey } from "../../wire/line.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { Device } from "../device.ts";
import { EntryRefused } from "./faults.ts";

const TRIES = 4;

/** @returns the entry with this device's own signature, over what `draftOf` gives for the newest log */
export async function appendSigned<Entry extends LaterEntry>(
  device: Device,
  draftOf: (log: VerifiedLog) => Draft<Entry, [signature: Uint8Array]>,
): Promise<Entry> {
  return append(device, async (log) => {
    const draft = draftOf(log);
    if (!draft.ok) throw new EntryRefused(draft.reason);
    return draft.finish(await device.sign(draft.bytes));
  });
}

/**
 * Appends what `entryOf` makes, anew when the log has grown meanwhile.
 * @throws EntryRefused, ConnectionError, ProblemError
 */
export async function append<Entry extends LaterEntry>(
  device: Device,
  entryOf: (log: VerifiedLog) => Promise<Entry>,
  prekey?: SignedPrekey,
): Promise<Entry> {
  for (let tries = 1; ; tries++) {
    const { log } = device;
    const entry = await entryOf(device.identity);
    try {
      await post(device, device.identity.userId, entry, prekey);
    } catch (error) {
      if (!isOutrun(error) || tries >= TRIES) throw error;
      await device.refreshLog();
      if (hasEntry(device.log, entry)) return entry; // the answer was lost
      continue;
    }
    await device.learnLog([...log, entry] as DeviceLog);
    return entry;
  }
}

/** @param prekey of the device that the entry adds */
export async function post(
  device: Device,
  userId: UserId,
  entry: LaterEntry,
  prekey?: SignedPrekey,
): Promise<void> {
  const body = { entries: [entry], ...(prekey !== undefined && { prekey }) };
  await device.call("appendEntries", { params: { userId }, body });
}

export function isOutrun(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "log-changed";
}

function hasEntry(log: DeviceLog, { signature }: LaterEntry): boolean {
  return log.some((entry) => entry.signature === signature);
}
