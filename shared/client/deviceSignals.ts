// What an open account hears of the other tabs and processes of its device.

import type { Device } from "./device.ts";
import { LINKING_SIGNAL, MOVED_SIGNAL } from "./devices/signals.ts";
import { ERASED_SIGNAL } from "./erasureMark.ts";
import type { Listeners } from "./listeners.ts";
import type { AcquaintEvent } from "./model.ts";
import { LOG_SIGNAL } from "./ownLog.ts";
import { OUTDATED_SIGNAL, type Store } from "./store/store.ts";

/** The function returned ends it. @param over this one speaks for the account no more */
export function hearSignals(
  store: Store,
  device: Device,
  listeners: Listeners<AcquaintEvent>,
  over: (event: "outdated" | "joined") => void,
): () => void {
  return store.onSignal((name) => {
    if (name === ERASED_SIGNAL) device.erasure.check().catch(() => {}); // told of as an event
    if (name === OUTDATED_SIGNAL) over("outdated");
    if (name === MOVED_SIGNAL) over("joined");
    if (name === LOG_SIGNAL) void device.lookAtLog();
    if (name === LINKING_SIGNAL) listeners.tell({ event: "devices" });
  });
}
