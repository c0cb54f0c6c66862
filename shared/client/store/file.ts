// A folder as the store, for Node: one JSON file a record, readable by its owner alone.
// Files are replaced by renaming, so that a crash leaves the old record or the new one.

import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { link, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Collection, DeviceKeys, Store, StoredIdentity } from "./store.ts";

const OWNER_ONLY = 0o600;
const FOLDER_OWNER_ONLY = 0o700;

interface StoredPair {
  readonly privateKey: JsonWebKey;
  readonly publicKey: JsonWebKey;
}

export function fileStore(directory: string): Store {
  const folderOf = (collection: string) => join(directory, collection);
  const fileOf = (collection: string, id: string) =>
    join(folderOf(collection), `${encodeURIComponent(id)}.json`);

  const identityFile = join(directory, "identity.json");

  return {
    keepsExtractableKeys: true,
    loadIdentity: () => loadIdentity(identityFile),
    adoptIdentity: async ({ keys: { sign, agree }, log }) => {
      const keys = { sign: await exportPair(sign), agree: await exportPair(agree) };
      const fresh = await writeFresh(directory, identityFile, { keys, log });
      try {
        await link(fresh, identityFile); // fails when another process was first
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      } finally {
        await rm(fresh);
      }
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
    hold: (name) => holdFile(join(directory, `${encodeURIComponent(name)}.lock`)),
  };
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

/** The file names the process that holds it; one that is gone holds nothing. */
async function holdFile(file: string): Promise<(() => void) | null> {
  try {
    await writeFile(file, String(process.pid), { flag: "wx", mode: OWNER_ONLY });
    return () => rmSync(file, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  if (holder > 0 && isRunning(holder)) return null;
  await rm(file, { force: true });
  return holdFile(file);
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
