// What a text that was read says by itself, before anyone is asked: whose ticket it is and until when it counts, so
// that several can be gathered. Nothing of it is verified. Loaded by whoever reads codes.

import { fromBase64Url } from "../../core/crypto/bytes.ts";
import { readTapLink } from "../../core/tap/links.ts";
import { readTicket } from "../../core/tap/ticket.ts";
import type { UserId } from "../../wire/ids.ts";
import { TICKET_TTL_SECONDS } from "../../wire/limits.ts";

export type Scanned =
  | {
      readonly kind: "ticket";
      readonly origin: string;
      /** Null for what is no ticket, although it has the length of one. */
      readonly userId: UserId | null;
      /** By the server's clock; 0 for what is no ticket. */
      readonly expiresAt: number;
    }
  | { readonly kind: "badge"; readonly origin: string; readonly token: string };

/** Null for what is no link of a tap or badge; never throws. */
export function readScanned(text: string): Scanned | null {
  const link = readTapLink(text);
  if (link === null || link.kind === "badge") return link;
  const { kind, origin } = link;
  const ticket = readTicket(fromBase64Url(link.ticket));
  return {
    kind,
    origin,
    userId: ticket?.certificate.userId ?? null,
    expiresAt: ticket === null ? 0 : (ticket.timeSeconds + TICKET_TTL_SECONDS) * 1000,
  };
}
