// What those who come in are told. The list of members is most of it, so each member is encoded once, as long as it stays
// as it is, and the list is put together of that, in whichever encoding.

import { type enteredNotice, memberOf } from "../../shared/core/room/roster.ts";
import type { Away, Present, RoomState } from "../../shared/core/room/state.ts";
import type { Codec, Encoded } from "../../shared/wire/codec/codec.ts";

/** CBOR's major types (RFC 8949, section 3.1), shifted to where they stand. */
const TEXT = 0x60;
const ARRAY = 0x80;

type Bytes = Uint8Array<ArrayBuffer>;
type Seated = Present | Away;

export class Welcome {
  /**
   * Stands for the list while all else is encoded. Nobody can guess it, so no other text of a notice is it. Drawn when it
   * is needed, since randomness takes milliseconds that a room which wakes up to talk can do without.
   */
  #place: string | undefined;
  /** By encoding. */
  readonly #members = new Map<Codec, WeakMap<Seated, Encoded>>();
  readonly #lists = new Map<Codec, Encoded>();
  #state: RoomState | null = null;

  /** @param notice for someone who is told of all members */
  encode(
    codec: Codec,
    notice: NonNullable<ReturnType<typeof enteredNotice>>,
    state: RoomState,
  ): Encoded {
    const place = (this.#place ??= crypto.randomUUID().slice(0, 16));
    const encoded = codec.encode([{ ...notice, members: place }]);
    return withList(encoded, place, this.#listOf(state, codec));
  }

  #listOf(state: RoomState, codec: Codec): Encoded {
    if (this.#state !== state) {
      // Roles and who is aside stand there.
      const isAlike = this.#state?.record === state.record && this.#state.asides === state.asides;
      if (!isAlike) this.#members.clear();
      this.#lists.clear();
      this.#state = state;
    }
    const known = this.#lists.get(codec);
    if (known !== undefined) return known;
    const members = this.#members.get(codec) ?? new WeakMap<Seated, Encoded>();
    this.#members.set(codec, members);
    const parts: Encoded[] = [];
    for (const people of [state.present, state.away]) {
      for (const seated of people.values()) {
        const part = members.get(seated) ?? alone(codec.encode([memberOf(state, seated)]));
        members.set(seated, part);
        parts.push(part);
      }
    }
    const list = codec.wire === "json" ? `[${parts.join(",")}]` : arrayOf(parts as Bytes[]);
    this.#lists.set(codec, list);
    return list;
  }
}

/** Of a frame of one. */
function alone(frame: Encoded): Encoded {
  return typeof frame === "string" ? frame.slice(1, -1) : frame.slice(1);
}

/** As CBOR (section 4.2.1: the shortest form of its length). */
function arrayOf(items: readonly Bytes[]): Bytes {
  const { length } = items;
  const header =
    length < 24
      ? [ARRAY + length]
      : length < 256
        ? [ARRAY + 24, length]
        : [ARRAY + 25, length >> 8, length & 0xff];
  return joined(Uint8Array.from(header), ...items);
}

/** @param place a text of less than 24 letters */
function withList(frame: Encoded, place: string, list: Encoded): Encoded {
  if (typeof frame === "string") {
    const quoted = `"${place}"`;
    const at = frame.indexOf(quoted);
    return `${frame.slice(0, at)}${list as string}${frame.slice(at + quoted.length)}`;
  }
  const item = [TEXT + place.length, ...new TextEncoder().encode(place)];
  const at = indexOf(frame, item);
  return joined(frame.subarray(0, at), list as Bytes, frame.subarray(at + item.length));
}

/** Of what is there. */
function indexOf(frame: Bytes, item: readonly number[]): number {
  let at = 0;
  while (!item.every((byte, index) => frame[at + index] === byte)) at += 1;
  return at;
}

function joined(...parts: readonly Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
