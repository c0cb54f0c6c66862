// What the SDK shows its user: the account, contacts, a meeting's events. Plain data throughout.

import { type Visibility, visibilitySchema } from "../wire/auth.ts";
import type { Card } from "../wire/card.ts";
import {
  type DeviceId,
  type Handle,
  handleSchema,
  type Locator,
  type UserId,
} from "../wire/ids.ts";
import type { Failure, Method } from "../wire/pairing.ts";

/** Who may find an account by its handle. */
export const VISIBILITIES: readonly Visibility[] = visibilitySchema.options;

export function isHandle(text: string): text is Handle {
  return handleSchema.safeParse(text).success;
}

export interface Me {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  /** Lives on the device; peers receive it sealed. */
  readonly name: string;
  readonly handle: Handle | null;
  readonly visibility: Visibility;
}

/** A person one has met. Everything but the method and time comes from the peer, verified by this device. */
export interface Contact {
  readonly userId: UserId;
  /** The alias given by oneself, else the name that the peer sent, else the card's, else a short form of the id. */
  readonly name: string;
  readonly method: Method;
  /** Milliseconds since 1970, by the server's clock; the signed receipt covers it. */
  readonly metAt: number;
  /** True once this device itself has verified the peer's confirmation, identity and receipt. */
  readonly verified: boolean;
  readonly blocked: boolean;
  /** The card received at the meeting; null when the peer sent none. */
  readonly card: Card | null;
  /** Set when a card came that could not be read. */
  readonly cardProblem: string | null;
  /** When and where one met, for oneself alone. */
  readonly note: string;
  /** Base64url of SHA-256 over the receipt; equal on both sides. */
  readonly receiptHash: string;
}

/** A shown key, in each of its spellings. All of them hold the secret. */
export interface ShownKey {
  readonly locator: Locator;
  /** `417-guitar-ocean` */
  readonly code: string;
  /** `417-0123456` */
  readonly digits: string;
  /** A link to the server's page whose fragment holds the code. */
  readonly link: string;
  /** Milliseconds since 1970 by this device's clock. */
  readonly expiresAt: number;
}

/**
 * Why a meeting did not end in a contact. Beyond the server's outcomes: `tampered` means that what
 * came through the server did not verify on this device.
 */
export type FailureReason = Failure | "tampered";

export type MeetingEvent =
  | ({ readonly event: "key" } & ShownKey)
  /** The peer has entered the key, or one's own claim is stored; the answer is under way. */
  | { readonly event: "claimed" }
  | { readonly event: "connection"; readonly state: "lost" | "restored" }
  | { readonly event: "matched" }
  | { readonly event: "card"; readonly card: Card | null; readonly problem: string | null }
  | { readonly event: "connected"; readonly contact: Contact }
  | { readonly event: "failed"; readonly reason: FailureReason; readonly advice: string };

/** What a meeting's `contact` promise rejects with. */
export class MeetingFailed extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, advice: string) {
    super(advice);
    this.name = "MeetingFailed";
    this.reason = reason;
  }
}

export type AcquaintEvent =
  /** The list of contacts has changed; read it anew. */
  | { readonly event: "contacts" }
  | { readonly event: "profile" }
  /** Of the mailbox socket. */
  | { readonly event: "connection"; readonly state: "connecting" | "online" | "offline" };
