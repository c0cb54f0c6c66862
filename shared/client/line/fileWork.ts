// Files as their person sends and opens them, in whichever tab or process that is.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import { isCaption } from "../../core/line/content.ts";
import { THUMBNAIL_MAX_BYTES } from "../../core/line/contentLimits.ts";
import { type AppliedFile, applyContent, newConversation } from "../../core/line/conversation.ts";
import { fileTypeFrom, UNKNOWN_TYPE } from "../../core/line/fileContent.ts";
import { fileNameFrom } from "../../core/line/fileNames.ts";
import { type FileFacts, messageKey, type MessageRecord } from "../../core/line/messageRecord.ts";
import type { UserId } from "../../wire/ids.ts";
import { BLOB_MAX_BYTES } from "../../wire/limits.ts";
import { ProblemError } from "../../wire/problem.ts";
import { Blobs } from "../blobs/blobs.ts";
import { FileError, type FileSource } from "../blobs/transfer.ts";
import type { ContactBook } from "../contactBook.ts";
import { copyInto, PIECE_BYTES, VaultFull } from "../store/fileVault.ts";
import { malformed } from "./contentChecks.ts";
import { messageId, messageIdOf } from "./conversationWork.ts";
import type { FileDesk } from "./fileDesk.ts";
import type { KeptFile, OpenFileOptions, OutgoingFile, SendFileOptions } from "./files.ts";
import { doneWith, type FileTask, toDo, type UploadTask } from "./fileTask.ts";
import { fileName, vaultSource } from "./fileTasks.ts";
import { toReference } from "./references.ts";

const LOOK_AGAIN_MS = 200;
/** With pauses up to 15 seconds: about a minute. */
const DOWNLOAD_TRIES = 10;
/** What a browser shows without running any of it. */
const HARMLESS = /^(image\/(png|jpeg|gif|webp|avif|bmp)|(audio|video)\/[a-z0-9.+-]+)$/;

export class FileWork {
  readonly #desk: FileDesk;
  readonly #contacts: ContactBook;
  readonly #blobs: Blobs;

  constructor(desk: FileDesk, contacts: ContactBook) {
    this.#desk = desk;
    this.#contacts = contacts;
    this.#blobs = new Blobs(desk.context.device, desk.context.ports);
  }

  async send(userId: string, file: OutgoingFile, options: SendFileOptions): Promise<MessageRecord> {
    const { store, ports } = this.#desk.context;
    const contact = await this.#contacts.get(userId);
    if (contact === null) throw new ProblemError("contact-unknown");
    const source = sourceOf(file.data);
    if (source.size > BLOB_MAX_BYTES) throw new FileError("too-large");
    const draft = await this.#draft(contact.userId, file, source.size, options);
    const key = messageKey("me", draft.id);
    const id = messageId(contact.userId, key);
    const upload: UploadTask = {
      kind: "upload",
      id,
      to: contact.userId,
      key,
      draft,
      state: null,
      problem: null,
    };
    await this.#copy(id, source, upload);
    this.#desk.connect();
    await this.#desk.look();
    // Where another tab or process holds the line, its conversation has it a moment later.
    const shown = await store.get<MessageRecord>("messages", id);
    return shown ?? provisionalRecord(contact.userId, draft, ports.now());
  }

  async kept(message: MessageRecord): Promise<KeptFile | null> {
    const { file } = message;
    if (file === undefined) return null;
    const id = messageIdOf(message);
    const { files } = this.#desk.context.store;
    if ((await files.size(id)) !== file.size) return null;
    return keptFile(file, vaultSource(files, id, file.size));
  }

  async open(message: MessageRecord, options: OpenFileOptions): Promise<KeptFile> {
    const { store, ports } = this.#desk.context;
    for (;;) {
      const kept = await this.kept(message);
      if (kept !== null) return kept;
      if (options.signal?.aborted === true) throw new FileError("cancelled");
      // Where another tab or process downloads it, this one waits for that.
      const release = await store.hold(fileName(messageIdOf(message)));
      if (release === null) {
        await new Promise<void>((resolve) => {
          ports.after(LOOK_AGAIN_MS, resolve);
        });
      } else {
        await this.#download(message, options).finally(release);
      }
    }
  }

  async discard(message: MessageRecord): Promise<void> {
    if (message.file?.blob === undefined) return;
    await this.#desk.context.store.files.delete(messageIdOf(message));
  }

  async #draft(
    to: UserId,
    { name, type = "" }: OutgoingFile,
    size: number,
    { caption = "", replyTo, thumbnail, width, height }: SendFileOptions,
  ): Promise<UploadTask["draft"]> {
    const { store, ports } = this.#desk.context;
    if (!isCaption(caption)) throw malformed("text", "A caption has up to 4,096 bytes of text.");
    if (
      thumbnail !== undefined &&
      (thumbnail.length === 0 || thumbnail.length > THUMBNAIL_MAX_BYTES)
    ) {
      throw malformed("thumbnail", `A thumbnail has up to ${THUMBNAIL_MAX_BYTES} bytes.`);
    }
    const conversation = await store.get<{ timer: { seconds: number } }>("conversations", to);
    const { seconds } = conversation?.timer ?? { seconds: 0 };
    return {
      kind: "file",
      id: toBase64Url(ports.random(8)),
      at: ports.now(),
      name: fileNameFrom(name),
      type: fileTypeFrom(type),
      size,
      ...(caption !== "" && { text: caption }),
      ...(replyTo !== undefined && { replyTo: toReference(replyTo) }),
      ...(seconds > 0 && { lifetimeSeconds: seconds }),
      ...(thumbnail !== undefined && { thumbnail: toBase64Url(thumbnail) }),
      ...sidesOf(width, height),
    };
  }

  /** The original may be gone or changed when its turn comes, and a key serves the same bytes alone. */
  async #copy(id: string, source: FileSource, upload: UploadTask): Promise<void> {
    const { store } = this.#desk.context;
    const copying: FileTask = { kind: "copy", id };
    const release = await store.hold(fileName(id));
    try {
      await store.apply([toDo(copying)]);
      await copyInto(store.files, id, source);
      await store.apply([doneWith(copying), toDo(upload)]);
    } catch (error) {
      // What fails now is cleared away by the line's holder.
      await store.files.delete(id).catch(() => {});
      await store.apply([doneWith(copying)]).catch(() => {});
      throw new FileError(error instanceof VaultFull ? "no-room" : "unreadable", error);
    } finally {
      release?.();
    }
  }

  async #download(message: MessageRecord, { onProgress, signal }: OpenFileOptions): Promise<void> {
    const { store } = this.#desk.context;
    const id = messageIdOf(message);
    const blob = message.file?.blob;
    if (blob === undefined) throw new FileError("expired");
    const requireMessage = async (): Promise<void> => {
      const record = await store.get<MessageRecord>("messages", id);
      if (record?.file?.blob === undefined) throw new FileError("expired");
    };
    const before = (await store.files.size(id)) ?? 0;
    const write = async (index: number, bytes: Uint8Array): Promise<void> => {
      await requireMessage();
      await store.files.write(id, index, bytes);
    };
    try {
      await this.#blobs.download(blob, write, {
        from: before > blob.size ? 0 : Math.floor(before / PIECE_BYTES),
        tries: DOWNLOAD_TRIES,
        signal,
        onProgress: (progress) => {
          this.#desk.transferred(message, progress);
          onProgress?.(progress);
        },
      });
      // Deleted while the last piece was written, it would stay.
      await requireMessage();
    } catch (error) {
      if (error instanceof FileError && error.code === "expired") await store.files.delete(id);
      throw error instanceof VaultFull ? new FileError("no-room", error) : error;
    } finally {
      this.#desk.transferred(message, null);
    }
  }
}

function sourceOf(data: Blob | FileSource): FileSource {
  if (!(data instanceof Blob)) return data;
  const read = async (offset: number, length: number) =>
    new Uint8Array(await data.slice(offset, offset + length).arrayBuffer());
  return { size: data.size, read };
}

function sidesOf(width?: number, height?: number): { width?: number; height?: number } {
  const areSides = [width, height].every(
    (side) => side !== undefined && Number.isInteger(side) && side > 0 && side < 65_536,
  );
  return areSides ? ({ width, height } as { width: number; height: number }) : {};
}

function keptFile({ name, type }: FileFacts, source: FileSource): KeptFile {
  return {
    ...source,
    name,
    type,
    blob: async () => {
      const parts: Blob[] = [];
      for (let start = 0; start < source.size; start += PIECE_BYTES) {
        const piece = await source.read(start, Math.min(PIECE_BYTES, source.size - start));
        // One by one, a browser can keep them outside of memory.
        parts.push(new Blob([piece as Uint8Array<ArrayBuffer>]));
      }
      return new Blob(parts, { type: HARMLESS.test(type) ? type : UNKNOWN_TYPE });
    },
  };
}

function provisionalRecord(peer: UserId, draft: AppliedFile, now: number): MessageRecord {
  const before = { conversation: newConversation(peer), records: new Map() };
  return applyContent(before, "me", draft, now, "uploading").records[0] as MessageRecord;
}
