/**
 * The lines of a vCard (RFC 6350 section 3): unfolding, parameters, escaping, folding. Values stay
 * as they stand on the line until a property says how to read them; no value, parameter or name
 * that is written ever ends its line. The only file that imports ical.js.
 */
import ICAL from "ical.js";

/** Parameters of a property: names in lower case, TYPE possibly with several values. */
export type VcardParams = Record<string, string | string[]>;

/** One property line. `value` is raw: as it stands after the colon, escapes included. */
export interface VcardProperty {
  readonly name: string;
  readonly group?: string;
  readonly params: VcardParams;
  /** The VALUE parameter in lower case, or "unknown" (RFC 7095 section 5.1) without one. */
  readonly type: string;
  readonly value: string;
}

/** A design set that makes ical.js split lines and parameters but leave every value alone. */
const RAW_DESIGN = {
  name: "vcard4",
  value: Object.create(null),
  param: Object.assign(Object.create(null), { type: { valueType: "text", multiValue: "," } }),
  property: Object.create(null),
  propertyGroups: true,
} as unknown as Parameters<typeof ICAL.parse.property>[1];

const HEAD = /^(?:[a-z0-9-]+\.)?[a-z0-9-]+[;:]/i;
const NAME = /^[a-z0-9-]{1,64}$/;
/** Parameters without a name, as vCard 2.1 and some phones write them: `TEL;CELL:`. */
const NAMELESS = /;([a-z0-9-]+)(?=[;:])/gi;
const QUOTED_PRINTABLE = /^[^:]*;(?:encoding=)?quoted-printable[;:]/i;
const MAX_LINE_OCTETS = 75;
/** Bounds that no card reaches, so that a hostile file costs no more than its length. */
const MAX_HEAD_CHARACTERS = 512 * 1024;
const MAX_PARAMS = 5_000;
const MAX_PROPERTIES = 10_000;

/** The property lists of the vCards in a text, in order; lines that are no property are skipped. */
export function splitVcards(text: string): VcardProperty[][] {
  const vcards: VcardProperty[][] = [];
  let current: VcardProperty[] | undefined;
  let depth = 0;
  for (const line of unfold(text)) {
    if (/^begin:\s*vcard\s*$/i.test(line)) {
      depth += 1;
      if (depth === 1) current = [];
    } else if (/^end:\s*vcard\s*$/i.test(line)) {
      if (depth === 1 && current) vcards.push(current);
      depth = Math.max(0, depth - 1);
      if (depth === 0) current = undefined;
    } else if (depth === 1) {
      const property = parseLine(line);
      if (property && current && current.length < MAX_PROPERTIES) current.push(property);
    }
  }
  return vcards;
}

/** Writes one vCard: CRLF, folded at 75 octets. Properties with an impossible name are left out. */
export function joinVcard(properties: readonly VcardProperty[]): string {
  const lines = properties.flatMap((property) => {
    const line = writeLine(property);
    return line === undefined ? [] : [fold(line)];
  });
  return ["BEGIN:VCARD", "VERSION:4.0", ...lines, "END:VCARD", ""].join("\r\n");
}

/** Escapes a text value, also for a part of a structured or listed one (RFC 6350 section 3.4). */
export function escapeText(value: string): string {
  return value
    .replace(/\r\n?/g, "\n")
    .replace(/[\\;,]/g, "\\$&")
    .replaceAll("\n", "\\n");
}

/** Undoes {@link escapeText}; other backslashes stay. */
export function unescapeText(value: string): string {
  return value.replace(/\\([\\;,:nN])/g, (_, escaped: string) =>
    escaped === "n" || escaped === "N" ? "\n" : escaped,
  );
}

/** Splits at each separator that no backslash protects; the parts keep their escapes. */
export function splitEscaped(value: string, separator: ";" | ","): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at += 1) {
    if (value[at] === "\\") at += 1;
    else if (value[at] === separator) {
      parts.push(value.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(value.slice(start));
  return parts;
}

/** Logical lines: LF, CRLF and CR end a line, a space or tab at its start continues the last. */
function unfold(text: string): string[] {
  const lines: string[] = [];
  let pieces: string[] = [];
  let isQuoted = false;
  let softBreak = false;
  for (const line of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/)) {
    if (softBreak) pieces.push(line);
    else if (/^[ \t]/.test(line) && pieces.length > 0) pieces.push(line.slice(1));
    else if (line.trim() !== "") {
      lines.push(pieces.join(""));
      pieces = [line];
      isQuoted = QUOTED_PRINTABLE.test(line.slice(0, 200));
    }
    softBreak = isQuoted && line.endsWith("=");
    if (softBreak) pieces.push((pieces.pop() ?? "").slice(0, -1));
  }
  return [...lines, pieces.join("")];
}

/** Where the parameters of a line end: its first colon outside quotes, or -1. */
function headLength(line: string): number {
  let inQuotes = false;
  for (let at = 0; at < line.length && at <= MAX_HEAD_CHARACTERS; at += 1) {
    if (line[at] === '"') inQuotes = !inQuotes;
    else if (line[at] === ":" && !inQuotes) return at;
  }
  return -1;
}

function parseLine(line: string): VcardProperty | undefined {
  const length = headLength(line);
  const head = line.slice(0, length + 1);
  if (!HEAD.test(head) || head.split(";").length > MAX_PARAMS) return undefined;
  const named = head.includes('"')
    ? head
    : head
        .replace(/;base64(?=[;:])/i, ";ENCODING=b")
        .replace(NAMELESS, (_, word: string) =>
          /^quoted-printable$/i.test(word) ? `;ENCODING=${word}` : `;TYPE=${word}`,
        );
  let parsed: unknown;
  try {
    parsed = ICAL.parse.property(named, RAW_DESIGN);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [name, rawParams, type] = parsed as unknown[];
  if (typeof name !== "string" || typeof type !== "string") return undefined;
  const value = line.slice(length + 1);
  const { group, encoding, charset, ...params } = cleanParams(rawParams);
  const isQuoted = typeof encoding === "string" && /^quoted-printable$/i.test(encoding);
  return {
    name,
    ...(typeof group === "string" ? { group } : {}),
    params: isQuoted || encoding === undefined ? params : { ...params, encoding },
    type: NAME.test(type) ? type : "unknown",
    value: isQuoted ? fromQuotedPrintable(value, charset) : value,
  };
}

/** Android's vCard 2.1 writes every other script this way; the text may hold real line breaks. */
function fromQuotedPrintable(value: string, charset: string | string[] | undefined): string {
  const bytes = new Uint8Array(
    value
      .replace(/[\u0100-\uffff]/g, "?")
      .replace(/=([0-9a-f]{2})/gi, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      )
      .split("")
      .map((character) => character.charCodeAt(0)),
  );
  const label = typeof charset === "string" && /^iso-8859-1$/i.test(charset) ? "latin1" : "utf-8";
  return new TextDecoder(label).decode(bytes).replace(/\r\n?|\n/g, "\\n");
}

/** Only names that can be written again, and only text or lists of text as values. */
export function cleanParams(params: unknown): VcardParams {
  const clean: VcardParams = {};
  if (typeof params !== "object" || params === null) return clean;
  for (const [name, value] of Object.entries(params)) {
    if (!NAME.test(name)) continue;
    if (typeof value === "string") clean[name] = value;
    else if (typeof value === "number" || typeof value === "boolean") clean[name] = String(value);
    else if (Array.isArray(value)) {
      const texts = value.filter((item) => typeof item === "string");
      clean[name] = name === "type" ? texts : texts.join(",");
    }
  }
  return clean;
}

function writeLine({ name, group, params, type, value }: VcardProperty): string | undefined {
  if (!NAME.test(name) || !NAME.test(type)) return undefined;
  const entries = Object.entries(cleanParams(params))
    .filter(([key]) => key !== "value" && key !== "group")
    .map(([key, item]) => [key, typeof item === "string" ? bare(item) : item.map(bare)]);
  const written = {
    ...Object.fromEntries(entries),
    ...(group !== undefined && NAME.test(group) ? { group } : {}),
  };
  const raw = value.replace(/[^\P{Cc}\t]/gu, "");
  return ICAL.stringify.property([name, written, type, raw], RAW_DESIGN!, true);
}

/** A parameter value without control characters; its line breaks become ^n (RFC 6868). */
function bare(value: string): string {
  return value.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\n]/gu, "");
}

function fold(line: string): string {
  const folded: string[] = [];
  let current = "";
  let octets = 0;
  for (const character of line) {
    const code = character.codePointAt(0) ?? 0;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (octets + size > MAX_LINE_OCTETS) {
      folded.push(current);
      current = " ";
      octets = 1;
    }
    current += character;
    octets += size;
  }
  return [...folded, current].join("\r\n");
}
