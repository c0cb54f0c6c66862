// What an app sees of badges, and of requests to become contacts (TAP-8). It is there at once; who does the work is
// loaded when it is first needed.

import { fetched } from "../connectionError.ts";
import type { ContactBook } from "../contactBook.ts";
import type { Device } from "../device.ts";
import type { Ports } from "../ports.ts";
import type { Store } from "../store/store.ts";
import type { BadgeWork } from "./badgeWork.ts";
import type { ContactRequests } from "./contactRequests.ts";
import type { AskedContactRequest, FoundBadge, IncomingContactRequest, OwnBadge } from "./model.ts";

export interface BadgesContext {
  readonly device: Device;
  readonly ports: Ports;
  readonly store: Store;
  readonly contacts: ContactBook;
  readonly requests: ContactRequests;
}

export class Badges {
  readonly #context: BadgesContext;

  constructor(context: BadgesContext) {
    this.#context = context;
  }

  /** The account's badge, if it has one. @throws ConnectionError */
  async own(): Promise<OwnBadge | null> {
    return (await this.#work()).own();
  }

  /** Makes one; the former leads nowhere from then on. @throws ConnectionError, ProblemError */
  async create(): Promise<OwnBadge> {
    return (await this.#work()).create();
  }

  /** It leads nowhere from then on. @throws ConnectionError, ProblemError */
  async revoke(): Promise<void> {
    await (await this.#work()).revoke();
  }

  /**
   * Whose badge it is: the server cannot name another account, since the badge commits to it.
   * @throws TapError `not-a-tap-link`, `other-server`
   * @throws ProblemError `badge-unknown` for one that was revoked, or whose account does not fit it
   */
  async find(url: string): Promise<FoundBadge> {
    return (await this.#work()).find(url);
  }

  /**
   * Asks the owner to become contacts. A request to them that waits already goes on.
   * @throws as {@link find}; ProblemError `own-account`, `too-many-requests`, `list-full`
   */
  async ask(url: string): Promise<AskedContactRequest> {
    return (await this.#work()).ask(url);
  }

  /** Resolves once all requests that wait have been told over the line that `connect` holds. */
  caughtUp(): Promise<void> {
    return this.#context.requests.told.promise;
  }

  /** Of others, the oldest first. They arrive over the line that `connect` holds. */
  waiting(): readonly IncomingContactRequest[] {
    return this.#context.requests.waiting;
  }

  /** One's own, the oldest first; over that line as well. */
  asked(): readonly AskedContactRequest[] {
    return this.#context.requests.asked;
  }

  /** Both are contacts then. @throws ProblemError `request-unknown` when it is over; ConnectionError */
  async approve(requestId: string): Promise<void> {
    await (await this.#work()).approve(requestId);
  }

  /** The asker is told. @throws as {@link approve} */
  async decline(requestId: string): Promise<void> {
    await (await this.#work()).end(requestId);
  }

  /** Of one's own. @throws as {@link approve} */
  async withdraw(requestId: string): Promise<void> {
    await (await this.#work()).end(requestId);
  }

  /** Blocks the asker, who is not told. @throws as {@link approve} */
  async block(requestId: string): Promise<void> {
    await (await this.#work()).block(requestId);
  }

  async #work(): Promise<BadgeWork> {
    const { BadgeWork: Loaded } = await fetched(import("./badgeWork.ts"));
    return new Loaded(this.#context);
  }
}
