// Whom an account lets ask, of those who are no contacts of it.

import type { UserId } from "../../shared/wire/ids.ts";
import type { Env } from "../env.ts";
import { mailboxOf } from "../objects.ts";
import type { MailboxStore } from "./mailboxStore.ts";

export async function admitsStranger(
  env: Env,
  store: MailboxStore,
  asker: UserId,
): Promise<boolean> {
  const account = store.account();
  if (account === null || account.requestsFrom === "nobody") return false;
  if (account.requestsFrom === "anyone") return true;
  return mailboxOf(env, asker).knowsAnyOf(store.contacts.ids());
}
