// One attempt of two people to meet, named by its locator. A thin shell: it parses, has the table decide,
// stores one value, tells the sockets, and drives the outbox. Looking at a free locator writes nothing.

import { DurableObject } from "cloudflare:workers";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isShare, type Role } from "../../shared/core/crypto/cpace.ts";
import { earliest, retryDelayMs } from "../../shared/core/deadlines.ts";
import { deadlineOf, step } from "../../shared/core/pairing/attempt.ts";
import { errandFor, type ErrandName } from "../../shared/core/pairing/errands.ts";
import { type AttemptEvent, eventOf, type Reply } from "../../shared/core/pairing/events.ts";
import { noticesFor } from "../../shared/core/pairing/notices.ts";
import {
  type AttemptState,
  FREE,
  isSameAttempt,
  isSameParty,
} from "../../shared/core/pairing/state.ts";
import type { DeviceId, UserId } from "../../shared/wire/ids.ts";
import { CLAIM_WITHIN_SECONDS } from "../../shared/wire/limits.ts";
import {
  type AttemptRequest,
  attemptRequestSchema,
  type OpenMessage,
} from "../../shared/wire/pairing.ts";
import type { Env } from "../env.ts";
import { AnswerBudget } from "../http/answerBudget.ts";
import {
  answerKeepAlive,
  codecOf,
  echoClose,
  parseFrame,
  sendFrame,
  switchProtocols,
} from "../http/sockets.ts";
import { claimsOf, SpentTokens } from "../http/upgradeTokens.ts";
import { mailboxOf } from "../objects.ts";
import {
  type Attachment,
  attachmentOf,
  change,
  isOfAsked,
  sideOf,
  withAcknowledgement,
} from "./attachment.ts";
import { AttemptSockets } from "./attemptSockets.ts";
import { ErrandQueue } from "./errandQueue.ts";
import { Expelled, farewellOf } from "./expulsion.ts";
import { refusal, tellProblem, unanswerable } from "./refusals.ts";
import { answerVisitor, digestOf, disappoint, isOnOffer, showOffer } from "./visitors.ts";

const STATE_KEY = "attempt";

export class PairingAttempt extends DurableObject<Env> {
  readonly #sockets: AttemptSockets;
  readonly #tokens: SpentTokens;
  readonly #errands = new ErrandQueue();
  readonly #expelled = new Expelled();
  readonly #answers = new AnswerBudget();
  #state: AttemptState | undefined;
  /** The state in memory is ahead of the stored one by soft steps. */
  #isAhead = false;
  #serveTries = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sockets = new AttemptSockets(ctx);
    this.#tokens = new SpentTokens(
      this.#sockets.all().map((socket) => attachmentOf(socket).tokenId),
    );
    answerKeepAlive(ctx);
  }

  /** Refusals are responses, which the Worker tells over a socket of its own: none of them is kept here. */
  override fetch(request: Request): Response {
    const { userId, deviceId, network, ...token } = claimsOf(request);
    const { purpose, locator, method, sid, to, handle } = token;
    const codec = codecOf(request);
    const isExpelled = this.#expelled.has({ userId, deviceId });
    if (locator === null || codec === undefined || isExpelled || !this.#tokens.take(token)) {
      return refusal("upgrade-refused");
    }
    const state = this.#load();
    const isOwn = state.at !== "free" && state.initiator.userId === userId;
    if (purpose === "claim" && isOwn) return refusal("own-key");
    const attachment: Attachment = {
      wire: codec.wire,
      party: { userId, deviceId, network },
      purpose,
      locator,
      method,
      to,
      handle,
      // Whoever claims comes to the attempt that is there; whoever resumes or answers, to one of its own.
      sid: purpose === "claim" && isOnOffer(state, method) ? state.offer.sid : sid,
      tokenId: token.id,
      answerBy: 0,
      mayBeginUntil: Date.now() + CLAIM_WITHIN_SECONDS * 1_000,
      claimed: null,
      isTold: false,
      hasAcknowledged: false,
    };
    const role = sideOf(state, attachment);
    if (role === null && purpose === "resume") return refusal("attempt-unknown");
    if (role === null && purpose === "answer") return refusal(unanswerable(state, attachment));
    if (!this.#sockets.hasRoomFor(attachment, role !== null)) return refusal("try-again");
    const { 0: client, 1: server } = new WebSocketPair();
    this.#sockets.accept(server, attachment);
    if (purpose !== "open") this.#greet(server, state, role);
    return switchProtocols(client, codec);
  }

  /** The device was removed from its account. Doing it again changes nothing. */
  async expel(userId: UserId, deviceId: DeviceId): Promise<void> {
    const party = { userId, deviceId, network: "" };
    this.#expelled.add(party);
    for (;;) {
      const farewell = farewellOf(this.#load(), party);
      if (farewell === null) break;
      await this.#decide(farewell);
    }
    if (this.#isAhead) this.#save(this.#load());
    this.#sockets.close((socket) => isSameParty(socket.party, party));
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    if (this.#answers.hasEnded(socket)) return;
    for (const incoming of parseFrame(socket, data, attemptRequestSchema)) {
      // Whatever is said is answered, and a few things are all that there is to say.
      if (!this.#answers.takeOrEnd(socket)) return;
      if (incoming.ok) await this.#receive(socket, incoming.message);
      else sendFrame(socket, [{ type: "problem", problem: incoming.problem }]);
    }
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#keepAcknowledgement(socket);
    echoClose(socket, code, reason);
  }

  override webSocketError(socket: WebSocket): void {
    this.#keepAcknowledgement(socket);
  }

  override async alarm(): Promise<void> {
    try {
      await this.#decide({ type: "deadline" });
      if (this.#isAhead) this.#save(this.#load());
      await this.#setAlarm();
    } catch {
      // An alarm that keeps throwing is dropped for good, so it is set again instead.
      this.#serveTries += 1;
      await this.ctx.storage.setAlarm(Date.now() + retryDelayMs(this.#serveTries));
    }
  }

  /** Tells a socket that has just opened all that it must know. */
  #greet(socket: WebSocket, state: AttemptState, role: Role | null): void {
    const now = Date.now();
    if (role === null) return showOffer(this.env, socket, state, now);
    if (state.at !== "free") for (const name of state.owes) this.#serve(state, name);
    sendFrame(socket, noticesFor(state, role, now));
  }

  async #receive(socket: WebSocket, message: AttemptRequest): Promise<void> {
    if (this.#expelled.has(attachmentOf(socket).party)) return;
    if ("share" in message && !isShare(fromBase64Url(message.share))) {
      const fields = { share: "must be a point of the group, not the identity" };
      return tellProblem(socket, "malformed-message", { fields });
    }
    if (message.type === "open") return this.#open(socket, message);
    const claim = message.type === "claim" ? await digestOf(message) : null;
    const now = Date.now();
    const state = this.#load();
    const attachment = attachmentOf(socket);
    const { party, purpose, method, sid, claimed, mayBeginUntil } = attachment;
    const isSide =
      sideOf(state, attachment) !== null || (claim !== null && isOfAsked(state, attachment));
    // Only a socket that was opened to claim has passed the account's back-off and the network's gate.
    const isGuess = !isSide && claim !== null && claimed === null;
    if (isGuess && purpose !== "claim") return tellProblem(socket, "out-of-turn");
    const isTheOffer = isOnOffer(state, method) && state.offer.sid === sid && now < mayBeginUntil;
    if (!isSide && !(isGuess && isTheOffer)) return this.#hearVisitor(socket, message, claim, now);
    if (isGuess) change(socket, { claimed: claim });
    if (message.type === "acknowledge" && (state.at === "matched" || state.at === "failed")) {
      change(socket, { hasAcknowledged: true });
    }
    const reply = await this.#decide(eventOf(message, party));
    if (reply.kind !== "stray") return this.#reply(socket, reply);
    change(socket, { claimed: null });
    this.#hearVisitor(socket, message, claim, now);
  }

  async #open(socket: WebSocket, message: OpenMessage): Promise<void> {
    const { party, locator, purpose, sid, to, handle, mayBeginUntil } = attachmentOf(socket);
    const isFirst = sid === null ? Date.now() < mayBeginUntil : sid === message.sid;
    const isForOne = to !== null && message.method !== "passphrase";
    if (purpose !== "open" || !isFirst || isForOne) return tellProblem(socket, "out-of-turn");
    change(socket, { sid: message.sid });
    const event: AttemptEvent = { type: "open", party, handle, locator, to, message };
    this.#reply(socket, await this.#decide(event));
  }

  #hearVisitor(socket: WebSocket, message: AttemptRequest, claim: string | null, now: number) {
    if (!answerVisitor(socket, message, claim, now)) return;
    const { party, locator } = attachmentOf(socket);
    const mailbox = mailboxOf(this.env, party.userId);
    this.ctx.waitUntil(mailbox.settleGuess(locator, party.network).catch(() => {}));
    this.ctx.waitUntil(disappoint(this.env, socket, now));
  }

  #reply(socket: WebSocket, reply: Reply): void {
    if (reply.kind === "repeated") sendFrame(socket, reply.notices);
    if (reply.kind === "refused") tellProblem(socket, reply.code);
  }

  /** Has the table decide, then stores, tells and performs, in this order. */
  async #decide(event: AttemptEvent): Promise<Reply> {
    const before = this.#load();
    const { state, effects, reply, soft } = step(before, event, Date.now());
    this.#state = state;
    if (state.at === "free" && before.at !== "free") await this.#forget();
    else if (soft) this.#isAhead = true;
    else if (state !== before) this.#save(state);
    if (state.at !== "free" && !isSameAttempt(before, state)) await this.#setAlarm();
    this.#sockets.tell(effects, before, state);
    if (state.at === "free") this.#sockets.close((socket) => sideOf(before, socket) !== null);
    for (const effect of effects) if (effect.do === "serve") this.#serve(state, effect.name);
    return reply;
  }

  #serve(state: AttemptState, name: ErrandName): void {
    const owner = errandFor(state, name)?.owner;
    if (owner !== undefined) this.ctx.waitUntil(this.#errands.add(owner, () => this.#run(name)));
  }

  /** Runs one errand to a mailbox, if it is still owed. Repeating it is harmless, so failing only means trying again. */
  async #run(name: ErrandName): Promise<void> {
    const errand = errandFor(this.#load(), name);
    if (errand === null) return;
    let isReached: boolean;
    try {
      isReached = await mailboxOf(this.env, errand.owner).take(errand);
    } catch {
      this.#serveTries += 1;
      await this.#setAlarm();
      return;
    }
    const isUnreachable = errand.kind === "request" && !isReached;
    await this.#decide(
      isUnreachable ? { type: "unreachable", sid: errand.sid } : { type: "served", name, errand },
    );
  }

  /** A side that leaves takes the memory on its socket along; what it has acknowledged is stored now. */
  #keepAcknowledgement(socket: WebSocket): void {
    const attachment = attachmentOf(socket);
    if (!attachment.hasAcknowledged) return;
    const state = withAcknowledgement(this.#load(), attachment);
    if (state !== this.#state) this.#isAhead = true;
    this.#state = state;
    if (this.#isAhead) this.#save(state);
  }

  /** What is stored, and what the open sockets have acknowledged since. */
  #load(): AttemptState {
    if (this.#state !== undefined) return this.#state;
    const stored = this.ctx.storage.kv.get<AttemptState>(STATE_KEY) ?? FREE;
    let state = stored;
    for (const socket of stored === FREE ? [] : this.#sockets.all()) {
      state = withAcknowledgement(state, attachmentOf(socket));
    }
    this.#isAhead = state !== stored;
    this.#state = state;
    return state;
  }

  #save(state: AttemptState): void {
    this.ctx.storage.kv.put(STATE_KEY, state);
    this.#isAhead = false;
  }

  async #forget(): Promise<void> {
    this.#isAhead = false;
    this.#serveTries = 0;
    await this.ctx.storage.deleteAll();
  }

  async #setAlarm(): Promise<void> {
    const state = this.#load();
    const due = deadlineOf(state);
    // What is owed is being served: unless that has failed, the next deadline is soon enough.
    const isAtRisk = this.#serveTries > 0 || due === null;
    const isOwing = state.at !== "free" && state.owes.length > 0 && isAtRisk;
    const retryAt = isOwing ? Date.now() + retryDelayMs(this.#serveTries) : null;
    const at = earliest(due, retryAt);
    if (at !== null) await this.ctx.storage.setAlarm(at);
  }
}
