// A shown key for people: the words large and framed, its other spellings, a QR code of the link.
import type { Contact, ShownKey } from "../shared/client/node.ts";
import { qrLines } from "./qrText.ts";
import { styled, type Terminal } from "./terminal.ts";

/** @param key `code` is the spelling to show; `words` or `digits` the other one */
export function keyLines(
  key: ShownKey & { readonly words?: string },
  method: Contact["method"],
  out: Terminal,
): string[] {
  const other =
    key.code === key.digits ? ["in words ", key.words ?? key.code] : ["in digits", key.digits];
  return [
    ...picture(key.link, out),
    TOLD[method === "link" ? "link" : "key"],
    "",
    ...framed(key.code, out),
    "",
    `  ${styled(out, "dim", other[0] ?? "")}  ${other[1]}`,
    `  ${styled(out, "dim", "as a link")}  ${key.link}`,
    "",
    ...ENTERED[method === "link" ? "link" : "key"],
    "",
  ];
}

const TOLD = {
  key: "Your key. Tell it to the one person whom you are meeting:",
  link: "The code. Enter it on your other device, and show it to nobody else:",
} as const;

const ENTERED = {
  key: [
    "They type it on the server's page, open the link, or run: acquaint key enter",
    "It serves once. Whoever enters it first is the one you meet.",
  ],
  link: [
    "There: the server's page, the link, or acquaint devices join CODE",
    "It serves once. You are asked before the device comes in.",
  ],
} as const;

function picture(link: string, out: Terminal): string[] {
  if (!out.interactive) return [];
  const lines = qrLines(link, out);
  return lines.length === 0 ? [] : ["", ...lines, ""];
}

/** In a frame of its own, to be read from across the table. */
export function framed(code: string, out: Terminal): string[] {
  const inner = `     ${code}     `;
  const columns = columnsOf(inner);
  const blank = " ".repeat(columns);
  const rule = "─".repeat(columns);
  const bold = styled(out, ["bold", "cyan"], inner);
  return [`  ╭${rule}╮`, `  │${blank}│`, `  │${bold}│`, `  │${blank}│`, `  ╰${rule}╯`];
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** Words of East Asian lists take two columns of a terminal for each character. */
function columnsOf(code: string): number {
  return code.length + (code.match(WIDE)?.length ?? 0);
}
