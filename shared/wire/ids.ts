// Identifiers and byte strings as they travel. Bytes are base64url without padding, in canonical form only.

import * as z from "zod/mini";
import { LOCATOR_MAX_DIGITS, LOCATOR_MIN_DIGITS, LOG_MAX_ENTRIES } from "./limits.ts";

/** 20 bytes of SHA-256 over the first entry of the device log, base32 (RFC 4648, lower case). */
export const userIdSchema = z
  .string()
  .check(z.regex(/^[a-z2-7]{32}$/, "must be 32 base32 characters"))
  .brand("UserId");
export type UserId = z.infer<typeof userIdSchema>;

/** 10 bytes of SHA-256 over the device's signing key, base32 (RFC 4648, lower case). */
export const deviceIdSchema = z
  .string()
  .check(z.regex(/^[a-z2-7]{16}$/, "must be 16 base32 characters"))
  .brand("DeviceId");
export type DeviceId = z.infer<typeof deviceIdSchema>;

/** A device within its account: the index of its entry in the device log. */
export const deviceNumberSchema = z.int().check(z.minimum(0), z.maximum(LOG_MAX_ENTRIES - 1));

/** 10 random bytes, base32 (RFC 4648, lower case). */
export const roomIdSchema = z
  .string()
  .check(z.regex(/^[a-z2-7]{16}$/, "must be 16 base32 characters"))
  .brand("RoomId");
export type RoomId = z.infer<typeof roomIdSchema>;

/** The public part of a code. Its first digit stands for a region. */
export const locatorSchema = z
  .string()
  .check(
    z.regex(
      new RegExp(`^[1-9][0-9]{${LOCATOR_MIN_DIGITS - 1},${LOCATOR_MAX_DIGITS - 1}}$`),
      `must be ${LOCATOR_MIN_DIGITS} to ${LOCATOR_MAX_DIGITS} digits, the first not 0`,
    ),
  )
  .brand("Locator");
export type Locator = z.infer<typeof locatorSchema>;

export const handleSchema = z
  .string()
  .check(
    z.regex(
      /^[a-z](?:[a-z0-9]|_(?!_)){1,28}[a-z0-9]$/,
      "must be 3 to 30 of a-z, 0-9 and single _, starting with a letter, not ending with _",
    ),
  )
  .brand("Handle");
export type Handle = z.infer<typeof handleSchema>;

/** Milliseconds since 1970, UTC. */
export const timeSchema = z.int().check(z.minimum(0), z.maximum(8_640_000_000_000_000));

const LAST_CHARACTER = ["[A-Za-z0-9_-]", "[AQgw]", "[AEIMQUYcgkosw048]"] as const;

/** Bytes of one fixed length in base64url without padding (RFC 4648, section 5). */
export function bytesPattern(length: number): RegExp {
  const characters = Math.ceil((length * 8) / 6);
  const last = LAST_CHARACTER[length % 3] ?? LAST_CHARACTER[0];
  return new RegExp(`^[A-Za-z0-9_-]{${characters - 1}}${last}$`);
}

/** A byte string of one fixed length. */
export function bytesSchema(length: number) {
  return z
    .string()
    .check(z.regex(bytesPattern(length), `must be ${length} bytes in base64url without padding`));
}

/** A byte string of any length within bounds, as sealed boxes are. */
export function boxSchema(minBytes: number, maxBytes: number) {
  return z
    .string()
    .check(
      z.minLength(Math.ceil((minBytes * 8) / 6)),
      z.maxLength(Math.ceil((maxBytes * 8) / 6)),
      z.regex(/^[A-Za-z0-9_-]*$/, "must be base64url without padding"),
      z.refine(hasCanonicalEnd, "must be canonical base64url"),
    );
}

/** Looks at the end alone: boxes are large, and their characters have been checked. */
function hasCanonicalEnd(text: string): boolean {
  const rest = text.length % 4;
  if (rest === 0) return true;
  return (rest === 2 ? /[AQgw]$/ : rest === 3 ? /[AEIMQUYcgkosw048]$/ : /$^/).test(text.slice(-1));
}
