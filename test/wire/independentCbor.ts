// A second encoder of frames, written from docs/protocol.md alone: numbers for names and values come from the
// frozen lists in test/vectors/frames.json.

export interface Dictionary {
  /** Name to number. */
  readonly names: Readonly<Record<string, number>>;
  /** What stands under a name: byte strings, or the values that are numbered. */
  readonly base64url: readonly string[];
  readonly base32: readonly string[];
  readonly values: Readonly<Record<string, readonly string[]>>;
}

export function encodeIndependently(dictionary: Dictionary, value: unknown, name = ""): Buffer {
  const inner = (item: unknown, under: string) => encodeIndependently(dictionary, item, under);
  if (value === null) return Buffer.of(0xf6);
  if (typeof value === "boolean") return Buffer.of(value ? 0xf5 : 0xf4);
  if (typeof value === "number") {
    if (!Number.isInteger(value)) throw new Error("no floats in the vectors");
    return value < 0 ? head(1, -1 - value) : head(0, value);
  }
  if (Array.isArray(value)) {
    return Buffer.concat([head(4, value.length), ...value.map((item) => inner(item, name))]);
  }
  if (typeof value === "object") {
    const pairs = Object.entries(value).map(([own, member]) => {
      const isPlain = name === "fields";
      const key = isPlain ? undefined : dictionary.names[own];
      const first = key === undefined ? text(own) : head(0, key);
      return [first, inner(member, isPlain ? "fields" : own)] as const;
    });
    pairs.sort(([a], [b]) => Buffer.compare(a, b));
    return Buffer.concat([head(5, pairs.length), ...pairs.flat()]);
  }
  const spelled = value as string;
  const index = dictionary.values[name]?.indexOf(spelled) ?? -1;
  if (index >= 0) return head(0, index);
  if (dictionary.base64url.includes(name)) return bytes(Buffer.from(spelled, "base64url"));
  if (dictionary.base32.includes(name)) return bytes(fromBase32(spelled));
  return text(spelled);
}

function head(major: number, argument: number): Buffer {
  const width = [24, 2 ** 8, 2 ** 16, 2 ** 32, Infinity].findIndex((end) => argument < end);
  if (width === 0) return Buffer.of((major << 5) + argument);
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(argument));
  return Buffer.concat([Buffer.of((major << 5) + 23 + width), long.subarray(8 - 2 ** (width - 1))]);
}

function text(value: string): Buffer {
  return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([head(2, value.length), value]);
}

function fromBase32(spelled: string): Buffer {
  const bits = [...spelled]
    .map((letter) =>
      "abcdefghijklmnopqrstuvwxyz234567".indexOf(letter).toString(2).padStart(5, "0"),
    )
    .join("");
  const whole = bits.match(/.{8}/g) ?? [];
  return Buffer.from(whole.map((byte) => Number.parseInt(byte, 2)));
}
