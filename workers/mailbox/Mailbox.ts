// What waits for one account: devices, contacts, blocks. Every effect in a user's name passes here.
// Returns results over RPC and throws no custom error across it.

import { DurableObject } from "cloudflare:workers";
import { earliest } from "../../shared/core/deadlines.ts";
import type { Errand } from "../../shared/core/pairing/errands.ts";
import type { GuessKey } from "../../shared/core/pairing/state.ts";
import type { SpendAnswer, SpendRequest } from "../../shared/core/mailbox/spentTickets.ts";
import type { Account, AccountChange, DeviceLog, LaterEntry } from "../../shared/wire/auth.ts";
import type { DeviceId, Locator, UserId } from "../../shared/wire/ids.ts";
import type { AskedContact, Badge, FoundBadge } from "../../shared/wire/contactRequests.ts";
import type { ContactPage } from "../../shared/wire/mailbox.ts";
import type { MatchedNotice } from "../../shared/wire/pairing.ts";
import type { PrekeyBundle, PrekeysUpload, SignedPrekey } from "../../shared/wire/line.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { codecOf, echoClose } from "../http/sockets.ts";
import { claimsOf } from "../http/upgradeTokens.ts";
import { EarliestAlarm } from "../storage/earliestAlarm.ts";
import { AccountErasure } from "./accountErasure.ts";
import { AccountSettings } from "./accountSettings.ts";
import { AttemptErrands } from "./attemptErrands.ts";
import { AttemptList } from "./attemptList.ts";
import type { BadgeWish } from "./badgeList.ts";
import { BlobList, type BlobWish } from "./blobList.ts";
import type { ContactAnswer, ContactErrand } from "./contactErrands.ts";
import { ContactList } from "./contactList.ts";
import { ContactRequestBox, type ContactWish } from "./contactRequestBox.ts";
import { DeviceList } from "./deviceList.ts";
import type { Message, Outcome } from "./envelopeBox.ts";
import { GuessAdmission } from "./guessAdmission.ts";
import type { KeptBlob } from "./keptBlobs.ts";
import { Line } from "./line.ts";
import { Listings } from "./listings.ts";
import { MailboxSockets } from "./mailboxSockets.ts";
import { MailboxStore, type StoredAccount } from "./mailboxStore.ts";
import { ReleaseBox } from "./releaseBox.ts";
import { type TapAdmission, TapBox, type TapErrand } from "./tapBox.ts";
import { RequestBox } from "./requestBox.ts";
import {
  type Admission,
  DONE,
  type LogState,
  type Result,
  type Reveal,
  type SessionVerdict,
  UNAUTHENTICATED,
} from "./results.ts";
import type { SignedChallenge } from "./signedChallenge.ts";

export class Mailbox extends DurableObject<Env> {
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #admission: GuessAdmission;
  readonly #attempts: AttemptList;
  readonly #listings: Listings;
  readonly #settings: AccountSettings;
  readonly #requests: RequestBox;
  readonly #contacts: ContactList;
  readonly #releases: ReleaseBox;
  readonly #line: Line;
  readonly #devices: DeviceList;
  readonly #blobs: BlobList;
  readonly #alarm: EarliestAlarm;
  readonly #erasure: AccountErasure;
  readonly #taps: TapBox;
  readonly #errands: AttemptErrands;
  readonly #asking: ContactRequestBox;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new MailboxStore(ctx.storage);
    this.#sockets = new MailboxSockets(ctx);
    this.#admission = new GuessAdmission(ctx, env, this.#store);
    this.#alarm = new EarliestAlarm(ctx.storage);
    const wakeBy = async (at: number) => {
      if (this.#store.account() !== null) await this.#alarm.by(at);
    };
    this.#attempts = new AttemptList(env, this.#store, wakeBy);
    this.#listings = new Listings(env, this.#store, wakeBy);
    this.#settings = new AccountSettings(this.#store, this.#listings);
    this.#requests = new RequestBox(env, this.#store, this.#sockets, wakeBy);
    const told = [this.#store, this.#sockets] as const;
    this.#asking = new ContactRequestBox(env, ctx.storage, ...told, this.#listings.badge, wakeBy);
    this.#contacts = new ContactList(...told, this.#requests, this.#asking);
    this.#releases = new ReleaseBox(this.#store, wakeBy);
    this.#taps = new TapBox(ctx, env, this.#store, this.#sockets, wakeBy);
    const done = [this.#contacts, this.#releases, this.#requests, this.#taps] as const;
    this.#errands = new AttemptErrands(this.#store, this.#admission, ...done);
    this.#line = new Line(ctx, env, this.#store, this.#sockets, this.#requests, wakeBy);
    this.#blobs = new BlobList(env.BLOBS, this.#store.blobs, wakeBy);
    this.#devices = new DeviceList(ctx, ...told, this.#attempts, this.#line, this.#asking);
    const parts = [this.#store, this.#listings.inTurn, this.#blobs, this.#alarm] as const;
    this.#erasure = new AccountErasure(env, ...parts, (notice) => {
      for (const socket of ctx.getWebSockets()) this.#line.closed(socket);
      this.#sockets.end(notice);
    });
  }

  /** See {@link DeviceList}. */
  async register(log: DeviceLog): Promise<Result<LogState>> {
    if ((await this.#erasure.settle()) !== null) return { ok: false, code: "try-again" };
    return this.#devices.register(log);
  }

  append(entries: readonly LaterEntry[], prekey?: SignedPrekey): Result<LogState> {
    return this.#devices.append(entries, prekey);
  }

  admitSession(signed: SignedChallenge): SessionVerdict {
    return this.#devices.admitSession(signed);
  }

  /** See {@link AccountErasure}. */
  erase(signed: SignedChallenge): Promise<Result<null>> {
    return this.#erasure.begin(signed);
  }

  account(actor: Actor): Result<Account> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#settings.read();
  }

  async changeAccount(actor: Actor, change: AccountChange): Promise<Result<Account>> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#settings.change(change);
  }

  async listRecovery(actor: Actor, recoveryId: string): Promise<Result<null>> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return this.#settings.listRecovery(recoveryId);
  }

  reveal(asker: UserId): Reveal {
    return this.#contacts.reveal(asker);
  }

  knowsAnyOf(peers: readonly UserId[]): boolean {
    return this.#store.account() !== null && this.#store.contacts.hasAny(peers);
  }

  log(): DeviceLog | null {
    return this.#store.account()?.log ?? null;
  }

  contacts(actor: Actor, after: number): Result<ContactPage> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#contacts.page(after);
  }

  removeContact(actor: Actor, peer: UserId): Result<null> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#contacts.remove(peer);
  }

  blocks(actor: Actor): Result<UserId[]> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#contacts.blocks();
  }

  async setBlocked(actor: Actor, peer: UserId, isBlocked: boolean): Promise<Result<null>> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return this.#contacts.setBlocked(peer, isBlocked);
  }

  /** Does what an attempt owes to this account; doing it again changes nothing. False when there is no such account. */
  take(errand: Errand | TapErrand): Promise<boolean> {
    return this.#errands.take(errand);
  }

  /** See {@link TapBox}. */
  admitTap(actor: Actor, peers: readonly UserId[]): Result<TapAdmission> {
    return this.#taps.admit(actor, peers);
  }

  spend(request: SpendRequest): Promise<SpendAnswer> {
    return this.#taps.spend(request);
  }

  groups(actor: Actor): Result<string[]> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#taps.groups();
  }

  async badge(actor: Actor, wish: BadgeWish): Promise<Result<Badge | null>> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#asking.badges.serve(wish);
  }

  findBadge(asker: UserId, token: string): FoundBadge | null {
    return this.#asking.badges.find(asker, token);
  }

  /** See {@link ContactRequestBox}. */
  contactRequest(actor: Actor, wish: ContactWish): Promise<Result<AskedContact | null>> {
    return this.#asking.serve(actor, wish);
  }

  takeContactErrand(from: UserId, errand: ContactErrand): Promise<ContactAnswer> {
    return this.#asking.take(from, errand);
  }

  /** The boxes that an attempt released while this device was away. */
  release(actor: Actor, sid: string): Result<MatchedNotice | null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return this.#releases.for(actor.deviceId, sid);
  }

  acknowledgeRelease(actor: Actor, sid: string): Result<null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return this.#releases.acknowledged(actor.deviceId, sid);
  }

  /** The device may have a token for that attempt; from then on its removal ends what it does there. */
  async admitAttempt(actor: Actor, locator: Locator): Promise<Result<null>> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    await this.#attempts.note(actor.deviceId, locator);
    return DONE;
  }

  async admitGuess(actor: Actor, guess: GuessKey, locator: Locator): Promise<Result<Admission>> {
    const account = this.#accountOf(actor);
    if (account === null) return UNAUTHENTICATED;
    const delayMs = this.#admission.admit(guess, Date.now());
    if (delayMs === 0) await this.#attempts.note(actor.deviceId, locator);
    return { ok: true, value: { delayMs, handle: account.handle.handle } };
  }

  /** A guess of this account at a locator where there is nothing has come to its end. */
  settleGuess(guess: GuessKey, network: string): void {
    if (this.#store.account() === null) return;
    this.#admission.settle(guess);
    this.#admission.countFailure(null, network);
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
    return device === null ? UNAUTHENTICATED : this.#line.prekeys.leave(device, upload);
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

  /** See {@link BlobList}. */
  async blob(actor: Actor, wish: BlobWish): Promise<Result<KeptBlob>> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#blobs.serve(wish);
  }

  override fetch(request: Request): Response {
    const claims = claimsOf(request);
    const isOwn = this.#accountOf(claims) !== null;
    return this.#sockets.accept(claims, isOwn ? codecOf(request) : undefined);
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
    const next = earliest(
      await this.#listings.settle(),
      await this.#attempts.settle(),
      await this.#asking.settle(),
      this.#requests.prune(Date.now()),
      this.#releases.prune(Date.now()),
      this.#line.prune(Date.now()),
      this.#taps.prune(Date.now()),
      await this.#blobs.expire(Date.now()), // last: the account may be erased meanwhile
    );
    if (next !== null && this.#store.account() !== null) await this.#alarm.by(next);
  }

  #accountOf({ deviceId }: { readonly deviceId: DeviceId }): StoredAccount | null {
    return this.#store.device(deviceId) === null ? null : this.#store.account();
  }
}
