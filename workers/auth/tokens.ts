// Signed tokens (JWT, RFC 7519, HS256): sessions, challenges, upgrade and upload tokens, proof challenges.
// Each kind has a key of its own, so that none passes for another. Verifying touches no object.

import { sign, verify } from "hono/jwt";
import * as z from "zod/mini";
import { blobIdSchema } from "../../shared/wire/blobs.ts";
import {
  bytesSchema,
  deviceIdSchema,
  handleSchema,
  locatorSchema,
  roomIdSchema,
  userIdSchema,
} from "../../shared/wire/ids.ts";
import {
  CHALLENGE_TTL_SECONDS,
  HOUSE_TOKEN_TTL_SECONDS,
  PROOF_TTL_SECONDS,
  SESSION_TTL_SECONDS,
  UPGRADE_TOKEN_TTL_SECONDS,
  UPLOAD_TOKEN_TTL_SECONDS,
} from "../../shared/wire/limits.ts";
import { methodSchema } from "../../shared/wire/pairing.ts";
import { type KeyPurpose, signingKeyFor } from "./keys.ts";

const actor = { userId: userIdSchema, deviceId: deviceIdSchema };

const upgradeClaims = z.object({
  ...actor,
  id: z.string(),
  issuedAt: z.int(),
  network: z.string(),
  purpose: z.enum(["open", "claim", "answer", "resume", "mailbox", "room"]),
  /** Null for the actor's own mailbox, and for rooms. */
  locator: z.nullable(locatorSchema),
  /** Of the attempt to resume or answer. */
  sid: z.nullable(bytesSchema(16)),
  /** Of the claim that is to come. */
  method: z.nullable(methodSchema),
  /** Whom the attempt that is to be opened asks. */
  to: z.nullable(userIdSchema),
  /** The actor's own, of an attempt that asks somebody and of a room. */
  handle: z.nullable(handleSchema),
  room: z.nullable(
    z.object({
      roomId: roomIdSchema,
      /** SHA-256 of what the link holds that the actor comes by. */
      linkHash: z.nullable(bytesSchema(32)),
      /** Those whom the actor does not meet (sealing.ts); null for too many of them. */
      sealed: z.nullable(z.string()),
    }),
  ),
});
/** What an upgrade token says: one actor, one object, one time. */
export type UpgradeClaims = z.infer<typeof upgradeClaims>;

const KINDS = {
  session: { ttlSeconds: SESSION_TTL_SECONDS, claims: z.object(actor) },
  challenge: {
    ttlSeconds: CHALLENGE_TTL_SECONDS,
    claims: z.object({ ...actor, issuedAt: z.int(), id: z.string() }),
  },
  upgrade: { ttlSeconds: UPGRADE_TOKEN_TTL_SECONDS, claims: upgradeClaims },
  proof: {
    ttlSeconds: PROOF_TTL_SECONDS,
    claims: z.object({ subject: z.string(), bits: z.int() }),
  },
  upload: {
    ttlSeconds: UPLOAD_TOKEN_TTL_SECONDS,
    claims: z.object({ ...actor, blobId: blobIdSchema, size: z.int() }),
  },
  /** Says no more than that its bearer holds the server's secret. */
  house: { ttlSeconds: HOUSE_TOKEN_TTL_SECONDS, claims: z.object({}) },
} as const satisfies Partial<Record<KeyPurpose, { ttlSeconds: number; claims: z.ZodMiniType }>>;

type Kind = keyof typeof KINDS;
type ClaimsOf<K extends Kind> = z.infer<(typeof KINDS)[K]["claims"]>;

/** The acting user and device, as a verified session says. */
export type Actor = ClaimsOf<"session">;

export interface IssuedToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export async function issueToken<K extends Kind>(
  secret: string,
  kind: K,
  claims: ClaimsOf<K>,
): Promise<IssuedToken> {
  const expiresAtSeconds = Math.floor(Date.now() / 1_000) + KINDS[kind].ttlSeconds;
  const payload = { ...claims, exp: expiresAtSeconds };
  const token = await sign(payload, await signingKeyFor(secret, kind), "HS256");
  return { token, expiresAt: expiresAtSeconds * 1_000 };
}

/** Null for a token that is forged, expired, of another kind, or not a token at all. */
export async function verifyToken<K extends Kind>(
  secret: string,
  kind: K,
  token: string,
): Promise<ClaimsOf<K> | null> {
  try {
    const payload = await verify(token, await signingKeyFor(secret, kind), "HS256");
    const parsed = KINDS[kind].claims.safeParse(payload);
    return parsed.success ? (parsed.data as ClaimsOf<K>) : null;
  } catch {
    return null;
  }
}
