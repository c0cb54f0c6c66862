// Entries of the outbox with their boxes, as they are said: for each device of the receiver one, in frames.

import { encodeContent } from "../../core/line/contentCoding.ts";
import type { Content } from "../../core/line/content.ts";
import type { SendMessage } from "../../wire/line.ts";
import type { OutboxEntry, SealedFor } from "./outbox.ts";
import type { PeerDevice, SessionWork } from "./sessionBook.ts";

/** Characters of boxes in a frame, well below what a frame may hold. */
const FRAME_CHARACTERS = 60_000;

/** Content that makes no conversation grow: it needs no new ratchet key. */
const CONTROL: readonly Content["kind"][] = ["receipt", "resend", "typing"];

/** As it is when its boxes fit the devices; otherwise sealed anew. */
export async function sealEntry(
  work: SessionWork,
  entry: OutboxEntry,
  devices: readonly PeerDevice[],
): Promise<OutboxEntry> {
  const { boxes: before, content, lostDevice } = entry;
  const isFitting = devices.every((device) => before?.some((box) => box.device === device.number));
  if (before !== null && isFitting && before.length === devices.length) return entry;
  const boxes: SealedFor[] = [];
  for (const device of devices) {
    // A question for one device says nothing to the others.
    const isForIt = lostDevice === null || lostDevice === device.number;
    const said: Content = isForIt ? content : { kind: "typing", isTyping: false };
    const kind = CONTROL.includes(said.kind) ? "control" : "conversation";
    const sealed = await work.seal(device, encodeContent(said), kind);
    boxes.push({ ...sealed, device: device.number });
  }
  return { ...entry, boxes };
}

export async function acknowledge(
  work: SessionWork,
  { boxes }: OutboxEntry,
  devices: readonly PeerDevice[],
): Promise<void> {
  for (const box of boxes ?? []) {
    const device = devices.find(({ number }) => number === box.device);
    if (device !== undefined) await work.acknowledge(device, box);
  }
}

export function toMessage({ to, boxes }: OutboxEntry, number: number): SendMessage {
  const sealed = (boxes ?? []).map(({ device, box }) => ({ device, box }));
  return { type: "send", number, to, boxes: sealed };
}

export function framesOf(entries: readonly OutboxEntry[]): OutboxEntry[][] {
  const frames: OutboxEntry[][] = [];
  let characters = Infinity;
  for (const entry of entries) {
    const size = (entry.boxes ?? []).reduce((sum, { box }) => sum + box.length, 0);
    characters += size;
    if (characters > FRAME_CHARACTERS) {
      frames.push([]);
      characters = size;
    }
    frames.at(-1)?.push(entry);
  }
  return frames;
}
