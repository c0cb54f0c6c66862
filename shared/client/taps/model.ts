// What the SDK shows of touches: tickets to be shown, what came of those that were read, tables, groups, badges and
// requests. Plain data throughout; times are by this device's clock, in milliseconds since 1970, unless said otherwise.

import type { UserId } from "../../wire/ids.ts";
import type { ContactRequestEnd, RequestVia } from "../../wire/contactRequests.ts";
import type { TableEnd, TapOutcome } from "../../wire/tap.ts";
import type { Handle } from "../../wire/ids.ts";
import type { Contact } from "../model.ts";

export type { TapOutcome } from "../../wire/tap.ts";

/** One's own ticket, as a link that an NDEF record, a QR code and a message carry alike. */
export interface ShownTicket {
  readonly url: string;
  /** From then on nobody can use it; show another one some seconds before. */
  readonly expiresAt: number;
}

/** What came of one ticket that was read. */
export interface TappedPeer {
  readonly outcome: TapOutcome;
  /** Null for what is forged. */
  readonly userId: UserId | null;
  /** With `established` and `already`. */
  readonly contact: Contact | null;
  /** What it means and what to do next, in a sentence or two. */
  readonly advice: string;
}

/** A submission that has come to its end, in the order of what was read. */
export interface TapResult {
  readonly tapId: string;
  readonly peers: readonly TappedPeer[];
  /** Of two or more that are contacts now. */
  readonly groupId: string | null;
}

/** `tampered`: what the server showed of it did not verify on this device. */
export type TableEndReason = TableEnd | "tampered";

export interface TableMember {
  readonly userId: UserId;
  /** Of a contact, or of oneself; else a short form of the id. */
  readonly name: string;
  readonly isMe: boolean;
  /** Its device is at the table. */
  readonly hasArrived: boolean;
  /** Its person has said that the phrase is the same. */
  readonly hasConfirmed: boolean;
}

/** Several who compare one phrase, and become contacts of their initiator and a group together, or not at all. */
export interface Table {
  readonly tapId: string;
  /** Who has gathered it. */
  readonly by: UserId;
  readonly at: "gathering" | "comparing" | "settled" | "aborted";
  /** By when all must have arrived, or compared. */
  readonly until: number;
  readonly members: readonly TableMember[];
  /** Six words, the same on every phone; null until all have arrived. */
  readonly phrase: readonly string[] | null;
  readonly groupId: string | null;
  /** Set when it has come to nothing: why, because of whom, and what to do next. */
  readonly end: {
    readonly reason: TableEndReason;
    readonly by: UserId | null;
    readonly advice: string;
  } | null;
}

export interface GroupInfo {
  readonly groupId: string;
  /** By the server's clock. */
  readonly createdAt: number;
  readonly by: UserId;
  /** Whether all have compared a phrase. */
  readonly isCompared: boolean;
  readonly members: readonly {
    readonly userId: UserId;
    readonly name: string;
    readonly isMe: boolean;
    readonly isContact: boolean;
    /** This device has verified the receipts that tie the member to the group. */
    readonly verified: boolean;
  }[];
}

export interface OwnBadge {
  readonly url: string;
  /** By the server's clock. */
  readonly createdAt: number;
  /** How many requests came by it. */
  readonly uses: number;
}

/** Whose a badge is: verified, since the badge commits to the account. */
export interface FoundBadge {
  readonly userId: UserId;
  readonly handle: Handle | null;
  /** Set when they are contacts already. */
  readonly contact: Contact | null;
}

/** Someone asks to become a contact. The server vouches for who it is. */
export interface IncomingContactRequest {
  readonly requestId: string;
  readonly from: UserId;
  /** The contact's name, else what they are called in the room, else the handle, else a short form of the id. */
  readonly name: string;
  readonly handle: Handle | null;
  readonly via: RequestVia;
  /** Of the room that it came out of; null for a badge. */
  readonly title: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** One's own request, while it waits. */
export interface AskedContactRequest {
  readonly requestId: string;
  readonly to: UserId;
  /** The contact's name, else what they were called when this device asked, else a short form of the id. */
  readonly name: string;
  readonly via: RequestVia;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export type TapEvent =
  /** Told once: someone has become a contact by a touch, read here or by the other. */
  | { readonly event: "tapped"; readonly contact: Contact }
  /** A touch was undone, by either side. */
  | { readonly event: "undone"; readonly userId: UserId; readonly name: string }
  | { readonly event: "table"; readonly table: Table }
  /** This account is in other groups now; read them anew. */
  | { readonly event: "groups" }
  /** Requests to become contacts, of others or one's own, have changed; read them anew. */
  | { readonly event: "contactRequests" }
  /** An own request, or another's, is over. */
  | {
      readonly event: "contactRequestOver";
      readonly requestId: string;
      readonly userId: UserId;
      /** As the request had it. */
      readonly name: string;
      readonly isOwn: boolean;
      readonly end: ContactRequestEnd;
    };
