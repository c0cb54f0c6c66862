// What waits for one account: devices, contacts, blocks. Every effect in a user's name passes here, and is left to one of
// its parts (mailboxParts.ts).
// Returns results over RPC and throws no custom error across it.

import { DurableObject } from "cloudflare:workers";
import type { Errand } from "../../shared/core/pairing/errands.ts";
import type { GuessKey } from "../../shared/core/pairing/state.ts";
import type { SpendAnswer, SpendRequest } from "../../shared/core/mailbox/spentTickets.ts";
import type { Account, AccountChange, DeviceLog, LaterEntry } from "../../shared/wire/auth.ts";
import type { DeviceId, Locator, RoomId, UserId } from "../../shared/wire/ids.ts";
import type { AskedContact, Badge, FoundBadge } from "../../shared/wire/contactRequests.ts";
import type { ContactPage } from "../../shared/wire/mailbox.ts";
import type { MatchedNotice } from "../../shared/wire/pairing.ts";
import type { PrekeyBundle, PrekeysUpload, SignedPrekey } from "../../shared/wire/line.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { codecOf, echoClose } from "../http/sockets.ts";
import { claimsOf } from "../http/upgradeTokens.ts";
import type { BadgeWish } from "./badgeList.ts";
import type { BlobWish } from "./blobList.ts";
import type { ContactAnswer, ContactErrand } from "./contactErrands.ts";
import type { ContactWish } from "./contactRequestBox.ts";
import type { Message, Outcome } from "./envelopeBox.ts";
import type { KeptBlob } from "./keptBlobs.ts";
import { MailboxParts } from "./mailboxParts.ts";
import {
  type Admission,
  DONE,
  type LogState,
  type Result,
  type Reveal,
  type SessionVerdict,
  UNAUTHENTICATED,
} from "./results.ts";
import type { RoomPass } from "./roomList.ts";
import type { SignedChallenge } from "./signedChallenge.ts";
import type { StoredAccount } from "./storedAccount.ts";
import type { TapAdmission, TapErrand } from "./tapBox.ts";

export class Mailbox extends DurableObject<Env> {
  readonly #parts: MailboxParts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#parts = new MailboxParts(ctx, env);
  }

  /** See {@link DeviceList}. */
  async register(log: DeviceLog): Promise<Result<LogState>> {
    if ((await this.#parts.erasure.settle()) !== null) return { ok: false, code: "try-again" };
    return this.#parts.devices.register(log);
  }

  append(entries: readonly LaterEntry[], prekey?: SignedPrekey): Result<LogState> {
    return this.#parts.devices.append(entries, prekey);
  }

  admitSession(signed: SignedChallenge): SessionVerdict {
    return this.#parts.devices.admitSession(signed);
  }

  /** See {@link AccountErasure}. */
  erase(signed: SignedChallenge): Promise<Result<null>> {
    return this.#parts.erasure.begin(signed);
  }

  account(actor: Actor): Result<Account> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#parts.settings.read();
  }

  async changeAccount(actor: Actor, change: AccountChange): Promise<Result<Account>> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#parts.settings.change(change);
  }

  async listRecovery(actor: Actor, recoveryId: string): Promise<Result<null>> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return this.#parts.settings.listRecovery(recoveryId);
  }

  reveal(asker: UserId): Reveal {
    return this.#parts.contacts.reveal(asker);
  }

  knowsAnyOf(peers: readonly UserId[]): boolean {
    return this.#parts.store.account() !== null && this.#parts.store.contacts.hasAny(peers);
  }

  log(): DeviceLog | null {
    return this.#parts.store.account()?.log ?? null;
  }

  contacts(actor: Actor, after: number): Result<ContactPage> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#parts.contacts.page(after);
  }

  removeContact(actor: Actor, peer: UserId): Result<null> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#parts.contacts.remove(peer);
  }

  blocks(actor: Actor): Result<UserId[]> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#parts.contacts.blocks();
  }

  async setBlocked(actor: Actor, peer: UserId, isBlocked: boolean): Promise<Result<null>> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return this.#parts.contacts.setBlocked(peer, isBlocked);
  }

  /** Does what an attempt owes to this account; doing it again changes nothing. False when there is no such account. */
  take(errand: Errand | TapErrand): Promise<boolean> {
    return this.#parts.errands.take(errand);
  }

  /** See {@link TapBox}. */
  admitTap(actor: Actor, peers: readonly UserId[]): Result<TapAdmission> {
    return this.#parts.taps.admit(actor, peers);
  }

  spend(request: SpendRequest): Promise<SpendAnswer> {
    return this.#parts.taps.spend(request);
  }

  groups(actor: Actor): Result<string[]> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#parts.taps.groups();
  }

  async badge(actor: Actor, wish: BadgeWish): Promise<Result<Badge | null>> {
    return this.#accountOf(actor) === null
      ? UNAUTHENTICATED
      : this.#parts.asking.badges.serve(wish);
  }

  findBadge(asker: UserId, token: string): FoundBadge | null {
    return this.#parts.asking.badges.find(asker, token);
  }

  /** See {@link ContactRequestBox}. */
  contactRequest(actor: Actor, wish: ContactWish): Promise<Result<AskedContact | null>> {
    return this.#parts.asking.serve(actor, wish);
  }

  takeContactErrand(from: UserId, errand: ContactErrand): Promise<ContactAnswer> {
    return this.#parts.asking.take(from, errand);
  }

  /** See {@link RoomList}. */
  admitRoom(actor: Actor, roomId: RoomId): Promise<Result<RoomPass>> {
    return this.#parts.rooms.admit(actor, roomId);
  }

  /** See {@link RoomList}. */
  roomPass(actor: Actor): Result<RoomPass> {
    return this.#parts.rooms.pass(actor);
  }

  hidden(): UserId[] {
    return this.#parts.rooms.hidden();
  }

  noteOwnRoom(actor: Actor, roomId: RoomId): Promise<Result<null>> {
    return this.#parts.rooms.noteOwn(actor, roomId);
  }

  ownRooms(actor: Actor): Result<RoomId[]> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return { ok: true, value: this.#parts.rooms.own() };
  }

  forgetOwnRoom(roomId: RoomId): void {
    this.#parts.rooms.forgetOwn(roomId);
  }

  /** The boxes that an attempt released while this device was away. */
  release(actor: Actor, sid: string): Result<MatchedNotice | null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return this.#parts.releases.for(actor.deviceId, sid);
  }

  acknowledgeRelease(actor: Actor, sid: string): Result<null> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    return this.#parts.releases.acknowledged(actor.deviceId, sid);
  }

  /** The device may have a token for that attempt; from then on its removal ends what it does there. */
  async admitAttempt(actor: Actor, locator: Locator): Promise<Result<null>> {
    if (this.#accountOf(actor) === null) return UNAUTHENTICATED;
    await this.#parts.attempts.note(actor.deviceId, locator);
    return DONE;
  }

  async admitGuess(actor: Actor, guess: GuessKey, locator: Locator): Promise<Result<Admission>> {
    const account = this.#accountOf(actor);
    if (account === null) return UNAUTHENTICATED;
    const delayMs = this.#parts.admission.admit(guess, Date.now());
    if (delayMs === 0) await this.#parts.attempts.note(actor.deviceId, locator);
    return { ok: true, value: { delayMs, handle: account.handle.handle } };
  }

  /** A guess of this account at a locator where there is nothing has come to its end. */
  settleGuess(guess: GuessKey, network: string): void {
    if (this.#parts.store.account() === null) return;
    this.#parts.admission.settle(guess);
    this.#parts.admission.countFailure(null, network);
  }

  /** Messages of a contact, or of another device of this account. Resolves once they are stored. */
  deliver(from: UserId, messages: readonly Message[]): Promise<Outcome[]> {
    return this.#parts.line.box.arrive(from, messages);
  }

  relay(from: UserId, message: Message): void {
    this.#parts.line.box.relay(from, message);
  }

  leavePrekeys({ deviceId }: Actor, upload: PrekeysUpload): Result<{ left: number }> {
    const device = this.#parts.store.device(deviceId);
    return device === null ? UNAUTHENTICATED : this.#parts.line.prekeys.leave(device, upload);
  }

  drawPrekeys(asker: UserId, devices: readonly number[]): Result<PrekeyBundle[]> {
    const standing = this.#parts.line.box.standingOf(asker);
    if (standing === "stranger") return { ok: false, code: "not-a-contact" };
    return { ok: true, value: this.#parts.line.prekeys.draw(devices, standing !== "blocked") };
  }

  /** The log as contacts see it; a block hides nothing that they could not know. */
  logFor(asker: UserId): Result<DeviceLog> {
    const log = this.log();
    const isKnown = log !== null && this.#parts.line.box.standingOf(asker) !== "stranger";
    return isKnown ? { ok: true, value: log } : { ok: false, code: "not-a-contact" };
  }

  /** See {@link BlobList}. */
  async blob(actor: Actor, wish: BlobWish): Promise<Result<KeptBlob>> {
    return this.#accountOf(actor) === null ? UNAUTHENTICATED : this.#parts.blobs.serve(wish);
  }

  override fetch(request: Request): Response {
    const claims = claimsOf(request);
    const isOwn = this.#accountOf(claims) !== null;
    return this.#parts.sockets.accept(claims, isOwn ? codecOf(request) : undefined);
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#parts.line.receive(socket, data);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#parts.line.closed(socket);
    echoClose(socket, code, reason);
  }

  override webSocketError(socket: WebSocket): void {
    this.#parts.line.closed(socket);
  }

  override alarm(): Promise<void> {
    return this.#parts.serveDue();
  }

  #accountOf(actor: { readonly deviceId: DeviceId }): StoredAccount | null {
    return this.#parts.accountOf(actor);
  }
}
