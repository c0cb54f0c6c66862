// A server in miniature for the tests of taps: mailboxes, groups and submissions, driven by the pure functions alone.
// What is under way is a list, so that a test can deliver, repeat, lose and delay each errand and each answer.

import { toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { deviceIdOf } from "../../../shared/core/identity/deviceLog.ts";
import {
  committed,
  type ContactStanding,
  isNews,
  removedByDevice,
  undone,
  visibleOf,
  type VisibleContact,
} from "../../../shared/core/mailbox/contactStanding.ts";
import {
  closedTable,
  heardTable,
  NO_TAPS,
  openTables,
  spend,
  type TapMemory,
} from "../../../shared/core/mailbox/spentTickets.ts";
import { deadlineOf, step } from "../../../shared/core/tap/attempt.ts";
import { encodeCertificate } from "../../../shared/core/tap/certificate.ts";
import { type Errand, errandFor, type ErrandName } from "../../../shared/core/tap/errands.ts";
import type { Reply, TapEvent } from "../../../shared/core/tap/events.ts";
import { judge } from "../../../shared/core/tap/judging.ts";
import { tapOf } from "../../../shared/core/tap/showing.ts";
import { FREE, type Party, type TapState } from "../../../shared/core/tap/state.ts";
import { encodeTicket, nonceOf, readTicket } from "../../../shared/core/tap/ticket.ts";
import { fromBase64Url } from "../../../shared/core/crypto/bytes.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import type { Group, Tap } from "../../../shared/wire/tap.ts";

export const NOW = 1_800_000_000_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

export interface Person extends Party {
  readonly key: Uint8Array;
}

/** @param index 0..31 */
export function person(index: number): Person {
  const userId = (LETTERS[index] ?? "").repeat(32) as UserId;
  const key = new Uint8Array(32).fill(index + 1);
  return { userId, deviceId: deviceIdOf(key), key };
}

export interface TestTicket {
  readonly ticket: string;
  readonly share: string;
}

const made = new Map<string, TestTicket>();

/** @param serial makes it another one of the same device */
export function ticketOf(of: Person, serial = 0, atMs = NOW): TestTicket {
  const name = `${of.userId} ${serial} ${Math.floor(atMs / 1_000)}`;
  const ticket = made.get(name) ?? makeTicket(of, serial, atMs);
  made.set(name, ticket);
  return ticket;
}

function makeTicket({ userId, key }: Person, serial: number, atMs: number): TestTicket {
  const share = new Uint8Array(16).fill(key[0] ?? 0);
  share[15] = serial;
  const seconds = Math.floor(atMs / 1_000);
  const claims = {
    keyId: Uint8Array.of(2, 132),
    userId,
    expiresAtSeconds: seconds + 3_600,
    certificateId: new Uint8Array(8).fill(7),
    signKey: key,
  };
  const certificate = encodeCertificate(claims, new Uint8Array(64).fill(9));
  const ticket = encodeTicket(certificate, nonceOf(share), seconds, new Uint8Array(64).fill(8));
  return { ticket: toBase64Url(ticket), share: toBase64Url(share) };
}

export function tapIdOf(serial: number): string {
  return toBase64Url(new Uint8Array(16).fill(serial));
}

interface UnderWay {
  readonly attempt: string;
  readonly name: ErrandName;
  readonly errand: Errand;
  /** Null until it was delivered. */
  answer: TapEvent | null;
}

interface MailboxModel {
  memory: TapMemory;
  readonly standings: Map<UserId, ContactStanding>;
  readonly groups: Set<string>;
  readonly blocked: Set<UserId>;
  /** `new`, `changed` or `removed`, with whom. */
  readonly notices: { readonly kind: "new" | "changed" | "removed"; readonly peer: UserId }[];
  readonly tables: Tap[];
  readonly devices: Set<string>;
}

export class World {
  now = NOW;
  readonly mailboxes = new Map<UserId, MailboxModel>();
  readonly groups = new Map<string, Group>();
  readonly attempts = new Map<string, { state: TapState; stored: TapState; writes: number }>();
  underWay: UnderWay[] = [];

  constructor(people: readonly Person[]) {
    for (const { userId, deviceId } of people) {
      this.mailboxes.set(userId, {
        memory: NO_TAPS,
        standings: new Map(),
        groups: new Set(),
        blocked: new Set(),
        notices: [],
        tables: [],
        devices: new Set([deviceId]),
      });
    }
  }

  mailbox({ userId }: Pick<Person, "userId">): MailboxModel {
    const mailbox = this.mailboxes.get(userId);
    if (mailbox === undefined) throw new Error("no such account");
    return mailbox;
  }

  /** The name of the attempt. */
  submit(
    by: Person,
    tickets: readonly string[],
    tapId: string,
    together: string | null = null,
  ): string {
    const name = `${by.userId}.${tapId}`;
    this.decide(name, submission(by, tickets, tapId, together, this.now));
    return name;
  }

  state(name: string): TapState {
    return this.attempts.get(name)?.state ?? FREE;
  }

  shown(name: string, { userId }: Pick<Person, "userId">): Tap | null {
    return tapOf(this.state(name), userId, this.now);
  }

  decide(name: string, event: TapEvent): Reply {
    const before = this.attempts.get(name) ?? { state: FREE, stored: FREE, writes: 0 };
    const { state, effects, reply, soft } = step(before.state, event, this.now);
    const isStored = !soft && state !== before.state;
    this.attempts.set(name, {
      state,
      stored: isStored ? state : before.stored,
      writes: before.writes + (isStored ? 1 : 0),
    });
    for (const effect of effects) {
      const errand = errandFor(state, effect.name, this.now);
      if (errand !== null) {
        this.underWay.push({ attempt: name, name: effect.name, errand, answer: null });
      }
    }
    return reply;
  }

  /** The object is evicted: what was not stored is lost, and so are the answers on their way. */
  evict(name: string): void {
    const attempt = this.attempts.get(name);
    if (attempt === undefined) return;
    attempt.state = attempt.stored;
    for (const one of this.underWay) if (one.attempt === name) one.answer = null;
  }

  /** The errand is done where it goes; its answer is on its way. It may be done again later. */
  deliver(index: number): void {
    const one = this.underWay[index];
    if (one === undefined) return;
    one.answer = this.#perform(one);
  }

  answer(index: number): void {
    const one = this.underWay[index];
    if (one?.answer == null) return;
    this.underWay.splice(index, 1);
    this.decide(one.attempt, one.answer);
  }

  lose(index: number): void {
    this.underWay.splice(index, 1);
  }

  /** All that is under way arrives, and what is owed is served until nothing is. */
  settle(): void {
    for (let round = 0; round < 50; round++) {
      while (this.underWay.length > 0) {
        this.deliver(0);
        this.answer(0);
      }
      const owing = [...this.attempts].filter(
        ([, { state }]) => state.at !== "free" && state.owes.length > 0,
      );
      if (owing.length === 0) return;
      for (const [name] of owing) this.decide(name, { type: "deadline" });
    }
    throw new Error("something is owed for ever");
  }

  /** Time goes on to the next deadline of the attempt, which is served. */
  expire(name: string): void {
    const due = deadlineOf(this.state(name));
    if (due !== null) this.now = Math.max(this.now, due);
    this.decide(name, { type: "deadline" });
  }

  /** A device of the one removes the other. */
  remove(one: Person, peer: Person): void {
    const mailbox = this.mailbox(one);
    const standing = mailbox.standings.get(peer.userId);
    if (standing === undefined) return;
    this.#change(mailbox, peer.userId, removedByDevice(standing, this.now));
  }

  contact(of: Person, peer: Person): VisibleContact | null {
    return visibleOf(this.mailbox(of).standings.get(peer.userId) ?? null);
  }

  /** A device comes online: tables that are over are told no more, even if late news has opened one again. */
  greet(one: Person): void {
    const mailbox = this.mailbox(one);
    for (const table of openTables(mailbox.memory, this.now)) {
      const at = this.shown(`${table.by}.${table.tapId}`, one)?.at;
      const isOver = at === undefined || at === "settled" || at === "aborted";
      if (isOver) mailbox.memory = closedTable(mailbox.memory, table);
    }
  }

  #perform({ name, errand }: UnderWay): TapEvent {
    const served = { type: "served", name, errand, isGone: false, remaining: null } as const;
    if (errand.kind === "group") {
      if (!this.groups.has(errand.group.groupId)) {
        this.groups.set(errand.group.groupId, errand.group);
      }
      return served;
    }
    if (errand.kind === "letGo") {
      return { ...served, remaining: this.#letGo(errand.groupId, errand.userId) };
    }
    const mailbox = this.mailboxes.get(errand.owner);
    if (errand.kind === "spend") {
      const { proof, device } = errand.request;
      const { by, tapId, at } = proof;
      if (mailbox === undefined) {
        return { type: "spent", name, answer: { outcome: "revoked", tapId, at } };
      }
      const standing = mailbox.standings.get(by) ?? null;
      const facts = {
        hasDevice: mailbox.devices.has(device),
        isBlocked: mailbox.blocked.has(by),
        standing,
      };
      const { answer, memory, commit } = spend(mailbox.memory, errand.request, facts, this.now);
      mailbox.memory = memory;
      if (commit !== null) this.#change(mailbox, by, committed(standing, commit));
      return { type: "spent", name, answer };
    }
    if (mailbox === undefined) return { ...served, isGone: true };
    if (errand.kind === "contacts") {
      for (const commit of errand.commits) {
        const standing = mailbox.standings.get(commit.peer) ?? null;
        this.#change(mailbox, commit.peer, committed(standing, commit));
      }
    } else if (errand.kind === "undo") {
      const standing = mailbox.standings.get(errand.undo.peer) ?? null;
      this.#change(mailbox, errand.undo.peer, undone(standing, errand.undo));
    } else if (errand.kind === "listing") {
      if (errand.isListed) mailbox.groups.add(errand.groupId);
      else mailbox.groups.delete(errand.groupId);
    } else {
      const { isToTell, memory } = heardTable(mailbox.memory, errand.owner, errand.tap, this.now);
      mailbox.memory = memory;
      if (isToTell) mailbox.tables.push(errand.tap);
    }
    return served;
  }

  #change(mailbox: MailboxModel, peer: UserId, next: ContactStanding | null): void {
    if (next === null) return;
    const before = mailbox.standings.get(peer) ?? null;
    mailbox.standings.set(peer, next);
    if (!isNews(before, next)) return;
    const wasThere = visibleOf(before) !== null;
    const kind = visibleOf(next) === null ? "removed" : wasThere ? "changed" : "new";
    mailbox.notices.push({ kind, peer });
  }

  #letGo(groupId: string, userId: UserId): UserId[] {
    const group = this.groups.get(groupId);
    const members = group?.members.filter((member) => member.userId !== userId) ?? [];
    if (group === undefined || members.length < 3) {
      this.groups.delete(groupId);
      return [];
    }
    this.groups.set(groupId, { ...group, members });
    return members.map((member) => member.userId);
  }
}

export function submission(
  by: Person,
  tickets: readonly string[],
  tapId: string,
  together: string | null,
  now: number,
): TapEvent {
  const checked = tickets.map((ticket) => {
    return { ticket, read: readTicket(fromBase64Url(ticket)), isGenuine: true };
  });
  const taps = judge(checked, by.userId, now).map((judged) => ({
    ...judged,
    signature: toBase64Url(new Uint8Array(64).fill(by.key[0] ?? 0)),
    isBlockedByInitiator: false,
  }));
  const { userId, deviceId } = by;
  return { type: "submit", party: { userId, deviceId }, tapId, receivedAt: now, taps, together };
}
