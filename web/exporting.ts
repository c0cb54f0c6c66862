// All that this device keeps and a person can read, as one file.

import { saveFile } from "./fileSaving.ts";
import { session } from "./session.ts";

export async function downloadEverything(): Promise<void> {
  const account = await session.acquaint.export();
  const text = `${JSON.stringify(account, null, 2)}\n`;
  saveFile(
    `acquaint-${dateOf(account.exportedAt)}.json`,
    new Blob([text], { type: "application/json" }),
  );
}

/** As 2026-11-21, by this device's clock. */
function dateOf(time: number): string {
  const date = new Date(time);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}
