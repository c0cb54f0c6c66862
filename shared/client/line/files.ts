// Files in conversations: sent, opened and kept. What is sent is copied on this device first, and is uploaded by
// whichever tab or process holds the line, over restarts and lost connections; what is opened stays here. The code
// that does it is loaded with the first file.

import type { MessageKey, MessageRecord } from "../../core/line/messageRecord.ts";
import { fetched } from "../connectionError.ts";
import type { FileProgress, FileSource } from "../blobs/transfer.ts";
import type { ContactBook } from "../contactBook.ts";
import { messageIdOf } from "./conversationWork.ts";
import type { FileDesk } from "./fileDesk.ts";
import type { FileWork } from "./fileWork.ts";

export interface OutgoingFile {
  /** Of a path the end is taken, and what could mislead is left out. */
  readonly name: string;
  /** A media type such as `image/jpeg`; what is none counts as any bytes. */
  readonly type?: string;
  /** At most BLOB_MAX_BYTES. A browser's File is a Blob. */
  readonly data: Blob | FileSource;
}

export interface SendFileOptions {
  /** Up to 4 KiB; empty for none. */
  readonly caption?: string;
  readonly replyTo?: MessageKey;
  /** A JPEG or WebP of at most THUMBNAIL_MAX_BYTES. */
  readonly thumbnail?: Uint8Array;
  /** Pixels as it is shown, of an image or a film. */
  readonly width?: number;
  readonly height?: number;
}

export interface OpenFileOptions {
  readonly onProgress?: (progress: FileProgress) => void;
  /** What has come by then is kept, and opening once more goes on from there. */
  readonly signal?: AbortSignal;
}

/** A file that is on this device, whole and verified. */
export interface KeptFile extends FileSource {
  readonly name: string;
  readonly type: string;
  /**
   * For `URL.createObjectURL`. It has the file's type if that is one of pictures, sound or film that cannot hold
   * programs, otherwise that of any bytes: a page shown from it would have the rights of this one.
   */
  blob(): Promise<Blob>;
}

export class Files {
  readonly #desk: FileDesk;
  readonly #contacts: ContactBook;
  #work: Promise<FileWork> | null = null;

  constructor(desk: FileDesk, contacts: ContactBook) {
    this.#desk = desk;
    this.#contacts = contacts;
  }

  /**
   * Sends a file to a contact. Resolves once this device has a copy and keeps the message, which is shown as
   * `uploading`; `stored` of Messages tells when the server has all of it.
   * @throws FileError `too-large`, `unreadable`, `no-room`
   * @throws ProblemError `contact-unknown`, `malformed-request` for a caption or a thumbnail that is too long
   */
  async send(
    userId: string,
    file: OutgoingFile,
    options: SendFileOptions = {},
  ): Promise<MessageRecord> {
    return (await this.#loaded()).send(userId, file, options);
  }

  /** Takes back an own file; one that has left meanwhile is deleted for both. */
  async cancel(message: MessageRecord): Promise<void> {
    return this.#desk.wish("cancel", message);
  }

  /** Uploads a file again that the server has refused. */
  async again(message: MessageRecord): Promise<void> {
    return this.#desk.wish("again", message);
  }

  /**
   * The bytes of a file, downloaded unless they are here.
   * @throws FileError `expired`, `tampered`, `no-room`, `cancelled`
   * @throws ConnectionError when there is no connection for about a minute; what has come is kept
   */
  async open(message: MessageRecord, options: OpenFileOptions = {}): Promise<KeptFile> {
    return (await this.#loaded()).open(message, options);
  }

  /** What {@link open} gives, if that needs no download; otherwise null. */
  async kept(message: MessageRecord): Promise<KeptFile | null> {
    return (await this.#loaded()).kept(message);
  }

  /** Frees the room that a file takes on this device, if it can be downloaded again. */
  async discard(message: MessageRecord): Promise<void> {
    return (await this.#loaded()).discard(message);
  }

  /** Loads the code now, for when there is no connection later. @throws ConnectionError when it cannot be fetched */
  async prepare(): Promise<void> {
    await this.#loaded(); // with all that uploads
  }

  /** How far an upload or a download on this device has come; null for one that is not under way. */
  progressOf(message: MessageRecord): FileProgress | null {
    return this.#desk.progress.get(messageIdOf(message)) ?? null;
  }

  #loaded(): Promise<FileWork> {
    this.#work ??= fetched(import("./fileWork.ts")).then(
      ({ FileWork }) => new FileWork(this.#desk, this.#contacts),
    );
    this.#work.catch(() => (this.#work = null));
    return this.#work;
  }
}
