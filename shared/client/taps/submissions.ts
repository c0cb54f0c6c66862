// What was read, on its way to the server (TAP-3): kept before it is sent, sent under one id until there is an answer,
// and taken up again by whoever of the device's tabs and processes connects next.

import { fromBase64Url, toBase64Url } from "../../core/crypto/bytes.ts";
import { readTicket } from "../../core/tap/ticket.ts";
import { tapStatement } from "../../core/tap/statements.ts";
import { TAP_UNDO_SECONDS } from "../../wire/limits.ts";
import type { Tap, TapRequest } from "../../wire/tap.ts";
import { ConnectionError } from "../connectionError.ts";
import { within } from "../ports.ts";
import type { Store } from "../store/store.ts";
import type { Retrying } from "./retrying.ts";
import type { TapsContext } from "./tapsContext.ts";

/** What is kept of a submission: all that is said, as it is said. */
interface Sent extends TapRequest {
  /** Milliseconds by this device's clock. */
  readonly madeAt: number;
}

const PREFIX = "tap.sent.";
const TAP_ID_BYTES = 16;
/** How long whoever has read a code waits for what comes of it. */
const PATIENCE_MS = 60_000;
/** As long the server repeats what it has decided; what it has not heard of by then is expired. */
const KEEP_MS = TAP_UNDO_SECONDS * 1_000;

/** Whether it is kept still, since the server has not answered it. */
export async function isUnanswered(store: Store, tapId: string): Promise<boolean> {
  return (await store.get<Sent>("settings", PREFIX + tapId)) !== null;
}

/** The server was not reached for as long as it would remember. */
class SubmissionExpired extends Error {
  constructor() {
    super("The server was not reached in time, so nothing came of this touch. Start over.");
    this.name = "SubmissionExpired";
  }
}

export class Submissions {
  readonly #context: TapsContext;
  readonly #retrying: Retrying;
  /** What is to be done with the answer, before the submission is forgotten. */
  readonly #answered: (tap: Tap) => Promise<unknown>;
  readonly #running = new Map<string, Promise<Tap>>();

  constructor(context: TapsContext, retrying: Retrying, answered: (tap: Tap) => Promise<unknown>) {
    this.#context = context;
    this.#retrying = retrying;
    this.#answered = answered;
  }

  newId(): string {
    return toBase64Url(this.#context.ports.random(TAP_ID_BYTES));
  }

  /**
   * @param together the own ticket at a table
   * @throws ConnectionError when there is no answer for a minute; it goes on all the same
   * @throws ProblemError when the server refuses
   */
  async submit(tapId: string, tickets: readonly string[], together?: string): Promise<Tap> {
    const { device, ports, store } = this.#context;
    const { userId } = device.identity;
    const { deviceId } = device.self;
    const taps = await Promise.all(
      tickets.map(async (ticket) => {
        const statement = tapStatement(tapId, userId, deviceId, fromBase64Url(ticket));
        return { ticket, signature: toBase64Url(await device.sign(statement)) };
      }),
    );
    const request = { tapId, taps, ...(together !== undefined && { together }) };
    const sent: Sent = { ...request, madeAt: ports.now() };
    const release = await store.hold(PREFIX + tapId);
    await store.put("settings", PREFIX + tapId, sent);
    const run = this.#run(sent, release);
    if (await within(ports, PATIENCE_MS, run)) return run;
    throw new ConnectionError(
      "The server has not answered yet. What was read is kept, and sent once it can be reached.",
    );
  }

  /** Goes on with what was cut short. */
  async resume(): Promise<void> {
    const { store } = this.#context;
    for (const { tapId } of await store.range<Sent>("settings", { prefix: PREFIX })) {
      if (this.#running.has(tapId)) continue;
      const release = await store.hold(PREFIX + tapId);
      if (release === null) continue; // another tab or process is at it
      const sent = await store.get<Sent>("settings", PREFIX + tapId);
      if (sent === null) release();
      else this.#run(sent, release).catch(() => {}); // the next connection goes on
    }
  }

  #run(sent: Sent, release: (() => void) | null): Promise<Tap> {
    const { tapId } = sent;
    const run = this.#answer(sent).finally(() => {
      this.#running.delete(tapId);
      release?.();
    });
    this.#running.set(tapId, run);
    run.catch(() => {}); // told to whoever still waits
    return run;
  }

  async #answer({ madeAt, ...body }: Sent): Promise<Tap> {
    const { device, ports, store } = this.#context;
    const endAt = madeAt + KEEP_MS;
    const forget = () => store.delete("settings", PREFIX + body.tapId);
    const ask = async (): Promise<Tap> => {
      if (ports.now() >= endAt) throw new SubmissionExpired();
      const tap = await device.call("tap", { body });
      if (tap.at === "settling") throw new ConnectionError("The server is not done with it yet.");
      return tap;
    };
    const tap = await this.#retrying.call(ask, Infinity).catch(async (error: unknown) => {
      if (!(error instanceof ConnectionError)) await forget();
      throw error;
    });
    if (!isAnswerTo(body, tap, device.identity.userId)) {
      await forget();
      throw new ConnectionError("What the server answered is not about what was sent.");
    }
    await this.#answered(tap);
    await forget();
    return tap;
  }
}

/** Each outcome is about the account that its ticket is of. */
function isAnswerTo({ tapId, taps }: TapRequest, tap: Tap, own: string): boolean {
  const { outcomes = [] } = tap;
  const isOf = (ticket: string, userId: string | null) =>
    userId === null || readTicket(fromBase64Url(ticket))?.certificate.userId === userId;
  return (
    tap.tapId === tapId &&
    tap.by === own &&
    outcomes.length === taps.length &&
    outcomes.every(({ outcome, userId }, index) => {
      const isNamed = outcome === "forged" || userId !== null;
      return isNamed && isOf(taps[index]?.ticket ?? "", userId);
    })
  );
}
