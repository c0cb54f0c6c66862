// Phones that touch, as the server sees them: certificates that it has issued, tickets that devices sign, submissions
// of whoever has read them.

import { concat, fromBase64Url, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { tableStatement, tapStatement } from "../../../shared/core/tap/statements.ts";
import { encodeTicket, nonceOf, ticketToBeSigned } from "../../../shared/core/tap/ticket.ts";
import type { Tap, TapOutcome } from "../../../shared/wire/tap.ts";
import type { ContactRecord } from "../../../shared/wire/mailbox.ts";
import type { Actor } from "../../../workers/auth/tokens.ts";
import { type Answer, randomBytes, randomText, request } from "./accounts.ts";

/** A device with its key. */
export interface Phone extends Actor {
  readonly signKey: Uint8Array;
}

/** A private key of Ed25519 up to its seed (RFC 8410, section 7). */
const PKCS8 = Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32);
const keys = new Map<Uint8Array, Promise<CryptoKey>>();

/** By WebCrypto, so that a crowd which taps costs a second and not ten. */
async function signed({ signKey }: Phone, message: Uint8Array): Promise<Uint8Array> {
  let key = keys.get(signKey);
  if (key === undefined) {
    const pkcs8 = concat(PKCS8, signKey) as Uint8Array<ArrayBuffer>;
    key = crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
    keys.set(signKey, key);
  }
  const bytes = message as Uint8Array<ArrayBuffer>;
  return new Uint8Array(await crypto.subtle.sign("Ed25519", await key, bytes));
}

const certificates = new Map<string, { certificate: string; expiresAt: number }>();

export async function certificateOf(phone: Phone): Promise<string> {
  const name = `${phone.userId} ${phone.deviceId}`;
  const known = certificates.get(name);
  if (known !== undefined && known.expiresAt > Date.now()) return known.certificate;
  const { status, body } = await request("POST", "/v1/certificates", { actor: phone });
  if (status !== 201) throw new Error(JSON.stringify(body));
  certificates.set(name, body);
  return body.certificate;
}

export interface Ticket {
  /** Base64url, as it travels. */
  readonly ticket: string;
  /** Base64url; it stays on the device until a table asks for it. */
  readonly share: string;
  readonly phone: Phone;
}

/** A ticket as a phone makes it. @param change a certificate or a time (milliseconds) of one's choice */
export async function ticketOf(
  phone: Phone,
  change: { certificate?: string; at?: number } = {},
): Promise<Ticket> {
  const { certificate = await certificateOf(phone), at = Date.now() } = change;
  const share = randomBytes(16);
  const nonce = nonceOf(share);
  const seconds = Math.floor(at / 1_000);
  const bytes = fromBase64Url(certificate);
  const signature = await signed(phone, ticketToBeSigned(bytes, nonce, seconds));
  const ticket = toBase64Url(encodeTicket(bytes, nonce, seconds, signature));
  return { ticket, share: toBase64Url(share), phone };
}

/** What a phone submits that has read those tickets. */
export async function submission(
  phone: Phone,
  tickets: readonly Pick<Ticket, "ticket">[],
  { tapId = randomText(16), together }: { tapId?: string; together?: Ticket } = {},
) {
  const { userId, deviceId } = phone;
  const taps = await Promise.all(
    tickets.map(async ({ ticket }) => {
      const statement = tapStatement(tapId, userId, deviceId, fromBase64Url(ticket));
      return { ticket, signature: toBase64Url(await signed(phone, statement)) };
    }),
  );
  return { tapId, taps, ...(together !== undefined && { together: together.ticket }) };
}

export function submit(actor: Actor, body: Submission): Promise<Answer> {
  return request("POST", "/v1/taps", { actor, body });
}

export type Submission = Awaited<ReturnType<typeof submission>>;

/** Has a phone submit tickets; the answer must be one. */
export async function tapped(
  phone: Phone,
  tickets: readonly Pick<Ticket, "ticket">[],
  options: { tapId?: string; together?: Ticket } = {},
): Promise<Tap> {
  const { status, body } = await submit(phone, await submission(phone, tickets, options));
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body as Tap;
}

/** The one reads a fresh ticket of the other. */
export async function touch(by: Phone, other: Phone): Promise<Tap> {
  return tapped(by, [await ticketOf(other)]);
}

export function outcomesOf({ outcomes }: Tap): (TapOutcome | null)[] {
  return (outcomes ?? []).map(({ outcome }) => outcome);
}

export function pathOf({ by, tapId }: Pick<Tap, "by" | "tapId">, action = ""): string {
  return `/v1/taps/${by}/${tapId}${action}`;
}

export async function contactsOf(actor: Actor): Promise<ContactRecord[]> {
  return (await request("GET", "/v1/contacts", { actor })).body.contacts;
}

export function undo(actor: Actor, tap: Pick<Tap, "by" | "tapId">, userId: string) {
  return request("POST", pathOf(tap, "/undo"), { actor, body: { userId } });
}

/** The phone shows the share of its ticket. */
export function showShare({ phone, share }: Ticket, tap: Pick<Tap, "by" | "tapId">) {
  return request("PUT", pathOf(tap, "/share"), { actor: phone, body: { share } });
}

/** The phone's person has compared the phrase of the table, as the phone has it. */
export async function confirmTable(phone: Phone, { table, ...tap }: Tap): Promise<Answer> {
  const members = (table?.members ?? []).map(({ ticket, share }) => ({
    ticket: fromBase64Url(ticket),
    share: fromBase64Url(share ?? ""),
  }));
  const signature = await signed(phone, tableStatement(tap.tapId, members));
  const body = { signature: toBase64Url(signature) };
  return request("PUT", pathOf(tap, "/confirmation"), { actor: phone, body });
}

export async function tapState(actor: Actor, tap: Pick<Tap, "by" | "tapId">): Promise<Tap> {
  return (await request("GET", pathOf(tap), { actor })).body as Tap;
}

export async function groupsOf(actor: Actor): Promise<string[]> {
  return (await request("GET", "/v1/groups", { actor })).body.groups;
}
