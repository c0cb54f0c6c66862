// What the sockets of a room say. Talk itself is the hot path: it changes nothing that is kept, and asks nobody.

import type { Reply } from "../../shared/core/room/events.ts";
import { hears, hiddenFrom, Paces, speakerOf } from "../../shared/core/room/speaking.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import {
  INVITATION_BURST,
  INVITATION_EVERY_SECONDS,
  ROOM_VISITOR_ANSWERS,
} from "../../shared/wire/limits.ts";
import { problem, type Problem, type ProblemCode } from "../../shared/wire/problem.ts";
import {
  type RoomNotice,
  type RoomRequest,
  roomRequestSchema,
} from "../../shared/wire/roomLine.ts";
import { talkIn } from "../../shared/wire/roomTalk.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { AnswerBudget, TOO_MANY_MISTAKES } from "../http/answerBudget.ts";
import {
  Frame,
  NORMAL_CLOSURE,
  parseFrame,
  POLICY_VIOLATION,
  TRY_AGAIN_LATER,
} from "../http/sockets.ts";
import { newRoomId } from "./links.ts";
import type { LateTokens } from "./lateTokens.ts";
import type { LivingRoom } from "./living.ts";
import type { ReportBox } from "./reportBox.ts";
import type { LiveSocket } from "./roomSockets.ts";

const INVITATION_BYTES = 16;

type RequestOf<Type extends RoomRequest["type"]> = Extract<RoomRequest, { type: Type }>;

export class Conversation {
  readonly #room: LivingRoom;
  readonly #lateTokens: LateTokens;
  readonly #reports: ReportBox;
  readonly #paces = new Paces();
  readonly #invitationPaces = new Paces(INVITATION_BURST);
  readonly #answers = new AnswerBudget();
  /** Of those who do not hear the room: nothing that they are told is ever known to be heard. */
  readonly #visitorAnswers = new AnswerBudget(ROOM_VISITOR_ANSWERS, 0);

  constructor(room: LivingRoom, lateTokens: LateTokens, reports: ReportBox) {
    this.#room = room;
    this.#lateTokens = lateTokens;
    this.#reports = reports;
  }

  hear(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#room.look(socket);
    const live = this.#room.sockets.of(socket);
    if (live === undefined) return;
    for (const incoming of parseFrame(socket, data, roomRequestSchema, live.codec, talkIn)) {
      // It may have been closed for what it has said before.
      if (this.#room.sockets.of(socket) !== live) return;
      if (incoming.ok) this.#attempt(live, incoming.message);
      else this.#correct(live, incoming.problem);
    }
  }

  /** Its connection is gone; on purpose, if its client has said so. */
  lost(socket: WebSocket, isDone: boolean): void {
    const live = this.#room.sockets.of(socket);
    this.#room.sockets.end(socket);
    if (live === undefined) return;
    const { userId, name, visitor } = live;
    if (visitor !== null || !this.#room.isThere) return;
    this.#room.lose(userId, name, isDone);
  }

  /** What cannot be done now, such as what the storage does not take, has changed nothing, and may be tried again. */
  #attempt(live: LiveSocket, message: RoomRequest): void {
    try {
      this.#receive(live, message);
    } catch (error) {
      console.error(`unexpected ${error instanceof Error ? error.name : "error"} in a room`);
      this.#refuse(live, "try-again", "number" in message ? message.number : undefined);
      if (live.visitor !== null) this.#room.sockets.close(live, TRY_AGAIN_LATER, "try again");
    }
  }

  #receive(live: LiveSocket, message: RoomRequest): void {
    if (message.type === "enter") return this.#enter(live, message);
    const { visitor, userId, name: socket } = live;
    if (visitor !== null) return this.#refuse(live, "out-of-turn");
    switch (message.type) {
      case "say":
        return this.#say(live, message);
      case "heard":
        return this.#room.fanOut.heard(live, message.through);
      case "signal":
        return this.#signal(live, message);
      case "tracks": {
        const { audio, video } = message;
        if (!this.#isInPace(userId)) return this.#refuse(live, "too-many-requests");
        return this.#answer(
          live,
          this.#room.decide({ type: "tracks", userId, socket, audio, video }),
        );
      }
      case "invite":
        return this.#invite(live, message);
      case "reply": {
        const { number, invitationId, reply } = message;
        const pairId = newRoomId();
        const event = { type: "reply", userId, socket, invitationId, reply, pairId } as const;
        return this.#answer(live, this.#room.decide(event), number);
      }
      case "leave":
        return this.#answer(live, this.#room.decide({ type: "leave", userId, socket }));
    }
  }

  #enter(live: LiveSocket, message: RequestOf<"enter">): void {
    const { visitor, name: socket } = live;
    const { line, name } = message;
    if (visitor === null) return this.#refuse(live, "out-of-turn");
    const { userId, deviceId, handle, linkHash } = visitor;
    // What its token says of it may be otherwise by now, or was too much for the sleep that the object has had since.
    if (visitor.hidden === null || Date.now() > visitor.enterBy) {
      return this.#room.sockets.close(live, TRY_AGAIN_LATER, "too late");
    }
    const hidden = this.#lateTokens.hiddenNow(userId, visitor.hidden);
    const entry = { socket, userId, deviceId, handle, linkHash, hidden, line, name };
    const after = message.after === undefined ? null : this.#room.numberOf(message.after);
    const reply = this.#room.decide({ type: "enter", ...entry, after });
    if (reply.kind === "taken") return this.#reports.welcome(userId);
    this.#answer(live, reply);
    this.#room.sockets.close(live, NORMAL_CLOSURE, "");
  }

  #say(live: LiveSocket, { number, text }: RequestOf<"say">): void {
    const { feed, fanOut, state } = this.#room;
    const { userId, name } = live;
    const speaker = speakerOf(state, userId, name);
    if (speaker === null) return;
    const now = Date.now();
    if (!this.#isInPace(userId, now)) return this.#refuse(live, "too-many-requests", number);
    // Whoever speaks in the turn in which it comes in hears itself.
    if (!live.isListening) fanOut.flush();
    const event = { kind: "said", seat: speaker.seat, number, text, at: now } as const;
    feed.append(event, userId, hiddenFrom(state, userId));
    fanOut.push();
  }

  /** To someone who does not hear it, as if it had: nobody learns from here who is hidden. */
  #signal(live: LiveSocket, { to, data }: RequestOf<"signal">): void {
    const { state } = this.#room;
    const { userId, name } = live;
    if (speakerOf(state, userId, name) === null) return;
    if (!this.#isInPace(userId)) return this.#refuse(live, "too-many-requests");
    if (hears(state, userId, to)) this.#room.tell(to, { type: "signal", from: userId, data });
  }

  #invite(live: LiveSocket, { number, to }: RequestOf<"invite">): void {
    const { userId, name: socket } = live;
    // Each is stored, and shown to somebody: more than talk is.
    const isPaced = this.#invitationPaces.take(userId, 1 / INVITATION_EVERY_SECONDS, Date.now());
    if (!isPaced) return this.#refuse(live, "too-many-requests", number);
    const invitationId = toBase64Url(crypto.getRandomValues(new Uint8Array(INVITATION_BYTES)));
    const ids = { invitationId, pairId: newRoomId() };
    this.#answer(
      live,
      this.#room.decide({ type: "invite", userId, socket, number, to, ...ids }),
      number,
    );
  }

  /** Talk, tracks and signals count alike; invitations have a pace of their own. */
  #isInPace(userId: UserId, now = Date.now()): boolean {
    return this.#paces.take(userId, this.#room.state.record.room.pace, now);
  }

  /** @param number of what was refused, if its client has numbered it */
  #answer(live: LiveSocket, reply: Reply, number?: number): void {
    if (reply.kind === "refused") this.#refuse(live, reply.code, number);
  }

  #refuse(live: LiveSocket, code: ProblemCode, number?: number): void {
    this.#correct(live, problem(code), number);
  }

  /** Everything that a client is told only since it does something wrong; too often, and its socket is closed. */
  #correct(live: LiveSocket, told: Problem, number?: number): void {
    const budget = live.isListening ? this.#answers : this.#visitorAnswers;
    if (!budget.take(live.socket)) {
      return this.#room.drop(live, POLICY_VIOLATION, TOO_MANY_MISTAKES);
    }
    const notice: RoomNotice =
      number === undefined
        ? { type: "problem", problem: told }
        : { type: "refused", number, problem: told };
    this.#room.fanOut.tell(live, new Frame([notice]));
  }
}
