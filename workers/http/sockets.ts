// Frames of the WebSockets: a JSON array of messages, either way. A bad message is answered with a
// problem and changes nothing; the messages beside it count.

import type * as z from "zod/mini";
import { FRAME_MAX_BYTES, SUBPROTOCOL_JSON } from "../../shared/wire/limits.ts";
import { frameSchema } from "../../shared/wire/pairing.ts";
import { faultsOf, problem, type Problem } from "../../shared/wire/problem.ts";

/** Clients send "ping" to keep a connection alive; the answer does not wake the object. */
export function answerKeepAlive(ctx: DurableObjectState): void {
  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
}

/** The one close code that the server chooses (RFC 6455, section 7.4.1). */
export const NORMAL_CLOSURE = 1000;

export type Incoming<Message> =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly problem: Problem };

/** The messages of one frame, each parsed on its own. */
export function parseFrame<Schema extends z.ZodMiniType>(
  data: string | ArrayBuffer,
  schema: Schema,
): Incoming<z.infer<Schema>>[] {
  if (typeof data !== "string") {
    return [malformed({ detail: "This subprotocol takes text frames only." })];
  }
  if (data.length > FRAME_MAX_BYTES) {
    return [{ ok: false, problem: problem("payload-too-large") }];
  }
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return [malformed({ detail: "The frame is not JSON." })];
  }
  const frame = frameSchema.safeParse(json);
  if (!frame.success) return [malformed({ detail: "A frame is an array of 1 to 16 messages." })];
  return frame.data.map((item) => {
    const parsed = schema.safeParse(item);
    return parsed.success
      ? { ok: true, message: parsed.data as z.infer<Schema> }
      : malformed(faultsOf(parsed.error));
  });
}

function malformed(members: Parameters<typeof problem>[1]): { ok: false; problem: Problem } {
  return { ok: false, problem: problem("malformed-message", members) };
}

/** Sends messages as one frame; a socket that is closing loses them, as any closed socket does. */
export function sendFrame(socket: WebSocket, messages: readonly unknown[]): void {
  if (messages.length === 0) return;
  try {
    socket.send(JSON.stringify(messages));
  } catch {
    // The peer is gone; it is told again when it resumes.
  }
}

export function closeSocket(socket: WebSocket, code: number, reason = ""): void {
  try {
    socket.close(code, reason);
  } catch {
    // Already closed.
  }
}

/** Answers a close in kind, or else the client waits for seconds; 1005, 1006 and 1015 cannot be sent. */
export function echoClose(socket: WebSocket, code: number, reason: string): void {
  const isReserved = code < 1000 || code === 1004 || code === 1005 || code === 1006;
  const isSendable = !isReserved && (code <= 1014 || (code >= 3000 && code <= 4999));
  closeSocket(socket, isSendable ? code : NORMAL_CLOSURE, reason);
}

/** The response that completes an upgrade; the token that was offered is never echoed. */
export function switchProtocols(client: WebSocket): Response {
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: { "sec-websocket-protocol": SUBPROTOCOL_JSON },
  });
}
