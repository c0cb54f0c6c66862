// Schemas as JSON Schema, of which the documents' tables are made.

import * as z from "zod/mini";

/** The part of JSON Schema that the schemas use. */
export interface Shape {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly prefixItems?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly additionalProperties?: boolean | Shape;
}

export const shapeOf = (schema: z.core.$ZodType): Shape =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Shape;
/** The alternatives of a union, those of unions inside it among them. */
export function optionsOf(shape: Shape): readonly Shape[] {
  return (shape.oneOf ?? shape.anyOf)?.flatMap(optionsOf) ?? [shape];
}
/** What tells shapes from each other. */
export function withoutMeta(shape: Shape): string {
  const { $schema: _, ...rest } = shape as Shape & { $schema?: string };
  return JSON.stringify(rest);
}
