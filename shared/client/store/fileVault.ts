// Where a device keeps the bytes of files, beside its records: each under the id of its message, written from the
// beginning to the end in pieces. How much is there says where to go on.

import { BLOB_CHUNK_BYTES } from "../../wire/limits.ts";
import type { FileSource } from "../blobs/transfer.ts";

/** All pieces of a file have this size but the last, which may be shorter: a piece is what a chunk of a blob holds. */
export const PIECE_BYTES = BLOB_CHUNK_BYTES;

export interface FileVault {
  /** How many bytes are there, from the beginning on; null for a file of which there is nothing, not even its name. */
  size(id: string): Promise<number | null>;
  /**
   * Writes a piece; what comes after it goes. Durable once resolved.
   * @param index not beyond the first piece that is missing
   * @throws VaultFull
   */
  write(id: string, index: number, piece: Uint8Array): Promise<void>;
  /** Fewer bytes where the file ends before. */
  read(id: string, offset: number, length: number): Promise<Uint8Array>;
  delete(id: string): Promise<void>;
  clear(): Promise<void>;
}

/** The device has no room for more. */
export class VaultFull extends Error {
  constructor(cause?: unknown) {
    super("There is no room for this file on the device.", { cause });
    this.name = "VaultFull";
  }
}

/** One that lasts as long as the process. */
export function memoryVault(): FileVault {
  const files = new Map<string, Uint8Array[]>();
  return {
    size: async (id) => files.get(id)?.reduce((sum, { length }) => sum + length, 0) ?? null,
    write: async (id, index, piece) => {
      files.set(id, [...(files.get(id) ?? []).slice(0, index), piece.slice()]);
    },
    read: async (id, offset, length) => readPieces(files.get(id) ?? [], offset, length),
    delete: async (id) => void files.delete(id),
    clear: async () => files.clear(),
  };
}

/** Copies a source from its beginning to its end. @throws what the source or the vault throws */
export async function copyInto(
  vault: FileVault,
  id: string,
  source: FileSource,
  onPiece: (done: number) => void = () => {},
): Promise<void> {
  const { size } = source;
  for (let index = 0; index === 0 || index * PIECE_BYTES < size; index++) {
    const start = index * PIECE_BYTES;
    const length = Math.min(PIECE_BYTES, size - start);
    const piece = length === 0 ? new Uint8Array() : await source.read(start, length);
    if (piece.length !== length) throw new RangeError("the file has become shorter");
    await vault.write(id, index, piece);
    onPiece(start + length);
  }
}

/** From pieces that are in memory, of which the first begins at 0. */
export function readPieces(
  pieces: readonly Uint8Array[],
  offset: number,
  length: number,
): Uint8Array {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const end = Math.min(size, offset + length);
  const read = new Uint8Array(Math.max(0, end - offset));
  let start = 0;
  for (const piece of pieces) {
    const from = Math.max(offset, start);
    const to = Math.min(end, start + piece.length);
    if (from < to) read.set(piece.subarray(from - start, to - start), from - offset);
    start += piece.length;
  }
  return read;
}
