// What an account is called, by what it is found, and who may see and ask it, as its devices change it.

import type { Account, AccountChange } from "../../shared/wire/auth.ts";
import type { Listings } from "./listings.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import { DONE, type Result, UNAUTHENTICATED } from "./results.ts";
import { toAccount } from "./storedAccount.ts";

export class AccountSettings {
  readonly #store: MailboxStore;
  readonly #listings: Listings;

  constructor(store: MailboxStore, listings: Listings) {
    this.#store = store;
    this.#listings = listings;
  }

  read(): Result<Account> {
    const account = this.#store.account();
    return account === null ? UNAUTHENTICATED : { ok: true, value: toAccount(account) };
  }

  async change({ handle, visibility, requestsFrom }: AccountChange): Promise<Result<Account>> {
    if (handle !== undefined) {
      const refusal = await this.#listings.handle.change(handle);
      if (refusal !== null) return { ok: false, code: refusal };
    }
    if (visibility !== undefined) this.#store.changeAccount({ visibility });
    if (requestsFrom !== undefined) this.#store.changeAccount({ requestsFrom });
    return this.read();
  }

  async listRecovery(recoveryId: string): Promise<Result<null>> {
    const refusal = await this.#listings.recovery.change(recoveryId);
    return refusal === null ? DONE : { ok: false, code: refusal };
  }
}
