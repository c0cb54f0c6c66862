// What touches do to this account: tickets of its devices are spent, contacts made and taken back, tables told, groups
// listed. A ticket is remembered in the transaction that makes its contact.

import type { Errand } from "../../shared/core/tap/errands.ts";
import {
  closedTable,
  forgetBy,
  heardTable,
  openTables,
  pruned,
  spend,
  type SpendAnswer,
  type SpendRequest,
} from "../../shared/core/mailbox/spentTickets.ts";
import type { MeetingCommit } from "../../shared/core/mailbox/contactStanding.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { GROUPS_MAX } from "../../shared/wire/limits.ts";
import type { ContactRecord, MailboxNotice } from "../../shared/wire/mailbox.ts";
import type { Tap } from "../../shared/wire/tap.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { tapAttemptOf } from "../objects.ts";
import { type MailboxSockets, noticeOf } from "./mailboxSockets.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import { type Result, UNAUTHENTICATED } from "./results.ts";

/** What submissions and groups owe to a mailbox, besides the tickets that it spends. */
export type TapErrand = Exclude<Errand, { readonly kind: "spend" | "group" | "letGo" }>;

/** A device that may act, and whom of those that it names the account has blocked. */
export interface TapAdmission {
  /** The device's, base64url of 32 bytes. */
  readonly signKey: string;
  readonly blocked: readonly UserId[];
}

export class TapBox {
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #wakeBy: (at: number) => Promise<void>;

  constructor(
    ctx: DurableObjectState,
    env: Env,
    store: MailboxStore,
    sockets: MailboxSockets,
    wakeBy: (at: number) => Promise<void>,
  ) {
    this.#ctx = ctx;
    this.#env = env;
    this.#store = store;
    this.#sockets = sockets;
    this.#wakeBy = wakeBy;
    sockets.retell((_, after) => (store.groups().sequence > after ? [{ type: "groups" }] : []));
    sockets.retellLater((now) => this.#tablesAt(now));
  }

  admit({ deviceId }: Actor, peers: readonly UserId[]): Result<TapAdmission> {
    const device = this.#store.device(deviceId);
    if (device === null) return UNAUTHENTICATED;
    const blocked = peers.filter((peer) => this.#store.contacts.isBlocked(peer));
    return { ok: true, value: { signKey: device.signKey, blocked } };
  }

  /** A ticket of this account that another has read; asked again, it answers the same. */
  async spend(request: SpendRequest): Promise<SpendAnswer> {
    const { device, proof } = request;
    const { tapId, at, by } = proof;
    if (this.#store.account() === null) return { outcome: "revoked", tapId, at };
    const now = Date.now();
    const { contacts } = this.#store;
    let stored: ContactRecord | null = null;
    const decided = this.#changed(() => {
      const memory = this.#store.taps();
      const facts = {
        hasDevice: this.#store.device(device) !== null,
        isBlocked: contacts.isBlocked(by),
        standing: contacts.standing(by),
      };
      const decision = spend(memory, request, facts, now);
      if (decision.memory !== memory) this.#store.setTaps(decision.memory);
      if (decision.commit !== null) stored = contacts.put(decision.commit, now);
      return decision;
    });
    if (stored !== null) this.#sockets.tell({ type: "contacts", contacts: [stored] });
    await this.#forgetInTime();
    return decided.answer;
  }

  /** Forgets which tickets have served, when that counts no more. When it is to be done again; null for never. */
  prune(now: number): number | null {
    const before = this.#store.taps();
    const memory = pruned(before, now);
    if (memory !== before) this.#store.setTaps(memory);
    return forgetBy(memory);
  }

  /** False when the account has no room for what it should list. */
  async take(errand: TapErrand): Promise<boolean> {
    switch (errand.kind) {
      case "contacts":
        this.#keepContacts(errand.commits);
        break;
      case "undo": {
        const change = this.#store.contacts.undo(errand.undo, Date.now());
        if (change !== null) this.#sockets.tell(noticeOf(change));
        break;
      }
      case "table":
        this.#hearTable(errand.owner, errand.tap);
        await this.#forgetInTime();
        break;
      case "listing":
        return this.#list(errand.groupId, errand.isListed);
    }
    return true;
  }

  groups(): Result<string[]> {
    return { ok: true, value: [...this.#store.groups().groupIds] };
  }

  async #forgetInTime(): Promise<void> {
    const due = forgetBy(this.#store.taps());
    if (due !== null) await this.#wakeBy(due);
  }

  #keepContacts(commits: readonly MeetingCommit[]): void {
    const now = Date.now();
    const contacts = this.#changed(() =>
      commits.flatMap((commit) => this.#store.contacts.put(commit, now) ?? []),
    );
    if (contacts.length > 0) this.#sockets.tell({ type: "contacts", contacts });
  }

  #hearTable(owner: UserId, tap: Tap): void {
    const before = this.#store.taps();
    const { isToTell, memory } = heardTable(before, owner, tap, Date.now());
    if (memory !== before) this.#store.setTaps(memory);
    if (isToTell) this.#sockets.tell({ type: "table", tap });
  }

  #list(groupId: string, isListed: boolean): boolean {
    const { groupIds } = this.#store.groups();
    const others = groupIds.filter((one) => one !== groupId);
    if (isListed && others.length >= GROUPS_MAX) return false;
    if (!isListed && others.length === groupIds.length) return true;
    const sequence = this.#store.nextSequence(Date.now());
    this.#store.setGroups({ groupIds: isListed ? [...others, groupId] : others, sequence });
    this.#sockets.tell({ type: "groups" });
    return true;
  }

  /** As their attempts have them; a table that is over is forgotten. */
  async #tablesAt(now: number): Promise<MailboxNotice[]> {
    const own = this.#store.account()?.userId;
    if (own === undefined) return [];
    const notices = await Promise.all(
      openTables(this.#store.taps(), now).map(async (table): Promise<MailboxNotice[]> => {
        const attempt = tapAttemptOf(this.#env, table.by, table.tapId);
        const answer = await attempt.look(own).catch(() => null);
        // That one is away: it is looked at upon the next hello.
        if (answer === null) return [];
        const tap = answer.ok ? answer.value : null;
        if (tap === null || tap.at === "settled" || tap.at === "aborted") {
          this.#store.setTaps(closedTable(this.#store.taps(), table));
        }
        return tap === null ? [] : [{ type: "table", tap }];
      }),
    );
    return notices.flat();
  }

  /** In one transaction; what is known of contacts is read anew when it fails. */
  #changed<Value>(change: () => Value): Value {
    try {
      return this.#ctx.storage.transactionSync(change);
    } catch (error) {
      this.#store.contacts.forget();
      throw error;
    }
  }
}
