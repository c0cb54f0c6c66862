// Waits until the server has taken what this device keeps for it, and says meanwhile what it waits for.
// Ctrl-C loses nothing: what is kept goes with the next command that connects.
import { type Acquaint, type Contact, ProblemError } from "../shared/client/node.ts";
import type { Context } from "./command.ts";
import { CliError } from "./errors.ts";
import { printable } from "./printable.ts";

const SILENT_MS = 3_000;
const KEPT = "It is kept on this device, and goes with the next command that connects.";

interface Receiver {
  readonly client: Acquaint;
  readonly contact: Contact;
  /** Null waits as long as it takes. */
  readonly waitSeconds: number | null;
}

/** Listens from its making on, so it is made before anything is sent. */
export class Delivery {
  readonly #context: Context;
  readonly #receiver: Receiver;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stopListening: () => void;
  #keeping: Promise<unknown> | null = null;
  #reject: (error: CliError) => void = () => {};
  #fault: CliError | null = null;
  #id: string | null = null;
  #isOnline = false;
  #isTold = false;
  /** A file is on its way, as its own line shows. */
  #isMoving = false;

  constructor(context: Context, receiver: Receiver) {
    this.#context = context;
    this.#receiver = receiver;
    const { client, contact, waitSeconds } = receiver;
    this.#stopListening = client.on((event) => {
      if (event.event === "forked" && event.userId === contact.userId) this.#fail(forked(contact));
      if (event.event === "file" && event.userId === contact.userId) {
        this.#isMoving = event.progress !== null;
      }
      if (event.event !== "connection" || event.state === "connecting") return;
      this.#isOnline = event.state === "online";
      if (!this.#isOnline) this.#tell();
    });
    context.interruption.undoBy(async () => {
      if (this.#keeping === null) return;
      await this.#keeping;
      this.#tellKept();
    });
    this.#timers.push(setTimeout(() => this.#tell(), SILENT_MS));
    if (waitSeconds === null) return;
    this.#timers.push(
      setTimeout(() => this.#fail(this.#waiting(waitSeconds)), waitSeconds * 1_000),
    );
  }

  /** What this device is to keep before the server takes it; an interruption waits for that. */
  keep<Value>(keeping: Promise<Value>): Promise<Value> {
    this.#keeping = keeping;
    return keeping;
  }

  /**
   * @param id of the message, for whoever has to do without an answer
   * @throws CliError `not-a-contact`, `mailbox-full`, `waiting` after so many seconds, `devices-forked`
   */
  async until<Value>(taking: Promise<Value>, id: string | null): Promise<Value> {
    this.#id = id;
    const fault = new Promise<never>((_, reject) => (this.#reject = reject));
    if (this.#fault !== null) this.#reject(this.#fault);
    try {
      return await Promise.race([fault, taking]);
    } catch (error) {
      throw error instanceof ProblemError ? refusal(error, this.#receiver.contact, id) : error;
    }
  }

  stop(): void {
    this.#context.interruption.undoBy(null);
    this.#stopListening();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #fail(fault: CliError): void {
    this.#fault = fault;
    this.#reject(fault);
  }

  /** What it waits for, once. */
  #tell(): void {
    const { present, server } = this.#context;
    if (this.#isTold || present.json || (this.#isOnline && this.#isMoving)) return;
    this.#isTold = true;
    const name = printable(this.#receiver.contact.name);
    present.remark(
      this.#isOnline
        ? `Waiting for the server. If ${name} has not been online since you met, it goes once they are. Ctrl-C leaves it for later.`
        : `No connection to ${server}: it goes as soon as there is one. Ctrl-C leaves it for later.`,
    );
  }

  #tellKept(): void {
    const { present } = this.#context;
    if (present.json) present.fail(this.#waiting(null));
    else present.remark(`Not sent yet. ${KEPT}`);
  }

  #waiting(seconds: number | null): CliError {
    const { userId } = this.#receiver.contact;
    const details = { ...(this.#id !== null && { id: this.#id }), to: userId, state: "waiting" };
    const within =
      seconds === null ? "yet" : `within ${seconds} ${seconds === 1 ? "second" : "seconds"}`;
    return new CliError("waiting", `The server has not taken it ${within}.`, {
      hint: KEPT,
      details,
    });
  }
}

export function refusal(
  error: ProblemError,
  { name, userId }: Contact,
  id: string | null,
): CliError | ProblemError {
  const who = printable(name);
  const details = { ...(id !== null && { id }), to: userId, state: "refused" };
  switch (error.code) {
    case "not-a-contact":
      return new CliError(error.code, `${who} does not have you as a contact any more.`, {
        hint: "It was not sent. To write to each other, meet again.",
        details,
      });
    case "storage-full":
      return new CliError(
        error.code,
        "The server keeps as many files of yours as it takes; it was not sent.",
        {
          hint: "Delete files that you have sent (--delete ID), or wait: each goes 30 days after it was sent.",
          details,
        },
      );
    case "mailbox-full":
      return new CliError(error.code, `The mailbox of ${who} is full; it was not sent.`, {
        hint: "It empties when their device is online. Send it again then.",
        details,
      });
    default:
      return error;
  }
}

function forked({ name, userId }: Contact): CliError {
  return new CliError(
    "devices-forked",
    `The devices of ${printable(name)} have changed, and the account has not signed the change. Nothing is sent.`,
    {
      hint: "Somebody may be in between. Ask them in person, and meet again.",
      details: { userId },
    },
  );
}
