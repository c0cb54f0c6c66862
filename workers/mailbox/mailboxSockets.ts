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
import type { RequestBox } from "./requestBox.ts";

interface Attachment {
  readonly deviceId: DeviceId;
  readonly tokenId: string;
  readonly isReady: boolean;
  /** The latest requests that a device has answered: they wait no more, though they are stored until their end. */
  readonly dismissed: readonly string[];
}

const DISMISSED_MAX = 5;

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
    server.serializeAttachment({
      deviceId,
      tokenId,
      isReady: false,
      dismissed: [],
    } satisfies Attachment);
    return switchProtocols(client);
  }

  receive(
    socket: WebSocket,
    data: string | ArrayBuffer,
    store: MailboxStore,
    requests: RequestBox,
  ): void {
    for (const incoming of parseFrame(data, mailboxRequestSchema)) {
      if (incoming.ok) this.#welcome(socket, incoming.message.after, store, requests);
      else sendFrame(socket, [{ type: "problem", problem: incoming.problem }]);
    }
  }

  /** Tells every device that listens. */
  tell(notice: MailboxNotice): void {
    for (const socket of this.#ctx.getWebSockets()) {
      if (attachmentOf(socket).isReady) sendFrame(socket, [notice]);
    }
  }

  /** Remembers on the sockets, which outlive the object's memory, that a request is answered. */
  dismiss(sid: string): void {
    for (const socket of this.#ctx.getWebSockets()) {
      const attachment = attachmentOf(socket);
      const dismissed = [...attachment.dismissed, sid].slice(-DISMISSED_MAX);
      socket.serializeAttachment({ ...attachment, dismissed } satisfies Attachment);
    }
  }

  dismissed(): ReadonlySet<string> {
    return new Set(this.#ctx.getWebSockets().flatMap((socket) => attachmentOf(socket).dismissed));
  }

  /** Sends what came after the device last listened, in the order of its sequence, and the requests that wait. */
  #welcome(socket: WebSocket, after: number, store: MailboxStore, requests: RequestBox): void {
    let sequence = after;
    const missed = [...requests.missedAfter(after)];
    const tellMissed = (before: number) => {
      while (missed[0] !== undefined && missed[0].sequence < before) {
        sendFrame(socket, [{ type: "requestOver", request: missed.shift() }]);
      }
    };
    for (;;) {
      const changes = store.changesAfter(sequence, CONTACTS_PAGE);
      if (changes.length === 0) break;
      for (const change of changes) {
        tellMissed(change.sequence);
        sendFrame(socket, [noticeOf(change)]);
      }
      sequence = changes.at(-1)?.sequence ?? sequence;
    }
    tellMissed(Infinity);
    const now = Date.now();
    for (const request of requests.waiting(now))
      sendFrame(socket, [{ type: "request", request, now }]);
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
