// Whom a box is from and to. Each box is bound to it, so that none is opened as somebody else's
// or sent back to who sealed it.
import { lvCat, utf8 } from "./bytes.ts";

/** `from` is the device that seals. */
export interface Endpoints {
  readonly fromUserId: string;
  readonly fromDeviceId: string;
  readonly toUserId: string;
  readonly toDeviceId: string;
}

const LABEL = utf8("acquaint line ad v1");

/** The associated data of every box between these two, in this direction. */
export function associatedDataOf(endpoints: Endpoints): Uint8Array {
  const { fromUserId, fromDeviceId, toUserId, toDeviceId } = endpoints;
  return lvCat(LABEL, utf8(fromUserId), utf8(fromDeviceId), utf8(toUserId), utf8(toDeviceId));
}
