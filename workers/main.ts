// The Worker: sockets and a router in front, one Durable Object per decision behind them.

import type { Env } from "./env.ts";
import { upgrade } from "./http/upgrades.ts";
import { router } from "./router.ts";

export { Directory } from "./directory/Directory.ts";
export { Gate } from "./gate/Gate.ts";
export { Group } from "./group/Group.ts";
export { Lobby } from "./lobby/Lobby.ts";
export { Mailbox } from "./mailbox/Mailbox.ts";
export { Operator } from "./operator/Operator.ts";
export { PairingAttempt } from "./pairing/PairingAttempt.ts";
export { Room } from "./room/Room.ts";
export { TapAttempt } from "./tap/TapAttempt.ts";

export default {
  fetch: (request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> =>
    upgrade(env, request) ?? router.fetch(request, env, ctx),
};
