// That someone types: said to whoever of an account listens now, kept nowhere.

import { encodeContent } from "../../core/line/contentCoding.ts";
import type { UserId } from "../../wire/ids.ts";
import type { LineContext } from "./lineContext.ts";
import { SessionWork } from "./sessionBook.ts";

/** To each device with which there is a session; lost without a connection. */
export async function sayTyping(
  context: LineContext,
  to: UserId,
  isTyping: boolean,
): Promise<void> {
  const { devices } = await context.logs.of(to);
  const content = encodeContent({ kind: "typing", isTyping });
  const boxes = await context.alone(async () => {
    const work = new SessionWork(context);
    const sealed = devices.map(async (device) => ({
      device: device.number,
      box: await work.sealTransient({ ...device, userId: to }, content),
    }));
    return Promise.all(sealed);
  });
  const known = boxes.flatMap(({ device, box }) => (box === null ? [] : [{ device, box }]));
  if (known.length > 0) context.say([{ type: "transient", to, boxes: known }]);
}
