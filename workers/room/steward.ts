// Who asks a room for something over HTTP, from the session or the key that came along, never from a body.

export type { Steward } from "../../shared/core/room/state.ts";
