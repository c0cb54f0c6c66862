// What the SDK shows its user: the account, contacts, a meeting's events. Plain data throughout.

import { type Audience, audienceSchema } from "../wire/auth.ts";
import type { Card } from "../wire/card.ts";
import {
  type DeviceId,
  type Handle,
  handleSchema,
  type Locator,
  locatorSchema,
  type UserId,
  userIdSchema,
} from "../wire/ids.ts";
import type { MessageKey, MessageRecord } from "../core/line/messageRecord.ts";
import type { WordListTag } from "../core/pairing/words.ts";
import type { RequestOutcome } from "../wire/mailbox.ts";
import type { ContactMethod, Failure } from "../wire/pairing.ts";
import type { Ending } from "./accountErased.ts";
import type { Problem } from "../wire/problem.ts";
import type { FileProgress } from "./blobs/transfer.ts";
import type { TapEvent } from "./taps/model.ts";

/** Which strangers may find an account by its handle, or ask it to meet; contacts always may. */
export const AUDIENCES: readonly Audience[] = audienceSchema.options;

export function isHandle(text: string): text is Handle {
  return handleSchema.safeParse(text).success;
}

export function isUserId(text: string): text is UserId {
  return userIdSchema.safeParse(text).success;
}

export function isLocator(text: string): text is Locator {
  return locatorSchema.safeParse(text).success;
}

export interface Me {
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  /** Lives on the device; peers receive it sealed. */
  readonly name: string;
  readonly handle: Handle | null;
  readonly visibility: Audience;
  /** Whose requests to meet are shown. */
  readonly requestsFrom: Audience;
}

/** A person one has met. Everything but the method and time comes from the peer, verified by this device. */
export interface Contact {
  readonly userId: UserId;
  /** The alias given by oneself, else the name that the peer sent, else the card's, else a short form of the id. */
  readonly name: string;
  readonly method: ContactMethod;
  /** Milliseconds since 1970, by the server's clock; the signed receipt covers it. */
  readonly metAt: number;
  /** True once this device itself has verified the peer's confirmation, identity and receipt. */
  readonly verified: boolean;
  /**
   * Only the server says who this was: they were met in a room, or have read this account's ticket or badge, and nobody
   * has read theirs or compared a phrase with them; or this device has not verified the touch, or the request, yet.
   */
  readonly vouched: boolean;
  /** Until then either side can undo the touch, by this device's clock; null when it was none, or is too late. */
  readonly undoUntil: number | null;
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

export interface BlockedAccount {
  readonly userId: UserId;
  /** Of a contact; else what this device has known them by when it blocked them. Null when that is nothing. */
  readonly name: string | null;
}

export interface MeetingOptions {
  /** Goes along sealed; left out, the chosen one; `null` for none. */
  readonly card?: Card | null;
}

export interface ShowOptions extends MeetingOptions {
  /** Tag of the language in which the key is spelled, such as `es`; English unless given. */
  readonly words?: WordListTag;
}

export interface AskOptions extends MeetingOptions {
  /** The account's id or handle; left out, whoever enters the locator. */
  readonly to?: string;
  readonly passphrase: string;
  /** T1 and T2, whole seconds from 10 to 300, T2 greater: 60 and 90 unless given. */
  readonly t1Seconds?: number;
  readonly t2Seconds?: number;
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

/** A request to meet by a passphrase, as it stands. Times are by this device's clock, in milliseconds since 1970. */
export interface Asked {
  /** The account that is asked; null for whoever enters the locator. */
  readonly to: UserId | null;
  readonly locator: Locator;
  /** T1: by when the other must have answered. */
  readonly expiresAt: number;
  /** T2: by when all must be done. */
  readonly answerBy: number;
}

/** Someone asks this account to meet. The server vouches for who it is, until the passphrase has proven it. */
export interface IncomingRequest {
  /** Names the request. */
  readonly sid: string;
  readonly from: UserId;
  /** The contact's name, else the handle, else a short form of the id. */
  readonly name: string;
  readonly handle: Handle | null;
  readonly isContact: boolean;
  /** T1: by when to answer; T2: by when all must be done. By this device's clock. */
  readonly expiresAt: number;
  readonly answerBy: number;
  /** Put off by its owner: it waits, but need not be shown before everything else. */
  readonly isPostponed: boolean;
}

/** A request that needs no answer any more. */
export interface OverRequest {
  readonly sid: string;
  readonly from: UserId;
  readonly name: string;
  /** When it was made, by the server's clock. */
  readonly openedAt: number;
  readonly outcome: RequestOutcome;
}

/**
 * Why a meeting did not end in a contact. Beyond the server's outcomes: `tampered` means that what
 * came through the server did not verify on this device, `answeredElsewhere` that another device of this
 * account has answered the request.
 */
export type FailureReason = Failure | "tampered" | "answeredElsewhere";

export type MeetingEvent =
  | ({ readonly event: "key" } & ShownKey)
  | ({ readonly event: "asked" } & Asked)
  /** The peer has answered, or one's own answer is stored: until `answerBy`, by this device's clock, the rest is under way. */
  | { readonly event: "claimed"; readonly answerBy: number | null }
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
  /** A request came, was put off or is gone; read them anew. */
  | { readonly event: "requests" }
  /** A request ended that this device did not answer. */
  | { readonly event: "requestOver"; readonly request: OverRequest }
  /** A message came. Told in each tab; of several processes, by the one that reads the line. */
  | { readonly event: "message"; readonly message: MessageRecord }
  /** Something in the conversation with that account has changed; read it anew. */
  | { readonly event: "conversation"; readonly userId: UserId }
  /** Not told again for as long as it goes on, nor always when it ends: show it for a few seconds. */
  | { readonly event: "typing"; readonly userId: UserId; readonly isTyping: boolean }
  /** The server did not store a message; `message` is its key. */
  | {
      readonly event: "refused";
      readonly userId: UserId;
      readonly message: MessageKey;
      readonly problem: Problem;
    }
  /** How far an upload or a download has come, some times a second; null when it is over, whatever its end. */
  | {
      readonly event: "file";
      readonly userId: UserId;
      readonly message: MessageKey;
      readonly progress: FileProgress | null;
    }
  /** The account's devices changed in a way that it has not signed. Nothing more is sent to it. */
  | { readonly event: "forked"; readonly userId: UserId }
  /**
   * What another device of this account hands over is coming: so many messages have, of those to come. With
   * `done` at `total` all has come.
   */
  | { readonly event: "history"; readonly done: number; readonly total: number }
  /** This account's devices have changed, or one waits to be let in; read them anew. */
  | { readonly event: "devices" }
  /** This device is of the account now that it asked; this one is closed: open it anew. */
  | { readonly event: "joined" }
  /** The other device has declined to let this one in. */
  | { readonly event: "joinRefused" }
  /**
   * The account was erased, here or on another device, or this device was removed from it. Nothing more is sent;
   * what this device keeps stays.
   */
  | { readonly event: "erased"; readonly ending: Ending }
  /** A newer version of this program, in another tab, needs what this one keeps. This one is closed: load it anew. */
  | { readonly event: "outdated" }
  | TapEvent
  /** Of the mailbox socket, which the tabs of a browser share. */
  | { readonly event: "connection"; readonly state: "connecting" | "online" | "offline" };
