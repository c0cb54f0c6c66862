// Links of touches as people read them: refused before anything is sent.

import { readTapLink, type TapLink } from "../../core/tap/links.ts";
import { TAP_MAX_PEERS } from "../../wire/limits.ts";
import { TapError } from "./tapError.ts";

/** @throws TapError `not-a-tap-link`, `other-server` */
export function readLink(text: string, origin: string): TapLink {
  const link = readTapLink(text);
  if (link === null) throw new TapError("not-a-tap-link");
  if (link.origin !== origin) throw new TapError("other-server");
  return link;
}

/** Tickets in base64url, in the order of their links. What comes twice the server tells of. @throws TapError */
export function ticketsIn(urls: readonly string[], origin: string): string[] {
  if (urls.length === 0) throw new TapError("none");
  if (urls.length > TAP_MAX_PEERS) throw new TapError("too-many");
  return urls.map((url) => {
    const link = readLink(url, origin);
    if (link.kind !== "ticket") throw new TapError("not-a-tap-link");
    return link.ticket;
  });
}
