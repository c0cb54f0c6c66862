// The folder in which one local server keeps everything: storage, its secret and its lock.
// A folder serves one server at a time; the system frees the lock of a process that was killed.

import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StartError } from "./startError.ts";

const SECRET_FILE = "server-secret";

export interface StateFolder {
  path: string;
  serverSecret: string;
  release(): void;
}

/** Makes the folder if need be and holds it. Throws {@link StartError} if it cannot be used. */
export function openStateFolder(folder: string): StateFolder {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const release = lock(path);
    return { path, serverSecret: serverSecretIn(path), release };
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The state folder ${path} cannot be used: ${(error as Error).message}`);
  }
}

function lock(path: string): () => void {
  const database = new DatabaseSync(join(path, "lock.sqlite"));
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!/locked/.test(String(error))) throw error;
    throw new StartError(
      `Another server uses the state folder ${path}. Stop it, or choose another with --state DIR.`,
    );
  }
  return () => database.close();
}

/** Of a server that has run, and may run, on this machine. Throws {@link StartError} if there is none. */
export function storedServerSecret(folder: string): string {
  const path = resolve(folder);
  if (existsSync(join(path, SECRET_FILE))) return serverSecretIn(path);
  throw new StartError(
    `No server has kept its secret in ${path}. Name its folder (--state DIR), or set SERVER_SECRET.`,
  );
}

function serverSecretIn(path: string): string {
  const file = join(path, SECRET_FILE);
  try {
    writeFileSync(file, randomBytes(32).toString("base64url"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    chmodSync(file, 0o600);
  }
  const secret = readFileSync(file, "utf8").trim();
  if (/^[\w-]{43}$/.test(secret)) return secret;
  throw new StartError(`${file} is damaged: it must hold 32 bytes as base64url. Delete it.`);
}
