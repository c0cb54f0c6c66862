// The device that something has come from, as its account's log lists it.

import type { UserId } from "../../wire/ids.ts";
import { ProblemError } from "../../wire/problem.ts";
import { ForkedLogError } from "../forkedLog.ts";
import type { LineContext } from "./lineContext.ts";
import type { PeerDevice } from "./sessionBook.ts";

/** Null for one that its account's log does not list, as far as that can be known. */
export async function peerDevice(
  { logs, tell }: LineContext,
  userId: UserId,
  number: number,
): Promise<PeerDevice | null> {
  try {
    const device = await logs.deviceOf(userId, number);
    return device && { ...device, userId };
  } catch (error) {
    if (error instanceof ForkedLogError) tell({ event: "forked", userId });
    else if (!(error instanceof ProblemError) || error.code !== "not-a-contact") throw error;
    return null;
  }
}
