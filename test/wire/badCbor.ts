// Bytes that look like CBOR and mostly are not the one form that is taken: widths that need not be, lengths
// left open, keys out of order or twice, tags, floats of every width, broken text, and depth.

import fc from "fast-check";

/** A head with more bytes than it may need; 3 is the widest. */
function head(major: number, argument: number, width: number): number[] {
  const least = argument < 24 ? -1 : argument < 0x100 ? 0 : argument < 0x1_0000 ? 1 : 2;
  const chosen = Math.max(least, width);
  if (chosen < 0) return [(major << 5) + argument];
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(argument));
  return [(major << 5) + 24 + chosen, ...long.subarray(8 - 2 ** chosen)];
}

/** Mostly the width that is due. */
const width = fc.oneof(
  { weight: 20, arbitrary: fc.constant(-1) },
  { weight: 1, arbitrary: fc.nat(3) },
);
const argument = fc.oneof(
  fc.nat(40),
  fc.constantFrom(23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 31),
);
const rare = (often: fc.Arbitrary<number[]>, seldom: fc.Arbitrary<number[]>) =>
  fc.oneof({ weight: 12, arbitrary: often }, { weight: 1, arbitrary: seldom });

const integer = fc
  .tuple(fc.constantFrom(0, 0, 0, 1), argument, width)
  .map(([major, value, wide]) => head(major, value, wide));

const bytesOf = (major: number, content: fc.Arbitrary<Iterable<number>>) =>
  fc.tuple(content, width).map(([value, wide]) => {
    const array = [...value];
    return [...head(major, array.length, wide), ...array];
  });
const utf8 = fc.string({ unit: "grapheme", maxLength: 8 }).map((value) => Buffer.from(value));
const text = rare(bytesOf(3, utf8), bytesOf(3, fc.uint8Array({ minLength: 1, maxLength: 4 })));
const byteString = bytesOf(2, fc.uint8Array({ maxLength: 30 }));

const float = fc
  .tuple(fc.constantFrom(0xf9, 0xfa, 0xfb), fc.uint8Array({ minLength: 8, maxLength: 8 }))
  .map(([first, bits]) => [first, ...bits.slice(0, 2 ** (first - 0xf8))]);
const simple = rare(
  fc.constantFrom(0xf4, 0xf5, 0xf6).map((first) => [first]),
  fc.oneof(
    fc.integer({ min: 0xe0, max: 0xff }).map((first) => [first]),
    fc.nat(255).map((value) => [0xf8, value]),
    fc.nat(255).map((tag) => [...head(6, tag, -1), 0]),
  ),
);

const { value } = fc.letrec<{ value: number[] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 3, arbitrary: integer },
    { weight: 2, arbitrary: text },
    { weight: 1, arbitrary: byteString },
    { weight: 1, arbitrary: simple },
    { weight: 1, arbitrary: float },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.array(tie("value"), { maxLength: 5 }), width, fc.nat(40))
        .map(([items, wide, chance]) =>
          chance === 0
            ? [0x9f, ...items.flat(), 0xff]
            : [...head(4, items.length + (chance === 1 ? 1 : 0), wide), ...items.flat()],
        ),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          fc.array(fc.tuple(rare(fc.oneof(integer, text), tie("value")), tie("value")), {
            maxLength: 5,
          }),
          width,
          fc.nat(40),
        )
        .map(([pairs, wide, chance]) => {
          const sorted = chance > 3 ? inOrder(pairs) : pairs;
          const content = sorted.flat(2);
          return chance === 0
            ? [0xbf, ...content, 0xff]
            : [...head(5, sorted.length, wide), ...content];
        }),
    },
  ),
}));

/** Sorted, and each key once. */
function inOrder(pairs: readonly [number[], number[]][]): [number[], number[]][] {
  const byKey = new Map(pairs.map((pair) => [Buffer.from(pair[0]).toString("hex"), pair]));
  return [...byKey.values()].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const nested = fc
  .tuple(fc.constantFrom([0x81], [0xa1, 0x00]), fc.integer({ min: 1, max: 5_000 }))
  .map(([opening, depth]) => [...Array.from({ length: depth }, () => opening).flat(), 0]);

/** Sometimes a frame, sometimes not even a message. */
export const almostCanonical: fc.Arbitrary<Uint8Array> = fc
  .oneof(
    { weight: 10, arbitrary: value },
    {
      weight: 20,
      arbitrary: fc
        .array(value, { minLength: 1, maxLength: 4 })
        .map((items) => [...head(4, items.length, -1), ...items.flat()]),
    },
    { weight: 1, arbitrary: nested },
  )
  .map((array) => Uint8Array.from(array));

/** Bytes with one thing wrong: changed, lost, added, repeated or cut off. */
export function mutated(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(Math.max(0, bytes.length - 1));
  return fc
    .tuple(place, place, fc.nat(255), fc.constantFrom("set", "flip", "drop", "add", "cut", "copy"))
    .map(([at, other, byte, kind]) => {
      const array = [...bytes];
      if (kind === "set") array[at] = byte;
      if (kind === "flip") array[at] = (array[at] ?? 0) ^ (1 << (byte % 8));
      if (kind === "drop") array.splice(at, 1);
      if (kind === "add") array.splice(at, 0, byte);
      if (kind === "cut") array.length = at;
      if (kind === "copy")
        array.splice(at, 0, ...array.slice(Math.min(at, other), Math.max(at, other)));
      return Uint8Array.from(array);
    });
}
