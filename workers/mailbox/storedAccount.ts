// The account as its mailbox stores it, and as its owner sees it.

import { type HandleState, NO_HANDLE } from "../../shared/core/mailbox/handle.ts";
import type { Account, Audience, DeviceLog } from "../../shared/wire/auth.ts";
import type { UserId } from "../../shared/wire/ids.ts";

/** What an account begins with. */
export const INITIAL_SETTINGS = {
  recovery: NO_HANDLE,
  badge: NO_HANDLE,
  visibility: "anyone",
  requestsFrom: "anyone",
} as const;

export interface StoredAccount {
  readonly userId: UserId;
  readonly log: DeviceLog;
  /** Base64url of 32 bytes. */
  readonly logHead: string;
  readonly handle: HandleState;
  /** By what its recovery phrase finds it. */
  readonly recovery: HandleState<string>;
  /** By the salt that its token follows from. */
  readonly badge: HandleState<string>;
  readonly visibility: Audience;
  readonly requestsFrom: Audience;
}

/** As its owner sees it. */
export function toAccount(account: StoredAccount): Account {
  const { userId, logHead, handle, visibility, requestsFrom } = account;
  return { userId, logHead, handle: handle.handle, visibility, requestsFrom };
}
