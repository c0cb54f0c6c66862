// What an encoding of frames does. Each carries the same messages, so either end of a conversation may speak
// its own.

import { FRAME_MAX_MESSAGES } from "../limits.ts";

export type Wire = "json" | "cbor";
export type Encoded = string | Uint8Array<ArrayBuffer>;

export type DecodedFrame =
  /** Each message on its own; one that this encoding cannot give is undefined. */
  | { readonly ok: true; readonly messages: readonly unknown[] }
  /** @property fault what is wrong with the frame as a whole, as a sentence */
  | { readonly ok: false; readonly fault: string };

export interface Codec {
  readonly wire: Wire;
  /** As it stands in the WebSocket's handshake. */
  readonly subprotocol: string;
  encode(messages: readonly unknown[]): Encoded;
  /**
   * Throws nothing, whatever comes.
   * @param ignoresUnknown whether members that only a later version knows are left out, as a client does with what
   * the server says; otherwise they spoil their message
   */
  decode(data: string | ArrayBuffer | Uint8Array, ignoresUnknown: boolean): DecodedFrame;
}

/**
 * Messages are parsed each on its own, later, so that one bad message spoils no other.
 * @param readMessage throws on a message that this encoding cannot give
 */
export function frameOf(
  value: unknown,
  readMessage: (item: unknown) => unknown = (item) => item,
): DecodedFrame {
  if (!Array.isArray(value) || value.length === 0 || value.length > FRAME_MAX_MESSAGES) {
    return { ok: false, fault: "A frame is an array of 1 to 16 messages." };
  }
  return { ok: true, messages: (value as readonly unknown[]).map(readMessage) };
}
