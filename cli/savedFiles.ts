// Files of messages, written where a person wants them: whole or not at all, and under a name that is harmless.
import { randomUUID } from "node:crypto";
import { link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileNameFrom, type KeptFile } from "../shared/client/node.ts";
import { reasonOf } from "./cardFiles.ts";
import { CliError, EXIT } from "./errors.ts";

/** What others have sent is for their receiver's eyes. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const PIECE_BYTES = 1024 * 1024;
/** Names that lead elsewhere on some systems, and marks that these do not take. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const MARKS = /[:*?"<>|]/g;

/** What a file of that name is called here. */
function savedName(name: string): string {
  const clean = fileNameFrom(name).replaceAll(MARKS, "_");
  return DEVICES.test(clean) ? `_${clean}` : clean;
}

/**
 * Where a file goes: into a folder under its own name, otherwise to the path itself. Looked at before anything is
 * downloaded.
 * @throws CliError `file-exists`, `file-unwritable`
 */
export async function placeFor(path: string, name: string, force: boolean): Promise<string> {
  const there = await stat(path).catch(() => null);
  const place = there?.isDirectory() === true ? join(path, savedName(name)) : path;
  const before = place === path ? there : await stat(place).catch(() => null);
  if (before?.isDirectory() === true) throw unwritable(`${place} is a folder`);
  if (before !== null && !force) throw fileExists(place);
  const folder = await stat(dirname(place)).catch((error: unknown) => {
    throw unwritable(`${place} cannot be written`, error);
  });
  if (!folder.isDirectory()) throw unwritable(`${dirname(place)} is no folder`);
  return place;
}

/** @throws CliError `file-exists`, `file-unwritable` */
export async function writeKept(kept: KeptFile, place: string, force: boolean): Promise<void> {
  // Beside its place first, so that no half of it is ever there.
  const draft = join(dirname(place), `.${basename(place).slice(0, 100)}.${randomUUID()}`);
  try {
    await writeDraft(kept, draft);
    if (force) await rename(draft, place);
    else await link(draft, place);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw isThere ? fileExists(place) : unwritable(`${place} cannot be written`, error);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Into a folder, which is made if need be; a name that is taken there gets a number. @returns the path */
export async function writeInto(kept: KeptFile, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE }).catch((error: unknown) => {
    throw unwritable(`${folder} cannot be written to`, error);
  });
  const name = savedName(kept.name);
  const ending = extname(name);
  const start = basename(name, ending);
  for (let number = 1; ; number++) {
    const place = join(folder, number === 1 ? name : `${start} (${number})${ending}`);
    try {
      if ((await stat(place).catch(() => null)) === null) {
        await writeKept(kept, place, false);
        return place;
      }
    } catch (error) {
      if (!(error instanceof CliError) || error.code !== "file-exists") throw error;
    }
  }
}

async function writeDraft(kept: KeptFile, draft: string): Promise<void> {
  const handle = await open(draft, "wx", FILE_MODE);
  try {
    for (let start = 0; start < kept.size; start += PIECE_BYTES) {
      const length = Math.min(PIECE_BYTES, kept.size - start);
      await handle.writeFile(await kept.read(start, length));
    }
  } finally {
    await handle.close();
  }
}

function fileExists(file: string): CliError {
  return new CliError("file-exists", `${file} is there already; nothing was written.`, {
    exitCode: EXIT.usage,
    hint: "Choose another name, or add --force to replace it.",
  });
}

function unwritable(message: string, cause?: unknown): CliError {
  return new CliError("file-unwritable", `${message}${reasonOf(cause)}.`, {
    exitCode: EXIT.usage,
  });
}
