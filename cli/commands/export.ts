// `export`: all that this device keeps of the account, for its owner to keep or to take elsewhere.
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, link, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { AccountExport, Acquaint, ExportedMessage } from "../../shared/client/node.ts";
import { reasonOf } from "../cardFiles.ts";
import type { Command, Context } from "../command.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { jsonText } from "../printable.ts";
import { writeInto } from "../savedFiles.ts";
import { requireAccount } from "../session.ts";

const DEFAULT_FILE = "acquaint-export.json";
const OWNER_ONLY = 0o600;

export const exportAccount: Command = {
  path: ["export"],
  summary: "write all that this device keeps of you into a file",
  synopsis: "[FILE] [--force] [--files DIR]",
  options: {
    force: { type: "boolean", text: "replace FILE if it is there" },
    files: { type: "string", value: "DIR", text: "write the files of messages into that folder" },
  },
  help: `
Writes your profile, contacts with their cards, notes and receipts, your own cards,
and all conversations of this device into FILE (${DEFAULT_FILE} unless given), as
JSON that docs/export.md describes; only you can read the file. - writes to standard
output. Keys, the recovery phrase and passphrases are not in it: it is for reading,
and cannot restore the account. Messages that only other devices of yours have are not
in it either. Files of messages are named in it; with --files those that are on this
device are written into DIR, and FILE says under which path. Works without a
connection, and after the account was erased elsewhere.

Events with --json: exported {file}; with - exported {file: null, export}. A file that
is there already is refused with the code file-exists and exit code 2.`,
  worksErased: true,
  run: writeExport,
};

async function writeExport(context: Context): Promise<number> {
  const { args, present, home } = context;
  const [name = DEFAULT_FILE, extra] = args.positionals;
  if (extra !== undefined) throw usageError(`What about ${extra}? Names with blanks need quotes.`);
  const force = args.flag("force");
  const file = name === "-" ? null : context.resolvePath(name);
  if (file !== null) await requirePlace(file, force);
  await requireAccount(home);
  const client = await context.open();
  const account = await withFiles(context, client, await client.export());
  if (file !== null) await write(file, account, force);
  present.show(
    file === null
      ? { event: "exported", file, export: account }
      : { event: "exported", file: name },
  );
  return EXIT.success;
}

/** The same document with the place of each file that was written. */
async function withFiles(
  { args, resolvePath }: Context,
  client: Acquaint,
  account: AccountExport,
): Promise<AccountExport> {
  const folder = args.text("files");
  if (folder === undefined) return account;
  const written = async (message: ExportedMessage): Promise<ExportedMessage> => {
    const { file, peer, author, id } = message;
    if (file === undefined || !file.isHere) return message;
    const record = await client.messages.message(peer, `${author}/${id}`);
    const kept = record && (await client.messages.files.kept(record));
    if (kept === null) return message;
    const place = await writeInto(kept, resolvePath(folder));
    return { ...message, file: { ...file, path: join(folder, basename(place)) } };
  };
  const conversations: AccountExport["conversations"][number][] = [];
  for (const conversation of account.conversations) {
    const messages: ExportedMessage[] = [];
    for (const message of conversation.messages) messages.push(await written(message));
    conversations.push({ ...conversation, messages });
  }
  return { ...account, conversations };
}

/** Looked at before anything is read, so that nobody waits in vain. */
async function requirePlace(file: string, force: boolean): Promise<void> {
  await access(dirname(file), constants.W_OK).catch((error: unknown) => {
    throw unwritable(`${dirname(file)} cannot be written to`, error);
  });
  const there = await stat(file).catch(() => null);
  if (there?.isDirectory()) throw unwritable(`${file} is a folder`);
  if (there !== null && !force) throw fileExists(file);
}

/** Beside its place first, so that no half of it is ever there. */
async function write(file: string, account: AccountExport, force: boolean): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${randomUUID()}`);
  try {
    await writeFile(draft, jsonText(account), { mode: OWNER_ONLY, flag: "wx" });
    if (force) await rename(draft, file);
    else await link(draft, file);
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST";
    throw isThere ? fileExists(file) : unwritable(`${file} cannot be written`, error);
  } finally {
    await rm(draft, { force: true });
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
