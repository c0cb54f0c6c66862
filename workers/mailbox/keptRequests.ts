// What a mailbox keeps of badge and requests to become contacts: a value each, once there is something to keep. No table,
// which would cost every account rows before anyone has asked.

import { type FadingCount, NOTHING_COUNTED } from "../../shared/core/fadingCount.ts";
import { type KeptBadge, newBadge } from "../../shared/core/mailbox/badge.ts";
import {
  type ContactRequests,
  isNothing,
  NO_CONTACT_REQUESTS,
} from "../../shared/core/mailbox/contactRequests.ts";
import type { ContactErrand } from "./contactErrands.ts";
import type { Owed } from "./outbox.ts";

const BADGE_KEY = "badge";
const OWED_KEY = "owed";
const ROOM_PACE_KEY = "roomPace";
const REQUESTS_KEY = "contactRequests";

export class KeptRequests {
  readonly #values: SyncKvStorage;
  readonly #isOpen: () => boolean;

  /** @param isOpen false without an account: work that was under way leaves nothing behind then */
  constructor(values: SyncKvStorage, isOpen: () => boolean) {
    this.#values = values;
    this.#isOpen = isOpen;
  }

  requests(): ContactRequests {
    return this.#values.get<ContactRequests>(REQUESTS_KEY) ?? NO_CONTACT_REQUESTS;
  }

  setRequests(requests: ContactRequests): void {
    this.#set(REQUESTS_KEY, isNothing(requests) ? null : requests);
  }

  /** In the order in which it came to be owed. */
  owed(): readonly Owed<ContactErrand>[] {
    return this.#values.get<readonly Owed<ContactErrand>[]>(OWED_KEY) ?? [];
  }

  setOwed(owed: readonly Owed<ContactErrand>[]): void {
    this.#set(OWED_KEY, owed.length === 0 ? null : owed);
  }

  badge(): KeptBadge | null {
    return this.#values.get<KeptBadge>(BADGE_KEY) ?? null;
  }

  setBadge(badge: KeptBadge | null): void {
    this.#set(BADGE_KEY, badge);
  }

  /** Of strangers' requests out of rooms. */
  roomPace(): FadingCount {
    return this.#values.get<FadingCount>(ROOM_PACE_KEY) ?? NOTHING_COUNTED;
  }

  setRoomPace(pace: FadingCount): void {
    this.#set(ROOM_PACE_KEY, pace);
  }

  /** The one that counts from now on; nothing changes when it does already. */
  beginBadge(salt: string | null, now: number): void {
    if (salt !== (this.badge()?.salt ?? null))
      this.setBadge(salt === null ? null : newBadge(salt, now));
  }

  /** 0 when none has ended. */
  lastSequence(): number {
    return this.requests().ended.at(-1)?.sequence ?? 0;
  }

  #set(key: string, value: object | null): void {
    if (!this.#isOpen()) return;
    if (value === null) this.#values.delete(key);
    else this.#values.put(key, value);
  }
}
