// The blobs of one account: how much it may keep, and until when. What is kept of a blob is there before its first
// byte and goes after its last; so nothing lies in the bucket that no mailbox knows of.

import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { earliest, retryDelayMs } from "../../shared/core/deadlines.ts";
import { BLOB_TTL_SECONDS, BLOBS_MAX, BLOBS_MAX_BYTES } from "../../shared/wire/limits.ts";
import { deleteBlobs, letIn } from "../blobs/bucket.ts";
import type { KeptBlob, KeptBlobs } from "./keptBlobs.ts";
import type { Result } from "./results.ts";

/** What a device wants of the account's blobs. */
export type BlobWish =
  | { readonly kind: "begin"; readonly size: number }
  | { readonly kind: "find" | "delete"; readonly blobId: string };

const BLOB_ID_BYTES = 16;

export class BlobList {
  readonly #bucket: R2Bucket;
  readonly #kept: KeptBlobs;
  readonly #wakeBy: (at: number) => Promise<void>;
  #failures = 0;

  constructor(bucket: R2Bucket, kept: KeptBlobs, wakeBy: (at: number) => Promise<void>) {
    this.#bucket = bucket;
    this.#kept = kept;
    this.#wakeBy = wakeBy;
  }

  /** Of a device of the account; the blob as it is then, or was. */
  async serve(wish: BlobWish): Promise<Result<KeptBlob>> {
    if (wish.kind === "begin") return this.#begin(wish.size);
    const blob = this.#kept.find(wish.blobId);
    if (blob === null) return { ok: false, code: "blob-unknown" };
    if (wish.kind === "delete" && !(await this.#delete([blob]))) {
      return { ok: false, code: "try-again" };
    }
    return { ok: true, value: blob };
  }

  /** Deletes what was kept long enough. When to look again; null for never. */
  async expire(now: number): Promise<number | null> {
    const isDone = await this.#delete(this.#kept.all().filter(({ expiresAt }) => expiresAt <= now));
    this.#failures = isDone ? 0 : this.#failures + 1;
    if (!isDone) return now + retryDelayMs(this.#failures);
    return earliest(...this.#kept.all().map(({ expiresAt }) => expiresAt));
  }

  /** All that the account had, once it is no more. @throws when the bucket fails */
  async eraseAll(): Promise<void> {
    await deleteBlobs(this.#bucket, this.#kept.all());
  }

  async #begin(size: number): Promise<Result<KeptBlob>> {
    const blobs = this.#kept.all();
    const bytes = blobs.reduce((sum, blob) => sum + blob.size, 0);
    if (blobs.length >= BLOBS_MAX || bytes + size > BLOBS_MAX_BYTES) {
      return { ok: false, code: "storage-full" };
    }
    const blobId = toBase64Url(crypto.getRandomValues(new Uint8Array(BLOB_ID_BYTES)));
    const blob = { blobId, size, expiresAt: Date.now() + BLOB_TTL_SECONDS * 1_000 };
    this.#kept.keep(blob);
    await this.#wakeBy(blob.expiresAt);
    try {
      await letIn(this.#bucket, blobId);
    } catch {
      await this.#delete([blob]);
      return { ok: false, code: "try-again" };
    }
    if (this.#isKept(blob)) return { ok: true, value: blob };
    await deleteBlobs(this.#bucket, [blob]); // erased meanwhile, and before the mark was there
    return { ok: false, code: "unauthenticated" };
  }

  /** False when the bucket fails: all of them stay, for the next time. */
  async #delete(blobs: readonly KeptBlob[]): Promise<boolean> {
    try {
      await deleteBlobs(this.#bucket, blobs);
    } catch {
      return false;
    }
    for (const blob of blobs) if (this.#isKept(blob)) this.#kept.forget(blob.blobId);
    return true;
  }

  /** While the bucket is waited for, the account may be erased. */
  #isKept({ blobId }: KeptBlob): boolean {
    return this.#kept.find(blobId) !== null;
  }
}
