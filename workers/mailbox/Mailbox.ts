// What waits for one account: devices, contacts, blocks. Every effect in a user's name passes here.
// Returns results over RPC and throws no custom error across it.

import { DurableObject } from "cloudflare:workers";
import { earliest } from "../../shared/core/deadlines.ts";
import { sessionTranscript, verifyLog } from "../../shared/core/identity/deviceLog.ts";
import type { Delivery } from "../../shared/core/pairing/delivery.ts";
import type { Errand } from "../../shared/core/pairing/errands.ts";
import type { GuessKey } from "../../shared/core/pairing/state.ts";
import type { Account, AccountChange, DeviceLog } from "../../shared/wire/auth.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { BLOCKS_MAX, CONTACTS_PAGE } from "../../shared/wire/limits.ts";
import type { ContactPage } from "../../shared/wire/mailbox.ts";
import type { MatchedNotice } from "../../shared/wire/pairing.ts";
import type { PrekeyBundle, PrekeysUpload } from "../../shared/wire/line.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { codecOf, echoClose } from "../http/sockets.ts";
import { claimsOf } from "../http/upgradeTokens.ts";
import { gateOf } from "../objects.ts";
import { EarliestAlarm } from "../storage/earliestAlarm.ts";
import { AccountErasure } from "./accountErasure.ts";
import type { Message, Outcome } from "./envelopeBox.ts";
import { GuessAdmission } from "./guessAdmission.ts";
import { HandleChange } from "./handleChange.ts";
import { Line } from "./line.ts";
import { MailboxSockets } from "./mailboxSockets.ts";
import { MailboxStore, type StoredAccount, toAccount } from "./mailboxStore.ts";
import { ReleaseBox } from "./releaseBox.ts";
import { RequestBox } from "./requestBox.ts";
import { type Admission, DONE, type Result, type Reveal, UNAUTHENTICATED } from "./results.ts";
import { hasSigned, type SignedChallenge } from "./signedChallenge.ts";

export class Mailbox extends DurableObject<Env> {
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #admission: GuessAdmission;
  readonly #handle: HandleChange;
  readonly #requests: RequestBox;
  readonly #releases: ReleaseBox;
  readonly #line: Line;
  readonly #alarm: EarliestAlarm;
  readonly #erasure: AccountErasure;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new MailboxStore(ctx.storage);
    this.#sockets = new MailboxSockets(ctx);
    this.#admission = new GuessAdmission(this.#store);
    this.#alarm = new EarliestAlarm(ctx.storage);
    const wakeBy = async (at: number) => {
      if (this.#store.account() !== null) await this.#alarm.by(at);
    };
    this.#handle = new HandleChange(env, this.#store, wakeBy);
    this.#requests = new RequestBox(env, this.#store, this.#sockets, wakeBy);
    this.#releases = new ReleaseBox(this.#store, wakeBy);
    this.#line = new Line(ctx, env, this.#store, this.#sockets, this.#requests, wakeBy);
    this.#erasure = new AccountErasure(env, this.#store, this.#handle, this.#alarm, (notice) => {
      for (const socket of ctx.getWebSockets()) this.#line.closed(socket);
      this.#sockets.end(notice);
    });
  }

  /** Refuses a log that does not verify. Registering the same log again changes nothing. */
  async register(log: DeviceLog): Promise<Result<null>> {
    const verified = verifyLog(log);
    const device = verified?.devices[0];
    if (verified === null || device === undefined) return { ok: false, code: "malformed-request" };
    if ((await this.#erasure.settle()) !== null) return { ok: false, code: "try-again" };
    if (this.#store.account() === null) this.#store.createAccount(log, verified, device);
    return DONE;
  }

  /** Whether a device of this account has signed the challenge, and none as new before. */
  admitSession(signed: SignedChallenge): boolean {
    const { deviceId, issuedAt } = signed;
    const device = this.#store.device(deviceId);
    if (device === null || issuedAt <= device.lastChallengeAt) return false;
    if (!hasSigned(device, sessionTranscript, signed)) return false;
    this.#store.rememberChallenge(deviceId, issuedAt);
    return true;
  }

  /** See {@link AccountErasure}. */
  erase(signed: SignedChallenge): Promise<Result<null>> {
    return this.#erasure.begin(signed);
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
    if (account === null || this.#store.contacts.isBlocked(asker)) return { kind: "hidden" };
    const { userId, log, visibility } = account;
    const isOpen =
      visibility === "anyone" || asker === userId || this.#store.contacts.find(asker) !== null;
    if (isOpen) return { kind: "found", userId, log };
    if (visibility === "nobody") return { kind: "hidden" };
    return { kind: "ask", contacts: this.#store.contacts.ids() };
  }

  knowsAnyOf(peers: readonly UserId[]): boolean {
    return this.#store.account() !== null && this.#store.contacts.hasAny(peers);
  }

  log(): DeviceLog | null {
    return this.#store.account()?.log ?? null;
  }

  contacts(actor: Actor, after: number): Result<ContactPage> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    const contacts = this.#store.contacts.after(after, CONTACTS_PAGE);
    const isLast = contacts.length < CONTACTS_PAGE;
    return {
      ok: true,
      value: { contacts, next: isLast ? null : (contacts.at(-1)?.sequence ?? null) },
    };
  }

  removeContact(actor: Actor, peer: UserId): Result<null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    if (!this.#store.contacts.remove(peer, Date.now()))
      return { ok: false, code: "contact-unknown" };
    const sequence = this.#store.lastSequence();
    this.#sockets.tell({ type: "removed", userId: peer, sequence });
    return DONE;
  }

  blocks(actor: Actor): Result<UserId[]> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return { ok: true, value: this.#store.contacts.blocks() };
  }

  async setBlocked(actor: Actor, peer: UserId, isBlocked: boolean): Promise<Result<null>> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    if (isBlocked === this.#store.contacts.isBlocked(peer)) return DONE;
    if (isBlocked && this.#store.contacts.blocks().length >= BLOCKS_MAX) {
      return { ok: false, code: "list-full" };
    }
    const now = Date.now();
    if (isBlocked) this.#store.contacts.block(peer, now);
    else this.#store.contacts.unblock(peer);
    if (isBlocked) await this.#requests.drop(peer);
    const contact = this.#store.contacts.touch(peer, now);
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
    const stored = this.#store.contacts.put(contact, Date.now());
    if (stored !== null) this.#sockets.tell({ type: "contacts", contacts: [stored] });
    if (release !== null) await this.#releases.keep(release);
  }

  /** The boxes that an attempt released while this device was away. */
  release(actor: Actor, sid: string): Result<MatchedNotice | null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return { ok: true, value: this.#releases.for(actor.deviceId, sid) };
  }

  acknowledgeRelease(actor: Actor, sid: string): Result<null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    this.#releases.acknowledged(actor.deviceId, sid);
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

  /** Messages of a contact, or of another device of this account. Resolves once they are stored. */
  deliver(from: UserId, messages: readonly Message[]): Promise<Outcome[]> {
    return this.#line.box.arrive(from, messages);
  }

  relay(from: UserId, message: Message): void {
    this.#line.box.relay(from, message);
  }

  leavePrekeys({ deviceId }: Actor, upload: PrekeysUpload): Result<{ left: number }> {
    const device = this.#store.device(deviceId);
    if (device === null) return UNAUTHENTICATED;
    const left = this.#line.prekeys.leave(device, upload);
    return left === null ? { ok: false, code: "malformed-request" } : { ok: true, value: { left } };
  }

  drawPrekeys(asker: UserId, devices: readonly number[]): Result<PrekeyBundle[]> {
    const standing = this.#line.box.standingOf(asker);
    if (standing === "stranger") return { ok: false, code: "not-a-contact" };
    return { ok: true, value: this.#line.prekeys.draw(devices, standing !== "blocked") };
  }

  /** The log as contacts see it; a block hides nothing that they could not know. */
  logFor(asker: UserId): Result<DeviceLog> {
    const log = this.log();
    const isKnown = log !== null && this.#line.box.standingOf(asker) !== "stranger";
    return isKnown ? { ok: true, value: log } : { ok: false, code: "not-a-contact" };
  }

  override fetch(request: Request): Response {
    return this.#sockets.accept(claimsOf(request), codecOf(request));
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#line.receive(socket, data);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#line.closed(socket);
    echoClose(socket, code, reason);
  }

  override webSocketError(socket: WebSocket): void {
    this.#line.closed(socket);
  }

  /** Serves all that is due: a change of the handle that was cut short, and what was kept long enough. */
  override async alarm(): Promise<void> {
    this.#alarm.fired();
    if (this.#store.erasure() !== null) return void (await this.#erasure.settle());
    const handleAt = await this.#handle.settle();
    const now = Date.now();
    const next = earliest(
      handleAt,
      this.#requests.prune(now),
      this.#releases.prune(now),
      this.#line.prune(now),
    );
    if (next !== null) await this.#alarm.by(next);
  }

  #accountOf({ deviceId }: Actor): StoredAccount | null {
    return this.#store.device(deviceId) === null ? null : this.#store.account();
  }
}
