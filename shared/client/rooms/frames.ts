// What goes out together, in frames that the room takes whichever encoding is spoken.

import { FRAME_MAX_BYTES, FRAME_MAX_MESSAGES } from "../../wire/limits.ts";

/** As JSON in UTF-8, which neither encoding exceeds; half of what fits. */
const FRAME_BYTES = FRAME_MAX_BYTES / 2;

const encoder = new TextEncoder();

export function framesOf<Message>(messages: readonly Message[]): Message[][] {
  const frames: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = encoder.encode(JSON.stringify(message)).length;
    const last = frames.at(-1);
    if (last !== undefined && last.length < FRAME_MAX_MESSAGES && bytes + size <= FRAME_BYTES) {
      last.push(message);
      bytes += size;
    } else {
      frames.push([message]);
      bytes = size;
    }
  }
  return frames;
}
