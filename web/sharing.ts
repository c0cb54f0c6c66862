// Hands a text to another app: by the share sheet where the system has one, by the clipboard.

import { notify } from "./announcements.ts";

export const canShare = typeof navigator.share === "function";

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(`${what} is copied.`);
  } catch {
    notify("The clipboard is not available here. Select the text and copy it by hand.");
  }
}

export async function share(title: string, url: string): Promise<void> {
  try {
    await navigator.share({ title, url });
  } catch {
    // The person closed the sheet.
  }
}
