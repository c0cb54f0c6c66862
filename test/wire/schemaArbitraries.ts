// Arbitrary valid values of a schema, made from the schema itself: whatever is added there is covered here.

import { base32nopad } from "@scure/base";
import fc from "fast-check";
import * as z from "zod/mini";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { handleSchema, locatorSchema } from "../../shared/wire/ids.ts";
import { roomNameSchema, topicSchema } from "../../shared/wire/rooms.ts";

interface Shape {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly additionalProperties?: boolean | Shape;
}

/** Values that the schema takes, its refinements among them. */
export function valuesOf<Schema extends z.ZodMiniType>(
  schema: Schema,
): fc.Arbitrary<z.infer<Schema>> {
  const shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Shape;
  return ofShape(shape).filter(
    (value): value is z.infer<Schema> => schema.safeParse(value).success,
  );
}

function ofShape(shape: Shape): fc.Arbitrary<unknown> {
  if (shape.const !== undefined) return fc.constant(shape.const);
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(ofShape));
  switch (shape.type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return ofIntegers(shape);
    case "number":
      // JSON has but one zero.
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    case "string":
      return ofStrings(shape);
    case "array": {
      const { minItems: minLength = 0, maxItems: maxLength = 20 } = shape;
      return fc.array(ofShape(shape.items ?? {}), { minLength, maxLength });
    }
    case "object":
      return ofObjects(shape);
    default:
      throw new Error(`no arbitrary for ${JSON.stringify(shape)}`);
  }
}

function ofIntegers({ minimum, maximum }: Shape): fc.Arbitrary<number> {
  const min = minimum ?? Number.MIN_SAFE_INTEGER;
  const max = maximum ?? Number.MAX_SAFE_INTEGER;
  // Around the widths of CBOR's integers, and anywhere.
  const edges = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, -1, -24, -25, -257];
  const within = [min, max, ...edges].filter((edge) => edge >= min && edge <= max);
  return fc.oneof(fc.constantFrom(...within), fc.integer({ min, max }));
}

function ofObjects({ properties, required = [], additionalProperties }: Shape) {
  if (properties === undefined && typeof additionalProperties === "object") {
    return fc.dictionary(text(), ofShape(additionalProperties), { maxKeys: 5 });
  }
  const members = Object.entries(properties ?? {}).map(([name, shape]) => [name, ofShape(shape)]);
  return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [...required],
  });
}

const patternOf = (schema: z.ZodMiniType) => (z.toJSONSchema(schema) as Shape).pattern;
const HANDLE = patternOf(handleSchema);
const LOCATOR = patternOf(locatorSchema);
const LINE = patternOf(roomNameSchema);
const TOPIC = patternOf(topicSchema);

function ofStrings({ pattern, minLength = 0, maxLength = 60 }: Shape): fc.Arbitrary<string> {
  if (pattern === undefined) return text(maxLength);
  if (pattern === HANDLE) return fc.stringMatching(/^[a-z][a-z0-9]{2,20}$/);
  if (pattern === LOCATOR) return fc.stringMatching(/^[1-9][0-9]{2,8}$/);
  if (pattern === LINE) return text(maxLength).map((line) => line.trim() || "a room");
  if (pattern === TOPIC) return fc.stringMatching(/^[a-z0-9ß電]{1,9}(-[a-z0-9]{1,9}){0,2}$/u);
  const base32 = /^\^\[a-z2-7\]\{(\d+)\}\$$/.exec(pattern);
  if (base32 !== null) {
    const bytes = ofBytes((Number(base32[1]) * 5) / 8);
    return bytes.map((array) => base32nopad.encode(array).toLowerCase());
  }
  const fixed = /^\^\[A-Za-z0-9_-\]\{(\d+)\}\[/.exec(pattern);
  const bytesIn = (characters: number) => Math.floor((characters * 6) / 8);
  const [least, most] =
    fixed === null
      ? [Math.ceil((minLength * 6) / 8), Math.min(bytesIn(maxLength), bytesIn(minLength) + 600)]
      : [bytesIn(Number(fixed[1]) + 1), bytesIn(Number(fixed[1]) + 1)];
  return ofBytes(least, most).map(toBase64Url);
}

function ofBytes(minLength: number, maxLength = minLength): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength, size: "max" });
}

/** Any letters, a byte order mark in front among them, and names that objects have of their own. */
function text(maxLength = 60): fc.Arbitrary<string> {
  const any = fc.string({ unit: "binary", maxLength });
  return fc.oneof(
    { weight: 6, arbitrary: any.map((value) => value.toWellFormed()) },
    { weight: 1, arbitrary: fc.constantFrom("__proto__", "constructor", "\ufeffmark", "type", "") },
  );
}
