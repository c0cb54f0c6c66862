/**
 * What vCard properties cannot say of a card, as JSPROP entries (RFC 9555 section 3.2.1): a JSON
 * pointer without its leading slash, and a value. Together with the mapped properties they make
 * the way into a vCard and back lossless.
 */

/** One JSPROP: where in the card, and what stands there. */
export interface CardPatch {
  readonly pointer: string;
  readonly value: unknown;
}

type Json = Record<string, unknown>;

/** The smallest patches that turn `have` into `want`; members of `have` alone are left at the root. */
export function patchesBetween(want: Json, have: Json): CardPatch[] {
  return Object.keys(want).flatMap((key) => between([key], want[key], own(have, key)));
}

/** Sets one value; false, and nothing changed, when the pointer leads through what is no object. */
export function applyPatch(target: Json, { pointer, value }: CardPatch): boolean {
  const keys = pointer.split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (keys.includes("__proto__") || pointer === "") return false;
  const last = keys.pop() ?? "";
  let place = target;
  for (const key of keys) {
    const next = own(place, key);
    if (!isObject(next)) return false;
    place = next;
  }
  place[last] = value;
  return true;
}

/** Whether a JSON value is an object: neither null nor an array. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function between(path: readonly string[], want: unknown, have: unknown): CardPatch[] {
  if (isEqual(want, have)) return [];
  const fits =
    isObject(want) &&
    isObject(have) &&
    Object.keys(have).every((key) => Object.hasOwn(want, key)) &&
    Object.keys(want).every(isWritable);
  if (fits) {
    return Object.keys(want).flatMap((key) => between([...path, key], want[key], own(have, key)));
  }
  const pointer = path.map((key) => key.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
  return [{ pointer, value: want }];
}

/** Control characters cannot stand in the parameter that holds the pointer. */
function isWritable(key: string): boolean {
  return !/\p{Cc}/u.test(key);
}

function own(object: Json, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => isEqual(item, right[at]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key], right[key]))
  );
}
