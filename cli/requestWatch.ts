// Requests to this account while a command runs: each is told once, and so is its end. Where a
// question stands on the screen, what comes meanwhile is told after it.
import type {
  Acquaint,
  AcquaintEvent,
  IncomingRequest,
  OverRequest,
} from "../shared/client/node.ts";
import type { Context } from "./command.ts";
import { type CliEvent, requestEvent } from "./events.ts";

/** Which askers are told of, and waited for. */
type Accepts = (request: Pick<IncomingRequest, "from" | "handle">) => boolean;

export class RequestWatch {
  readonly #present: Context["present"];
  readonly #client: Acquaint;
  readonly #accepts: Accepts;
  readonly #told = new Set<string>();
  readonly #changes = new Set<() => void>();
  readonly #stopListening: () => void;
  readonly #settled = new Set<string>();
  #held: CliEvent[] | null = null;
  #isIdle = false;
  #isLost = false;

  constructor({ present }: Pick<Context, "present">, client: Acquaint, accepts: Accepts) {
    this.#present = present;
    this.#client = client;
    this.#accepts = accepts;
    this.#stopListening = client.on((event) => this.#heard(event));
  }

  stop(): void {
    this.#stopListening();
  }

  /** The oldest first. */
  get waiting(): readonly IncomingRequest[] {
    return this.#client.requests.waiting.filter(this.#accepts);
  }

  isWaiting(sid: string): boolean {
    return this.waiting.some((request) => request.sid === sid);
  }

  /** Resolves with the next request, or end of one. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#changes.add(resolve));
  }

  /** As {@link changed}, and tells when the server is lost meanwhile. */
  async idle(): Promise<void> {
    this.#isIdle = true;
    await this.changed();
    this.#isIdle = false;
  }

  /** This run refuses it, or blocks its asker, and says so. */
  settle(request: IncomingRequest, outcome: "refused" | "blocked"): void {
    const { sid, from, name } = request;
    this.#settled.add(sid);
    this.#show({ event: "requestOver", sid, from, name, outcome, byYou: true });
  }

  /**
   * Asks a question; it is taken back once `isStale`.
   * @returns null when it was taken back, or the input has ended
   */
  async asking(
    ask: (until: AbortSignal) => Promise<string | null>,
    isStale: () => boolean,
  ): Promise<string | null> {
    const taking = new AbortController();
    if (!this.#present.json) this.#held = [];
    let isOpen = true;
    const watch = async (): Promise<void> => {
      while (isOpen && !isStale()) await this.changed();
      taking.abort();
    };
    void watch();
    try {
      return await ask(taking.signal);
    } finally {
      isOpen = false;
      const held = this.#held ?? [];
      this.#held = null;
      for (const event of held) this.#present.show(event);
    }
  }

  #heard(event: AcquaintEvent): void {
    switch (event.event) {
      case "requests":
        for (const request of this.waiting) this.#tell(request);
        break;
      case "requestOver":
        this.#tellOver(event.request);
        break;
      case "connection":
        return this.#connectionChanged(event.state);
      default:
        return;
    }
    for (const wake of this.#changes) wake();
    this.#changes.clear();
  }

  #tell(request: IncomingRequest): void {
    if (this.#told.has(request.sid)) return;
    this.#told.add(request.sid);
    this.#show(requestEvent(request));
  }

  #tellOver(request: OverRequest): void {
    const { sid, from } = request;
    const isOfInterest = this.#told.has(sid) || this.#accepts({ from, handle: null });
    if (this.#settled.has(sid) || !isOfInterest) return;
    this.#show({ event: "requestOver", ...request });
  }

  /** Told while nothing but this line is open; a meeting tells of its own. */
  #connectionChanged(state: "connecting" | "online" | "offline"): void {
    const isLoss = state === "offline" && this.#isIdle && !this.#isLost;
    const isReturn = state === "online" && this.#isLost;
    if (!isLoss && !isReturn) return;
    this.#isLost = isLoss;
    this.#show({ event: "connection", state: isLoss ? "lost" : "restored" });
  }

  #show(event: CliEvent): void {
    if (this.#held === null) this.#present.show(event);
    else this.#held.push(event);
  }
}
