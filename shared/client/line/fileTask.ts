// What is to be done with files, kept until it is done: so that whoever holds the line next goes on with it.

import type { AppliedFile } from "../../core/line/conversation.ts";
import type { MessageKey } from "../../core/line/messageRecord.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Problem } from "../../wire/problem.ts";
import type { UploadState } from "../blobs/blobs.ts";
import type { Change } from "../store/store.ts";

/** Of which message, by the id of its record. */
interface About {
  readonly id: string;
}

/** A copy is being made, by whoever holds the file's name. */
interface CopyTask extends About {
  readonly kind: "copy";
}

/** Changed by the line's holder alone. */
export interface UploadTask extends About {
  readonly kind: "upload";
  readonly to: UserId;
  readonly key: MessageKey;
  readonly draft: AppliedFile & { readonly size: number };
  /** Null before it has begun. */
  readonly state: UploadState | null;
  /** Why the server has refused it; it waits for its author's word. */
  readonly problem: Problem | null;
}

/** What its author wants of an upload. */
interface Wish extends About {
  readonly to: UserId;
  readonly key: MessageKey;
}
type WishTask = (Wish & { readonly kind: "cancel" }) | (Wish & { readonly kind: "again" });

/** The message is no more, and neither are its bytes to be. */
interface GoneTask extends About {
  readonly kind: "gone";
  /** To be deleted at the server as well. */
  readonly blobId: string | null;
}

export type FileTask = CopyTask | UploadTask | WishTask | GoneTask;

export const FILE_TASKS = "fileTasks";

export function toDo(task: FileTask): Change {
  return { collection: FILE_TASKS, id: idOf(task), value: task };
}

export function doneWith(task: Pick<FileTask, "kind" | "id">): Change {
  return { collection: FILE_TASKS, id: idOf(task) };
}

function idOf({ kind, id }: Pick<FileTask, "kind" | "id">): string {
  return `${kind}.${id}`;
}
