// What a text is that was scanned, read from a tag or opened as a link, and where it leads.

import { readScanned } from "../../shared/client/taps/scanned.ts";
import { go, paths } from "../router.ts";
import { session } from "../session.ts";

/** A ticket that can be submitted. */
export interface ReadTicket {
  readonly url: string;
  readonly userId: string | null;
  /** By the server's clock. */
  readonly expiresAt: number;
}

export type Reading =
  | { readonly is: "ticket"; readonly ticket: ReadTicket }
  /** It has led to another view. */
  | { readonly is: "left" }
  | { readonly is: "refused"; readonly title: string; readonly advice: string };

/** Null for what has nothing to do with this page. */
export function read(text: string): Reading | null {
  const scanned = readScanned(text);
  if (scanned === null) return readKey(text);
  const { origin } = scanned;
  if (origin !== location.origin) {
    return {
      is: "refused",
      title: "That code is of another server",
      advice: `It leads to ${new URL(origin).host}. Both of you need the same server: ${location.host}.`,
    };
  }
  if (scanned.kind === "badge") {
    go(paths.badge(scanned.token));
    return { is: "left" };
  }
  const { userId, expiresAt } = scanned;
  if (userId !== null && userId === session.store.state.me?.userId) {
    return {
      is: "refused",
      title: "That is your own code",
      advice: "Point the camera at the other person’s screen.",
    };
  }
  return { is: "ticket", ticket: { url: text.trim(), userId, expiresAt } };
}

/** Whoever shows a key instead is met by that. */
function readKey(text: string): Reading | null {
  const url = URL.parse(text.trim());
  if (url === null || url.origin !== location.origin || !url.hash.startsWith("#/key/")) return null;
  go(url.hash);
  return { is: "left" };
}
