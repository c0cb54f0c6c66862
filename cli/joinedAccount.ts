// What a device does once it has come into an account: it opens it, and takes what is handed over.
import type { Context } from "./command.ts";
import { EXIT } from "./errors.ts";

/** Opens the account that this home belongs to now, and takes what is handed over. */
export async function showJoined(context: Context): Promise<number> {
  const client = await context.open();
  context.present.show({ event: "joined", userId: client.me.userId });
  client.on((event) => {
    if (event.event === "history") context.present.show(event);
  });
  await client.messages.caughtUp();
  await (await client.devices()).toldContacts();
  return EXIT.success;
}
