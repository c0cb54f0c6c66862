// BOX-1 as a property: whatever becomes of boxes between two devices, what arrives opens exactly
// once, as what was said, and nothing else changes anything.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { BoxKind } from "../../shared/core/crypto/boxHeader.ts";
import { toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import {
  createDevice,
  drawingFrom,
  flipped,
  type KeptDevice,
  openAtDevice,
  type Random,
  sealAtDevice,
} from "./ratchetPair.ts";

type Side = 0 | 1;
/** "unheard": stored, but the connection was lost before the server could say so. */
type Fate = "stored" | "unheard" | "lost";
type Step =
  | { does: "send"; side: Side; kind: BoxKind; fate: Fate; length: number }
  | { does: "deliver" | "repeat" | "reflect"; which: number }
  | { does: "forge"; which: number; bit: number };

interface Box {
  from: Side;
  text: string;
  bytes: Uint8Array;
  hasOpened: boolean;
}

const side = fc.constantFrom<Side>(0, 1);
const which = fc.nat({ max: 1_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant("send" as const),
      side,
      kind: fc.constantFrom<BoxKind>("conversation", "conversation", "control"),
      fate: fc.constantFrom<Fate>("stored", "stored", "unheard", "lost"),
      length: fc.nat({ max: 70 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ does: fc.constant("deliver" as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom("repeat" as const, "reflect" as const), which }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant("forge" as const), which, bit: fc.nat() }),
  },
);

/** Two devices and every box that the server has stored. */
interface Air {
  random: Random;
  devices: readonly [KeptDevice, KeptDevice];
  boxes: Box[];
}

function createAir(): Air {
  const random = drawingFrom("air");
  return { random, devices: [createDevice("ann", random), createDevice("ben", random)], boxes: [] };
}

function sidesOf({ devices: [ann, ben] }: Air, from: Side): readonly [KeptDevice, KeptDevice] {
  return from === 0 ? [ann, ben] : [ben, ann];
}

function send(air: Air, from: Side, kind: BoxKind, fate: Fate, length: number): void {
  const [sender, receiver] = sidesOf(air, from);
  const text = toBase64Url(air.random().subarray(0, 6)).padEnd(length, "x");
  const { box, onStored } = sealAtDevice(sender, receiver, utf8(text), kind, air.random);
  if (fate === "lost") return;
  if (fate === "stored") onStored();
  air.boxes.push({ from, text, bytes: box, hasOpened: false });
}

function expectRefused(at: KeptDevice, from: KeptDevice, bytes: Uint8Array): string {
  const before = structuredClone(at);
  const opened = openAtDevice(at, from, bytes);
  expect(at).toEqual(before);
  if (opened.ok) throw new Error("opened");
  return opened.reason;
}

function deliver(air: Air, box: Box): void {
  const [sender, receiver] = sidesOf(air, box.from);
  if (box.hasOpened) {
    expect(expectRefused(receiver, sender, box.bytes)).toBe("replayed");
    return;
  }
  const before = structuredClone(receiver);
  const opened = openAtDevice(receiver, sender, box.bytes);
  if (opened.ok) expect(new TextDecoder().decode(opened.plaintext)).toBe(box.text);
  else {
    expect(opened.reason).not.toBe("replayed");
    expect(receiver).toEqual(before);
  }
  box.hasOpened = opened.ok;
}

/** A box whose chain's key is still under way waits for it, so several rounds may be needed. */
function deliverTheRest(air: Air): void {
  for (;;) {
    const waiting = air.boxes.filter((box) => !box.hasOpened);
    for (const box of waiting) deliver(air, box);
    const left = waiting.filter((box) => !box.hasOpened);
    if (left.length === 0) return;
    expect(left.length).toBeLessThan(waiting.length);
  }
}

function run(air: Air, steps: readonly Step[]): void {
  for (const next of steps) {
    if (next.does === "send") {
      send(air, next.side, next.kind, next.fate, next.length);
      continue;
    }
    const isAskedFor = (box: Box) =>
      next.does === "deliver" ? !box.hasOpened : next.does !== "repeat" || box.hasOpened;
    const eligible = air.boxes.filter(isAskedFor);
    const box = eligible[next.which % eligible.length];
    if (box === undefined) continue;
    const [sender, receiver] = sidesOf(air, box.from);
    if (next.does === "reflect") expectRefused(sender, receiver, box.bytes);
    else if (next.does === "forge") {
      expectRefused(receiver, sender, flipped(box.bytes, next.bit % (box.bytes.length * 8)));
    } else deliver(air, box);
  }
}

test("BOX-1 in any order, with any losses, repetitions, forgeries and restarts, each box that arrives opens exactly once, as what was said, and only then is a repetition", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 50, size: "max" }), (steps) => {
      const air = createAir();
      run(air, steps);
      deliverTheRest(air);
      for (const box of air.boxes) deliver(air, box);
    }),
    { numRuns: 40 },
  );
}, 120_000);

test("BOX-1 two sides that begin at once hear each other, and go on in one session", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const air = createAir();
      send(air, 0, "conversation", "stored", 3);
      send(air, 1, "conversation", "stored", 3);
      run(air, steps);
      deliverTheRest(air);
      for (const from of [0, 1, 0] as const) {
        send(air, from, "conversation", "stored", 3);
        deliverTheRest(air);
      }
      const [ann, ben] = air.devices;
      expect(ann.sessions).toHaveLength(2);
      expect(ben.sessions).toHaveLength(2);
      expect(ann.sessions[0]?.session).toBe(ben.sessions[0]?.session);
    }),
    { numRuns: 12 },
  );
}, 120_000);
