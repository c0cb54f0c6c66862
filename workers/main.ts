// The Worker: a router in front, one Durable Object per decision behind it.

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

export default router;
