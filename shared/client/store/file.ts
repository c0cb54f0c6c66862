// A folder as the store, for Node: one JSON file a record, readable by its owner alone.
// Files are replaced by renaming, so that a crash leaves the old record or the new one.

import { createHash } from "node:crypto";
import {
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileJournal } from "./fileJournal.ts";
import { holdName, queueFor } from "./fileLocks.ts";
import { ownFile } from "./fileMakers.ts";
import { fileSignals, SIGNALS_FILE } from "./fileSignals.ts";
import { folderVault } from "./fileVaultFolder.ts";
import {
  type Change,
  type Collection,
  COLLECTIONS,
  type DeviceKeys,
  idsIn,
  type Range,
  type Store,
  type StoredIdentity,
} from "./store.ts";

const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;
/** File systems allow 255 bytes, of which the suffixes need some. */
const FILE_NAME_MAX_CHARS = 150;

interface StoredPair {
  readonly privateKey: JsonWebKey;
  readonly publicKey: JsonWebKey;
}

export function fileStore(directory: string): Store {
  const folderOf = (collection: string) => join(directory, collection);
  const fileOf = (collection: string, id: string) =>
    join(folderOf(collection), `${fileNameOf(id)}.json`);

  const identityFile = join(directory, "identity.json");

  /** Together they take hardly longer than one; of several of one record the last counts. */
  const make = async (changes: readonly Change[]): Promise<void> => {
    const last = new Map(changes.map((change) => [fileOf(change.collection, change.id), change]));
    await allOf(
      [...last].map(([file, { value }]) =>
        value === undefined ? rm(file, { force: true }) : replaceRecord(directory, file, value),
      ),
    );
    const folders = new Set([...last.values()].map(({ collection }) => folderOf(collection)));
    await allOf([...folders].map(syncFolder));
  };
  const write = (file: string, value: unknown) => writeRecord(directory, file, value);
  const journal = new FileJournal(directory, { make, write, sync: syncFolder });

  const hold = async (name: string): Promise<(() => void) | null> => {
    const release = await holdName(directory, fileNameOf(name));
    if (release === null) return null;
    try {
      await journal.recover();
    } catch (error) {
      release();
      throw error;
    }
    return () => journal.afterAll(release);
  };

  const files = folderVault(join(directory, "files"), syncFolder);

  return {
    files,
    reachesAll: false,
    keepsExtractableKeys: true,
    loadIdentity: () => loadIdentity(identityFile),
    adoptIdentity: async (identity) => {
      const exported = await exportIdentity(identity);
      const fresh = await writeFresh(directory, identityFile, exported);
      try {
        await linkUnlessThere(fresh, identityFile);
      } finally {
        await rm(fresh);
      }
      await syncFolder(directory);
      const kept = await loadIdentity(identityFile);
      if (kept === null) throw new Error(`The identity in ${directory} cannot be read.`);
      return kept;
    },
    get: async <Value>(collection: Collection, id: string) => {
      await journal.finished();
      return readRecord<Value>(fileOf(collection, id));
    },
    put: async (collection, id, value) => {
      await journal.finished();
      await writeRecord(directory, fileOf(collection, id), value);
    },
    delete: async (collection, id) => {
      await journal.finished();
      await rm(fileOf(collection, id), { force: true });
    },
    all: async <Value>(collection: Collection) => {
      await journal.finished();
      const names = await namesIn(folderOf(collection));
      const read = names.map((name) => readRecord<Value>(join(folderOf(collection), name)));
      return (await Promise.all(read)).filter((record) => record !== null);
    },
    range: async <Value>(collection: Collection, range: Range) => {
      await journal.finished();
      const ids = (await namesIn(folderOf(collection))).map((name) =>
        name.slice(0, -".json".length),
      );
      const read = idsIn(ids, range).map((id) => readRecord<Value>(fileOf(collection, id)));
      return (await Promise.all(read)).filter((record) => record !== null);
    },
    apply: async (changes) => {
      await journal.finished();
      await journal.apply(changes);
    },
    clear: async (next) => {
      if (next === undefined) await rm(identityFile, { force: true });
      else await replaceRecord(directory, identityFile, await exportIdentity(next));
      await syncFolder(directory);
      await journal.discard();
      await files.clear();
      // Last the one that says that all goes.
      const others = COLLECTIONS.filter((collection) => collection !== "device");
      for (const name of [...others, SIGNALS_FILE, "device"] as const) {
        await rm(join(directory, name), { recursive: true, force: true });
      }
      await syncFolder(directory);
    },
    ...fileSignals(directory),
    hold,
    queue: (name, events) => queueFor(() => hold(name), name, events),
  };
}

/** Ids that are too long for a file name keep their beginning, and are told apart by a hash. */
function fileNameOf(id: string): string {
  const name = encodeURIComponent(id);
  if (name.length <= FILE_NAME_MAX_CHARS) return name;
  return `${name.slice(0, 100)}~${createHash("sha256").update(id).digest("hex")}`;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function readRecord<Value>(file: string): Promise<Value | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Value;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function writeRecord(root: string, file: string, value: unknown): Promise<void> {
  await replaceRecord(root, file, value);
  await syncFolder(dirname(file));
}

async function replaceRecord(root: string, file: string, value: unknown): Promise<void> {
  await rename(await writeFresh(root, file, value), file);
}

/** Waits for each of them, whatever becomes of the others. */
async function allOf(tasks: readonly Promise<void>[]): Promise<void> {
  for (const done of await Promise.allSettled(tasks)) {
    if (done.status === "rejected") throw done.reason;
  }
}

/** Makes the names in a folder outlast a power cut; Windows, which cannot, does so by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await openedFolder(folder);
  if (handle === null) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Null for one that nothing was ever put into. */
function openedFolder(folder: string): Promise<FileHandle | null> {
  return open(folder, "r").catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
}

/** The value on disk under a name of its own, in the one place where what a crash leaves is looked for. */
async function writeFresh(root: string, file: string, value: unknown): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: FOLDER_OWNER_ONLY });
  const fresh = ownFile(root, basename(file), "new");
  const handle = await open(fresh, "wx", OWNER_ONLY);
  try {
    await handle.writeFile(JSON.stringify(value));
    await handle.sync();
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return fresh;
}

async function linkUnlessThere(existing: string, file: string): Promise<boolean> {
  try {
    await link(existing, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}

async function loadIdentity(file: string): Promise<StoredIdentity | null> {
  const stored = await readRecord<{ keys: Record<keyof DeviceKeys, StoredPair>; log: unknown }>(
    file,
  );
  if (stored === null) return null;
  const keys = {
    sign: await importPair(stored.keys.sign, "Ed25519", ["sign"], ["verify"]),
    agree: await importPair(stored.keys.agree, "X25519", ["deriveBits"], []),
  };
  return { keys, log: stored.log };
}

async function exportIdentity({ keys: { sign, agree }, log }: StoredIdentity) {
  return { keys: { sign: await exportPair(sign), agree: await exportPair(agree) }, log };
}

async function exportPair({ privateKey, publicKey }: CryptoKeyPair): Promise<StoredPair> {
  const { subtle } = crypto;
  return {
    privateKey: await subtle.exportKey("jwk", privateKey),
    publicKey: await subtle.exportKey("jwk", publicKey),
  };
}

async function importPair(
  stored: StoredPair,
  algorithm: string,
  privateUses: KeyUsage[],
  publicUses: KeyUsage[],
): Promise<CryptoKeyPair> {
  const { subtle } = crypto;
  return {
    privateKey: await subtle.importKey("jwk", stored.privateKey, algorithm, true, privateUses),
    publicKey: await subtle.importKey("jwk", stored.publicKey, algorithm, true, publicUses),
  };
}
