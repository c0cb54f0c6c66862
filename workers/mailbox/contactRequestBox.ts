// Requests to become contacts (TAP-8, ROOM-6), as others bring them and this account answers them. Whatever follows for the other
// side is stored with its cause and brought by the outbox, so that no contact is made on one side only. An asker never
// learns why it was not heard: what is passed over waits, as far as it can tell.

import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { earliest } from "../../shared/core/deadlines.ts";
import { isSignatureBy } from "../../shared/core/identity/deviceLog.ts";
import * as requests from "../../shared/core/mailbox/contactRequests.ts";
import { pacedOn, restSeconds } from "../../shared/core/mailbox/requestPace.ts";
import { approvalStatement, requestStatement } from "../../shared/core/tap/statements.ts";
import type { AskedContact, AskRequest } from "../../shared/wire/contactRequests.ts";
import type { DeviceId, UserId } from "../../shared/wire/ids.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { mailboxOf } from "../objects.ts";
import { AskedRequests, type Speaker } from "./askedRequests.ts";
import { admitsStranger } from "./audience.ts";
import { BadgeList } from "./badgeList.ts";
import type { ContactAnswer, ContactErrand } from "./contactErrands.ts";
import type { HandleChange } from "./handleChange.ts";
import type { MailboxSockets } from "./mailboxSockets.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import { Outbox } from "./outbox.ts";
import { RequestLedger } from "./requestLedger.ts";
import { DONE, malformed, type Result, UNAUTHENTICATED } from "./results.ts";
import type { RoomList } from "./roomList.ts";

/** What a device does about requests. */
export type ContactWish =
  | ({ readonly kind: "ask" } & AskRequest)
  | { readonly kind: "approve"; readonly requestId: string; readonly signature: string }
  | { readonly kind: "end"; readonly requestId: string };

type Errand<Kind extends ContactErrand["kind"]> = Extract<ContactErrand, { kind: Kind }>;

const OVER: Result<never> = { ok: false, code: "request-unknown" };
const TAKEN: ContactAnswer = { kind: "done" };

export class ContactRequestBox {
  readonly badges: BadgeList;
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #wakeBy: (at: number) => Promise<void>;
  readonly #ledger: RequestLedger;
  readonly #outbox: Outbox<ContactErrand, ContactAnswer>;
  readonly #own: AskedRequests;
  readonly #rooms: RoomList;

  constructor(
    env: Env,
    storage: DurableObjectStorage,
    store: MailboxStore,
    sockets: MailboxSockets,
    badge: HandleChange<string>,
    rooms: RoomList,
    wakeBy: (at: number) => Promise<void>,
  ) {
    this.#env = env;
    this.#store = store;
    this.#sockets = sockets;
    this.badges = new BadgeList(store, badge);
    this.#rooms = rooms;
    this.#wakeBy = wakeBy;
    this.#ledger = new RequestLedger(storage, store, sockets);
    this.#outbox = new Outbox({
      stored: () => store.asking.owed(),
      store: (owed) => store.asking.setOwed(owed),
      bring: (to, errand) => this.#bring(to, errand),
      confirmed: (...confirmed) => this.#own.confirmed(...confirmed),
      wakeBy,
    });
    this.#own = new AskedRequests(env, store, sockets, this.#ledger, this.#outbox);
  }

  /** Of a device of the account; what it asked for, or null once it is done. */
  async serve({ deviceId }: Actor, wish: ContactWish): Promise<Result<AskedContact | null>> {
    await this.prepare();
    const origin = wish.kind === "ask" ? await this.#own.originOf(wish) : null;
    const [account, device] = [this.#store.account(), this.#store.device(deviceId)];
    if (account === null || device === null) return UNAUTHENTICATED;
    const speaker = { account, deviceId, signKey: fromBase64Url(device.signKey) };
    switch (wish.kind) {
      case "ask":
        return this.#own.ask(speaker, wish, origin);
      case "approve":
        return this.#approve(speaker, wish);
      case "end":
        return this.#end(wish.requestId);
    }
  }

  /** What another mailbox owes to this account; doing it again changes nothing. */
  async take(from: UserId, errand: ContactErrand): Promise<ContactAnswer> {
    const own = this.#store.account()?.userId;
    if (own === undefined) return errand.kind === "ask" ? refusalOf(errand) : TAKEN;
    switch (errand.kind) {
      case "hidden":
        await this.#rooms.mark(from, errand.isHidden);
        return TAKEN;
      case "ask":
        return this.#arrive(from, errand);
      case "withdraw":
        return this.#withdrawn(from, errand);
      case "approved":
        this.#own.approved(own, from, errand.proof);
        return TAKEN;
      case "declined":
        this.#own.declined(from, errand.requestId);
        return TAKEN;
    }
  }

  /** To be awaited before `drop`: from then on a crash delays what follows, and loses nothing. */
  prepare(): Promise<void> {
    return this.#outbox.prepare();
  }

  /** Whoever is blocked asks no more, without learning it, and is asked no more; from the turn of the block on. */
  async drop(peer: UserId): Promise<void> {
    const theirs = this.#ledger.held().waiting.filter(({ from }) => from === peer);
    this.#ledger.over(
      theirs.map(({ requestId }) => requestId),
      "declined",
    );
    await this.#own.withdrawEach(({ to }) => to === peer);
  }

  /** In the turn of a block or its end: the other's mailbox is told. */
  async hide(peer: UserId, isHidden: boolean): Promise<void> {
    this.#outbox.drop((to, errand) => to === peer && errand.kind === "hidden");
    await this.#outbox.bring(peer, this.#outbox.add(peer, { kind: "hidden", isHidden }));
  }

  /** What a device has asked is taken back with its say: whoever took it may have asked anyone. In the turn of its end. */
  async devicesRemoved(removed: ReadonlySet<DeviceId>): Promise<void> {
    await this.#own.withdrawEach(({ device }) => removed.has(device));
  }

  /** Serves what is due. When to look again; null for never. */
  async settle(): Promise<number | null> {
    const owedAt = await this.#outbox.settle();
    return earliest(owedAt, this.#ledger.prune(Date.now()));
  }

  async #arrive(from: UserId, errand: Errand<"ask">): Promise<ContactAnswer> {
    const { request } = errand;
    if (!this.#isBrought(errand)) return refusalOf(errand);
    const isAdmitted = await this.#admits(from);
    await this.#wakeBy(request.expiresAt);
    // Meanwhile other things may have happened.
    if (!this.#isBrought(errand)) return refusalOf(errand);
    const now = Date.now();
    const held = this.#ledger.held();
    if (requests.isPassedOver(held, request, now) || this.#hasMet(request)) return TAKEN;
    const retryAfterSeconds = this.#rest(request, now);
    if (retryAfterSeconds > 0) {
      return { kind: "refused", code: "too-many-requests", members: { retryAfterSeconds } };
    }
    const isWelcome = isAdmitted && !this.#store.contacts.isBlocked(from);
    const arrival = requests.arrive(held, request, isWelcome, now);
    this.#ledger.set(arrival.requests);
    if (arrival.replaced !== null) this.#ledger.over([arrival.replaced], "withdrawn");
    if (arrival.isShown) this.#sockets.tell({ type: "contactRequest", request, now });
    return TAKEN;
  }

  /** By a badge that counts, or out of a room, whose word its asker's mailbox has taken. */
  #isBrought({ request, token }: Errand<"ask">): boolean {
    if (this.#store.account() === null) return false;
    return request.via === "room" || (token !== null && this.badges.isPresent(token));
  }

  /** How long requests by that way are not heard, in seconds; otherwise 0, and one more is counted. */
  #rest({ via, from }: Errand<"ask">["request"], now: number): number {
    if (via === "badge") return this.badges.use(now);
    if (this.#store.contacts.find(from) !== null) return 0;
    const pace = this.#store.asking.roomPace();
    const rest = restSeconds(pace, now);
    if (rest === 0) this.#store.asking.setRoomPace(pacedOn(pace, now));
    return rest;
  }

  async #admits(from: UserId): Promise<boolean> {
    const isContact = this.#store.contacts.find(from) !== null;
    return isContact || admitsStranger(this.#env, this.#store, from);
  }

  /** Its asker did not know yet that the two are contacts; it will end there when that has come. */
  #hasMet({ from, createdAt }: Errand<"ask">["request"]): boolean {
    if ((this.#store.contacts.find(from)?.metAt ?? 0) >= createdAt) return true;
    return this.#outbox.find((one) => one.kind === "approved" && one.proof.by === from) !== null;
  }

  #withdrawn(from: UserId, { requestId, createdAt }: Errand<"withdraw">): ContactAnswer {
    if (this.#ledger.wasEnded(requestId, false, "approved")) return { kind: "approved" };
    const waiting = requests.withdrawnBy(this.#ledger.held(), from, createdAt);
    if (waiting !== null) this.#ledger.over([waiting], "withdrawn");
    return TAKEN;
  }

  async #approve(
    { account, deviceId, signKey }: Speaker,
    { requestId, signature }: Extract<ContactWish, { kind: "approve" }>,
  ): Promise<Result<null>> {
    const now = Date.now();
    const request = requests.waitingOf(this.#ledger.held(), requestId, now);
    if (request === null) {
      return this.#ledger.wasEnded(requestId, false, "approved") ? DONE : OVER;
    }
    const { from, device, via } = request;
    const asked = requestStatement(requestId, from, device, account.userId, via);
    if (!isSignatureBy(signKey, approvalStatement(asked, deviceId), fromBase64Url(signature))) {
      return malformed("signature", "is not by this device over this approval");
    }
    const proof = requests.proofOf(request, deviceId, signature, now);
    const id = this.#ledger.approve(account.userId, proof, account.userId, (peer) => {
      this.#own.forgetAsking(peer);
      return this.#outbox.add(peer, { kind: "approved", proof });
    });
    await this.#outbox.bring(from, id);
    return DONE;
  }

  /** Of another's request, declines; of an own one, withdraws. */
  async #end(requestId: string): Promise<Result<null>> {
    const held = this.#ledger.held();
    const request = requests.waitingOf(held, requestId, Date.now());
    if (request !== null) return this.#decline(request.from, requestId);
    const own = held.asked.find((one) => one.requestId === requestId);
    if (own !== undefined) return this.#own.withdraw(own);
    const isDone =
      this.#ledger.wasEnded(requestId, false, "declined") ||
      this.#ledger.wasEnded(requestId, true, "withdrawn");
    return isDone ? DONE : OVER;
  }

  async #decline(from: UserId, requestId: string): Promise<Result<null>> {
    const id = this.#outbox.add(from, { kind: "declined", requestId });
    this.#ledger.over([requestId], "declined");
    await this.#outbox.bring(from, id);
    return DONE;
  }

  async #bring(to: UserId, errand: ContactErrand): Promise<ContactAnswer> {
    const own = this.#store.account()?.userId;
    if (own === undefined) throw new Error("no account is registered here");
    return mailboxOf(this.#env, to).takeContactErrand(own, errand);
  }
}

function refusalOf({ request }: Errand<"ask">): ContactAnswer {
  return { kind: "refused", code: request.via === "room" ? "not-in-room" : "badge-unknown" };
}
