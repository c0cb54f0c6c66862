// What goes to and from a mailbox over RPC. Refusals are plain data, since a custom error does not keep
// its kind on the way.

import type { DeviceLog } from "../../shared/wire/auth.ts";
import type { Handle, UserId } from "../../shared/wire/ids.ts";
import type { ProblemCode, ProblemMembers } from "../../shared/wire/problem.ts";

export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: ProblemCode; readonly members?: ProblemMembers };

export const UNAUTHENTICATED = { ok: false, code: "unauthenticated" } as const;
export const DONE: Result<null> = { ok: true, value: null };

/** @param field of the request that is at fault */
export function malformed(field: string, fault: string): Result<never> {
  return { ok: false, code: "malformed-request", members: { fields: { [field]: fault } } };
}

/** What a device log has come to. */
export interface LogState {
  readonly length: number;
  /** Base64url of 32 bytes. */
  readonly logHead: string;
}

export type SessionVerdict =
  | { readonly kind: "admitted" | "refused" }
  | { readonly kind: "removed"; readonly log: DeviceLog };

/** How an account answers to someone who looks it up by its handle. */
export type Reveal =
  | { readonly kind: "found"; readonly userId: UserId; readonly log: DeviceLog }
  | { readonly kind: "hidden" }
  /** Found only by those who know one of these. */
  | { readonly kind: "ask"; readonly contacts: readonly UserId[] };

export interface Admission {
  /** How long the account must wait before it may guess; 0 lets the guess through. */
  readonly delayMs: number;
  readonly handle: Handle | null;
}
