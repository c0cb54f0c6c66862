// What a stay in a room knows of people beyond the room: who is a contact, and who asks to become one.
import type { Acquaint } from "../shared/client/node.ts";
import { answeredRequest, type ContactAnswer } from "./contactAnswers.ts";
import type { Presenter } from "./output.ts";

const DONE = {
  approve: { act: "approve", end: "approved" },
  refuse: { act: "decline", end: "declined" },
} as const;

export class RoomCircle {
  readonly #client: Acquaint;
  readonly #present: Presenter;
  #contacts: ReadonlySet<string> = new Set();
  readonly #told = new Set<string>();
  /** Requests that are answered here: their end is told once. */
  readonly #answered = new Set<string>();
  #off: () => void = () => {};

  constructor(client: Acquaint, present: Presenter) {
    this.#client = client;
    this.#present = present;
  }

  isContact(userId: string): boolean {
    return this.#contacts.has(userId);
  }

  /** Tells of requests, and of what becomes of one's own, until {@link close}. */
  async open(): Promise<void> {
    this.#off = this.#client.on((event) => {
      if (event.event === "contacts") void this.#readContacts();
      if (event.event === "contactRequests") this.#tellRequests();
      if (event.event === "contactRequestOver" && !this.#answered.has(event.requestId)) {
        this.#present.show(event);
      }
    });
    await this.#readContacts();
    this.#tellRequests();
    this.#client.connect();
  }

  close(): void {
    this.#off();
  }

  get isAsked(): boolean {
    return this.#client.badges.waiting().length > 0;
  }

  /**
   * Says yes or no to who asks to become a contact, and tells so.
   * @param who empty where only one asks
   * @param absent what to do where nobody does
   * @throws CliError, ProblemError `request-unknown` when it is over, ConnectionError
   */
  async answer(answer: ContactAnswer, who: string, absent: string): Promise<void> {
    const { badges } = this.#client;
    const request = answeredRequest(answer, who, badges.waiting(), absent);
    const { requestId, from: userId, name } = request;
    const { act, end } = DONE[answer];
    this.#answered.add(requestId);
    try {
      await badges[act](requestId);
    } catch (error) {
      this.#answered.delete(requestId);
      throw error;
    }
    this.#present.show({ event: "contactRequestOver", requestId, userId, name, isOwn: false, end });
  }

  async #readContacts(): Promise<void> {
    // Without a connection it stays as it was known.
    const all = await this.#client.contacts.list().catch(() => null);
    if (all !== null) this.#contacts = new Set(all.map(({ userId }) => userId));
  }

  #tellRequests(): void {
    for (const request of this.#client.badges.waiting()) {
      if (this.#told.has(request.requestId)) continue;
      this.#told.add(request.requestId);
      this.#present.show({ event: "contactRequest", ...request });
    }
  }
}
