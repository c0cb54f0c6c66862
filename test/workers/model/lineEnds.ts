// Both ends of the line in a model-based run, as an honest client keeps them. A sender sends again what was
// not acknowledged, in order; a reader keeps what it is sent, and confirms only what it keeps.

import { grouped, loadOf } from "../../../shared/core/mailbox/load.ts";
import { FRAME_MAX_BYTES, FRAME_MAX_MESSAGES } from "../../../shared/wire/limits.ts";
import type { DeviceBox, Envelope } from "../../../shared/wire/line.ts";
import type { TestAccount } from "../support/accounts.ts";
import { boxesFor, envelopesIn, read, received, sendTo } from "../support/line.ts";
import { connectToMailbox, type TestSocket, type Told } from "../support/sockets.ts";

interface Sent {
  readonly boxes: readonly DeviceBox[];
  state: "waiting" | "underWay" | "stored";
  /** On this connection: sent again, a message keeps it. */
  number: number | null;
}

const DEVICES = [0, 1] as const;
/** What one frame may carry, with room for what stands around the boxes. */
const FRAME = { envelopes: FRAME_MAX_MESSAGES, bytes: FRAME_MAX_BYTES - 16 * 1024 };

export class LineSender {
  readonly account: TestAccount;
  readonly sent: Sent[] = [];
  readonly #to: TestAccount;
  #socket: TestSocket | null = null;
  #heard = 0;
  #byNumber: Sent[] = [];
  /** Connections that were given up: what was sent there may still arrive. */
  #left: Promise<unknown>[] = [];

  constructor(account: TestAccount, to: TestAccount) {
    this.account = account;
    this.#to = to;
  }

  /** Sends what waits, and so many more; a client that knows of a refusal first hears all answers. */
  async send(count: number, bytes: number, isAwaited: boolean): Promise<void> {
    if (this.#some("waiting")) await this.answered();
    const socket = await this.connect();
    for (let more = 0; more < count; more++) {
      this.sent.push({ boxes: boxesFor(DEVICES, bytes), state: "waiting", number: null });
    }
    const waiting = this.sent.filter(({ state }) => state === "waiting");
    const weigh = ({ boxes }: Sent) => ({ ...loadOf(boxes), envelopes: 1 });
    for (const together of grouped(waiting, FRAME, weigh)) {
      socket.send(...together.map((sent) => this.#numbered(sent)));
    }
    if (isAwaited) await this.answered();
  }

  #numbered(sent: Sent) {
    sent.state = "underWay";
    sent.number ??= this.#byNumber.push(sent) - 1;
    return sendTo(this.#to, sent.number, sent.boxes);
  }

  async connect(): Promise<TestSocket> {
    if (this.#socket?.isClosed === true) this.disconnect();
    this.#socket ??= await connectToMailbox(this.account);
    return this.#socket;
  }

  /** What was under way may have arrived, or not. */
  disconnect(): void {
    this.#hear();
    for (const sent of this.sent) {
      if (sent.state === "underWay") sent.state = "waiting";
      sent.number = null;
    }
    if (this.#socket !== null) this.#left.push(this.#socket.closed);
    this.#socket?.close();
    this.#socket = null;
    this.#byNumber = [];
    this.#heard = 0;
  }

  /** Until each message that is under way is answered, or the line is lost. */
  async answered(): Promise<void> {
    for (;;) {
      const from = this.#socket?.told.length ?? 0;
      this.#hear();
      if (!this.#some("underWay")) return;
      if (this.#socket === null || this.#socket.isClosed) return this.disconnect();
      await this.#socket.toldFrom(from, 1);
    }
  }

  /** Until its mailbox has taken all that was sent. */
  async taken(): Promise<void> {
    await Promise.all(this.#left.splice(0));
    if (this.#socket?.isClosed === false) await this.#socket.ask();
  }

  isDone(): boolean {
    return this.sent.every(({ state }) => state === "stored");
  }

  /** The boxes for one device, in the order in which they were first sent. */
  boxesFor(device: number): (string | undefined)[] {
    return this.sent.map(({ boxes }) => boxes.find((one) => one.device === device)?.box);
  }

  #some(state: Sent["state"]): boolean {
    return this.sent.some((sent) => sent.state === state);
  }

  #hear(): void {
    const told = this.#socket?.told ?? [];
    for (const notice of told.slice(this.#heard)) this.#note(notice);
    this.#heard = told.length;
  }

  #note(notice: Told): void {
    if (notice.type === "stored") {
      for (const number of notice["numbers"] as number[]) this.#set(number, "stored");
    } else if (notice.type === "refused") this.#set(notice["number"] as number, "waiting");
  }

  #set(number: number, state: Sent["state"]): void {
    const sent = this.#byNumber[number];
    if (sent !== undefined && sent.state !== "stored") sent.state = state;
  }
}

export class LineReader {
  readonly device: number;
  readonly account: TestAccount;
  /** Every envelope that the device has kept, by its box. */
  readonly kept = new Map<string, Envelope>();
  #socket: TestSocket | null = null;
  #confirmed = 0;

  constructor(account: TestAccount, device: number) {
    this.account = account;
    this.device = device;
  }

  async connect(): Promise<void> {
    if (this.isConnected) return;
    this.disconnect();
    this.#confirmed = 0;
    this.#socket = await read(this.account);
  }

  disconnect(): void {
    this.#onLine();
    this.#socket?.close();
    this.#socket = null;
  }

  get isConnected(): boolean {
    return this.#socket?.isClosed === false;
  }

  /** Confirms a share of what has come on this connection and is not confirmed yet. */
  async confirm(share: number): Promise<void> {
    if (!this.isConnected) return;
    const unconfirmed = this.#onLine().slice(this.#confirmed);
    const count = Math.ceil(unconfirmed.length * share);
    const through = unconfirmed[count - 1]?.sequence;
    if (through === undefined) return;
    this.#confirmed += count;
    await this.#socket?.ask(received(through));
  }

  /** How many envelopes are under way to it. */
  get underWay(): number {
    return this.#onLine().length - this.#confirmed;
  }

  #onLine(): Envelope[] {
    const envelopes = envelopesIn(this.#socket?.told ?? []);
    for (const envelope of envelopes) {
      if (!this.kept.has(envelope.box)) this.kept.set(envelope.box, envelope);
    }
    return envelopes;
  }
}
