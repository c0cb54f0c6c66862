// Invitations to step aside in pairs, those of this account either way, and the pair room that one leads to (ROOM-5).
// Whatever waits for an answer here settles: by the answer, after a loss by what the room lists then, or with the stay.

import type { UserId } from "../../wire/ids.ts";
import { type Problem, ProblemError } from "../../wire/problem.ts";
import type {
  Invitation,
  InvitationOutcome,
  InvitationReply,
  Pair,
  RoomNotice,
  RoomRequest,
} from "../../wire/roomLine.ts";
import { ConnectionError } from "../connectionError.ts";
import { type Deferred, deferred } from "../deferred.ts";
import type { RoomChange } from "./model.ts";

type Entered = Extract<RoomNotice, { type: "entered" }>;
export type AsideNotice = Extract<
  RoomNotice,
  { type: "invitation" | "invitationOver" | "returned" }
>;

interface AsidesContext {
  readonly own: UserId;
  /** Milliseconds since 1970, by this device's clock. */
  readonly now: () => number;
  /** What the server's clock is ahead. */
  readonly aheadMs: () => number;
  readonly nextNumber: () => number;
  /** False when there is no connection. */
  readonly send: (request: RoomRequest) => boolean;
  readonly tell: (change: RoomChange) => void;
}

interface Invite {
  readonly to: UserId;
  readonly wait: Deferred<Invitation>;
  isSent: boolean;
}

interface Reply {
  readonly invitationId: string;
  readonly reply: InvitationReply;
  /** With the pair room when it was accepted, with null when it ended otherwise. */
  readonly wait: Deferred<Pair | null>;
}

export class Asides {
  readonly #context: AsidesContext;
  readonly #waiting = new Map<string, Invitation>();
  #pair: Pair | null = null;
  #shown: readonly Invitation[] = [];
  readonly #invites = new Map<number, Invite>();
  readonly #replies = new Map<number, Reply>();

  constructor(context: AsidesContext) {
    this.#context = context;
  }

  /** Those that wait for an answer, either way. */
  get invitations(): readonly Invitation[] {
    return this.#shown;
  }

  get pair(): Pair | null {
    return this.#pair;
  }

  /** The numbers of what was said and not answered yet. */
  get underWay(): number[] {
    return [...this.#invites.keys(), ...this.#replies.keys()];
  }

  invite(to: UserId): Promise<Invitation> {
    const number = this.#context.nextNumber();
    const wait = deferred<Invitation>();
    const isSent = this.#context.send({ type: "invite", number, to });
    this.#invites.set(number, { to, wait, isSent });
    return wait.promise;
  }

  reply(invitationId: string, reply: InvitationReply): Promise<Pair | null> {
    if (!this.#waiting.has(invitationId)) {
      return Promise.reject(new ProblemError("invitation-over"));
    }
    const number = this.#context.nextNumber();
    const wait = deferred<Pair | null>();
    this.#replies.set(number, { invitationId, reply, wait });
    this.#context.send({ type: "reply", number, invitationId, reply });
    return wait.promise;
  }

  take(notice: AsideNotice): void {
    switch (notice.type) {
      case "invitation":
        return this.#waits(notice.invitation, notice.number);
      case "invitationOver":
        return this.#over(notice.invitation, notice.outcome, notice.pair);
      case "returned":
        return this.#returned(notice.roomId);
    }
  }

  /** False when the number is of none of these. */
  refused(number: number, problem: Problem): boolean {
    const asked = this.#invites.get(number) ?? this.#replies.get(number);
    this.#invites.delete(number);
    this.#replies.delete(number);
    asked?.wait.reject(ProblemError.from(problem));
    return asked !== undefined;
  }

  /** What the room lists now, first of all or after a loss. */
  entered({ invitations, pair }: Entered): void {
    const before = this.#pair;
    if (before !== null && before.roomId !== pair?.roomId) this.#returned(before.roomId);
    const listed = new Set(invitations.map(({ invitationId }) => invitationId));
    for (const invitation of this.#waiting.values()) {
      if (listed.has(invitation.invitationId)) continue;
      const outcome = this.#outcomeOf(invitation, pair);
      this.#over(invitation, outcome, outcome === "accepted" ? pair : null);
    }
    this.#pair = pair;
    for (const invitation of invitations) this.#waits(invitation, null);
    this.#goOn();
  }

  over(error: Error): void {
    for (const { wait } of [...this.#invites.values(), ...this.#replies.values()]) {
      wait.reject(error);
    }
    this.#invites.clear();
    this.#replies.clear();
    this.#waiting.clear();
    this.#shown = [];
  }

  #waits(told: Invitation, number: number | null): void {
    const { invitationId, from, to } = told;
    const known = this.#waiting.get(invitationId);
    const invitation = known ?? this.#byOwnClock(told);
    if (known === undefined) {
      this.#waiting.set(invitationId, invitation);
      this.#changed();
      this.#context.tell({ event: "invitation", invitation });
    }
    if (from !== this.#context.own) return;
    for (const [asked, invite] of this.#invites) {
      // Another client of this account may have chosen the same number.
      if (invite.to !== to || (number !== null && number !== asked)) continue;
      this.#invites.delete(asked);
      invite.wait.resolve(invitation);
    }
  }

  #over(told: Invitation, outcome: InvitationOutcome, pair: Pair | null): void {
    const { invitationId } = told;
    const known = this.#waiting.get(invitationId);
    const invitation = known ?? this.#byOwnClock(told);
    this.#waiting.delete(invitationId);
    this.#changed();
    if (pair !== null) this.#pair = pair;
    this.#context.tell({ event: "invitationOver", invitation, outcome, pair });
    for (const [number, { wait, ...reply }] of this.#replies) {
      if (reply.invitationId !== invitationId) continue;
      this.#replies.delete(number);
      wait.resolve(pair);
    }
    // Both have invited each other: one's own came as the answer.
    for (const [number, { to, wait }] of this.#invites) {
      if (outcome !== "accepted" || to !== otherOf(invitation, this.#context.own)) continue;
      this.#invites.delete(number);
      wait.resolve(invitation);
    }
  }

  #returned(roomId: Pair["roomId"]): void {
    this.#pair = null;
    this.#context.tell({ event: "returned", roomId });
  }

  /** What was under way when the connection was lost. */
  #goOn(): void {
    for (const [number, invite] of this.#invites) {
      const { to, wait } = invite;
      if (invite.isSent) {
        this.#invites.delete(number);
        const message = "The connection was lost. If the invitation came, it is over already.";
        wait.reject(new ConnectionError(message));
      } else {
        invite.isSent = this.#context.send({ type: "invite", number, to });
      }
    }
    for (const [number, { invitationId, reply }] of this.#replies) {
      this.#context.send({ type: "reply", number, invitationId, reply });
    }
  }

  #byOwnClock(told: Invitation): Invitation {
    return { ...told, expiresAt: told.expiresAt - this.#context.aheadMs() };
  }

  /** Of one that ended while nothing could be told: as far as it can be seen. */
  #outcomeOf(invitation: Invitation, pair: Pair | null): InvitationOutcome {
    if (pair?.with === otherOf(invitation, this.#context.own)) return "accepted";
    return invitation.expiresAt <= this.#context.now() ? "timedOut" : "gone";
  }

  #changed(): void {
    this.#shown = [...this.#waiting.values()];
  }
}

function otherOf({ from, to }: Invitation, own: UserId): UserId {
  return from === own ? to : from;
}
