// Cards in files: vCard (.vcf) or JSContact (.json), by the name's ending. A card is checked as a
// whole before anything is sent, and the place for the received one before a key is used up.
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { bytesToCard, type Card, cardToBytes } from "../shared/client/node.ts";
import { CliError, EXIT } from "./errors.ts";

/** Cards hold personal data: for their owner's eyes. */
const CARD_FILE_MODE = 0o600;
const FILE_MAX_BYTES = 4 * 1024 * 1024;

type Format = "vcard" | "jscontact";
const FORMATS: Readonly<Record<string, Format>> = {
  ".vcf": "vcard",
  ".vcard": "vcard",
  ".json": "jscontact",
  ".jscontact": "jscontact",
};

/** @throws CliError `card-unreadable` or `card-invalid`, exit code 2 */
export async function readCardFile(path: string): Promise<Card> {
  const format = formatOf(path);
  const bytes = await bytesOf(path);
  const card = format === "vcard" ? await cardOfVcard(bytes, path) : cardOfJson(bytes, path);
  try {
    cardToBytes(card);
  } catch (error) {
    throw invalid(path, (error as Error).message, "A smaller photo helps: 64 KiB is the most.");
  }
  return card;
}

/** A place to which a card may be written once it has come. */
export interface CardDestination {
  readonly path: string;
  write(card: Card): Promise<void>;
}

/**
 * Checks the place now, so that no key is used up for a card that cannot be kept.
 * @param force whether a file that holds something may be replaced
 * @throws CliError `file-exists` or `file-unwritable`, exit code 2
 */
export async function cardDestination(path: string, force: boolean): Promise<CardDestination> {
  const format = formatOf(path);
  await access(dirname(path), constants.W_OK).catch((error: unknown) => {
    throw fileError("file-unwritable", `${dirname(path)} cannot be written to`, error);
  });
  const there = await stat(path).catch(() => null);
  if (there?.isDirectory()) throw fileError("file-unwritable", `${path} is a folder`);
  if (!force && there !== null && there.size > 0) {
    throw new CliError("file-exists", `${path} is there already; nothing was sent.`, {
      exitCode: EXIT.usage,
      hint: "Choose another name for --out, or add --force to replace it.",
    });
  }
  return {
    path,
    async write(card) {
      const text = await textOfCard(card, format);
      // Written beside and moved into place, so that no half of a card is ever there.
      const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
      try {
        await writeFile(draft, text, { mode: CARD_FILE_MODE, flag: "wx" });
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
  };
}

async function textOfCard(card: Card, format: Format): Promise<string> {
  if (format === "jscontact") return `${JSON.stringify(card, null, 2)}\n`;
  const { cardToVcard } = await import("../shared/client/vcard.ts");
  return cardToVcard(card);
}

function formatOf(path: string): Format {
  const format = FORMATS[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new CliError("card-format", `${path} does not tell what kind of card it is.`, {
    exitCode: EXIT.usage,
    hint: "Names end in .vcf (vCard) or .json (JSContact).",
  });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > FILE_MAX_BYTES) throw invalid(path, "The file is too large for a card.");
    return await readFile(path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw fileError("card-unreadable", `The card ${path} cannot be read`, error);
  }
}

async function cardOfVcard(bytes: Uint8Array, path: string): Promise<Card> {
  const { vcardToCards } = await import("../shared/client/vcard.ts");
  const result = vcardToCards(textOf(bytes, path));
  if (!result.ok) throw invalid(path, result.message);
  const [card, ...others] = result.cards;
  if (card === undefined || others.length > 0) {
    throw invalid(path, `The file holds ${result.cards.length} cards; one can be sent.`);
  }
  return card;
}

function cardOfJson(bytes: Uint8Array, path: string): Card {
  const result = bytesToCard(bytes);
  if (!result.ok) throw invalid(path, result.message);
  return result.card;
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid(path, "The file is not text in UTF-8.");
  }
}

function invalid(path: string, message: string, hint?: string): CliError {
  return new CliError("card-invalid", `${path}: ${message} Nothing was sent.`, {
    exitCode: EXIT.usage,
    ...(hint && { hint }),
  });
}

function fileError(code: string, message: string, cause?: unknown): CliError {
  return new CliError(code, `${message}${reasonOf(cause)}.`, { exitCode: EXIT.usage });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission is missing",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
};

/** `: there is no such file`, or nothing without a cause. */
export function reasonOf(cause: unknown): string {
  if (cause === undefined) return "";
  const { code, message } = cause as NodeJS.ErrnoException;
  return `: ${REASONS[code ?? ""] ?? message}`;
}
