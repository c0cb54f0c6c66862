// Tickets that this device shows (TAP-2). The share that the nonce of each commits to stays here until a table asks for
// it, and which table that was is kept before it is told: no share is ever shown for two.

import { fromBase64Url, toBase64Url } from "../../core/crypto/bytes.ts";
import { encodeTicket, nonceOf, readTicket, ticketToBeSigned } from "../../core/tap/ticket.ts";
import { ticketUrl } from "../../core/tap/links.ts";
import type { UserId } from "../../wire/ids.ts";
import { TICKET_TTL_SECONDS } from "../../wire/limits.ts";
import type { Certificates } from "./certificates.ts";
import type { ServerClock } from "./clock.ts";
import type { ShownTicket } from "./model.ts";
import type { TapsContext } from "./tapsContext.ts";

/** The table that a ticket's share is for. */
export interface TicketTable {
  readonly by: UserId;
  readonly tapId: string;
  /** Names members and tickets, in their order (tableChecks.ts). */
  readonly roster: string;
  /** This device has seen a lie there: nothing of it counts any more. */
  readonly isTampered: boolean;
  readonly isOver: boolean;
}

export interface KeptTicket {
  readonly ticket: string;
  /** 16 bytes in base64url. */
  readonly share: string;
  /** By the server's clock. */
  readonly timeSeconds: number;
  readonly table: TicketTable | null;
}

type SeatedTicket = KeptTicket & { readonly table: TicketTable };

const SHARE_BYTES = 16;
/** Much longer than ticket and table together last. */
const KEEP_SECONDS = 60 * 60;
const PREFIX = "tap.ticket.";

export class Tickets {
  readonly #context: TapsContext;
  readonly #clock: ServerClock;
  readonly #certificates: Certificates;

  constructor(context: TapsContext, clock: ServerClock, certificates: Certificates) {
    this.#context = context;
    this.#clock = clock;
    this.#certificates = certificates;
  }

  /** @throws as {@link Certificates.valid} */
  async show(): Promise<ShownTicket> {
    const { device } = this.#context;
    const { ticket, expiresAt } = await this.make();
    const aheadMs = await this.#clock.aheadMs();
    return { url: ticketUrl(device.origin, ticket), expiresAt: expiresAt - aheadMs };
  }

  /** Stored before anyone sees it. @returns 259 bytes in base64url, and its end by the server's clock */
  async make(): Promise<{ readonly ticket: string; readonly expiresAt: number }> {
    const { device, ports, store } = this.#context;
    const { bytes: certificate, expiresAt } = await this.#certificates.valid();
    const share = ports.random(SHARE_BYTES);
    const nonce = nonceOf(share);
    const timeSeconds = Math.floor((await this.#clock.now()) / 1_000);
    const signature = await device.sign(ticketToBeSigned(certificate, nonce, timeSeconds));
    const ticket = toBase64Url(encodeTicket(certificate, nonce, timeSeconds, signature));
    const kept: KeptTicket = { ticket, share: toBase64Url(share), timeSeconds, table: null };
    await this.#prune(timeSeconds);
    await store.put("settings", idOf(nonce), kept);
    return { ticket, expiresAt: Math.min(expiresAt, (timeSeconds + TICKET_TTL_SECONDS) * 1_000) };
  }

  /** Null for whatever this device has not made, or lately. @param ticket in base64url */
  async of(ticket: string): Promise<KeptTicket | null> {
    const read = readTicket(fromBase64Url(ticket));
    if (read === null) return null;
    const kept = await this.#context.store.get<KeptTicket>("settings", idOf(read.nonce));
    return kept?.ticket === ticket ? kept : null;
  }

  /** Those that are at a table which is not over. */
  async atTables(): Promise<SeatedTicket[]> {
    return (await this.seated()).filter(({ table }) => !table.isOver);
  }

  /** Those that are, or lately were, at a table. */
  async seated(): Promise<SeatedTicket[]> {
    return (await this.#all()).filter(isAtTable);
  }

  async keepTable(kept: KeptTicket, table: TicketTable): Promise<void> {
    const nonce = nonceOf(fromBase64Url(kept.share));
    await this.#context.store.put("settings", idOf(nonce), { ...kept, table });
  }

  #all(): Promise<KeptTicket[]> {
    return this.#context.store.range<KeptTicket>("settings", { prefix: PREFIX });
  }

  async #prune(nowSeconds: number): Promise<void> {
    const old = (await this.#all()).filter(
      ({ timeSeconds }) => Math.abs(nowSeconds - timeSeconds) > KEEP_SECONDS,
    );
    const changes = old.map(({ share }) => ({
      collection: "settings" as const,
      id: idOf(nonceOf(fromBase64Url(share))),
    }));
    if (changes.length > 0) await this.#context.store.apply(changes);
  }
}

function idOf(nonce: Uint8Array): string {
  return PREFIX + toBase64Url(nonce);
}

function isAtTable(kept: KeptTicket): kept is SeatedTicket {
  return kept.table !== null;
}
