// The sockets at one attempt: let in, told by side, and closed. Visitors must not keep the sides out,
// nor one account everybody.

import type { Role } from "../../shared/core/crypto/cpace.ts";
import type { AttemptEffect } from "../../shared/core/pairing/events.ts";
import type { AttemptState } from "../../shared/core/pairing/state.ts";
import { ATTEMPT_MAX_SOCKETS, ATTEMPT_MAX_SOCKETS_PER_ACCOUNT } from "../../shared/wire/limits.ts";
import type { AttemptNotice } from "../../shared/wire/pairing.ts";
import { closeSocket, Frame, NORMAL_CLOSURE, sendFrame } from "../http/sockets.ts";
import { attach, type Attachment, attachmentOf, change, sideOf } from "./attachment.ts";
import { tellProblem } from "./refusals.ts";

export class AttemptSockets {
  readonly #ctx: DurableObjectState;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  all(): WebSocket[] {
    return this.#ctx.getWebSockets();
  }

  accept(socket: WebSocket, attachment: Attachment): void {
    this.#ctx.acceptWebSocket(socket, [attachment.party.userId]);
    attach(socket, attachment);
  }

  /** An account's newest socket replaces its oldest; visitors whose time is over make way. */
  hasRoomFor(attachment: Attachment, isSide: boolean): boolean {
    const [oldest, ...others] = this.#ctx.getWebSockets(attachment.party.userId).filter(isOpen);
    if (oldest !== undefined && others.length >= ATTEMPT_MAX_SOCKETS_PER_ACCOUNT - 1) {
      closeSocket(oldest, NORMAL_CLOSURE);
    }
    if (isSide || this.all().length < ATTEMPT_MAX_SOCKETS) return true;
    const now = Date.now();
    this.close(({ answerBy }) => answerBy !== 0 && answerBy < now);
    return this.all().filter(isOpen).length < ATTEMPT_MAX_SOCKETS;
  }

  /** Each side hears its notices as one frame; a socket speaks for the side that it holds, or held until the end. */
  tell(effects: readonly AttemptEffect[], before: AttemptState, after: AttemptState): void {
    const notices: Record<Role, AttemptNotice[]> = { initiator: [], responder: [] };
    for (const effect of effects) {
      if (effect.do === "tell") notices[effect.role].push(effect.notice);
    }
    if (notices.initiator.length + notices.responder.length === 0) return;
    const frames: Record<Role, Frame> = {
      initiator: new Frame(notices.initiator),
      responder: new Frame(notices.responder),
    };
    for (const socket of this.all()) {
      const attachment = attachmentOf(socket);
      const held = sideOf(before, attachment);
      const side = sideOf(after, attachment) ?? (isUnderWay(after) ? null : held);
      const isDismissed = held !== null && side === null && before.at === "awaitingClaim";
      if (isDismissed) tellProblem(socket, "answered-elsewhere");
      if (side === null || notices[side].length === 0) continue;
      if (after.at === "failed") change(socket, { isTold: true });
      sendFrame(socket, frames[side]);
    }
  }

  close(isOver: (attachment: Attachment) => boolean): void {
    for (const socket of this.all()) {
      if (isOver(attachmentOf(socket))) closeSocket(socket, NORMAL_CLOSURE);
    }
  }
}

function isUnderWay({ at }: AttemptState): boolean {
  return at === "awaitingClaim" || at === "awaitingAnswer";
}

/** One that was closed counts no more, even if its client never answers. */
function isOpen(socket: WebSocket): boolean {
  return socket.readyState === WebSocket.OPEN;
}
