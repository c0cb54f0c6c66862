// What waits for one account: devices, contacts, blocks. Every effect in a user's name passes here.
// Returns results over RPC and throws no custom error across it.

import { DurableObject } from "cloudflare:workers";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { earliest } from "../../shared/core/deadlines.ts";
import {
  isSignatureBy,
  sessionTranscript,
  verifyLog,
} from "../../shared/core/identity/deviceLog.ts";
import { NO_HANDLE } from "../../shared/core/mailbox/handle.ts";
import type { Delivery } from "../../shared/core/pairing/delivery.ts";
import type { Errand } from "../../shared/core/pairing/errands.ts";
import type { GuessKey } from "../../shared/core/pairing/state.ts";
import type { Account, AccountChange, DeviceLog } from "../../shared/wire/auth.ts";
import type { Handle, UserId } from "../../shared/wire/ids.ts";
import { BLOCKS_MAX, CONTACTS_PAGE } from "../../shared/wire/limits.ts";
import type { ContactPage } from "../../shared/wire/mailbox.ts";
import type { MatchedNotice } from "../../shared/wire/pairing.ts";
import type { ProblemCode } from "../../shared/wire/problem.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { echoClose } from "../http/sockets.ts";
import { claimsOf } from "../http/upgradeTokens.ts";
import { gateOf } from "../objects.ts";
import { GuessAdmission } from "./guessAdmission.ts";
import { HandleChange } from "./handleChange.ts";
import { MailboxSockets } from "./mailboxSockets.ts";
import { MailboxStore, SETTINGS, type StoredAccount } from "./mailboxStore.ts";
import { RequestBox } from "./requestBox.ts";

export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: ProblemCode };

/** How an account answers to someone who looks it up by its handle. */
export type Reveal =
  | { readonly kind: "found"; readonly userId: UserId; readonly log: DeviceLog }
  | { readonly kind: "hidden" }
  /** Found only by those who know one of these. */
  | { readonly kind: "ask"; readonly contacts: readonly UserId[] };

export interface Admission {
  /** How long the account must wait before it may guess; 0 lets the guess through. */
  readonly delayMs: number;
  readonly handle: Handle | null;
}

/** A challenge that came back signed; its own signature has been checked. */
export interface SignedChallenge extends Actor {
  readonly challenge: string;
  readonly issuedAt: number;
  readonly origin: string;
  readonly signature: string;
}

export class Mailbox extends DurableObject<Env> {
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #admission: GuessAdmission;
  readonly #handle: HandleChange;
  readonly #requests: RequestBox;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new MailboxStore(ctx.storage);
    this.#sockets = new MailboxSockets(ctx);
    this.#admission = new GuessAdmission(this.#store);
    this.#handle = new HandleChange(env, this.#store, (at) => this.#wakeBy(at));
    this.#requests = new RequestBox(env, this.#store, this.#sockets, (at) => this.#wakeBy(at));
  }

  /** False for a log that is not this account's. Registering the same log again changes nothing. */
  register(log: DeviceLog): boolean {
    const verified = verifyLog(log);
    const device = verified?.devices[0];
    if (verified === null || device === undefined) return false;
    if (this.#store.account() !== null) return true;
    const account: StoredAccount = {
      userId: verified.userId,
      log,
      logHead: toBase64Url(verified.head),
      handle: NO_HANDLE,
      ...SETTINGS,
    };
    this.#store.createAccount(account, device.deviceId, toBase64Url(device.signKey));
    return true;
  }

  /** Whether a device of this account has signed the challenge, and none as new before. */
  admitSession({ deviceId, challenge, issuedAt, origin, signature }: SignedChallenge): boolean {
    const device = this.#store.device(deviceId);
    if (device === null || issuedAt <= device.lastChallengeAt) return false;
    const signed = sessionTranscript(origin, challenge);
    if (!isSignatureBy(fromBase64Url(device.signKey), signed, fromBase64Url(signature)))
      return false;
    this.#store.rememberChallenge(deviceId, issuedAt);
    return true;
  }

  account(actor: Actor): Result<Account> {
    const account = this.#accountOf(actor);
    return account === null ? UNAUTHENTICATED : { ok: true, value: toAccount(account) };
  }

  async changeAccount(actor: Actor, change: AccountChange): Promise<Result<Account>> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    if (change.handle !== undefined) {
      const refusal = await this.#handle.change(change.handle);
      if (refusal !== null) return { ok: false, code: refusal };
    }
    const { visibility, requestsFrom } = change;
    if (visibility !== undefined) this.#store.changeAccount({ visibility });
    if (requestsFrom !== undefined) this.#store.changeAccount({ requestsFrom });
    return this.account(actor);
  }

  reveal(asker: UserId): Reveal {
    const account = this.#store.account();
    if (account === null || this.#store.isBlocked(asker)) return { kind: "hidden" };
    const { userId, log, visibility } = account;
    const isOpen =
      visibility === "anyone" || asker === userId || this.#store.contact(asker) !== null;
    if (isOpen) return { kind: "found", userId, log };
    if (visibility === "nobody") return { kind: "hidden" };
    return { kind: "ask", contacts: this.#store.contactIds() };
  }

  knowsAnyOf(peers: readonly UserId[]): boolean {
    return this.#store.account() !== null && this.#store.hasAnyContact(peers);
  }

  log(): DeviceLog | null {
    return this.#store.account()?.log ?? null;
  }

  contacts(actor: Actor, after: number): Result<ContactPage> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    const contacts = this.#store.contactsAfter(after, CONTACTS_PAGE);
    const isLast = contacts.length < CONTACTS_PAGE;
    return {
      ok: true,
      value: { contacts, next: isLast ? null : (contacts.at(-1)?.sequence ?? null) },
    };
  }

  removeContact(actor: Actor, peer: UserId): Result<null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    if (!this.#store.removeContact(peer, Date.now())) return { ok: false, code: "contact-unknown" };
    const sequence = this.#store.lastSequence();
    this.#sockets.tell({ type: "removed", userId: peer, sequence });
    return DONE;
  }

  blocks(actor: Actor): Result<UserId[]> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return { ok: true, value: this.#store.blocks() };
  }

  async setBlocked(actor: Actor, peer: UserId, isBlocked: boolean): Promise<Result<null>> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    if (isBlocked === this.#store.isBlocked(peer)) return DONE;
    if (isBlocked && this.#store.blocks().length >= BLOCKS_MAX) {
      return { ok: false, code: "list-full" };
    }
    const now = Date.now();
    if (isBlocked) this.#store.block(peer, now);
    else this.#store.unblock(peer);
    if (isBlocked) await this.#requests.drop(peer);
    const contact = this.#store.touchContact(peer, now);
    if (contact !== null) this.#sockets.tell({ type: "contacts", contacts: [contact] });
    return DONE;
  }

  /** Does what an attempt owes to this account; doing it again changes nothing. False when there is no such account. */
  async take(errand: Errand): Promise<boolean> {
    if (this.#store.account() === null) return false;
    switch (errand.kind) {
      case "contact":
        if (errand.guess !== null) this.#admission.settle(errand.guess);
        await this.#keepContact(errand.delivery);
        break;
      case "request":
        await this.#requests.arrive(errand.request);
        break;
      case "requestOver":
        await this.#requests.over(errand.sid, errand.outcome);
        break;
      case "settlement":
        this.#admission.settle(errand.guess);
        if (errand.isFailure) this.#countFailure(errand.sid, errand.party.network);
    }
    return true;
  }

  async #keepContact({ contact, release }: Delivery): Promise<void> {
    const stored = this.#store.putContact(contact, Date.now());
    if (stored !== null) this.#sockets.tell({ type: "contacts", contacts: [stored] });
    if (release === null) return;
    this.#store.keepRelease(release);
    await this.#wakeBy(release.keepUntil);
  }

  /** The boxes that an attempt released while this device was away. */
  release(actor: Actor, sid: string): Result<MatchedNotice | null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    const kept = this.#store.release(sid);
    return { ok: true, value: kept?.deviceId === actor.deviceId ? kept.notice : null };
  }

  acknowledgeRelease(actor: Actor, sid: string): Result<null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    if (this.#store.release(sid)?.deviceId === actor.deviceId) this.#store.forgetRelease(sid);
    return DONE;
  }

  admitGuess(actor: Actor, guess: GuessKey): Result<Admission> {
    const account = this.#accountOf(actor);
    if (account === null) return UNAUTHENTICATED;
    const delayMs = this.#admission.admit(guess, Date.now());
    return { ok: true, value: { delayMs, handle: account.handle.handle } };
  }

  /** A guess of this account at a locator where there is nothing has come to its end. */
  settleGuess(guess: GuessKey, network: string): void {
    if (this.#store.account() === null) return;
    this.#admission.settle(guess);
    this.#countFailure(null, network);
  }

  /** Against the account, and against the network that it came from. */
  #countFailure(sid: string | null, network: string): void {
    if (!this.#admission.countFailure(sid, Date.now())) return;
    const counted = gateOf(this.env, network).countFailure();
    this.ctx.waitUntil(counted.catch(() => {}));
  }

  override fetch(request: Request): Response {
    return this.#sockets.accept(claimsOf(request));
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#sockets.receive(socket, data, this.#store, this.#requests);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    echoClose(socket, code, reason);
  }

  /** Serves all that is due: a change of the handle that was cut short, and what was kept long enough. */
  override async alarm(): Promise<void> {
    const handleAt = await this.#handle.settle();
    const now = Date.now();
    for (const { sid, keepUntil } of this.#store.releases()) {
      if (keepUntil <= now) this.#store.forgetRelease(sid);
    }
    const kept = this.#store.releases().map(({ keepUntil }) => keepUntil);
    const next = earliest(handleAt, this.#requests.prune(now), ...kept);
    if (next !== null) await this.ctx.storage.setAlarm(next);
  }

  #accountOf({ deviceId }: Actor): StoredAccount | null {
    return this.#store.device(deviceId) === null ? null : this.#store.account();
  }

  /** One alarm carries all deadlines: it is only ever moved to an earlier time. */
  async #wakeBy(at: number): Promise<void> {
    const next = await this.ctx.storage.getAlarm();
    if (next === null || next > at) await this.ctx.storage.setAlarm(at);
  }
}

const UNAUTHENTICATED = { ok: false, code: "unauthenticated" } as const;
const DONE: Result<null> = { ok: true, value: null };

function toAccount(account: StoredAccount): Account {
  const { userId, logHead, handle, visibility, requestsFrom } = account;
  return { userId, logHead, handle: handle.handle, visibility, requestsFrom };
}
