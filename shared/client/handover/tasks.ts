// What is to be handed over or taken, as it waits in the store: each task until all that it asks for is stored or
// sent, whatever comes in between.

import type { HandedRecord } from "../../core/handover/handed.ts";
import type { BlobReference } from "../../wire/blobs.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Change } from "../store/store.ts";
import type { Cursor } from "./gathering.ts";

export const HANDOVERS = "handovers";
/** A setting, once this device has told the others of the account that it is there. */
export const ARRIVED = "arrived";

/** All that this device has, for one that has just come into the account. */
export interface HistoryTask {
  readonly kind: "history";
  readonly id: string;
  readonly number: number;
  /** The last that was handed over; null before the first. */
  readonly cursor: Cursor | null;
  /** Messages handed over, and to be handed over when it began; bytes handed over. */
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
  /** A blob that was begun, and of which nobody knows yet. */
  readonly begunBlob: string | null;
}

/** Changes, for all other devices. */
export interface ShareTask {
  readonly kind: "share";
  readonly id: string;
  readonly records: readonly HandedRecord[];
  readonly begunBlob?: string;
}

/** Records that wait at the server. */
export interface TakeTask {
  readonly kind: "take";
  readonly id: string;
  readonly blob: BlobReference;
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** For this device alone: no other one needs what is at the server. */
  readonly isForThis: boolean;
  /** All of it is stored here; what is left is to delete it there. */
  readonly isTaken: boolean;
}

/** What is about someone whom the mailbox does not list yet. */
export interface ParkedTask {
  readonly kind: "parked";
  readonly id: string;
  readonly userId: UserId;
  readonly record: HandedRecord;
  /** Milliseconds by this device's clock. */
  readonly since: number;
}

/** This account's name and chosen card, for one that has become a contact by a touch or a request. */
export interface IntroduceTask {
  readonly kind: "introduce";
  readonly id: string;
  readonly to: UserId;
  readonly begunBlob?: string;
}

/** A card that waits at the server, of a contact that has introduced itself. */
export interface CardTask {
  readonly kind: "card";
  readonly id: string;
  readonly userId: UserId;
  /** Of the introduction that it belongs to. */
  readonly at: number;
  readonly blob: BlobReference;
}

export type HandoverTask =
  | HistoryTask
  | ShareTask
  | TakeTask
  | ParkedTask
  | IntroduceTask
  | CardTask;

/** One for each account, so that it is left once. */
export function introduceTask(to: UserId): IntroduceTask {
  return { kind: "introduce", id: `introduce.${to}`, to };
}

export function cardTask(userId: UserId, at: number, blob: BlobReference): CardTask {
  return { kind: "card", id: `card.${userId}`, userId, at, blob };
}

export function toDo(task: HandoverTask): Change {
  return { collection: HANDOVERS, id: task.id, value: task };
}

export function doneWith({ id }: HandoverTask): Change {
  return { collection: HANDOVERS, id };
}
