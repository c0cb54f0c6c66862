// What waits for one account: devices, contacts, blocks. Every effect in a user's name passes here.
// Returns results over RPC and throws no custom error across it.

import { DurableObject } from "cloudflare:workers";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { retryDelayMs } from "../../shared/core/deadlines.ts";
import {
  isSignatureBy,
  sessionTranscript,
  verifyLog,
} from "../../shared/core/identity/deviceLog.ts";
import * as handles from "../../shared/core/mailbox/handle.ts";
import type { ContactCommit } from "../../shared/core/pairing/state.ts";
import type { Account, AccountChange, DeviceLog } from "../../shared/wire/auth.ts";
import type { Handle, Locator, UserId } from "../../shared/wire/ids.ts";
import { BLOCKS_MAX, CONTACTS_PAGE } from "../../shared/wire/limits.ts";
import type { ContactPage } from "../../shared/wire/mailbox.ts";
import type { ProblemCode } from "../../shared/wire/problem.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { echoClose } from "../http/sockets.ts";
import { claimsOf } from "../http/upgradeTokens.ts";
import { directoryEntry } from "../objects.ts";
import { ClaimAdmission } from "./claimAdmission.ts";
import { MailboxSockets } from "./mailboxSockets.ts";
import { MailboxStore, type StoredAccount } from "./mailboxStore.ts";

export type Result<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: ProblemCode };

/** How an account answers to someone who looks it up by its handle. */
export type Reveal =
  | { readonly kind: "found"; readonly userId: UserId; readonly log: DeviceLog }
  | { readonly kind: "hidden" }
  /** Found only by those who know one of these. */
  | { readonly kind: "ask"; readonly contacts: readonly UserId[] };

/** A challenge that came back signed; its own signature has been checked. */
export interface SignedChallenge extends Actor {
  readonly challenge: string;
  readonly issuedAt: number;
  readonly origin: string;
  readonly signature: string;
}

/** When a change of the handle that may have been cut short is looked at again. */
const HANDLE_CHECK_MS = 10_000;

export class Mailbox extends DurableObject<Env> {
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #admission: ClaimAdmission;
  /** Changes of the handle, one after another. */
  #handleWork: Promise<unknown> = Promise.resolve();
  #handleTries = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new MailboxStore(ctx.storage);
    this.#sockets = new MailboxSockets(ctx);
    this.#admission = new ClaimAdmission(this.#store);
  }

  /** Registering the same log again changes nothing, so a lost answer can be asked for anew. */
  register(log: DeviceLog): Result<Account> {
    const verified = verifyLog(log);
    const device = verified?.devices[0];
    if (verified === null || device === undefined) return { ok: false, code: "malformed-request" };
    const known = this.#store.account();
    if (known !== null) return { ok: true, value: toAccount(known) };
    const account: StoredAccount = {
      userId: verified.userId,
      log,
      logHead: toBase64Url(verified.head),
      handle: handles.NO_HANDLE,
      visibility: "anyone",
    };
    this.#store.createAccount(account, device.deviceId, toBase64Url(device.signKey));
    return { ok: true, value: toAccount(account) };
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
      const wanted = change.handle;
      const work = this.#handleWork.then(() => this.#changeHandle(wanted));
      this.#handleWork = work;
      const refusal = await work;
      if (refusal !== null) return { ok: false, code: refusal };
    }
    if (change.visibility !== undefined)
      this.#store.changeAccount({ visibility: change.visibility });
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
    if (!this.#store.removeContact(peer)) return { ok: false, code: "contact-unknown" };
    this.#sockets.tell({ type: "removed", userId: peer });
    return DONE;
  }

  blocks(actor: Actor): Result<UserId[]> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return { ok: true, value: this.#store.blocks() };
  }

  setBlocked(actor: Actor, peer: UserId, isBlocked: boolean): Result<null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    if (isBlocked === this.#store.isBlocked(peer)) return DONE;
    if (isBlocked && this.#store.blocks().length >= BLOCKS_MAX)
      return { ok: false, code: "list-full" };
    if (isBlocked) this.#store.block(peer, Date.now());
    else this.#store.unblock(peer);
    const contact = this.#store.contact(peer);
    if (contact !== null) this.#sockets.tell({ type: "contacts", contacts: [contact] });
    return DONE;
  }

  /** Stores a contact out of an attempt's outbox; repeating it changes nothing, and tells nobody twice. */
  commitContact(commit: ContactCommit, locator: Locator): void {
    if (this.#store.account() === null) return;
    this.#admission.settle(locator);
    const contact = this.#store.putContact(commit, Date.now());
    if (contact !== null) this.#sockets.tell({ type: "contacts", contacts: [contact] });
  }

  /** Milliseconds that this account must wait before it may claim; 0 lets the claim through. */
  admitClaim(actor: Actor, locator: Locator): Result<number> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return { ok: true, value: this.#admission.admit(locator, Date.now()) };
  }

  countFailure(locator: Locator): void {
    if (this.#store.account() !== null) this.#admission.countFailure(locator, Date.now());
  }

  override fetch(request: Request): Response {
    return this.#sockets.accept(claimsOf(request));
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#sockets.receive(socket, data, this.#store);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    echoClose(socket, code, reason);
  }

  override async alarm(): Promise<void> {
    const work = this.#handleWork.then(() => this.#settleHandle());
    this.#handleWork = work;
    await work;
  }

  #accountOf({ deviceId }: Actor): StoredAccount | null {
    return this.#store.device(deviceId) === null ? null : this.#store.account();
  }

  async #changeHandle(wanted: Handle | null): Promise<ProblemCode | null> {
    this.#setHandle((state) => handles.wish(state, wanted));
    if (!handles.isSettled(this.#handle())) {
      // Should this object die before it has stored the directory's answer, the alarm asks again.
      await this.ctx.storage.setAlarm(Date.now() + HANDLE_CHECK_MS);
    }
    await this.#settleHandle();
    const { handle } = this.#handle();
    if (handle === wanted) return null;
    return this.#handleTries > 0 ? "try-again" : "handle-taken";
  }

  /** Asks the directory for all that is open. When it cannot be asked, the alarm tries again. */
  async #settleHandle(): Promise<void> {
    const account = this.#store.account();
    if (account === null) return;
    try {
      const { claiming } = this.#handle();
      if (claiming !== null) {
        const isGranted = await directoryEntry(this.env, claiming).claim(account.userId);
        this.#setHandle(isGranted ? handles.granted : handles.denied);
      }
      for (const handle of this.#handle().releasing) {
        await directoryEntry(this.env, handle).release(account.userId);
        this.#setHandle((state) => handles.released(state, handle));
      }
      this.#handleTries = 0;
    } catch {
      this.#handleTries += 1;
      this.#setHandle(handles.abandon);
      await this.ctx.storage.setAlarm(Date.now() + retryDelayMs(this.#handleTries));
    }
  }

  #handle(): handles.HandleState {
    return this.#store.account()?.handle ?? handles.NO_HANDLE;
  }

  #setHandle(change: (state: handles.HandleState) => handles.HandleState): void {
    this.#store.changeAccount({ handle: change(this.#handle()) });
  }
}

const UNAUTHENTICATED = { ok: false, code: "unauthenticated" } as const;
const DONE: Result<null> = { ok: true, value: null };

function toAccount({ userId, logHead, handle, visibility }: StoredAccount): Account {
  return { userId, logHead, handle: handle.handle, visibility };
}
