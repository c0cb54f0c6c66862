// A room, or a pair room: people who talk. A thin shell around what lives in it: it lets sockets in, hears them, and answers
// whoever looks after the room. What people say is stored nowhere.

import { DurableObject } from "cloudflare:workers";
import type { OwedPair } from "../../shared/core/room/errands.ts";
import { bansFor } from "../../shared/core/room/moderation.ts";
import type { Refusal, RoomEventOf } from "../../shared/core/room/events.ts";
import { newPair } from "../../shared/core/room/opening.ts";
import {
  occupancyOf,
  personOf,
  sharedName,
  type Steward,
  type StoredRoom,
} from "../../shared/core/room/state.ts";
import type { DeviceId, Handle, RoomId, UserId } from "../../shared/wire/ids.ts";
import { UPGRADE_TOKEN_TTL_SECONDS } from "../../shared/wire/limits.ts";
import { problem, type ProblemCode } from "../../shared/wire/problem.ts";
import type {
  ArrangeRoom,
  Moderation,
  OpenedRoom,
  Report,
  ReportRequest,
  RoomInfo,
  RoomRecord,
} from "../../shared/wire/rooms.ts";
import type { Env } from "../env.ts";
import { problemResponse } from "../http/problems.ts";
import { codecOf, echoClose, NORMAL_CLOSURE, TRY_AGAIN_LATER } from "../http/sockets.ts";
import { claimsOf, type HandedClaims } from "../http/upgradeTokens.ts";
import { DONE, type Result } from "../mailbox/results.ts";
import type { RoomPass } from "../mailbox/roomList.ts";
import { mailboxOf } from "../objects.ts";
import { Conversation } from "./conversation.ts";
import { LateTokens } from "./lateTokens.ts";
import { linkHashOf, newLinkToken } from "./links.ts";
import { LivingRoom } from "./living.ts";
import { ReportBox } from "./reportBox.ts";

/** What a client closes its socket with that does not want its seat kept. */
const DONE_REASON = "done";
const UNKNOWN: Result<never> = { ok: false, code: "room-unknown" };

export class Room extends DurableObject<Env> {
  readonly #room: LivingRoom;
  readonly #lateTokens = new LateTokens();
  readonly #conversation: Conversation;
  readonly #reports: ReportBox;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#room = new LivingRoom(ctx, env);
    this.#reports = new ReportBox(env, this.#room);
    this.#room.onRecord = (before) => this.#reports.stewardsChanged(before);
    this.#conversation = new Conversation(this.#room, this.#lateTokens, this.#reports);
  }

  /** Refusals are responses, which the Worker tells over a socket of its own. */
  override async fetch(request: Request): Promise<Response> {
    const claims = claimsOf(request);
    const { id, issuedAt, userId, deviceId, room } = claims;
    const codec = codecOf(request);
    if (!(await this.#stands())) return refusal("room-unknown");
    const pass = await this.#passOf(claims);
    // While its mailbox answered, the room may have come to its end.
    if (!this.#isOpen()) return refusal("room-unknown");
    if (!pass.ok) return refusal(pass.code);
    const isExpelled = this.#lateTokens.isExpelled(userId, deviceId);
    if (codec === undefined || room === null || isExpelled) return refusal("upgrade-refused");
    if (!this.#room.tokens.take({ id, issuedAt })) return refusal("upgrade-refused");
    const { linkHash } = room;
    const enterBy = Date.now() + UPGRADE_TOKEN_TTL_SECONDS * 1_000;
    const handle = this.#lateTokens.handleNow(userId, pass.value.handle);
    const { hidden } = pass.value;
    const visitor = { userId, deviceId, handle, linkHash, hidden, enterBy };
    return this.#room.sockets.accept(id, visitor, codec);
  }

  /**
   * As the token says. The mailbox is asked where that was too much for a token, and where an earlier instance may have
   * been told what is otherwise since.
   */
  async #passOf(claims: HandedClaims): Promise<Result<RoomPass>> {
    const { issuedAt, userId, deviceId, handle, hidden = null } = claims;
    if (hidden !== null && !this.#room.tokens.isOlder(issuedAt)) {
      return { ok: true, value: { handle, hidden } };
    }
    try {
      const pass = await mailboxOf(this.env, userId).roomPass({ userId, deviceId });
      return pass.ok ? pass : { ok: false, code: "upgrade-refused" };
    } catch {
      return { ok: false, code: "try-again" };
    }
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> | void {
    const waking = this.#room.ready();
    if (waking !== null) return waking.then(() => this.#conversation.hear(socket, data));
    this.#conversation.hear(socket, data);
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    await this.#room.ready(socket);
    this.#conversation.lost(socket, code === NORMAL_CLOSURE && reason === DONE_REASON);
    echoClose(socket, code, reason);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    await this.#room.ready(socket);
    this.#conversation.lost(socket, false);
  }

  /** @param record of {@link newRoom}; its owner knows of it already */
  async open(record: StoredRoom): Promise<void> {
    await this.#room.ready();
    if (!this.#room.isThere) this.#room.begin(record);
  }

  /** By the room that has made it. Done again, both are waited for who are not there. */
  async openPair(pair: OwedPair): Promise<void> {
    if (await this.#exists()) this.#room.decide({ type: "awaitBoth", areTold: pair.areTold });
    else this.#room.begin(newPair(pair, Date.now()));
  }

  async endPair(): Promise<void> {
    if (await this.#exists()) this.#room.decide({ type: "endPair" });
  }

  async pairOver(pairId: RoomId): Promise<void> {
    if (await this.#exists()) this.#room.decide({ type: "pairOver", pairId });
  }

  async info(): Promise<RoomInfo | null> {
    if (!(await this.#stands())) return null;
    const { state } = this.#room;
    return { room: state.record.room, occupancy: occupancyOf(state) };
  }

  /** Null where no room stands. */
  async occupancy(): Promise<number | null> {
    return (await this.#stands()) ? occupancyOf(this.#room.state) : null;
  }

  async has(userId: UserId): Promise<boolean> {
    return (await this.#stands()) && personOf(this.#room.state, userId) !== null;
  }

  /** What `to` may be told of `from`, who asks it to become a contact; null unless they are there for each other. */
  async share(
    from: UserId,
    to: UserId,
  ): Promise<{ readonly title: string; readonly name: string } | null> {
    return (await this.#stands()) ? sharedName(this.#room.state, from, to) : null;
  }

  async arrange(by: Steward, change: ArrangeRoom): Promise<Result<RoomRecord>> {
    const arranged = await this.#manage({ type: "arrange", by, change });
    return arranged.ok ? { ok: true, value: this.#room.state.record.room } : arranged;
  }

  async close(by: Steward): Promise<Result<null>> {
    return this.#manage({ type: "close", by });
  }

  async renewLink(by: Steward): Promise<Result<OpenedRoom>> {
    const linkToken = newLinkToken();
    const linkHash = linkHashOf(linkToken);
    const renewed = await this.#manage({ type: "renewLink", by, linkHash });
    if (!renewed.ok) return renewed;
    return { ok: true, value: { roomId: this.#room.state.record.room.roomId, linkToken } };
  }

  async moderate(by: Steward, moderation: Moderation): Promise<Result<null>> {
    return this.#manage({ type: "moderate", by, ...moderation });
  }

  async bans(by: Steward): Promise<Result<StoredRoom["bans"]>> {
    if (!(await this.#stands())) return UNKNOWN;
    const bans = bansFor(this.#room.state.record, by);
    return "code" in bans ? refused(bans) : { ok: true, value: bans };
  }

  async report(by: UserId, request: ReportRequest): Promise<Result<null>> {
    return this.#try(() => this.#reports.report(by, request));
  }

  /** Of a pair room that this room has made. */
  async takeReport(report: Report): Promise<Result<null>> {
    return (await this.#stands()) ? this.#reports.take(report) : UNKNOWN;
  }

  async reports(by: Steward): Promise<Result<readonly Report[]>> {
    return (await this.#stands()) ? this.#reports.read(by) : UNKNOWN;
  }

  async dropReport(by: Steward, reportId: string): Promise<Result<null>> {
    return this.#try(() => this.#reports.drop(by, reportId));
  }

  /** The mailbox of `userId` says whether it hides the other from it. True once the room knows. */
  async setHidden(userId: UserId, other: UserId, isHidden: boolean): Promise<boolean> {
    this.#lateTokens.setHidden(userId, other, isHidden);
    if (!(await this.#exists())) return true;
    this.#room.decide({ type: "setHidden", userId, other, isHidden });
    return true;
  }

  /** The mailbox of `userId` says what its handle is from now on. True once the room shows no other. */
  async rename(userId: UserId, handle: Handle | null): Promise<boolean> {
    this.#lateTokens.rename(userId, handle);
    const exists = await this.#exists();
    for (const live of this.#room.sockets.all()) {
      if (live.visitor?.userId !== userId || live.visitor.handle === handle) continue;
      this.#room.sockets.close(live, TRY_AGAIN_LATER, "renamed");
    }
    if (exists) this.#room.decide({ type: "rename", userId, handle });
    return true;
  }

  /** The device has no say in its account any more; null: there is no such account. True once it is out. */
  async expel(userId: UserId, deviceId: DeviceId | null): Promise<boolean> {
    this.#lateTokens.expel(userId, deviceId);
    const exists = await this.#exists();
    const isMeant = (one: { readonly userId: UserId; readonly deviceId: DeviceId }) =>
      one.userId === userId && (deviceId === null || one.deviceId === deviceId);
    for (const live of this.#room.sockets.all()) {
      if (live.visitor === null || !isMeant(live.visitor)) continue;
      this.#room.sockets.close(live, NORMAL_CLOSURE, "");
    }
    if (exists) this.#room.decide({ type: "expel", userId, deviceId });
    return true;
  }

  override async alarm(): Promise<void> {
    if (!(await this.#exists())) return;
    await this.#room.alarm();
    if (this.#room.isThere) await this.#reports.prune();
  }

  async #manage(
    event: RoomEventOf<"arrange" | "close" | "renewLink" | "moderate">,
  ): Promise<Result<null>> {
    return this.#try(() => {
      const reply = this.#room.decide(event);
      return reply.kind === "refused" ? refused(reply) : DONE;
    });
  }

  /** What the storage does not take, or a room that is away, has changed nothing. */
  async #try(attempt: () => Result<null> | Promise<Result<null>>): Promise<Result<null>> {
    if (!(await this.#stands())) return UNKNOWN;
    try {
      return await attempt();
    } catch {
      return { ok: false, code: "try-again" };
    }
  }

  /** Whether something of a room is there, perhaps what it owes at its end alone. */
  async #exists(): Promise<boolean> {
    await this.#room.ready();
    return this.#room.isThere;
  }

  async #stands(): Promise<boolean> {
    await this.#room.ready();
    return this.#isOpen();
  }

  /** To be asked once the room is ready. */
  #isOpen(): boolean {
    return this.#room.isThere && this.#room.state.record.end === null;
  }
}

function refused({ code, fields }: Refusal): Result<never> {
  return { ok: false, code, ...(fields !== undefined && { members: { fields: { ...fields } } }) };
}

function refusal(code: ProblemCode): Response {
  return problemResponse(problem(code));
}
