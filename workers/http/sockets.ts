// Frames of the WebSockets: arrays of messages, either way, in the encoding that the socket was opened with. A
// bad message is answered with a problem and changes nothing; the messages beside it count.

import type * as z from "zod/mini";
import type { Codec, Encoded, Wire } from "../../shared/wire/codec/codec.ts";
import { CODECS, preferredCodec } from "../../shared/wire/codec/codecs.ts";
import { FRAME_MAX_BYTES } from "../../shared/wire/limits.ts";
import { faultsOf, problem, type Problem } from "../../shared/wire/problem.ts";

/** Clients send "ping" to keep a connection alive; the answer does not wake the object. */
export function answerKeepAlive(ctx: DurableObjectState): void {
  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
}

/** The close codes that the server chooses (RFC 6455, section 7.4.1, and IANA's registry for the last). */
export const NORMAL_CLOSURE = 1000;
export const POLICY_VIOLATION = 1008;
export const TRY_AGAIN_LATER = 1013;

/** What the attachment of every socket holds, so that the encoding outlives the object's memory. */
export interface Spoken {
  readonly wire: Wire;
}

export function offeredProtocols(request: Request): string[] {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").map((protocol) => protocol.trim());
}

/** Of a request that the Worker hands over to an object: what was chosen. */
export function codecOf(request: Request): Codec | undefined {
  return preferredCodec(offeredProtocols(request));
}

export type Incoming<Message> =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly problem: Problem };

/**
 * The messages of one frame, each parsed on its own.
 * @param known a quicker way to those that come most; null for what it leaves to the schema
 */
export function parseFrame<Schema extends z.ZodMiniType>(
  socket: WebSocket,
  data: string | ArrayBuffer,
  schema: Schema,
  codec: Codec = spokenOn(socket),
  known: (item: unknown) => z.infer<Schema> | null = () => null,
): Incoming<z.infer<Schema>>[] {
  if ((typeof data === "string" ? data.length : data.byteLength) > FRAME_MAX_BYTES) {
    return [{ ok: false, problem: problem("payload-too-large") }];
  }
  const frame = codec.decode(data, false);
  if (!frame.ok) return [malformed({ detail: frame.fault })];
  return frame.messages.map((item) => {
    if (item === undefined) return malformed({ detail: "The message uses unknown numbers." });
    const message = known(item);
    if (message !== null) return { ok: true, message };
    const parsed = schema.safeParse(item);
    return parsed.success
      ? { ok: true, message: parsed.data as z.infer<Schema> }
      : malformed(faultsOf(parsed.error));
  });
}

function malformed(members: Parameters<typeof problem>[1]): { ok: false; problem: Problem } {
  return { ok: false, problem: problem("malformed-message", members) };
}

/** Messages for any number of sockets, encoded once for each encoding that these speak. */
export class Frame {
  readonly #messages: readonly unknown[];
  readonly #encoded = new Map<Codec, Encoded>();

  constructor(messages: readonly unknown[]) {
    this.#messages = messages;
  }

  in(codec: Codec): Encoded {
    const encoded = this.#encoded.get(codec) ?? codec.encode(this.#messages);
    this.#encoded.set(codec, encoded);
    return encoded;
  }
}

/** Sends messages as one frame; a socket that is closing loses them, as any closed socket does. */
export function sendFrame(
  socket: WebSocket,
  messages: readonly unknown[] | Frame,
  codec: Codec = spokenOn(socket),
): void {
  if (!(messages instanceof Frame) && messages.length === 0) return;
  const frame = messages instanceof Frame ? messages : new Frame(messages);
  sendEncoded(socket, frame.in(codec));
}

/** The same, of a frame that is encoded already. */
export function sendEncoded(socket: WebSocket, encoded: Encoded): void {
  try {
    socket.send(encoded);
  } catch {
    // The peer is gone; it is told again when it resumes.
  }
}

function spokenOn(socket: WebSocket): Codec {
  return CODECS[(socket.deserializeAttachment() as Spoken).wire];
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
export function switchProtocols(client: WebSocket, { subprotocol }: Codec): Response {
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: { "sec-websocket-protocol": subprotocol },
  });
}
