// Whether this device is at a table, by which of its tickets, and whether that table can be believed. What was decided
// once for a ticket is kept before anything is said, and stays so: of two rosters for one ticket, one is a lie. An id
// names one table here, that of the initiator who was the first to use it.

import { equalBytes, fromBase64Url } from "../../core/crypto/bytes.ts";
import { readTicket } from "../../core/tap/ticket.ts";
import type { UserId } from "../../wire/ids.ts";
import type { Tap } from "../../wire/tap.ts";
import { isPassing } from "../passing.ts";
import { rosterName, type Seat, seatsAt } from "./tableChecks.ts";
import { isEnded } from "./tableProgress.ts";
import { alone, type TapsContext } from "./tapsContext.ts";
import type { KeptTicket, Tickets, TicketTable } from "./tickets.ts";

/** A table with a seat for this device. */
export interface Seated {
  readonly kept: KeptTicket;
  readonly table: TicketTable;
  /** The ticket has another table already. */
  readonly isForeign: boolean;
  /** Another initiator has taken the id of a table that this device knows: it is shown nowhere. */
  readonly isNamesake: boolean;
}

const OWN = { isForeign: false, isNamesake: false } as const;

export class Seating {
  readonly #context: TapsContext;
  readonly #tickets: Tickets;

  constructor(context: TapsContext, tickets: Tickets) {
    this.#context = context;
    this.#tickets = tickets;
  }

  /** For whoever gathers a table, before anyone hears of it. @param tickets those that were read, in their order */
  async gather(tapId: string, own: string, tickets: readonly string[]): Promise<void> {
    const kept = await this.#tickets.of(own);
    if (kept === null) throw new Error("That ticket was not made here.");
    const by = this.#context.device.identity.userId;
    const members = [own, ...tickets].flatMap((ticket) => {
      const read = readTicket(fromBase64Url(ticket));
      return read === null ? [] : [{ userId: read.certificate.userId, ticket }];
    });
    const roster = rosterName(by, tapId, members);
    await this.#tickets.keepTable(kept, { by, tapId, roster, isTampered: false, isOver: false });
  }

  /** Null when this device has no seat there, or never took it. @throws ConnectionError; ProblemError of a log */
  async at(tap: Tap): Promise<Seated | null> {
    const { userId } = this.#context.device.identity;
    const own = tap.table?.members.find((member) => member.userId === userId);
    if (own === undefined) return null;
    return alone(this.#context, "tap.seats", () => this.#seat(tap, own.ticket));
  }

  async keep(seated: Seated, change: Partial<TicketTable>): Promise<Seated> {
    const table = { ...seated.table, ...change };
    await this.#tickets.keepTable(seated.kept, table);
    return { ...seated, table };
  }

  async #seat(tap: Tap, ticket: string): Promise<Seated | null> {
    const kept = await this.#tickets.of(ticket);
    if (kept === null) return null; // of another device of this account
    const { by, tapId } = tap;
    const members = tap.table?.members ?? [];
    const shown = { by, tapId, roster: rosterName(by, tapId, members), isOver: false };
    const isAborted = tap.at === "aborted";
    const isNamesake = await this.#isTaken(tap);
    const { table } = kept;
    if (isNamesake || (table !== null && (table.by !== by || table.tapId !== tapId))) {
      const lie = { kept, table: { ...shown, isTampered: true }, isForeign: true, isNamesake };
      return isAborted ? null : lie;
    }
    if (table === null) {
      if (isEnded(tap)) return null;
      const isTampered = !(await this.#isSound(by, members));
      return this.keep({ kept, table: { ...shown, isTampered }, ...OWN }, {});
    }
    const seated = { kept, table, ...OWN };
    if (isAborted || table.isOver || table.roster === shown.roster) return seated;
    return this.keep(seated, { isTampered: true });
  }

  async #isTaken({ by, tapId }: Tap): Promise<boolean> {
    const all = await this.#tickets.seated();
    return all.some(({ table }) => table.tapId === tapId && table.by !== by);
  }

  async #isSound(by: UserId, members: NonNullable<Tap["table"]>["members"]): Promise<boolean> {
    const seats = seatsAt(by, members);
    if (seats === null) return false;
    for (const seat of seats) if (!(await this.#hasKey(seat))) return false;
    return true;
  }

  /** Of an account whose devices this device knows, the ticket is one of these devices'. */
  async #hasKey({ userId, ticket }: Seat): Promise<boolean> {
    const { device, store, contacts, logs } = this.#context;
    const isOwn = userId === device.identity.userId;
    const isKnown =
      isOwn ||
      (await store.get("logs", userId)) !== null ||
      (await contacts.provenLog(userId)) !== null;
    if (!isKnown) return true;
    const { signKey } = ticket.certificate;
    const isListed = async (asking: "of" | "refresh") =>
      (await logs[asking](userId)).devices.some((one) => equalBytes(one.signKey, signKey));
    if (await isListed("of")) return true;
    return isListed("refresh").catch((error: unknown) => {
      if (isPassing(error)) throw error;
      return false; // the server shows another log, or none
    });
  }
}
