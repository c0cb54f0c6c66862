// One attempt of two people to meet, named by its locator. A thin shell: it parses, has the table decide,
// stores one value, tells the sockets, and drives the outbox. Looking at a free locator writes nothing.

import { DurableObject } from "cloudflare:workers";
import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isShare, type Role } from "../../shared/core/crypto/cpace.ts";
import { earliest, retryDelayMs } from "../../shared/core/deadlines.ts";
import { deadlineOf, step } from "../../shared/core/pairing/attempt.ts";
import { deliveryFor } from "../../shared/core/pairing/delivery.ts";
import type { AttemptEvent, Reply } from "../../shared/core/pairing/events.ts";
import { noticesFor } from "../../shared/core/pairing/notices.ts";
import { type AttemptState, FREE, type Matched } from "../../shared/core/pairing/state.ts";
import {
  type AttemptRequest,
  attemptRequestSchema,
  type OpenMessage,
} from "../../shared/wire/pairing.ts";
import { problem, type ProblemCode } from "../../shared/wire/problem.ts";
import type { Env } from "../env.ts";
import { problemResponse } from "../http/problems.ts";
import {
  answerKeepAlive,
  echoClose,
  parseFrame,
  sendFrame,
  switchProtocols,
} from "../http/sockets.ts";
import { claimsOf, SpentTokens } from "../http/upgradeTokens.ts";
import { gateOf, mailboxOf } from "../objects.ts";
import { type Attachment, attachmentOf, change, sideOf } from "./attachment.ts";
import { AttemptSockets } from "./attemptSockets.ts";
import { tellProblem } from "./refusals.ts";
import { answerVisitor, digestOf, disappoint, showOffer } from "./visitors.ts";

const STATE_KEY = "attempt";

export class PairingAttempt extends DurableObject<Env> {
  readonly #sockets: AttemptSockets;
  readonly #tokens: SpentTokens;
  #state: AttemptState | undefined;
  /** The state in memory is ahead of the stored one by soft steps. */
  #isAhead = false;
  #commitTries = 0;

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
    const { userId, deviceId, network, purpose, locator, sid, ...token } = claimsOf(request);
    if (locator === null || !this.#tokens.take(token)) return refusal("upgrade-refused");
    const state = this.#load();
    const isOwn = state.at !== "free" && state.initiator.userId === userId;
    if (purpose === "claim" && isOwn) return refusal("own-key");
    const attachment: Attachment = {
      party: { userId, deviceId, network },
      purpose,
      locator,
      // Whoever claims comes to the attempt that is there; whoever resumes, to one of its own.
      sid: purpose === "claim" && state.at !== "free" ? state.offer.sid : sid,
      tokenId: token.id,
      answerBy: 0,
      mayClaimUntil: 0,
      claimed: null,
      isTold: false,
      hasAcknowledged: false,
    };
    const role = sideOf(state, attachment);
    if (purpose === "resume" && role === null) return refusal("attempt-unknown");
    if (!this.#sockets.hasRoomFor(attachment, role !== null)) return refusal("try-again");
    const { 0: client, 1: server } = new WebSocketPair();
    this.#sockets.accept(server, attachment);
    if (purpose !== "open") this.#greet(server, state, role);
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

  /** Tells a socket that has just opened all that it must know. */
  #greet(socket: WebSocket, state: AttemptState, role: Role | null): void {
    const now = Date.now();
    if (role === null) return showOffer(this.env, socket, state, now);
    if (state.at === "matched") this.#commitAll(state);
    sendFrame(socket, noticesFor(state, role, now));
  }

  async #receive(socket: WebSocket, message: AttemptRequest): Promise<void> {
    if ("share" in message && !isShare(fromBase64Url(message.share))) {
      const fields = { share: "must be a point of the group, not the identity" };
      return tellProblem(socket, "malformed-message", { fields });
    }
    if (message.type === "open") return this.#open(socket, message);
    const claim = message.type === "claim" ? await digestOf(message) : null;
    const now = Date.now();
    const state = this.#load();
    const { party, purpose, sid, claimed, mayClaimUntil } = attachmentOf(socket);
    const isSide = sideOf(state, attachmentOf(socket)) !== null;
    // Only a socket that was opened to claim has passed the account's back-off and the network's gate.
    const isGuess = !isSide && claim !== null && claimed === null;
    if (isGuess && purpose !== "claim") return tellProblem(socket, "out-of-turn");
    const isOnOffer = state.at !== "free" && state.offer.sid === sid && now < mayClaimUntil;
    if (!isSide && !(isGuess && isOnOffer)) return this.#hearVisitor(socket, message, claim, now);
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
    const { party, locator, purpose, sid } = attachmentOf(socket);
    if (purpose !== "open" || (sid ?? message.sid) !== message.sid) {
      return tellProblem(socket, "out-of-turn");
    }
    change(socket, { sid: message.sid });
    this.#reply(socket, await this.#decide({ type: "open", party, locator, message }));
  }

  #hearVisitor(socket: WebSocket, message: AttemptRequest, claim: string | null, now: number) {
    if (!answerVisitor(socket, message, claim, now)) return;
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
    this.#sockets.tell(effects, before, state);
    if (state.at === "free") this.#sockets.close((socket) => sideOf(before, socket) !== null);
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

function refusal(code: ProblemCode): Response {
  return problemResponse(problem(code));
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
