// A file that is to be sent, read from the disk piece by piece: checked before anything is sent.
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { BLOB_MAX_BYTES, type FileSource, type OutgoingFile } from "../shared/client/node.ts";
import { reasonOf } from "./cardFiles.ts";
import { CliError, EXIT } from "./errors.ts";
import { sizeText, typeOfName } from "./fileTypes.ts";

export const FILE_MAX = `${BLOB_MAX_BYTES / 2 ** 20} MiB`;

export interface OpenedFile extends OutgoingFile {
  readonly data: FileSource;
  close(): Promise<void>;
}

/** @throws CliError `file-unreadable`, `file-too-large`, exit code 2 */
export async function openToSend(path: string): Promise<OpenedFile> {
  const handle = await openedFile(path);
  const { size } = await handle.stat();
  if (size > BLOB_MAX_BYTES) {
    await handle.close();
    throw new CliError(
      "file-too-large",
      `${path} has ${sizeText(size)}; the most is ${FILE_MAX}. Nothing was sent.`,
      { exitCode: EXIT.usage, details: { bytes: size, max: BLOB_MAX_BYTES } },
    );
  }
  const name = basename(path);
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await handle.read(bytes, 0, length, offset);
    return bytes.subarray(0, bytesRead);
  };
  return { name, type: typeOfName(name), data: { size, read }, close: () => handle.close() };
}

async function openedFile(path: string): Promise<FileHandle> {
  try {
    // Opening a pipe would wait for whoever writes to it.
    if ((await stat(path)).isFile()) return await open(path, "r");
  } catch (error) {
    throw unreadable(path, reasonOf(error));
  }
  throw unreadable(path, ": it is no file");
}

function unreadable(path: string, reason: string): CliError {
  return new CliError("file-unreadable", `${path} cannot be read${reason}. Nothing was sent.`, {
    exitCode: EXIT.usage,
  });
}
