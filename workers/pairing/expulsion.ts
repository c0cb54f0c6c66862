// Devices that were removed from their accounts, at one attempt: nothing that they have begun here goes on, and no
// token lets them in again.

import { type AttemptState, isSameParty, type Party } from "../../shared/core/pairing/state.ts";
import type { AttemptEvent } from "../../shared/core/pairing/events.ts";
import { UPGRADE_TOKEN_TTL_SECONDS } from "../../shared/wire/limits.ts";

type DeviceOf = Pick<Party, "userId" | "deviceId">;

/** As long as a token may come in that was being made when the device was removed. */
const REMEMBERED_MS = 2 * UPGRADE_TOKEN_TTL_SECONDS * 1_000;

/**
 * In memory alone: an object that wakes takes only tokens that were issued right before (upgradeTokens.ts), and by
 * then the mailbox has no more made for such a device.
 */
export class Expelled {
  readonly #until = new Map<string, number>();

  add(device: DeviceOf): void {
    const now = Date.now();
    for (const [name, until] of this.#until) if (until < now) this.#until.delete(name);
    this.#until.set(nameOf(device), now + REMEMBERED_MS);
  }

  has(device: DeviceOf): boolean {
    return (this.#until.get(nameOf(device)) ?? 0) >= Date.now();
  }
}

/** What a side would say of itself to be gone; null when there is nothing left to be said. */
export function farewellOf(state: AttemptState, party: Party): AttemptEvent | null {
  if (state.at === "free") return null;
  const isInitiator = isSameParty(party, state.initiator);
  // Of an account that is asked, other devices may answer still.
  const isResponder = "responder" in state && isSameParty(party, state.responder);
  if (!isInitiator && !isResponder) return null;
  if (state.at !== "matched" && state.at !== "failed") return { type: "cancel", party };
  const role = isInitiator ? "initiator" : "responder";
  return state.unacknowledged.includes(role) ? { type: "acknowledge", party } : null;
}

function nameOf({ userId, deviceId }: DeviceOf): string {
  return `${userId} ${deviceId}`;
}
