// Certificates and tickets byte by byte, cut from those of the worked example, and what each outcome means.

import { equalBytes } from "../../shared/core/crypto/bytes.ts";
import { type TapOutcome, tapOutcomeSchema } from "../../shared/wire/tap.ts";
import { joined, type Piece, piecesTable } from "./pieces.ts";
import { table } from "./table.ts";
import { exampleTicket } from "./tapExample.ts";

const CERTIFICATE: readonly (readonly [length: number, meaning: string])[] = [
  [2, "COSE_Sign1: tag 18, an array of 4"],
  [1, "protected header: a byte string of 7, which holds"],
  [3, "a map of 2: `alg` (1) is EdDSA (-8)"],
  [2, "`kid` (4), a byte string of 2:"],
  [2, "**the issuer's key**"],
  [1, "unprotected header: an empty map"],
  [2, "payload: a byte string of 95, which holds"],
  [2, "a map of 4: `sub` (2),"],
  [2, "a text of 32:"],
  [32, "**userId**"],
  [2, "`exp` (4), an integer of 4 bytes:"],
  [4, "**end**, in seconds since 1970"],
  [2, "`cti` (7), a byte string of 8:"],
  [8, "**id** of the certificate, random"],
  [
    11,
    "`cnf` (8): a map with `COSE_Key` (1): `kty` (1) OKP (1), `crv` (-1) Ed25519 (6), `x` (-2), a byte string of 32:",
  ],
  [32, "**signKey** of the device"],
  [2, "signature: a byte string of 64:"],
  [64, "**signature** of the issuer"],
];

const TICKET: readonly (readonly [length: number, meaning: string])[] = [
  [1, "version 1"],
  [174, "the device's certificate"],
  [16, "nonce"],
  [4, "time, in seconds since 1970 by the server's clock, most significant byte first"],
  [64, "signature of the device"],
];

const OUTCOMES: Readonly<Record<TapOutcome, readonly [decidedBy: string, meaning: string]>> = {
  forged: [
    "the signatures",
    "no ticket, or its certificate is not of this server, or the device has not signed it. Nothing is said of whose it is",
  ],
  self: ["the submission", "a ticket of the initiator's own account, of whichever device"],
  duplicate: [
    "the submission",
    "another ticket of the same account stands before it in the submission",
  ],
  expired: ["the submission", "it came too early or too late, or its certificate has ended"],
  revoked: ["the other's mailbox", "its account is gone, or its device was removed from it"],
  blocked: ["both mailboxes", "either of the two has blocked the other"],
  replayed: ["the other's mailbox", "the ticket was spent before, by somebody else, or at a table"],
  already: [
    "the other's mailbox",
    "they are contacts, by a tap or by more than that; the ticket is spent",
  ],
  established: [
    "the other's mailbox",
    "they are contacts now, or by a tap instead of less; the ticket is spent",
  ],
};

function cut(bytes: Uint8Array, layout: typeof TICKET): Piece[] {
  let at = 0;
  const pieces = layout.map(([length, meaning]) => {
    const piece = { bytes: bytes.slice(at, at + length), meaning };
    at += length;
    return piece;
  });
  if (!equalBytes(joined(pieces), bytes)) throw new Error("the layout leaves bytes over");
  return pieces;
}

export const certificateLayout = (): string =>
  piecesTable(cut(exampleTicket().certificate, CERTIFICATE));
export const ticketLayout = (): string => piecesTable(cut(exampleTicket().ticket, TICKET));

export function outcomesTable(): string {
  const rows = tapOutcomeSchema.options.map((outcome) => [`\`${outcome}\``, ...OUTCOMES[outcome]]);
  return table(["outcome", "decided by", "what it means"], rows);
}
