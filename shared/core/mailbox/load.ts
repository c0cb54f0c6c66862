// How many envelopes, and how heavy: what quotas and windows are counted in. A box weighs its letters as
// base64url, which is how it is stored and the most that it takes on the wire.

export interface Load {
  readonly envelopes: number;
  readonly bytes: number;
}

export const NO_LOAD: Load = { envelopes: 0, bytes: 0 };

export function loadOf(boxes: readonly { readonly box: string }[]): Load {
  return { envelopes: boxes.length, bytes: boxes.reduce((sum, { box }) => sum + box.length, 0) };
}

export function plus(a: Load, b: Load): Load {
  return { envelopes: a.envelopes + b.envelopes, bytes: a.bytes + b.bytes };
}

/** Never below nothing. */
export function minus(a: Load, b: Load): Load {
  return {
    envelopes: Math.max(0, a.envelopes - b.envelopes),
    bytes: Math.max(0, a.bytes - b.bytes),
  };
}

export function fits(load: Load, room: Load): boolean {
  return load.envelopes <= room.envelopes && load.bytes <= room.bytes;
}

/** How many of the first fit into the room together; none is passed over for a lighter one behind it. */
export function fitting(loads: readonly Load[], room: Load): number {
  let together = NO_LOAD;
  for (const [index, load] of loads.entries()) {
    together = plus(together, load);
    if (!fits(together, room)) return index;
  }
  return loads.length;
}

/** In order, in groups that fit into the room each; what is too heavy for it goes alone. */
export function grouped<Item>(
  items: readonly Item[],
  room: Load,
  weigh: (item: Item) => Load,
): Item[][] {
  const groups: Item[][] = [];
  const loads = items.map(weigh);
  for (let start = 0; start < items.length;) {
    const count = Math.max(1, fitting(loads.slice(start, start + room.envelopes), room));
    groups.push(items.slice(start, start + count));
    start += count;
  }
  return groups;
}
