// Frames as JSON text.

import { SUBPROTOCOL_JSON } from "../limits.ts";
import { type Codec, frameOf } from "./codec.ts";

export const JSON_CODEC: Codec = {
  wire: "json",
  subprotocol: SUBPROTOCOL_JSON,
  encode: (messages) => JSON.stringify(messages),
  decode: (data) => {
    if (typeof data !== "string") {
      return { ok: false, fault: "This subprotocol takes text frames only." };
    }
    try {
      return frameOf(JSON.parse(data));
    } catch {
      return { ok: false, fault: "The frame is not JSON." };
    }
  },
};
