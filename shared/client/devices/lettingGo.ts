// The end of a contact that was one for a link alone, at the server and here; maybe another device has met it.

import type { UserId } from "../../wire/ids.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { DevicesContext } from "./devicesContext.ts";

export async function letGo({ contacts, device }: DevicesContext, userId: UserId): Promise<void> {
  await device.call("removeContact", { params: { userId } }).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.code !== "contact-unknown") throw error;
  });
  await contacts.forget(userId);
}
