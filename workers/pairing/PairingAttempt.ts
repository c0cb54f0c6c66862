// One attempt of two people to meet, named by its locator. A thin shell: it parses, has the table decide,
// stores one value, tells the sockets, and drives the outbox. Looking at a free locator writes nothing.

import { DurableObject } from "cloudflare:workers";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isShare, type Role } from "../../shared/core/crypto/cpace.ts";
import { earliest, retryDelayMs } from "../../shared/core/deadlines.ts";
import { deadlineOf, step } from "../../shared/core/pairing/attempt.ts";
import { deliveryFor } from "../../shared/core/pairing/delivery.ts";
import type { AttemptEffect, AttemptEvent, Reply } from "../../shared/core/pairing/events.ts";
import { noticesFor } from "../../shared/core/pairing/notices.ts";
import { type AttemptState, FREE, type Matched } from "../../shared/core/pairing/state.ts";
import { ATTEMPT_MAX_SOCKETS, ATTEMPT_MAX_SOCKETS_PER_ACCOUNT } from "../../shared/wire/limits.ts";
import {
  type AttemptNotice,
  type AttemptRequest,
  attemptRequestSchema,
} from "../../shared/wire/pairing.ts";
import { problem } from "../../shared/wire/problem.ts";
import type { Env } from "../env.ts";
import { problemResponse } from "../http/problems.ts";
import {
  answerKeepAlive,
  NORMAL_CLOSURE,
  closeSocket,
  echoClose,
  parseFrame,
  sendFrame,
  switchProtocols,
} from "../http/sockets.ts";
import { claimsOf, SpentTokens } from "../http/upgradeTokens.ts";
import { gateOf, mailboxOf } from "../objects.ts";
import { attach, type Attachment, attachmentOf, change, sideOf } from "./attachment.ts";
import { tellProblem, turnAway } from "./refusals.ts";
import { answerVisitor, digestOf, disappoint, showOffer } from "./visitors.ts";

const STATE_KEY = "attempt";

export class PairingAttempt extends DurableObject<Env> {
  readonly #tokens: SpentTokens;
  #state: AttemptState | undefined;
  /** The state in memory is ahead of the stored one by soft steps. */
  #isAhead = false;
  #commitTries = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#tokens = new SpentTokens(
      ctx.getWebSockets().map((socket) => attachmentOf(socket).tokenId),
    );
    answerKeepAlive(ctx);
  }

  override fetch(request: Request): Response {
    const { userId, deviceId, network, purpose, locator, sid, ...token } = claimsOf(request);
    if (locator === null || !this.#tokens.take(token)) {
      return problemResponse(problem("upgrade-refused"));
    }
    const party = { userId, deviceId, network };
    const fresh = { answerBy: 0, claimed: null, isTold: false, hasAcknowledged: false };
    const attachment = { party, purpose, locator, sid, tokenId: token.id, ...fresh };
    if (!this.#makeRoom(attachment)) {
      return problemResponse(problem("try-again", { retryAfterSeconds: 5 }));
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server, [userId]);
    this.#greet(server, attach(server, attachment));
    return switchProtocols(client);
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    for (const incoming of parseFrame(data, attemptRequestSchema)) {
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
      this.#commitTries += 1;
      await this.ctx.storage.setAlarm(Date.now() + retryDelayMs(this.#commitTries));
    }
  }

  /** An account's newest socket replaces its oldest; visitors whose offer has passed make way, sides need not. */
  #makeRoom(attachment: Attachment): boolean {
    const [oldest, ...others] = this.ctx.getWebSockets(attachment.party.userId);
    if (oldest !== undefined && others.length >= ATTEMPT_MAX_SOCKETS_PER_ACCOUNT - 1) {
      closeSocket(oldest, NORMAL_CLOSURE);
    }
    if (this.ctx.getWebSockets().length < ATTEMPT_MAX_SOCKETS) return true;
    const now = Date.now();
    this.#closeSockets(({ answerBy }) => answerBy !== 0 && answerBy < now);
    if (this.ctx.getWebSockets().length < ATTEMPT_MAX_SOCKETS) return true;
    return sideOf(this.#load(), attachment) !== null;
  }

  /** Tells a socket that has just opened all that it must know. */
  #greet(socket: WebSocket, { party, purpose }: Attachment): void {
    if (purpose === "open") return;
    const now = Date.now();
    const state = this.#load();
    if (purpose === "claim" && state.at !== "free") {
      if (state.initiator.userId === party.userId) return turnAway(socket, "own-key");
      change(socket, { sid: state.offer.sid });
    }
    const role = sideOf(state, attachmentOf(socket));
    if (role === null && purpose === "resume") return turnAway(socket, "attempt-unknown");
    if (role === null) return showOffer(this.env, socket, state, now);
    if (state.at === "matched") this.#commitAll(state);
    sendFrame(socket, noticesFor(state, role, now));
  }

  async #receive(socket: WebSocket, message: AttemptRequest): Promise<void> {
    if ("share" in message && !isShare(fromBase64Url(message.share))) {
      const fields = { share: "must be a point of the group, not the identity" };
      const refusal = problem("malformed-message", { fields });
      return sendFrame(socket, [{ type: "problem", problem: refusal }]);
    }
    const { party, locator, purpose, sid, claimed } = attachmentOf(socket);
    if (message.type === "open") {
      if (purpose !== "open" || (sid ?? message.sid) !== message.sid) {
        return tellProblem(socket, "out-of-turn");
      }
      change(socket, { sid: message.sid });
      return this.#reply(socket, await this.#decide({ type: "open", party, locator, message }));
    }
    const state = this.#load();
    const isSide = sideOf(state, attachmentOf(socket)) !== null;
    // Only a socket that was opened to claim has passed the account's back-off and the network's gate.
    const isFirstClaim = message.type === "claim" && purpose === "claim" && claimed === null;
    const isOnOffer = state.at !== "free" && state.offer.sid === sid;
    if (!isSide && !(isFirstClaim && isOnOffer)) {
      return this.#answerVisitor(socket, message, isFirstClaim);
    }
    if (message.type === "claim") change(socket, { claimed: digestOf(message) });
    if (message.type === "acknowledge" && (state.at === "matched" || state.at === "failed")) {
      change(socket, { hasAcknowledged: true });
    }
    const reply = await this.#decide(eventOf(message, party));
    if (reply.kind !== "stray") return this.#reply(socket, reply);
    change(socket, { claimed: null });
    this.#answerVisitor(socket, message, true);
  }

  #answerVisitor(socket: WebSocket, message: AttemptRequest, mayClaim: boolean) {
    const now = Date.now();
    if (message.type === "claim" && attachmentOf(socket).claimed === null && !mayClaim) {
      return tellProblem(socket, "out-of-turn");
    }
    if (!answerVisitor(socket, message, now)) return;
    this.#settleClaim(attachmentOf(socket), true);
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
    if (before.at === "free" && state.at !== "free") await this.#setAlarm();
    this.#tell(effects, before, state);
    if (state.at === "free") this.#closeSockets((socket) => sideOf(before, socket) !== null);
    for (const effect of effects) {
      if (effect.do !== "settleClaim" || state.at === "free") continue;
      this.#settleClaim({ party: effect.party, locator: state.locator }, effect.isFailure);
    }
    if (effects.some((effect) => effect.do === "commit")) this.#commitAll(state);
    return reply;
  }

  #commitAll(state: AttemptState): void {
    if (state.at !== "matched") return;
    for (const role of state.outbox) this.ctx.waitUntil(this.#commit(state, role));
  }

  /** Hands one mailbox what is due to it. Repeating it is harmless, so failing only means trying again. */
  async #commit(state: Matched, role: Role): Promise<void> {
    const delivery = deliveryFor(state, role);
    try {
      await mailboxOf(this.env, delivery.contact.owner).deliver(delivery, state.locator);
    } catch {
      this.#commitTries += 1;
      await this.#setAlarm();
      return;
    }
    await this.#decide({ type: "committed", role, delivery });
  }

  #settleClaim({ party, locator }: Pick<Attachment, "party" | "locator">, isFailure: boolean) {
    const told: Promise<unknown>[] = [
      mailboxOf(this.env, party.userId).settleClaim(locator, isFailure),
    ];
    if (isFailure) told.push(gateOf(this.env, party.network).countFailure());
    this.ctx.waitUntil(Promise.allSettled(told));
  }

  #tell(effects: readonly AttemptEffect[], before: AttemptState, after: AttemptState): void {
    const notices: Record<Role, AttemptNotice[]> = { initiator: [], responder: [] };
    for (const effect of effects) {
      if (effect.do === "tell") notices[effect.role].push(effect.notice);
    }
    if (notices.initiator.length + notices.responder.length === 0) return;
    for (const socket of this.ctx.getWebSockets()) {
      const attachment = attachmentOf(socket);
      const side = sideOf(after, attachment) ?? sideOf(before, attachment);
      if (side === null || notices[side].length === 0) continue;
      if (after.at === "failed") change(socket, { isTold: true });
      sendFrame(socket, notices[side]);
    }
  }

  #closeSockets(isOver: (attachment: Attachment) => boolean): void {
    for (const socket of this.ctx.getWebSockets()) {
      if (isOver(attachmentOf(socket))) closeSocket(socket, NORMAL_CLOSURE);
    }
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
    for (const socket of stored === FREE ? [] : this.ctx.getWebSockets()) {
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
    this.#commitTries = 0;
    await this.ctx.storage.deleteAll();
  }

  async #setAlarm(): Promise<void> {
    const state = this.#load();
    const isOwing = state.at === "matched" && state.outbox.length > 0;
    const retryAt = isOwing ? Date.now() + retryDelayMs(this.#commitTries) : null;
    const at = earliest(deadlineOf(state), retryAt);
    if (at !== null) await this.ctx.storage.setAlarm(at);
  }
}

/** The state once a side has acknowledged; the state itself if that would end it, which is for the alarm to do. */
function withAcknowledgement(state: AttemptState, attachment: Attachment): AttemptState {
  if (!attachment.hasAcknowledged || sideOf(state, attachment) === null) return state;
  if (state.at !== "matched" && state.at !== "failed") return state;
  const event = { type: "acknowledge", party: attachment.party } as const;
  const decision = step(state, event, state.openedAt);
  return decision.soft ? decision.state : state;
}

function eventOf(
  message: Exclude<AttemptRequest, { type: "open" }>,
  party: Attachment["party"],
): AttemptEvent {
  if (message.type === "claim") return { type: "claim", party, message };
  if (message.type === "answer") return { type: "answer", party, message };
  return { type: message.type, party };
}
