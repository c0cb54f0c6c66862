// A QR code drawn as one path: dark modules on a white plate in every theme, with its quiet zone.

import { useEffect, useState } from "preact/hooks";

const QUIET_MODULES = 4;

interface QrCodeProps {
  readonly text: string;
  readonly label: string;
  /** How much of it may be lost; a screen loses little, and a dense code is read better with less. */
  readonly ecc?: "low" | "medium";
}

export function QrCode({ text, label, ecc = "medium" }: QrCodeProps) {
  const [rows, setRows] = useState<readonly (readonly boolean[])[]>([]);
  useEffect(() => {
    let isWanted = true;
    void import("qr").then(({ default: encodeQR }) => {
      if (isWanted) setRows(encodeQR(text, "raw", { ecc, border: QUIET_MODULES }));
    });
    return () => {
      isWanted = false;
    };
  }, [text, ecc]);
  const size = rows.length || 1;
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}>
      <path d={pathOf(rows)} />
    </svg>
  );
}

/** One stroke-free rectangle for each run of dark modules in a row. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  let path = "";
  for (const [y, row] of rows.entries()) {
    let x = 0;
    while (x < row.length) {
      let run = 0;
      while (row[x + run]) run++;
      if (run > 0) path += `M${x} ${y}h${run}v1h-${run}z`;
      x += run + 1;
    }
  }
  return path;
}
