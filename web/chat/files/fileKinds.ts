// What a file is shown as, by the type that its author claims, and what is said of it in short. Only pictures of
// dots, films and sound are shown in the page: what could run in it is for saving alone.

import { type FileFacts, type MessageRecord, plainLine } from "../../../shared/client/index.ts";

export type FileKind = "picture" | "film" | "sound" | "other";

const PICTURE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;
const KB = 1_024;
const JPEG_BEGINS = "_9j_";
const WEBP_BEGINS = "UklGR";

/** A message that has a file: it is neither deleted nor over. */
export type FileRecord = MessageRecord & { readonly file: FileFacts };

export function isFileRecord(record: MessageRecord): record is FileRecord {
  return record.file !== undefined && !record.isDeleted;
}

export function fileKind(type: string): FileKind {
  if (PICTURE.test(type)) return "picture";
  if (type.startsWith("video/")) return "film";
  return type.startsWith("audio/") ? "sound" : "other";
}

/** Of pictures those whose place in the conversation is known before they are loaded. */
export function isPicture({ file }: FileRecord): boolean {
  const { type, width, height } = file;
  return fileKind(type) === "picture" && width !== undefined && height !== undefined;
}

export function shownName({ name }: Pick<FileFacts, "name">): string {
  return plainLine(name);
}

/** As "1.2 MB". */
export function sizeText(bytes: number): string {
  if (bytes < KB) return unit(bytes, "byte", "long");
  return bytes < KB * KB ? unit(bytes / KB, "kilobyte") : unit(bytes / (KB * KB), "megabyte");
}

/** As "PDF · 1.2 MB", by what the name ends with. */
export function detailsText({ name, size }: Pick<FileFacts, "name" | "size">): string {
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toUpperCase();
  return ending === undefined ? sizeText(size) : `${ending} · ${sizeText(size)}`;
}

/** Null when there is none, or nothing that can only be a picture. */
export function thumbnailUri({ thumbnail }: FileFacts): string | null {
  const type = thumbnail?.startsWith(JPEG_BEGINS)
    ? "image/jpeg"
    : thumbnail?.startsWith(WEBP_BEGINS)
      ? "image/webp"
      : null;
  if (type === null || thumbnail === undefined) return null;
  return `data:${type};base64,${thumbnail.replaceAll("-", "+").replaceAll("_", "/")}`;
}

/** Sides that fit into a square, and are not so narrow that nothing can be pressed. */
export function fitted(
  { width = 1, height = 1 }: { readonly width?: number; readonly height?: number },
  most: number,
  least: number,
): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, most / Math.max(width, height));
  const side = (length: number) => Math.round(Math.max(least, length * scale));
  return { width: side(width), height: side(height) };
}

function unit(
  amount: number,
  name: "byte" | "kilobyte" | "megabyte",
  unitDisplay: "short" | "long" = "short",
): string {
  const digits = { maximumFractionDigits: amount < 10 ? 1 : 0 };
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: name,
    unitDisplay,
    ...digits,
  }).format(amount);
}
