// One attempt of two people to meet, named by its locator. A thin shell: it parses, has the table decide,
// stores one value, tells the sockets, and drives the outbox. Looking at a free locator writes nothing.

import { DurableObject } from "cloudflare:workers";
import type { Role } from "../../shared/core/crypto/cpace.ts";
import { earliest, retryDelayMs } from "../../shared/core/deadlines.ts";
import { deadlineOf, step } from "../../shared/core/pairing/attempt.ts";
import type { AttemptEffect, AttemptEvent, Reply } from "../../shared/core/pairing/events.ts";
import { noticesFor, offerNotice } from "../../shared/core/pairing/notices.ts";
import {
  type AttemptState,
  type ContactCommit,
  FREE,
  type Party,
  roleOf,
} from "../../shared/core/pairing/state.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { ATTEMPT_MAX_SOCKETS } from "../../shared/wire/limits.ts";
import {
  type AttemptNotice,
  type AttemptRequest,
  attemptRequestSchema,
} from "../../shared/wire/pairing.ts";
import { problem, type Problem } from "../../shared/wire/problem.ts";
import type { Env } from "../env.ts";
import { problemResponse } from "../http/problems.ts";
import {
  answerKeepAlive,
  CLOSE,
  closeSocket,
  echoClose,
  parseFrame,
  sendFrame,
  switchProtocols,
} from "../http/sockets.ts";
import { claimsOf, SpentTokens } from "../http/upgradeTokens.ts";
import { gateOf, mailboxOf } from "../objects.ts";
import { attach, type Attachment, attachmentOf } from "./attachment.ts";
import { decoyAt } from "./decoys.ts";

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
    const claims = claimsOf(request);
    const isVisitor = roleOf(this.#load(), claims) === null;
    if (isVisitor && this.ctx.getWebSockets().length >= ATTEMPT_MAX_SOCKETS) {
      return problemResponse(problem("try-again", { retryAfterSeconds: 5 }));
    }
    if (claims.locator === null || !this.#tokens.take(claims)) {
      return problemResponse(problem("upgrade-refused"));
    }
    const { userId, deviceId, network, purpose, locator, id: tokenId } = claims;
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const party = { userId, deviceId, network };
    const fresh = { answerBy: null, hasClaimed: false, hasAcknowledged: false };
    this.#greet(server, attach(server, { party, purpose, locator, tokenId, ...fresh }));
    return switchProtocols(client);
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    for (const incoming of parseFrame(data, attemptRequestSchema)) {
      if (incoming.ok) await this.#receive(socket, incoming.message);
      else tellProblem(socket, incoming.problem);
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
  #greet(socket: WebSocket, attachment: Attachment): void {
    const { party, purpose, locator } = attachment;
    const now = Date.now();
    const state = this.#load();
    if (purpose === "claim" && state.at !== "free" && state.initiator.userId === party.userId) {
      return tellProblem(socket, problem("own-key"));
    }
    const role = roleOf(state, party);
    if (role !== null) {
      if (state.at === "matched") this.#commitAll(state.outbox, locator);
      return sendFrame(socket, noticesFor(state, role, now));
    }
    if (purpose === "resume") return tellProblem(socket, problem("attempt-unknown"));
    if (purpose === "open") return;
    const isOnOffer = state.at !== "free" && now < state.claimBy;
    const offer = isOnOffer ? offerNotice(state, now) : decoyAt(this.env, locator, now).offer;
    attach(socket, { ...attachment, answerBy: offer.answerBy });
    sendFrame(socket, [offer]);
  }

  async #receive(socket: WebSocket, message: AttemptRequest): Promise<void> {
    const attachment = attachmentOf(socket);
    const { party, purpose } = attachment;
    const state = this.#load();
    const isSide = roleOf(state, party) !== null;
    if (message.type === "open" && purpose !== "open") {
      return tellProblem(socket, problem("out-of-turn"));
    }
    if (message.type === "acknowledge") {
      if (!isSide) return leave(socket);
      const isOver = state.at === "matched" || state.at === "failed";
      if (isOver) attach(socket, { ...attachment, hasAcknowledged: true });
    }
    if (message.type === "claim" && !isSide) {
      // Only a socket that was asked for a claim has passed the account's and the network's gate.
      if (purpose !== "claim") return tellProblem(socket, problem("out-of-turn"));
      // Only a socket that was opened to claim has passed the account's back-off.
      if (purpose !== "claim") return tellProblem(socket, problem("out-of-turn"));
      if (attachment.hasClaimed) return tellProblem(socket, problem("attempt-over"));
      attach(socket, { ...attachment, hasClaimed: true });
    }
    const reply = await this.#decide(eventOf(message, attachment));
    if (reply.kind === "repeated") sendFrame(socket, reply.notices);
    if (reply.kind === "refused") tellProblem(socket, problem(reply.code));
    if (reply.kind === "stray") await this.#disappoint(socket, attachment);
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
    this.#tell(effects, (party) => roleOf(state, party) ?? roleOf(before, party));
    if (state.at === "free") this.#closeSockets((party) => roleOf(before, party) !== null);
    else this.#perform(effects, state);
    return reply;
  }

  #perform(effects: readonly AttemptEffect[], state: Exclude<AttemptState, { at: "free" }>): void {
    for (const effect of effects) {
      if (effect.do === "countFailure") this.#countFailure(effect.party, state.locator);
    }
    if (state.at === "matched" && effects.some((effect) => effect.do === "commit")) {
      this.#commitAll(state.outbox, state.locator);
    }
  }

  #commitAll(outbox: Readonly<Partial<Record<Role, ContactCommit>>>, locator: Locator): void {
    for (const role of Object.keys(outbox) as Role[]) {
      const commit = outbox[role];
      if (commit !== undefined) this.ctx.waitUntil(this.#commit(role, commit, locator));
    }
  }

  /** Gives one mailbox its contact. Repeating it is harmless, so failing only means trying again. */
  async #commit(role: Role, commit: ContactCommit, locator: Locator): Promise<void> {
    try {
      await mailboxOf(this.env, commit.owner).commitContact(commit, locator);
    } catch {
      this.#commitTries += 1;
      await this.#setAlarm();
      return;
    }
    await this.#decide({ type: "committed", role, receiptHash: commit.receiptHash });
  }

  #countFailure(party: Party, locator: Locator): void {
    this.ctx.waitUntil(
      Promise.allSettled([
        mailboxOf(this.env, party.userId).countFailure(locator),
        gateOf(this.env, party.network).countFailure(),
      ]),
    );
  }

  /** What a wrong guess sees, for a claim that was not evaluated at all. */
  async #disappoint(socket: WebSocket, attachment: Attachment): Promise<void> {
    const { party, locator } = attachment;
    const now = Date.now();
    const { offer, delayMs } = decoyAt(this.env, locator, now);
    const answerBy = attachment.answerBy ?? offer.answerBy;
    sendFrame(socket, [{ type: "claimed", answerBy, now }]);
    this.#countFailure(party, locator);
    await scheduler.wait(delayMs);
    sendFrame(socket, [{ type: "ended", outcome: "mismatch" }]);
  }

  #tell(effects: readonly AttemptEffect[], role: (party: Party) => Role | null): void {
    const notices: Record<Role, AttemptNotice[]> = { initiator: [], responder: [] };
    for (const effect of effects)
      if (effect.do === "tell") notices[effect.role].push(effect.notice);
    if (notices.initiator.length + notices.responder.length === 0) return;
    for (const socket of this.ctx.getWebSockets()) {
      const side = role(attachmentOf(socket).party);
      if (side !== null) sendFrame(socket, notices[side]);
    }
  }

  #closeSockets(isOf: (party: Party) => boolean): void {
    for (const socket of this.ctx.getWebSockets()) {
      if (isOf(attachmentOf(socket).party)) closeSocket(socket, CLOSE.normal);
    }
  }

  /** A side that leaves takes the memory on its socket along; what it has acknowledged is stored now. */
  #keepAcknowledgement(socket: WebSocket): void {
    const { hasAcknowledged, party } = attachmentOf(socket);
    if (!hasAcknowledged) return;
    const state = withAcknowledgement(this.#load(), party);
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
      const { hasAcknowledged, party } = attachmentOf(socket);
      if (hasAcknowledged) state = withAcknowledgement(state, party);
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
    const isOwing = state.at === "matched" && Object.keys(state.outbox).length > 0;
    const retryAt = isOwing ? Date.now() + retryDelayMs(this.#commitTries) : null;
    const at = earliest(deadlineOf(state), retryAt);
    if (at !== null) await this.ctx.storage.setAlarm(at);
  }
}

/** The state once a side has acknowledged; the state itself if that would end it, which is for the alarm to do. */
function withAcknowledgement(state: AttemptState, party: Party): AttemptState {
  if (state.at !== "matched" && state.at !== "failed") return state;
  const decision = step(state, { type: "acknowledge", party }, state.openedAt);
  return decision.soft ? decision.state : state;
}

function eventOf(message: AttemptRequest, { party, locator }: Attachment): AttemptEvent {
  if (message.type === "open") return { type: "open", party, locator, message };
  if (message.type === "claim") return { type: "claim", party, message };
  if (message.type === "answer") return { type: "answer", party, message };
  return { type: message.type, party };
}

function tellProblem(socket: WebSocket, told: Problem): void {
  sendFrame(socket, [{ type: "problem", problem: told }]);
}

/** A visitor has nothing to wait for. */
function leave(socket: WebSocket): void {
  sendFrame(socket, [{ type: "acknowledged" }]);
  closeSocket(socket, CLOSE.normal);
}
