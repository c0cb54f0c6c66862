// The blobs that an account keeps: a value for each, from before its first byte until after its last is gone. No table,
// which would cost every account rows before it has a blob.

import type { StoredBlob } from "../blobs/bucket.ts";

export interface KeptBlob extends StoredBlob {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const PREFIX = "blob:";

export class KeptBlobs {
  readonly #values: SyncKvStorage;

  constructor(values: SyncKvStorage) {
    this.#values = values;
  }

  keep(blob: KeptBlob): void {
    this.#values.put(PREFIX + blob.blobId, blob);
  }

  find(blobId: string): KeptBlob | null {
    return this.#values.get<KeptBlob>(PREFIX + blobId) ?? null;
  }

  all(): KeptBlob[] {
    return [...this.#values.list<KeptBlob>({ prefix: PREFIX })].map(([, blob]) => blob);
  }

  forget(blobId: string): void {
    this.#values.delete(PREFIX + blobId);
  }
}
