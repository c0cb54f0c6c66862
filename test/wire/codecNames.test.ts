// The dictionary of the binary encoding against the schemas of all sockets: whatever a schema knows has a
// number, each once, and travels as its schema says.

import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { type Carriage, NAMES } from "../../shared/wire/codec/names.ts";
import { bytesSchema, deviceIdSchema, userIdSchema } from "../../shared/wire/ids.ts";
import { mailboxNoticeSchema, mailboxRequestSchema } from "../../shared/wire/mailbox.ts";
import { attemptNoticeSchema, attemptRequestSchema } from "../../shared/wire/pairing.ts";
import { roomNoticeSchema, roomRequestSchema } from "../../shared/wire/roomLine.ts";

interface Shape {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly prefixItems?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly additionalProperties?: boolean | Shape;
}

const shapeOf = (schema: z.core.$ZodType): Shape =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Shape;

interface Member {
  readonly name: string;
  readonly shape: Shape;
}

/** Every member at any depth, once for each place where it stands. */
function membersOf(shape: Shape): Member[] {
  const inner = [
    ...(shape.anyOf ?? []),
    ...(shape.oneOf ?? []),
    ...(shape.items ? [shape.items] : []),
    ...(shape.prefixItems ?? []),
  ];
  const own = Object.entries(shape.properties ?? {}).map(([name, member]) => ({
    name,
    shape: member,
  }));
  return [...own, ...[...inner, ...own.map((member) => member.shape)].flatMap(membersOf)];
}

/** What a member may be, without choices and lists around it. */
function leavesOf(shape: Shape): Shape[] {
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined) return choices.flatMap(leavesOf);
  return shape.items === undefined ? [shape] : leavesOf(shape.items);
}

const ID_PATTERNS = [userIdSchema, deviceIdSchema].map((schema) => shapeOf(schema).pattern);
/** Of byte strings of a fixed length, and of boxes. */
const isBase64Url = ({ pattern }: Shape) =>
  pattern !== undefined && pattern.startsWith(shapeOf(bytesSchema(3)).pattern!.slice(0, 14));

function carriageFor(shape: Shape): Carriage {
  const words = [shape.const, ...(shape.enum ?? [])].filter((word) => typeof word === "string");
  if (words.length > 0) return words;
  if (ID_PATTERNS.includes(shape.pattern)) return "id";
  if (isBase64Url(shape)) return "bytes";
  return typeof shape.additionalProperties === "object" ? "texts" : "text";
}

const SCHEMAS = [
  mailboxRequestSchema,
  mailboxNoticeSchema,
  attemptRequestSchema,
  attemptNoticeSchema,
  roomRequestSchema,
  roomNoticeSchema,
].map(shapeOf);
const MEMBERS = SCHEMAS.flatMap(membersOf);
const CARRIAGES = new Map(NAMES);

test("each name that travels on a socket has a number, and each number a name of its own", () => {
  const names = NAMES.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect([...new Set(MEMBERS.map(({ name }) => name))].toSorted()).toEqual(names.toSorted());
});

describe("under each name, strings travel as every schema has them", () => {
  test.for([...new Set(MEMBERS.map(({ name }) => name))])("%s", (name) => {
    const carriage = CARRIAGES.get(name);
    const leaves = MEMBERS.filter((member) => member.name === name)
      .flatMap(({ shape }) => leavesOf(shape))
      .filter((shape) => shape.type === "string" || shape.type === "object");
    // A number must not stand for a word where numbers stand for themselves.
    const takesNumbers = MEMBERS.some((member) => member.name === name && isNumeric(member.shape));
    const wanted = leaves
      .map((leaf) => (takesNumbers ? "text" : carriageFor(leaf)))
      .filter((one) => one !== "text");
    if (typeof carriage === "object") {
      expect(new Set(carriage).size).toBe(carriage.length);
      expect([...new Set(wanted.flat())].toSorted()).toEqual(carriage.toSorted());
    } else {
      expect(new Set(wanted)).toEqual(new Set(carriage === "text" ? [] : [carriage]));
    }
  });
});

function isNumeric(shape: Shape): boolean {
  return leavesOf(shape).some(({ type }) => type === "integer" || type === "number");
}

test("what travels as a number stands under no name that also takes numbers", () => {
  const takesNumbers = MEMBERS.filter(
    ({ name, shape }) => typeof CARRIAGES.get(name) === "object" && isNumeric(shape),
  );
  expect(takesNumbers).toEqual([]);
});

test("what an envelope is made of takes one byte a name", () => {
  const short = NAMES.slice(0, 24).map(([name]) => name);
  const isEnvelopes = ({ properties }: Shape) => properties?.["type"]?.const === "envelopes";
  const notices = SCHEMAS.flatMap(({ oneOf = [] }) => oneOf);
  const names = membersOf(notices.find(isEnvelopes)!).map(({ name }) => name);
  expect(names).toContain("box");
  expect(short).toEqual(expect.arrayContaining(names));
});
