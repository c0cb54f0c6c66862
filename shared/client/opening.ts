// The SDK's front door. What an open account needs is fetched when one is opened, so that a page can show something
// first.

import type { Acquaint as OpenAcquaint } from "./acquaint.ts";
import { fetched } from "./connectionError.ts";
import type { AcquaintOptions } from "./options.ts";

export type Acquaint = OpenAcquaint;
export const Acquaint = {
  /**
   * Opens the account that is in the store; makes and registers one the first time.
   * @throws ConnectionError when a new account cannot be registered for want of a connection
   * @throws ProblemError when the server refuses
   */
  async open(options: AcquaintOptions): Promise<Acquaint> {
    const { Acquaint: Account } = await fetched(import("./acquaint.ts"));
    return Account.open(options);
  },
};
