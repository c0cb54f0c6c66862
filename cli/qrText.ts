// A QR code in half blocks: two modules a character, so that it comes out square.
import encodeQR from "qr";
import { styled, type Terminal } from "./terminal.ts";

/** Light modules around the code; scanners want some, and every column counts here. */
const BORDER_MODULES = 2;
const INDENT = 2;

/** The code's lines; none when the terminal is too narrow for it. */
export function qrLines(text: string, out: Terminal): string[] {
  const dark = encodeQR(text, "raw", { ecc: "low", border: BORDER_MODULES });
  const width = dark[0]?.length ?? 0;
  if (width + INDENT > out.columns) return [];
  const lines: string[] = [];
  for (let row = 0; row < dark.length; row += 2) {
    let line = "";
    for (let column = 0; column < width; column++) {
      line += halfBlock(dark[row]?.[column] ?? true, dark[row + 1]?.[column] ?? true);
    }
    // Light modules are drawn, dark ones left black, whatever the terminal's own colours are.
    lines.push(" ".repeat(INDENT) + styled(out, ["whiteBright", "bgBlack"], line));
  }
  return lines;
}

function halfBlock(upperIsDark: boolean, lowerIsDark: boolean): string {
  if (upperIsDark) return lowerIsDark ? " " : "▄";
  return lowerIsDark ? "▀" : "█";
}
