// The end of an account (ID-5). One write turns the account into a note of what it must give back to the directory;
// from then on this mailbox answers as if there had never been one. When the directory has them, its groups and rooms are
// without it, its own rooms are closed, and the bucket has no blob of it, nothing is left.

import { retryDelayMs } from "../../shared/core/deadlines.ts";
import { eraseTranscript } from "../../shared/core/identity/deviceLog.ts";
import type { AskedContact } from "../../shared/wire/contactRequests.ts";
import type { Handle, UserId } from "../../shared/wire/ids.ts";
import type { MailboxNotice } from "../../shared/wire/mailbox.ts";
import type { Env } from "../env.ts";
import { badgeEntry, directoryEntry, groupOf, mailboxOf, recoveryEntry } from "../objects.ts";
import type { EarliestAlarm } from "../storage/earliestAlarm.ts";
import type { BlobList } from "./blobList.ts";
import type { InTurn } from "./handleChange.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import { DONE, type Result, UNAUTHENTICATED } from "./results.ts";
import type { RoomList } from "./roomList.ts";
import { hasSigned, type SignedChallenge } from "./signedChallenge.ts";

/** How soon the alarm goes on with what a crash has cut short. */
const CHECK_MS = 10_000;

/** What is still to be done of an erasure. */
export interface Erasure {
  readonly userId: UserId;
  /** That the directory may hold for the account. */
  readonly handles: readonly Handle[];
  readonly recoveryIds?: readonly string[];
  /** Tokens. */
  readonly badges?: readonly string[];
  /** That it is a member of. */
  readonly groupIds?: readonly string[];
  /** Whom it has asked to become a contact. */
  readonly asked?: readonly AskedContact[];
}

export class AccountErasure {
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #inTurn: InTurn;
  readonly #blobs: BlobList;
  readonly #rooms: RoomList;
  readonly #alarm: EarliestAlarm;
  readonly #tellEnd: (notice: MailboxNotice) => void;
  #tries = 0;

  /** @param tellEnd tells every socket and closes it */
  constructor(
    env: Env,
    store: MailboxStore,
    turns: InTurn,
    blobs: BlobList,
    rooms: RoomList,
    alarm: EarliestAlarm,
    tellEnd: (notice: MailboxNotice) => void,
  ) {
    this.#env = env;
    this.#store = store;
    this.#inTurn = turns;
    this.#blobs = blobs;
    this.#rooms = rooms;
    this.#alarm = alarm;
    this.#tellEnd = tellEnd;
  }

  /** Once a device has signed for it, nothing stops it; what a failure leaves, the alarm deletes. */
  async begin(signed: SignedChallenge): Promise<Result<null>> {
    const { deviceId, challenge, signature } = signed;
    const device = this.#store.device(deviceId);
    if (device === null || !hasSigned(device, eraseTranscript, signed)) return UNAUTHENTICATED;
    await this.#alarm.by(Date.now() + CHECK_MS);
    if (this.#store.beginErasure()) {
      this.#tellEnd({ type: "erased", device: device.number, challenge, signature });
    }
    await this.settle();
    return DONE;
  }

  /** Goes on where an erasure was cut short. When to try again; null when nothing is left to be done. */
  settle(): Promise<number | null> {
    return this.#inTurn(() => this.#settle());
  }

  async #settle(): Promise<number | null> {
    const erasure = this.#store.erasure();
    if (erasure === null) return null;
    const { userId, handles, recoveryIds = [], groupIds = [] } = erasure;
    const { badges = [], asked = [] } = erasure;
    try {
      // Before another may have its handle, nobody is shown by it.
      await this.#rooms.leaveAll(userId);
      for (const handle of handles) await directoryEntry(this.#env, handle).release(userId);
      for (const id of recoveryIds) await recoveryEntry(this.#env, id).release(userId);
      for (const token of badges) await badgeEntry(this.#env, token).release(userId);
      await Promise.all(
        asked.map(({ requestId, createdAt, to }) => {
          const withdrawal = { kind: "withdraw", requestId, createdAt } as const;
          return mailboxOf(this.#env, to).takeContactErrand(userId, withdrawal);
        }),
      );
      await Promise.all(groupIds.map((id) => groupOf(this.#env, id).leave(userId)));
      await this.#rooms.end(userId);
      await this.#blobs.eraseAll();
      this.#alarm.deleted();
      await this.#store.deleteAll();
      this.#tries = 0;
      return null;
    } catch {
      this.#tries += 1;
      const nextTry = Date.now() + retryDelayMs(this.#tries);
      await this.#alarm.by(nextTry);
      return nextTry;
    }
  }
}
