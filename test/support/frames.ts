// Frames as a test sees them on their way, in whichever encoding they are.

import type { Encoded } from "../../shared/wire/codec/codec.ts";
import { CODECS } from "../../shared/wire/codec/codecs.ts";

export type Message = Record<string, unknown> & { readonly type: string };

/** What a socket may give: `ws` gives a Buffer, others an ArrayBuffer. */
export type FrameData = string | ArrayBuffer | Uint8Array;

/** The messages of a frame; none for a keep-alive. */
export function messagesIn(data: FrameData): Message[] {
  if (data === "ping" || data === "pong") return [];
  const frame = codecOf(data).decode(data, false);
  if (!frame.ok) throw new Error(frame.fault);
  return frame.messages as Message[];
}

/** Messages in the encoding of another frame. */
export function encodedAs(data: FrameData, messages: readonly unknown[]): Encoded {
  return codecOf(data).encode(messages);
}

/** A frame as JSON; a keep-alive as it is. */
export function textOf(data: FrameData): string {
  return typeof data === "string" ? data : JSON.stringify(messagesIn(data));
}

function codecOf(data: FrameData) {
  return typeof data === "string" ? CODECS.json : CODECS.cbor;
}
