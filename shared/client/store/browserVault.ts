// The browser's files: pieces in an IndexedDB of their own. As byte arrays, since Safari's private windows store
// no Blobs; and not in the origin's private file system, which Safari's pages cannot write to.

import { type IDBPDatabase, type IDBPObjectStore, openDB } from "idb";
import { type FileVault, PIECE_BYTES, readPieces, VaultFull } from "./fileVault.ts";

const PIECES = "pieces";
const VERSION = 1;

type Pieces = IDBPObjectStore<unknown, [typeof PIECES], typeof PIECES, "readwrite">;

export function browserVault(databaseName: string): FileVault {
  let database: Promise<IDBPDatabase> | undefined;
  const db = () => (database ??= openPieces(databaseName));
  const write = async (change: (pieces: Pieces) => Promise<unknown>[]): Promise<void> => {
    const transaction = (await db()).transaction(PIECES, "readwrite", { durability: "strict" });
    for (const request of change(transaction.store)) request.catch(() => {}); // as the transaction is
    await transaction.done;
  };
  return {
    size: async (id) => {
      const { store } = (await db()).transaction(PIECES);
      const last = await store.openCursor(from(id, 0), "prev");
      if (last === null) return null;
      const [, index] = last.key as [string, number];
      return index * PIECE_BYTES + (last.value as Uint8Array).length;
    },
    write: async (id, index, piece) => {
      try {
        await write((pieces) => [
          pieces.delete(from(id, index)),
          pieces.put(piece.slice(), [id, index]),
        ]);
      } catch (error) {
        throw (error as Error).name === "QuotaExceededError" ? new VaultFull(error) : error;
      }
    },
    read: async (id, offset, length) => {
      if (length <= 0) return new Uint8Array();
      const first = Math.floor(offset / PIECE_BYTES);
      const last = Math.floor((offset + length - 1) / PIECE_BYTES);
      const keys = IDBKeyRange.bound([id, first], [id, last]);
      const pieces = (await (await db()).getAll(PIECES, keys)) as Uint8Array[];
      return readPieces(pieces, offset - first * PIECE_BYTES, length);
    },
    delete: (id) => write((pieces) => [pieces.delete(from(id, 0))]),
    clear: () => write((pieces) => [pieces.clear()]),
  };
}

function openPieces(name: string): Promise<IDBPDatabase> {
  return openDB(name, VERSION, {
    upgrade: (database) => void database.createObjectStore(PIECES),
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
  });
}

/** That piece and all after it. */
function from(id: string, index: number): IDBKeyRange {
  return IDBKeyRange.bound([id, index], [id, Infinity]);
}
