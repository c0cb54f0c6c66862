// That a device has no account to speak for any more.

/** `removed`: the account goes on, but without this device. */
export type Ending = "erased" | "removed";

/**
 * This device speaks for no account any more: it was erased, here or on another device, or this device was
 * removed from it. What this device keeps can still be read.
 */
export class AccountErased extends Error {
  readonly ending: Ending;

  constructor(ending: Ending = "erased") {
    super(
      ending === "erased"
        ? "This account was erased."
        : "This device was removed from its account.",
    );
    this.name = "AccountErased";
    this.ending = ending;
  }
}
