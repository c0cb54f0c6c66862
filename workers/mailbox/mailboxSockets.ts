// The live sockets of a mailbox: what "told" means for its owner. A socket hears live news after its hello.

import { CONTACTS_PAGE, MAILBOX_MAX_SOCKETS } from "../../shared/wire/limits.ts";
import { type MailboxNotice, mailboxRequestSchema } from "../../shared/wire/mailbox.ts";
import { problem } from "../../shared/wire/problem.ts";
import type { DeviceId } from "../../shared/wire/ids.ts";
import type { UpgradeClaims } from "../auth/tokens.ts";
import { problemResponse } from "../http/problems.ts";
import { answerKeepAlive, parseFrame, sendFrame, switchProtocols } from "../http/sockets.ts";
import { SpentTokens } from "../http/upgradeTokens.ts";
import type { ContactChange, MailboxStore } from "./mailboxStore.ts";

interface Attachment {
  readonly deviceId: DeviceId;
  readonly tokenId: string;
  readonly isReady: boolean;
}

export class MailboxSockets {
  readonly #ctx: DurableObjectState;
  readonly #tokens: SpentTokens;

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    this.#tokens = new SpentTokens(
      ctx.getWebSockets().map((socket) => attachmentOf(socket).tokenId),
    );
    answerKeepAlive(ctx);
  }

  accept(claims: UpgradeClaims): Response {
    if (this.#ctx.getWebSockets().length >= MAILBOX_MAX_SOCKETS) {
      return problemResponse(problem("try-again", { retryAfterSeconds: 60 }));
    }
    if (!this.#tokens.take(claims)) return problemResponse(problem("upgrade-refused"));
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server);
    const { deviceId, id: tokenId } = claims;
    server.serializeAttachment({ deviceId, tokenId, isReady: false } satisfies Attachment);
    return switchProtocols(client);
  }

  receive(socket: WebSocket, data: string | ArrayBuffer, store: MailboxStore): void {
    for (const incoming of parseFrame(data, mailboxRequestSchema)) {
      if (incoming.ok) this.#welcome(socket, incoming.message.after, store);
      else sendFrame(socket, [{ type: "problem", problem: incoming.problem }]);
    }
  }

  /** Tells every device that listens. */
  tell(notice: MailboxNotice): void {
    for (const socket of this.#ctx.getWebSockets()) {
      if (attachmentOf(socket).isReady) sendFrame(socket, [notice]);
    }
  }

  /** Sends what came after the device last listened: the contacts are their own notices. */
  #welcome(socket: WebSocket, after: number, store: MailboxStore): void {
    let sequence = after;
    for (;;) {
      const changes = store.changesAfter(sequence, CONTACTS_PAGE);
      if (changes.length === 0) break;
      for (const change of changes) sendFrame(socket, [noticeOf(change)]);
      sequence = changes.at(-1)?.sequence ?? sequence;
    }
    socket.serializeAttachment({ ...attachmentOf(socket), isReady: true } satisfies Attachment);
    const ready: MailboxNotice = { type: "ready", sequence: store.lastSequence() };
    sendFrame(socket, [ready]);
  }
}

function noticeOf(change: ContactChange): MailboxNotice {
  const { sequence } = change;
  return "contact" in change
    ? { type: "contacts", contacts: [change.contact] }
    : { type: "removed", userId: change.removed, sequence };
}

function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}
