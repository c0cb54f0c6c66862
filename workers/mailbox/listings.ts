// What the directory has of the account: its handle, its recovery id and its badge. One piece of work with it after another,
// so that the end of the account leaves nothing there.

import { earliest } from "../../shared/core/deadlines.ts";
import { tokenOf } from "../../shared/core/mailbox/badge.ts";
import { NO_HANDLE } from "../../shared/core/mailbox/handle.ts";
import type { Handle } from "../../shared/wire/ids.ts";
import type { Env } from "../env.ts";
import { badgeEntry, directoryEntry, recoveryEntry } from "../objects.ts";
import { HandleChange, type InTurn, inTurn } from "./handleChange.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import type { RoomNews } from "./roomNews.ts";

export class Listings {
  readonly inTurn: InTurn = inTurn();
  readonly handle: HandleChange<Handle>;
  readonly recovery: HandleChange<string>;
  /** By its salt, from which the token follows. */
  readonly badge: HandleChange<string>;

  constructor(
    env: Env,
    store: MailboxStore,
    news: Pick<RoomNews, "tellHandle">,
    wakeBy: (at: number) => Promise<void>,
  ) {
    const owner = () => store.account()?.userId ?? null;
    this.handle = new HandleChange<Handle>(
      {
        owner,
        entryOf: (handle) => directoryEntry(env, handle),
        state: () => store.account()?.handle ?? NO_HANDLE,
        store: (handle) => store.changeAccount({ handle }),
        tell: (handle) => news.tellHandle(handle),
        taken: "handle-taken",
      },
      this.inTurn,
      wakeBy,
    );
    this.recovery = new HandleChange<string>(
      {
        owner,
        entryOf: (id) => recoveryEntry(env, id),
        state: () => store.account()?.recovery ?? NO_HANDLE,
        store: (recovery) => store.changeAccount({ recovery }),
        taken: "recovery-taken",
      },
      this.inTurn,
      wakeBy,
    );
    this.badge = new HandleChange<string>(
      {
        owner,
        entryOf: (salt, userId) => badgeEntry(env, tokenOf(userId, salt)),
        state: () => store.account()?.badge ?? NO_HANDLE,
        store: (badge) => {
          store.changeAccount({ badge });
          store.asking.beginBadge(badge.handle, Date.now());
        },
        taken: "try-again",
      },
      this.inTurn,
      wakeBy,
    );
  }

  /** Goes on where changes were cut short. When to try again; null when nothing is left. */
  async settle(): Promise<number | null> {
    return earliest(
      await this.handle.settle(),
      await this.recovery.settle(),
      await this.badge.settle(),
    );
  }
}
