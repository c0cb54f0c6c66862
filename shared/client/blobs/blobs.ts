// Sealed blobs at the server: uploaded and downloaded chunk by chunk, a few at a time, each verified before it goes
// on. What a lost connection interrupts is tried again; what a lost process interrupts goes on where it was.

import { fromBase64Url, toBase64Url } from "../../core/crypto/bytes.ts";
import { chunkRange, chunksOf, openChunk, sealChunk } from "../../core/crypto/blobSeal.ts";
import type { BlobReference, Upload } from "../../wire/blobs.ts";
import { ProblemError } from "../../wire/problem.ts";
import type { Device } from "../device.ts";
import { askedMs, isPassing } from "../passing.ts";
import { jitteredDelayMs, type Ports } from "../ports.ts";
import { inOrder, together } from "./parallel.ts";
import { FileError, type FileProgress, type FileSource } from "./transfer.ts";

/** Chunks under way at a time. */
const AT_ONCE = 3;
/** A token that ends sooner is replaced first. */
const TOKEN_MARGIN_MS = 60_000;

/** An upload that has begun. To be kept before any chunk leaves, since its key serves these bytes alone. */
export interface UploadState {
  readonly blobId: string;
  readonly key: string;
  readonly token: string;
  /** By the server's clock. */
  readonly tokenExpiresAt: number;
}

interface TransferOptions {
  readonly onProgress?: (progress: FileProgress) => void;
  readonly signal?: AbortSignal | undefined;
  /** Attempts in a row that fail before a lost connection is thrown; as long as it takes unless given. */
  readonly tries?: number;
}

export interface UploadOptions extends TransferOptions {
  /** What {@link onState} was given last, for the same bytes. */
  readonly resume?: UploadState | null;
  /** Awaited before anything follows. */
  readonly onState?: (state: UploadState) => Promise<void>;
}

export interface DownloadOptions extends TransferOptions {
  /** The first chunk that is missing; 0 unless given. */
  readonly from?: number;
}

export class Blobs {
  readonly #device: Device;
  readonly #ports: Ports;

  constructor(device: Device, ports: Ports) {
    this.#device = device;
    this.#ports = ports;
  }

  /**
   * Seals and uploads; resolves once the server has stored all of it.
   * @param source up to BLOB_MAX_BYTES, whose bytes stay the same for as long as it is resumed
   * @throws FileError `unreadable`, `cancelled`; ConnectionError; ProblemError `storage-full` and the like
   */
  async upload(source: FileSource, options: UploadOptions = {}): Promise<BlobReference> {
    const { resume = null, signal } = options;
    for (let state = resume; ; state = null) {
      throwIfCancelled(signal);
      try {
        return await this.#upload(source, state, options);
      } catch (error) {
        // The server has deleted what there was of it: all begins anew, with another key.
        if (state === null || !isProblem(error, "blob-unknown")) throw error;
      }
    }
  }

  /**
   * Downloads, and passes on chunk by chunk in their order what is verified.
   * @param sink resolves once the chunk is kept
   * @throws FileError `expired`, `tampered`, `cancelled`; ConnectionError; what the sink throws
   */
  async download(
    { blobId, key, size }: BlobReference,
    sink: (index: number, bytes: Uint8Array) => Promise<void>,
    { onProgress, signal, tries, from = 0 }: DownloadOptions = {},
  ): Promise<void> {
    const { count } = chunksOf(size);
    const keyBytes = fromBase64Url(key);
    const fetchChunk = async (index: number): Promise<Uint8Array> => {
      const params = { blobId, index: String(index) };
      const sealed = await this.#persistently(
        () => this.#device.call("chunk", { params }),
        signal,
        tries,
      ).catch((error: unknown) => {
        throw isProblem(error, "blob-unknown") ? new FileError("expired") : error;
      });
      const bytes = openChunk(keyBytes, size, index, sealed);
      if (bytes === null) throw new FileError("tampered");
      return bytes;
    };
    onProgress?.({ done: chunkRange(size, from).start, total: size });
    await inOrder(AT_ONCE, indices(from, count), fetchChunk, async (index, bytes) => {
      throwIfCancelled(signal);
      const { start, end } = chunkRange(size, index);
      // The last chunks may be padding alone: they are verified, and leave nothing.
      if (end > start || index === 0) await sink(index, bytes);
      onProgress?.({ done: end, total: size });
    });
  }

  /** Has the server forget a blob of this account; one that it does not know is forgotten already. */
  async delete(blobId: string): Promise<void> {
    await this.#device.call("deleteBlob", { params: { blobId } }).catch((error: unknown) => {
      if (!isProblem(error, "blob-unknown")) throw error;
    });
  }

  async #upload(
    source: FileSource,
    resumed: UploadState | null,
    { onProgress, onState, signal, tries }: UploadOptions,
  ): Promise<BlobReference> {
    const { size } = source;
    const { count, sealedSize } = chunksOf(size);
    const call = <Value>(task: () => Promise<Value>) => this.#persistently(task, signal, tries);
    let state = resumed;
    if (state === null) {
      const key = toBase64Url(this.#ports.random(32));
      const upload = await call(() =>
        this.#device.call("beginBlob", { body: { size: sealedSize } }),
      );
      state = this.#stateOf(key, upload);
      await onState?.(state);
    }
    const { key, blobId } = state;
    const stored = new Set<number>();
    if (resumed !== null) {
      const known = await call(() => this.#device.call("storedChunks", { params: { blobId } }));
      for (const index of known.stored) stored.add(index);
    }
    let current = state;
    let renewal: Promise<void> | null = null;
    const renew = () =>
      (renewal ??= call(() => this.#device.call("continueBlob", { params: { blobId } }))
        .then(async (upload) => {
          current = this.#stateOf(key, upload);
          await onState?.(current);
        })
        .finally(() => (renewal = null)));
    const put = (index: number, body: Uint8Array) => {
      const params = { blobId, index: String(index) };
      return this.#device.call("putChunk", { params, header: current.token, body });
    };
    let done = 0;
    const lengthOf = (index: number) => {
      const { start, end } = chunkRange(size, index);
      return end - start;
    };
    for (const index of stored) done += lengthOf(index);
    onProgress?.({ done, total: size });
    const keyBytes = fromBase64Url(key);
    const missing = [...indices(0, count)].filter((index) => !stored.has(index));
    await together(AT_ONCE, missing, async (index) => {
      throwIfCancelled(signal);
      const { start } = chunkRange(size, index);
      const length = lengthOf(index);
      const bytes = length === 0 ? new Uint8Array() : await readFrom(source, start, length);
      const body = sealChunk(keyBytes, size, index, bytes);
      await call(async () => {
        if (current.tokenExpiresAt < this.#ports.now() + TOKEN_MARGIN_MS) await renew();
        const { token } = current;
        await put(index, body).catch(async (error: unknown) => {
          if (!isProblem(error, "upload-refused")) throw error;
          // The clock here may be behind, or another chunk has renewed it.
          if (current.token === token) await renew();
          await put(index, body);
        });
      });
      done += length;
      onProgress?.({ done, total: size });
    });
    return { blobId, key, size };
  }

  #stateOf(key: string, { blobId, token, tokenExpiresAt }: Upload): UploadState {
    return { blobId, key, token, tokenExpiresAt };
  }

  /** Until it succeeds, is refused for good, or is cancelled. */
  async #persistently<Value>(
    task: () => Promise<Value>,
    signal: AbortSignal | undefined,
    mostTries = Infinity,
  ): Promise<Value> {
    for (let tries = 1; ; tries++) {
      throwIfCancelled(signal);
      try {
        return await task();
      } catch (error) {
        if (!isPassing(error) || tries >= mostTries) throw error;
        await this.#pause(
          Math.max(jitteredDelayMs(tries, this.#ports.random), askedMs(error)),
          signal,
        );
      }
    }
  }

  async #pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const stopTimer = this.#ports.after(delayMs, resolve);
      signal?.addEventListener(
        "abort",
        () => {
          stopTimer();
          resolve();
        },
        { once: true },
      );
    });
  }
}

async function readFrom(source: FileSource, start: number, length: number): Promise<Uint8Array> {
  try {
    const bytes = await source.read(start, length);
    if (bytes.length === length) return bytes;
  } catch (cause) {
    throw new FileError("unreadable", cause);
  }
  throw new FileError("unreadable");
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new FileError("cancelled");
}

function isProblem(error: unknown, code: ProblemError["code"]): error is ProblemError {
  return error instanceof ProblemError && error.code === code;
}

function* indices(from: number, to: number): Generator<number> {
  for (let index = from; index < to; index++) yield index;
}
