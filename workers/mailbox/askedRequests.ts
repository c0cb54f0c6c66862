// What this account asks of others (TAP-8, ROOM-6). It stands here before it is brought to whoever is asked, and ends here once
// it has ended there: approved and withdrawn at once, it is what the asked one's mailbox says.

import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isSignatureBy } from "../../shared/core/identity/deviceLog.ts";
import * as requests from "../../shared/core/mailbox/contactRequests.ts";
import { requestStatement } from "../../shared/core/tap/statements.ts";
import type {
  AskedContact,
  AskRequest,
  ContactRequest,
  RequestProof,
} from "../../shared/wire/contactRequests.ts";
import type { DeviceId, UserId } from "../../shared/wire/ids.ts";
import type { Env } from "../env.ts";
import { roomAt } from "../objects.ts";
import type { ContactAnswer, ContactErrand } from "./contactErrands.ts";
import type { MailboxSockets } from "./mailboxSockets.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import type { Outbox, Owed } from "./outbox.ts";
import type { RequestLedger } from "./requestLedger.ts";
import { DONE, malformed, type Result } from "./results.ts";
import type { StoredAccount } from "./storedAccount.ts";

/** A device of the account that has a say in this turn. */
export interface Speaker {
  readonly account: StoredAccount;
  readonly deviceId: DeviceId;
  /** Ed25519 public key, 32 bytes. */
  readonly signKey: Uint8Array;
}

/** By what a request comes to whoever is asked. */
export interface RequestOrigin {
  /** Of a badge. */
  readonly token: string | null;
  /** Of a room: its title, and what the asker is called there. */
  readonly labels: Pick<ContactRequest, "title" | "name">;
}

const OVER: Result<never> = { ok: false, code: "request-unknown" };
const LATER: Result<never> = { ok: false, code: "try-again" };

export class AskedRequests {
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #ledger: RequestLedger;
  readonly #outbox: Outbox<ContactErrand, ContactAnswer>;

  constructor(
    env: Env,
    store: MailboxStore,
    sockets: MailboxSockets,
    ledger: RequestLedger,
    outbox: Outbox<ContactErrand, ContactAnswer>,
  ) {
    this.#env = env;
    this.#store = store;
    this.#sockets = sockets;
    this.#ledger = ledger;
    this.#outbox = outbox;
  }

  /** To be awaited before `ask`; null where the room cannot be asked now, or need not be any more. */
  async originOf(wish: AskRequest): Promise<Result<RequestOrigin> | null> {
    if (wish.via === "badge") return { ok: true, value: { token: wish.token, labels: {} } };
    const own = this.#store.account()?.userId;
    if (own === undefined || requests.askRefusal(this.#ledger.held(), wish) !== null) return null;
    try {
      const labels = await roomAt(this.#env, wish.roomId).share(own, wish.to);
      if (labels === null) return { ok: false, code: "not-in-room" };
      return { ok: true, value: { token: null, labels } };
    } catch {
      return null;
    }
  }

  /** Asked again by the same id, it is answered as at first. */
  async ask(
    speaker: Speaker,
    wish: AskRequest,
    origin: Result<RequestOrigin> | null,
  ): Promise<Result<AskedContact>> {
    const { account, deviceId, signKey } = speaker;
    const { requestId, to, via, signature } = wish;
    const { userId, handle } = account;
    if (to === userId) return { ok: false, code: "own-account" };
    if (this.#store.contacts.isBlocked(to)) return malformed("to", "is blocked by this account");
    const statement = requestStatement(requestId, userId, deviceId, to, via);
    if (!isSignatureBy(signKey, statement, fromBase64Url(signature))) {
      return malformed("signature", "is not by this device over this request");
    }
    switch (requests.askRefusal(this.#ledger.held(), wish)) {
      case "over":
        return OVER;
      case "otherwise":
        return malformed("requestId", "names another request");
      case "full":
        return { ok: false, code: "list-full" };
      case "made":
        return this.#askedBefore(to, requestId);
      case null: {
        if (origin?.ok !== true) return origin ?? LATER;
        const now = Date.now();
        const times = { createdAt: now, expiresAt: requests.expiryOf(now) };
        const by = { from: userId, device: deviceId, signature, handle: handle.handle };
        const { token, labels } = origin.value;
        const request = { requestId, ...by, via, ...labels, ...times };
        const asked = { requestId, to, via, ...times };
        this.#ledger.set(requests.withAsked(this.#ledger.held(), asked, deviceId));
        const id = this.#outbox.add(to, { kind: "ask", request, token });
        return answerTo(asked, await this.#outbox.bring(to, id));
      }
    }
  }

  async withdraw(own: requests.OwnRequest): Promise<Result<null>> {
    const { requestId, to } = own;
    const id = own.isWithdrawing
      ? this.#outbox.find((one) => one.kind === "withdraw" && one.requestId === requestId)
      : this.#beginWithdrawal(own);
    if (id !== null) await this.#outbox.bring(to, id);
    if (this.#ledger.wasEnded(requestId, true, "withdrawn")) return DONE;
    const isOwed = this.#outbox.find(
      (one) => one.kind === "withdraw" && one.requestId === requestId,
    );
    return isOwed === null ? OVER : LATER;
  }

  /** What is owed for it is stored in this turn; to be brought it may wait. */
  async withdrawEach(isMeant: (own: requests.OwnRequest) => boolean): Promise<void> {
    const withdrawals = this.#ledger
      .held()
      .asked.filter((own) => !own.isWithdrawing && isMeant(own))
      .map((own) => ({ to: own.to, id: this.#beginWithdrawal(own) }));
    if (withdrawals.length === 0) return;
    await this.#outbox.prepare();
    await Promise.all(withdrawals.map(({ to, id }) => this.#outbox.bring(to, id)));
  }

  /** Whoever was asked has approved. */
  approved(own: UserId, peer: UserId, proof: RequestProof): void {
    const { asked, ended } = this.#ledger.held();
    const { requestId, by } = proof;
    const isOwn =
      asked.some((one) => one.requestId === requestId && one.to === peer) ||
      ended.some((one) => one.isOwn && one.requestId === requestId && one.peer === peer);
    if (!isOwn || by !== own) return;
    this.#ledger.approve(own, proof, peer, () => {
      for (const { errand } of this.forgetAsking(peer)) {
        if (errand.kind !== "ask") continue;
        const { requestId: id, createdAt } = errand.request;
        this.#outbox.add(peer, { kind: "withdraw", requestId: id, createdAt });
      }
    });
  }

  /** Whoever was asked has said no. */
  declined(peer: UserId, requestId: string): void {
    const { asked } = this.#ledger.held();
    const isOwn = asked.some((one) => one.requestId === requestId && one.to === peer);
    if (isOwn) this.#ledger.over([requestId], "declined");
  }

  /** What was on its way to someone who is a contact now. Those that may have arrived. */
  forgetAsking(peer: UserId): Owed<ContactErrand>[] {
    return this.#outbox.drop((to, errand) => to === peer && errand.kind === "ask");
  }

  /** What was refused while nobody waited for it is over, as if it had waited in vain. */
  confirmed(errand: ContactErrand, answer: ContactAnswer, isAwaited: boolean): void {
    if (errand.kind === "withdraw" && answer.kind === "done") {
      this.#ledger.over([errand.requestId], "withdrawn");
    }
    if (errand.kind !== "ask") return;
    const { requestId } = errand.request;
    const held = this.#ledger.held();
    if (answer.kind !== "refused") {
      this.#ledger.over(requests.outdatedBy(held, requestId), "withdrawn");
      this.#tell(requestId);
    } else if (isAwaited) {
      this.#ledger.set(requests.withoutAsked(held, requestId));
    } else {
      this.#ledger.over([requestId], "expired");
    }
  }

  /** The first answer got lost. */
  async #askedBefore(to: UserId, requestId: string): Promise<Result<AskedContact>> {
    const id = this.#outbox.find(
      (one) => one.kind === "ask" && one.request.requestId === requestId,
    );
    const answer = id === null ? null : await this.#outbox.bring(to, id);
    const own = this.#ledger.held().asked.find((one) => one.requestId === requestId);
    if (own !== undefined) return { ok: true, value: requests.toAsked(own) };
    return answer?.kind === "refused" ? refused(answer) : OVER;
  }

  #beginWithdrawal({ requestId, to, createdAt }: requests.OwnRequest): string {
    this.#ledger.set(requests.withdrawing(this.#ledger.held(), requestId));
    return this.#outbox.add(to, { kind: "withdraw", requestId, createdAt });
  }

  #tell(requestId: string): void {
    const own = this.#ledger.held().asked.find((one) => one.requestId === requestId);
    if (own === undefined) return;
    this.#sockets.tell({ type: "asked", asked: requests.toAsked(own), now: Date.now() });
  }
}

/** Null for none yet: it will be brought again until there is one. */
function answerTo(asked: AskedContact, answer: ContactAnswer | null): Result<AskedContact> {
  return answer?.kind === "refused" ? refused(answer) : { ok: true, value: asked };
}

function refused({ code, members }: Extract<ContactAnswer, { kind: "refused" }>): Result<never> {
  return { ok: false, code, ...(members !== undefined && { members }) };
}
