// What two people say to each other about few messages, at few times, so that it meets.

import fc from "fast-check";
import type { PlainContent } from "../../../shared/core/line/content.ts";
import { EMOJI, idOf, NOW, type Said } from "./examples.ts";

const message = fc.nat(5).map(idOf);
const time = fc.nat(3).map((offset) => NOW + offset);
const author = fc.constantFrom("me", "peer");
const reference = fc.record({ by: fc.constantFrom("sender", "receiver"), id: message });

const FILE = {
  kind: "file",
  id: idOf(5),
  at: NOW,
  name: "a.jpg",
  type: "image/jpeg",
  blob: { blobId: "A".repeat(22), key: "A".repeat(43), size: 9 },
  text: "caption",
};
/** With one meaning for each id, as honest authors give it. */
const text = fc.constantFrom(
  { kind: "text", id: idOf(0), at: NOW, text: "text 0" },
  { kind: "text", id: idOf(1), at: NOW, text: "text 1", replyTo: { by: "receiver", id: idOf(2) } },
  { kind: "text", id: idOf(2), at: NOW + 9, text: "text 2", lifetimeSeconds: 60 },
  { kind: "text", id: idOf(3), at: NOW, text: "text 3", lifetimeSeconds: 90 },
  { kind: "unknown", id: idOf(4), at: NOW },
  FILE,
);
const edit = fc.record({ number: fc.nat(9), of: message, at: time }).map(({ number, of, at }) => ({
  kind: "edit",
  id: idOf(100 + number),
  at,
  of,
  text: `edit ${number} of ${of} at ${at}`,
}));
const others = [
  fc.record({
    kind: fc.constant("reaction"),
    at: time,
    of: reference,
    emoji: fc.constantFrom("", ...EMOJI),
  }),
  fc.record({
    kind: fc.constant("receipt"),
    state: fc.constantFrom("delivered", "read"),
    of: fc.array(message, { minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant("timer"),
    count: fc.integer({ min: 1, max: 4 }),
    at: time,
    seconds: fc.nat(2),
  }),
] as fc.Arbitrary<unknown>[];
const deletion = fc.record({ kind: fc.constant("delete"), at: time, of: message });

const content = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 3, arbitrary: edit },
  { weight: 1, arbitrary: deletion },
  ...others.map((arbitrary) => ({ weight: 2, arbitrary })),
) as fc.Arbitrary<PlainContent>;
export const said: fc.Arbitrary<Said> = fc.record({ author, content });
