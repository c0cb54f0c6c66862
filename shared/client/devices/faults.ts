// What may stand in the way of a device that comes into an account, or of one that is to go.

import type { LogRefusal } from "../../core/identity/logRules.ts";

/** An entry that may not come next, whatever the server thinks of it. Nothing was sent. */
export class EntryRefused extends Error {
  readonly reason: LogRefusal | "unsigned";

  constructor(reason: LogRefusal | "unsigned") {
    super(
      WORDS[reason] ?? "The account's devices have changed meanwhile. Look at them, and try again.",
    );
    this.name = "EntryRefused";
    this.reason = reason;
  }
}

const WORDS: Partial<Record<LogRefusal | "unsigned", string>> = {
  deviceUnknown: "This account has no such device, or no more.",
  lastDevice: "This is the account's only device. To give up the account, erase it.",
  tooManyDevices: "This account has as many devices as it may. Remove one first.",
  logFull:
    "This account's devices have changed as often as they may. Nothing but removing one is possible.",
  unsigned:
    "What that device has signed does not fit the account as it is now. Decline it, and show a fresh code.",
  keyUsed:
    "That device was in this account before, and cannot come back as it is. Begin anew on it first.",
};

/** This device has contacts of its own, which it would lose. Nothing was changed. */
export class AccountInUse extends Error {
  constructor() {
    super(
      "This device has an account with contacts of its own, and would lose them. Use a fresh one, or erase this account first.",
    );
    this.name = "AccountInUse";
  }
}

/** The device of the account has declined. */
export class JoinRefused extends Error {
  constructor() {
    super("Your other device declined. Show a fresh code on it to start over.");
    this.name = "JoinRefused";
  }
}

/** The words are no recovery phrase, or none that the server knows an account of. */
export class PhraseUnknown extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PhraseUnknown";
  }
}
