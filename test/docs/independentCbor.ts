// Deterministic CBOR, written from docs/protocol.md ("The binary encoding") alone, as far as messages need it.

export type Item = null | boolean | number | string | Buffer | readonly Item[] | Items;
export type Items = ReadonlyMap<number | string, Item>;

export function encode(item: Item): Buffer {
  if (item === null) return Buffer.of(0xf6);
  if (typeof item === "boolean") return Buffer.of(item ? 0xf5 : 0xf4);
  if (typeof item === "number") return item < 0 ? head(1, -1 - item) : head(0, item);
  if (typeof item === "string") {
    return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)]);
  }
  if (Buffer.isBuffer(item)) return Buffer.concat([head(2, item.length), item]);
  if (item instanceof Map) {
    const pairs = [...(item as Items)].map(([key, value]) => [encode(key), encode(value)] as const);
    pairs.sort(([a], [b]) => Buffer.compare(a, b));
    return Buffer.concat([head(5, pairs.length), ...pairs.flat()]);
  }
  const list = item as readonly Item[];
  return Buffer.concat([head(4, list.length), ...list.map(encode)]);
}

/** Throws for all that {@link encode} does not make. */
export function decode(bytes: Buffer): Item {
  const { item, end } = itemAt(bytes, 0);
  if (end !== bytes.length || !encode(item).equals(bytes)) throw new Error("not deterministic");
  return item;
}

function head(major: number, argument: number): Buffer {
  if (!Number.isSafeInteger(argument)) throw new Error("no floats here");
  const width = [24, 2 ** 8, 2 ** 16, 2 ** 32, Infinity].findIndex((end) => argument < end);
  if (width === 0) return Buffer.of((major << 5) + argument);
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(argument));
  return Buffer.concat([Buffer.of((major << 5) + 23 + width), long.subarray(8 - 2 ** (width - 1))]);
}

function itemAt(bytes: Buffer, start: number): { item: Item; end: number } {
  const first = bytes.readUInt8(start);
  const major = first >> 5;
  if (major === 7) return { item: simple(first), end: start + 1 };
  const info = first & 31;
  const width = info < 24 ? 0 : 2 ** (info - 24);
  if (width > 8) throw new Error("no such length");
  const tail = bytes.subarray(start + 1, start + 1 + width);
  const argument = width === 0 ? info : Number(BigInt(`0x${tail.toString("hex")}`));
  let end = start + 1 + width;
  const next = (): Item => {
    const read = itemAt(bytes, end);
    end = read.end;
    return read.item;
  };
  if (major === 0) return { item: argument, end };
  if (major === 1) return { item: -1 - argument, end };
  if (major === 2 || major === 3) {
    const string = bytes.subarray(end, end + argument);
    if (string.length < argument) throw new Error("cut off");
    end += argument;
    return { item: major === 2 ? string : string.toString("utf8"), end };
  }
  if (major === 4) return { item: Array.from({ length: argument }, next), end };
  if (major !== 5) throw new Error("a tag");
  const map = new Map<number | string, Item>();
  for (let i = 0; i < argument; i++) map.set(next() as number | string, next());
  return { item: map, end };
}

function simple(first: number): Item {
  const value = new Map<number, Item>([
    [0xf4, false],
    [0xf5, true],
    [0xf6, null],
  ]).get(first);
  if (value === undefined) throw new Error("no such value here");
  return value;
}
