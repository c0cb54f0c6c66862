// What a stay in a room knows of people beyond the room: who is a contact, and who asks to become one.
import type { Acquaint } from "../shared/client/node.ts";
import type { Presenter } from "./output.ts";

export class RoomCircle {
  readonly #client: Acquaint;
  readonly #present: Presenter;
  #contacts: ReadonlySet<string> = new Set();
  readonly #told = new Set<string>();
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
      if (event.event === "contactRequestOver") this.#present.show(event);
    });
    await this.#readContacts();
    this.#tellRequests();
    this.#client.connect();
  }

  close(): void {
    this.#off();
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
