// A folder as the store, for Node: one JSON file a record, readable by its owner alone.
// Files are replaced by renaming, so that a crash leaves the old record or the new one.

import { createHash, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { link, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Collection, DeviceKeys, Store, StoredIdentity } from "./store.ts";

const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;
/** File systems allow 255 bytes, of which the suffixes need some. */
const FILE_NAME_MAX_CHARS = 150;
/** What is held, and by which process. */
const LOCK_FILE = /^(.*)\.(\d+)\.[0-9a-f-]{36}\.lock$/;
const WITHDRAWN_MS = 20;

interface StoredPair {
  readonly privateKey: JsonWebKey;
  readonly publicKey: JsonWebKey;
}

export function fileStore(directory: string): Store {
  const folderOf = (collection: string) => join(directory, collection);
  const fileOf = (collection: string, id: string) =>
    join(folderOf(collection), `${fileNameOf(id)}.json`);

  const identityFile = join(directory, "identity.json");

  return {
    keepsExtractableKeys: true,
    loadIdentity: () => loadIdentity(identityFile),
    adoptIdentity: async ({ keys: { sign, agree }, log }) => {
      const keys = { sign: await exportPair(sign), agree: await exportPair(agree) };
      const fresh = await writeFresh(directory, identityFile, { keys, log });
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
    get: (collection, id) => readRecord(fileOf(collection, id)),
    put: (collection, id, value) =>
      writeRecord(folderOf(collection), fileOf(collection, id), value),
    delete: (collection, id) => rm(fileOf(collection, id), { force: true }),
    all: async <Value>(collection: Collection) => {
      const names = await namesIn(folderOf(collection));
      const read = names.map((name) => readRecord<Value>(join(folderOf(collection), name)));
      return (await Promise.all(read)).filter((record) => record !== null);
    },
    hold: (name) => holdName(directory, fileNameOf(name)),
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

async function writeRecord(folder: string, file: string, value: unknown): Promise<void> {
  await rename(await writeFresh(folder, file, value), file);
  await syncFolder(folder);
}

/** Makes a new name in the folder outlast a power cut; Windows, which cannot, does so by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The value on disk under a name of its own. */
async function writeFresh(folder: string, file: string, value: unknown): Promise<string> {
  await mkdir(folder, { recursive: true, mode: FOLDER_OWNER_ONLY });
  const fresh = `${file}.${randomUUID()}.new`;
  const handle = await open(fresh, "wx", OWNER_ONLY);
  try {
    await handle.writeFile(JSON.stringify(value));
    await handle.sync();
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

/**
 * Whoever wants a name announces itself by a file of its own, then looks for others: two that announce
 * themselves at once both see it, withdraw, and try again. So at most one ever holds a name.
 */
async function holdName(directory: string, name: string): Promise<(() => void) | null> {
  await mkdir(directory, { recursive: true, mode: FOLDER_OWNER_ONLY });
  for (;;) {
    if ((await locksOf(directory, name)).length > 0) return null;
    const own = join(directory, `${name}.${process.pid}.${randomUUID()}.lock`);
    await writeFile(own, "", { flag: "wx", mode: OWNER_ONLY });
    const release = () => rmSync(own, { force: true });
    if ((await locksOf(directory, name)).length === 1) return release;
    release();
    await setTimeout(Math.random() * WITHDRAWN_MS);
  }
}

/** Of processes that live. Those of others are cleared away. */
async function locksOf(directory: string, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const file of await readdir(directory)) {
    const [, held, pid] = LOCK_FILE.exec(file) ?? [];
    if (pid === undefined) continue;
    if (!isRunning(Number(pid))) await rm(join(directory, file), { force: true });
    else if (held === name) found.push(file);
  }
  return found;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
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
