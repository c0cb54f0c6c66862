// Files in a folder, for Node: one file each as it is, readable by its owner alone.

import { mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type FileVault, PIECE_BYTES, VaultFull } from "./fileVault.ts";

const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;

/** @param syncFolder makes the names in it outlast a power cut */
export function folderVault(
  folder: string,
  syncFolder: (folder: string) => Promise<void>,
): FileVault {
  const fileOf = (id: string) => join(folder, id);
  return {
    size: (id) => stat(fileOf(id)).then(({ size }) => size, nullIfMissing),
    write: async (id, index, piece) => {
      try {
        await mkdir(folder, { recursive: true, mode: FOLDER_OWNER_ONLY });
        await writeAt(fileOf(id), index * PIECE_BYTES, piece);
        if (index === 0) await syncFolder(folder);
      } catch (error) {
        const { code = "" } = error as NodeJS.ErrnoException;
        throw ["ENOSPC", "EDQUOT", "EFBIG"].includes(code) ? new VaultFull(error) : error;
      }
    },
    read: async (id, offset, length) => {
      const handle = await open(fileOf(id), "r");
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
        return new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead);
      } finally {
        await handle.close();
      }
    },
    delete: (id) => rm(fileOf(id), { force: true }),
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}

async function writeAt(file: string, position: number, piece: Uint8Array): Promise<void> {
  const handle = await open(file, position === 0 ? "w" : "r+", OWNER_ONLY);
  try {
    await handle.truncate(position);
    for (let written = 0; written < piece.length;) {
      const { bytesWritten } = await handle.write(
        piece,
        written,
        piece.length - written,
        position + written,
      );
      written += bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function nullIfMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
  throw error;
}
