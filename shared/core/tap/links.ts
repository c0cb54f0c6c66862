// The one URL that an NDEF record, a QR code and a link carry alike (TAP-8). What it holds stands in the fragment,
// which browsers send to no server.

import { badgeTokenSchema } from "../../wire/contactRequests.ts";
import { ticketSchema } from "../../wire/tap.ts";

export type TapLink =
  | { readonly kind: "ticket"; readonly origin: string; readonly ticket: string }
  | { readonly kind: "badge"; readonly origin: string; readonly token: string };

/** @param ticket 259 bytes in base64url */
export function ticketUrl(origin: string, ticket: string): string {
  return `${origin}/#/tap/${ticket}`;
}

/** @param token 16 bytes in base64url */
export function badgeUrl(origin: string, token: string): string {
  return `${origin}/#/badge/${token}`;
}

/** Null for what is no such link; never throws. Whether the ticket is good is another question. */
export function readTapLink(text: string): TapLink | null {
  if (!URL.canParse(text.trim())) return null; // Node 20 has no URL.parse
  const url = new URL(text.trim());
  if (!["https:", "http:"].includes(url.protocol)) return null;
  const [, kind, value = ""] = /^#\/(tap|badge)\/([A-Za-z0-9_-]+)$/.exec(url.hash) ?? [];
  const { origin } = url;
  if (kind === "tap" && ticketSchema.safeParse(value).success) {
    return { kind: "ticket", origin, ticket: value };
  }
  if (kind === "badge" && badgeTokenSchema.safeParse(value).success) {
    return { kind: "badge", origin, token: value };
  }
  return null;
}
