// After a touch both send name and card; a run that ends at once waits a moment until the server has them.
import type { Acquaint } from "../shared/client/node.ts";
import { within } from "./within.ts";

/** What is not sent by then goes with the next command that connects. */
const SETTLE_MS = 3_000;

export async function introduced(client: Acquaint, userIds: readonly string[]): Promise<void> {
  const sent = userIds.map((userId) => client.messages.settled(userId));
  await within(SETTLE_MS, Promise.allSettled(sent));
}
