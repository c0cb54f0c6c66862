// What a schema takes, in words.

import type * as z from "zod/mini";
import {
  bytesSchema,
  deviceIdSchema,
  handleSchema,
  locatorSchema,
  userIdSchema,
} from "../../shared/wire/ids.ts";
import { CERTIFICATE_BYTES, TICKET_BYTES } from "../../shared/wire/limits.ts";
import { NAMES } from "./namedShapes.ts";
import { optionsOf, type Shape, shapeOf, withoutMeta } from "./shapes.ts";

/** Kinds of strings by their pattern. */
const STRINGS = new Map(
  (
    [
      [userIdSchema, "userId"],
      [deviceIdSchema, "deviceId"],
      [locatorSchema, "locator"],
      [handleSchema, "handle"],
      ...[2, 8, 16, 32, 64, CERTIFICATE_BYTES, TICKET_BYTES].map(
        (size) => [bytesSchema(size), `${size} bytes`] as const,
      ),
    ] as const
  ).map(([schema, name]) => [shapeOf(schema).pattern, name]),
);
/** What the patterns of all byte strings begin with. */
const BASE64URL = "^[A-Za-z0-9_-]";

/** Two kinds of ids have one form, and are told apart by the member that they stand in. */
const IDS: Readonly<Record<string, string>> = {
  roomId: "roomId",
  rooms: "roomId",
  operatorId: "operatorId",
};

function describe(shape: Shape): string {
  const name = NAMES.get(withoutMeta(shape));
  if (name !== undefined) return name;
  if (shape.const !== undefined) return `\`${JSON.stringify(shape.const)}\``;
  if (shape.enum !== undefined) {
    return shape.enum.length > 10
      ? "a code"
      : shape.enum.map((value) => `\`${JSON.stringify(value)}\``).join(" or ");
  }
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined) return choices.map(describe).join(" or ");
  if (typeof shape.type === "object") return shape.type.join(" or ");
  if (shape.type === "array") return arrayKind(shape);
  if (shape.type === "object") {
    if (shape.properties !== undefined) return membersOf(shape).join(", ");
    return "object of strings";
  }
  if (shape.type === "string") return stringKind(shape);
  if (shape.type === "integer") return integerKind(shape);
  return shape.type ?? "anything";
}

/** A first item of its own shape may stand before the others, as in a log. */
function arrayKind({ prefixItems: [first] = [], items = {}, maxItems = 0 }: Shape): string {
  if (first === undefined) return `array of ${describe(items)}`;
  const others = maxItems > 1 ? `, then 0 to ${maxItems - 1} of ${describe(items)}` : "";
  return `array of one ${describe(first)}${others}`;
}

function stringKind({ pattern, minLength, maxLength }: Shape): string {
  const known = STRINGS.get(pattern);
  if (known !== undefined) return known;
  const bytes = (characters: number) => Math.floor((characters * 6) / 8);
  if (pattern?.startsWith(BASE64URL) && minLength !== undefined && maxLength !== undefined) {
    return `${bytes(minLength)} to ${bytes(maxLength).toLocaleString("en-US")} bytes`;
  }
  if (maxLength === undefined) return "string";
  const most = maxLength.toLocaleString("en-US");
  return minLength === undefined
    ? `string, at most ${most} characters`
    : `string, ${minLength} to ${most} characters`;
}

function integerKind({ minimum, maximum }: Shape): string {
  if (maximum === 8_640_000_000_000_000) return "time";
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return isBounded ? `integer, ${minimum ?? 0} to ${maximum}` : "integer";
}
export function membersOf({ properties = {}, required = [] }: Shape): string[] {
  return Object.entries(properties).map(([name, member]) => {
    const id = IDS[name];
    const kind = id === undefined ? describe(member) : describe(member).replace("deviceId", id);
    return `\`${name}\`${required.includes(name) ? "" : "?"}: ${kind}`;
  });
}
export function rowsOf(schema: z.core.$ZodType, key: string): string[][] {
  const shape = shapeOf(schema);
  return optionsOf(shape).map((option) => {
    const { [key]: tag, ...properties } = option.properties ?? {};
    const members = membersOf({ ...option, properties });
    return [
      tag === undefined ? "" : `\`${String(tag.const)}\``,
      members.length === 0 ? "-" : members.join("<br>"),
    ];
  });
}
