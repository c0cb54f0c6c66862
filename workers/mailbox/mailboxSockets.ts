// The live sockets of a mailbox: what "told" means for its owner. A socket hears live news after its hello.

import type { Codec } from "../../shared/wire/codec/codec.ts";
import type { DeviceId } from "../../shared/wire/ids.ts";
import { CONTACTS_PAGE, MAILBOX_MAX_SOCKETS } from "../../shared/wire/limits.ts";
import type { MailboxNotice } from "../../shared/wire/mailbox.ts";
import { problem } from "../../shared/wire/problem.ts";
import type { UpgradeClaims } from "../auth/tokens.ts";
import { problemResponse } from "../http/problems.ts";
import {
  answerKeepAlive,
  closeSocket,
  Frame,
  NORMAL_CLOSURE,
  sendFrame,
  switchProtocols,
} from "../http/sockets.ts";
import { SpentTokens } from "../http/upgradeTokens.ts";
import type { ContactChange } from "./contactTable.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import type { RequestBox } from "./requestBox.ts";
import { attach, type Attachment, attachmentOf } from "./socketAttachment.ts";

const DISMISSED_MAX = 5;

/** What stands now, or has changed after that sequence. */
type Standing = (now: number, after: number) => readonly MailboxNotice[];

export class MailboxSockets {
  readonly #ctx: DurableObjectState;
  readonly #tokens: SpentTokens;
  readonly #standing: Standing[] = [];
  readonly #asked: ((now: number) => Promise<readonly MailboxNotice[]>)[] = [];

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
    this.#tokens = new SpentTokens(
      ctx.getWebSockets().map((socket) => attachmentOf(socket).tokenId),
    );
    answerKeepAlive(ctx);
  }

  accept(claims: UpgradeClaims, codec: Codec | undefined): Response {
    if (this.#ctx.getWebSockets().length >= MAILBOX_MAX_SOCKETS) {
      return problemResponse(problem("try-again", { retryAfterSeconds: 60 }));
    }
    if (codec === undefined || !this.#tokens.take(claims)) {
      return problemResponse(problem("upgrade-refused"));
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server);
    const { deviceId, id: tokenId } = claims;
    server.serializeAttachment({
      wire: codec.wire,
      deviceId,
      tokenId,
      isReady: false,
      dismissed: [],
      paused: [],
      reading: null,
      passed: 0,
    } satisfies Attachment);
    return switchProtocols(client, codec);
  }

  /** What those say is told again after each hello, until they say it no more. */
  retell(standing: Standing): void {
    this.#standing.push(standing);
  }

  /** The same, of what others must be asked for: it follows when they have answered. */
  retellLater(asked: (now: number) => Promise<readonly MailboxNotice[]>): void {
    this.#asked.push(asked);
  }

  /** Tells every device that listens. */
  tell(notice: MailboxNotice): void {
    const frame = new Frame([notice]);
    for (const socket of this.#ctx.getWebSockets()) {
      if (attachmentOf(socket).isReady) sendFrame(socket, frame);
    }
  }

  /** The last notice of an account; every socket is closed with it, the silent ones as well. */
  end(notice: MailboxNotice): void {
    const frame = new Frame([notice]);
    for (const socket of this.#ctx.getWebSockets()) {
      this.#end(socket, frame, "the account was erased");
    }
  }

  /** The last notice of devices that were removed; their sockets are closed with it, the silent ones as well. */
  endDevices(removed: ReadonlySet<DeviceId>, notice: MailboxNotice): WebSocket[] {
    const frame = new Frame([notice]);
    const ended = this.#ctx
      .getWebSockets()
      .filter((socket) => removed.has(attachmentOf(socket).deviceId));
    for (const socket of ended) this.#end(socket, frame, "the device was removed");
    return ended;
  }

  #end(socket: WebSocket, frame: Frame, reason: string): void {
    attach(socket, { isReady: false, reading: null });
    sendFrame(socket, frame);
    closeSocket(socket, NORMAL_CLOSURE, reason);
  }

  /** Remembers on the sockets, which outlive the object's memory, that a request is answered; each is told once. */
  dismiss(sid: string, notice: MailboxNotice | null): void {
    const frame = notice === null ? null : new Frame([notice]);
    for (const socket of this.#ctx.getWebSockets()) {
      const { dismissed, isReady } = attachmentOf(socket);
      if (dismissed.includes(sid)) continue;
      if (isReady && frame !== null) sendFrame(socket, frame);
      attach(socket, { dismissed: withDismissed(dismissed, [sid]) });
    }
  }

  dismissed(): ReadonlySet<string> {
    return new Set(this.#ctx.getWebSockets().flatMap((socket) => attachmentOf(socket).dismissed));
  }

  /**
   * Sends what came after the device last listened, in the order of its sequence, and the requests that wait.
   * @param reader what the end of it says to a socket that reads
   */
  welcome(
    socket: WebSocket,
    after: number,
    reader: { readonly prekeys?: number; readonly waiting?: number },
    store: MailboxStore,
    requests: RequestBox,
  ): void {
    let sequence = after;
    const missed = [...requests.missedAfter(after)];
    const tellMissed = (before: number) => {
      while (missed[0] !== undefined && missed[0].sequence < before) {
        sendFrame(socket, [{ type: "requestOver", request: missed.shift() }]);
      }
    };
    for (;;) {
      const changes = store.contacts.changesAfter(sequence, CONTACTS_PAGE);
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
    for (const notices of this.#standing) {
      for (const notice of notices(now, after)) sendFrame(socket, [notice]);
    }
    const dismissed = withDismissed(attachmentOf(socket).dismissed, requests.passedOver());
    attach(socket, { isReady: true, dismissed });
    const logLength = store.account()?.log.length ?? 0;
    const passed = store.lastSequence();
    const ready = { type: "ready", sequence: passed, logLength, ...reader, now } as const;
    sendFrame(socket, [ready satisfies MailboxNotice]);
    for (const notices of this.#asked) {
      const told = notices(now).then((late) => {
        for (const notice of late) sendFrame(socket, [notice]);
      });
      this.#ctx.waitUntil(told.catch(() => {}));
    }
  }
}

function withDismissed(dismissed: readonly string[], more: readonly string[]): readonly string[] {
  const others = dismissed.filter((sid) => !more.includes(sid));
  return [...others, ...more].slice(-DISMISSED_MAX);
}

export function noticeOf(change: ContactChange): MailboxNotice {
  const { sequence } = change;
  return "contact" in change
    ? { type: "contacts", contacts: [change.contact] }
    : { type: "removed", userId: change.removed, sequence };
}
