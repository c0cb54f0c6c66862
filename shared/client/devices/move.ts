// That this device goes over into another account, from when it is decided until it is done.

import type { DeviceLog } from "../../wire/auth.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Change } from "../store/store.ts";

/** Of the record in the collection `device`. */
export const MOVE = "move";

export interface Move {
  /** The account that it had made for itself, which ends. */
  readonly former: UserId;
  /** Of the other account; it lists this device. */
  readonly log: DeviceLog;
  /** What this device keeps of what it had: whoever writes to it as soon as it is listed begins with these. */
  readonly prekeys: readonly Change[];
}
