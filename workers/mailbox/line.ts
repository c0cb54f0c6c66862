// The line of one account: what its devices say on their sockets, and what reaches it from others. Puts the
// parts together; each of them says what it keeps to.

import { earliest } from "../../shared/core/deadlines.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { type MailboxRequest, mailboxRequestSchema } from "../../shared/wire/mailbox.ts";
import { CODECS } from "../../shared/wire/codec/codecs.ts";
import { problem } from "../../shared/wire/problem.ts";
import type { Env } from "../env.ts";
import { AnswerBudget } from "../http/answerBudget.ts";
import { closeSocket, NORMAL_CLOSURE, parseFrame, sendFrame } from "../http/sockets.ts";
import { mailboxOf } from "../objects.ts";
import type { StoredDevice } from "./deviceTable.ts";
import { EnvelopeBox, type Message, type Outcome } from "./envelopeBox.ts";
import { EnvelopeFlow } from "./envelopeFlow.ts";
import type { MailboxSockets } from "./mailboxSockets.ts";
import type { MailboxStore } from "./mailboxStore.ts";
import { PrekeyBox } from "./prekeyBox.ts";
import type { RequestBox } from "./requestBox.ts";
import { attachmentOf } from "./socketAttachment.ts";
import { type Carrier, Submissions } from "./submissions.ts";

/** Of all that stands at the account a hello is answered with; the others have paces and windows of their own. */
const WEIGHTS = { hello: 10, send: 0, transient: 0, received: 0 } as const;

export class Line implements Carrier {
  readonly box: EnvelopeBox;
  readonly prekeys: PrekeyBox;
  readonly #env: Env;
  readonly #store: MailboxStore;
  readonly #sockets: MailboxSockets;
  readonly #requests: RequestBox;
  readonly #flow: EnvelopeFlow;
  readonly #submissions: Submissions;
  readonly #answers = new AnswerBudget();

  constructor(
    ctx: DurableObjectState,
    env: Env,
    store: MailboxStore,
    sockets: MailboxSockets,
    requests: RequestBox,
    wakeBy: (at: number) => Promise<void>,
  ) {
    this.#env = env;
    this.#store = store;
    this.#sockets = sockets;
    this.#requests = requests;
    this.#flow = new EnvelopeFlow(ctx, store.envelopes, wakeBy);
    this.box = new EnvelopeBox(ctx.storage, store, this.#flow, wakeBy);
    this.prekeys = new PrekeyBox(store);
    this.#submissions = new Submissions(ctx, this);
  }

  /** A frame of a device. Of one that was removed nothing counts, and its socket is closed. */
  receive(socket: WebSocket, data: string | ArrayBuffer): void {
    if (this.#answers.hasEnded(socket)) return;
    const { deviceId, wire } = attachmentOf(socket);
    const device = this.#store.device(deviceId);
    if (device === null) {
      sendFrame(socket, [{ type: "problem", problem: problem("unauthenticated") }]);
      closeSocket(socket, NORMAL_CLOSURE);
      return;
    }
    for (const incoming of parseFrame(socket, data, mailboxRequestSchema, CODECS[wire])) {
      const weight = incoming.ok ? WEIGHTS[incoming.message.type] : 1;
      if (weight > 0 && !this.#answers.takeOrEnd(socket, weight)) return;
      if (incoming.ok) this.#serve(socket, device, incoming.message);
      else sendFrame(socket, [{ type: "problem", problem: incoming.problem }]);
    }
  }

  closed(socket: WebSocket): void {
    this.#flow.end(socket);
  }

  /** Envelopes were deleted that nobody has confirmed. */
  recount(): void {
    this.#flow.recount();
  }

  mayReach(to: UserId): boolean {
    return this.box.standingOf(to) !== "stranger";
  }

  async deliver(to: UserId, messages: readonly Message[]): Promise<Outcome[]> {
    const own = this.#ownId();
    if (to === own) return this.box.arrive(own, messages);
    return mailboxOf(this.#env, to).deliver(own, messages);
  }

  async relay(to: UserId, message: Message): Promise<void> {
    const own = this.#ownId();
    if (to === own) this.box.relay(own, message);
    else await mailboxOf(this.#env, to).relay(own, message);
  }

  /** Serves what is due. When to look again; null for never. */
  prune(now: number): number | null {
    return earliest(this.box.expire(now), this.#flow.closeStalled(now));
  }

  #serve(socket: WebSocket, device: StoredDevice, message: MailboxRequest): void {
    switch (message.type) {
      case "hello":
        this.#welcome(socket, device, message);
        break;
      case "send":
        this.#submissions.submit(socket, device.number, message);
        break;
      case "transient":
        this.#submissions.pass(device.number, message);
        break;
      case "received":
        this.#flow.confirm(socket, message.through);
    }
  }

  /** Contacts come before envelopes, so that a device knows whose these are. */
  #welcome(
    socket: WebSocket,
    { number }: StoredDevice,
    { after, reads = false }: Extract<MailboxRequest, { type: "hello" }>,
  ): void {
    const told = reads
      ? { prekeys: this.prekeys.left(number), waiting: this.#flow.waiting(socket, number) }
      : {};
    this.#sockets.welcome(socket, after, told, this.#store, this.#requests);
    if (reads) this.#flow.begin(socket, number);
  }

  #ownId(): UserId {
    const account = this.#store.account();
    if (account === null) throw new Error("no account is registered here");
    return account.userId;
  }
}
