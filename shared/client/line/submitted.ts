// What any tab or process has left to be said is put into its conversation by the line's holder; then it may go.

import { isForOwnDevices } from "../../core/line/content.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Change } from "../store/store.ts";
import { ConversationWork } from "./conversationWork.ts";
import type { LineContext } from "./lineContext.ts";
import { applied, done, kept } from "./outbox.ts";

/** @returns the accounts that something waits for */
export function takeSubmitted(context: LineContext): Promise<ReadonlySet<UserId>> {
  const { store, ports, device, outbox } = context;
  const { userId } = device.identity;
  return context.alone(async () => {
    const submitted = await outbox.submissions();
    const conversations = new ConversationWork(store, ports.now());
    const changes: Change[] = [];
    for (const entry of submitted) {
      const { to, content } = entry;
      changes.push(done(entry), kept(applied(entry)));
      if (to === userId || !isForOwnDevices(content)) continue;
      await conversations.apply(to, "me", content, "waiting");
      if (entry.message !== null) await conversations.setDelivery(to, entry.message, "waiting");
      const copy = outbox.make({ to: userId, content: { kind: "sync", to, content } });
      if (device.identity.devices.length > 1) changes.push(kept(copy));
    }
    if (changes.length > 0) await context.keep(conversations, changes);
    const receivers = submitted.map(({ to }) => to);
    return new Set(submitted.length > 0 ? [userId, ...receivers] : []);
  });
}
