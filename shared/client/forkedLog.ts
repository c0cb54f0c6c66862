// The alarm of a device log that does not follow from the one that was seen before.

import type { UserId } from "../wire/ids.ts";

/** The server showed a log of this account that contradicts the one seen before: nothing is sent any more. */
export class ForkedLogError extends Error {
  readonly userId: UserId;

  constructor(userId: UserId) {
    super(
      "This account's devices are not those that it had before, and it has not signed the change.",
    );
    this.name = "ForkedLogError";
    this.userId = userId;
  }
}
