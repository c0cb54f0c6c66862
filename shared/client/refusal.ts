// Says no to a request: over the attempt's own socket, and done once the server has said that it ended.

import { attemptNoticeSchema } from "../wire/pairing.ts";
import type { MeetingRequest } from "../wire/mailbox.ts";
import { ProblemError } from "../wire/problem.ts";
import { ConnectionError } from "./connectionError.ts";
import { deferred } from "./deferred.ts";
import type { Device } from "./device.ts";
import { LiveSocket } from "./liveSocket.ts";
import { type Ports, within } from "./ports.ts";

const REFUSE_MS = 15_000;

/** @throws ConnectionError when the server cannot be reached in time */
export async function refuseRequest(
  device: Device,
  ports: Ports,
  { locator, sid }: MeetingRequest,
): Promise<void> {
  const over = deferred();
  let hasRefused = false;
  const socket = new LiveSocket(device, ports, {
    upgrade: () => ({ purpose: "answer", locator, sid }),
    notices: attemptNoticeSchema,
    onOpen: () => {},
    onNotice: ({ type }) => {
      // Only what nobody has answered is refused: another tab of this device may have.
      if (type === "offer") {
        hasRefused = true;
        return void socket.send({ type: "refuse" });
      }
      // Whatever else is told belongs to whoever has answered.
      if (hasRefused && type === "ended") socket.send({ type: "acknowledge" });
      over.resolve();
    },
    onState: () => {},
    onRefused: (error) => {
      if (error instanceof ProblemError && error.problem.status === 429) return false;
      over.resolve();
      return true;
    },
  });
  const isOver = await within(ports, REFUSE_MS, over.promise);
  socket.close();
  if (!isOver) throw new ConnectionError("The refusal could not be sent. Try again.");
}
