// Badges made, found and used, and requests to become contacts answered. What a device signs here is the proof by which
// every device of both accounts verifies the contact.

import { fromBase64Url, toBase64Url } from "../../core/crypto/bytes.ts";
import { badgeUrl } from "../../core/tap/links.ts";
import { approvalStatement, badgeToken, requestStatement } from "../../core/tap/statements.ts";
import type { Badge, ContactRequest, FoundBadge as Found } from "../../wire/contactRequests.ts";
import { ProblemError } from "../../wire/problem.ts";
import { nameOfStranger } from "../metContact.ts";
import type { BadgesContext } from "./badges.ts";
import { askForContact, isOver, keepName } from "./contactAsking.ts";
import type { AskedContactRequest, FoundBadge, OwnBadge } from "./model.ts";
import { readLink } from "./reading.ts";
import { TapError } from "./tapError.ts";

export class BadgeWork {
  readonly #context: BadgesContext;

  constructor(context: BadgesContext) {
    this.#context = context;
  }

  async own(): Promise<OwnBadge | null> {
    const { badge } = await this.#context.device.call("badge", {});
    return badge && this.#shown(badge);
  }

  async create(): Promise<OwnBadge> {
    const { device, ports } = this.#context;
    const salt = ports.random(16);
    const token = toBase64Url(badgeToken(device.identity.userId, salt));
    const body = { token, salt: toBase64Url(salt) };
    return this.#shown(await device.call("makeBadge", { body }));
  }

  async revoke(): Promise<void> {
    await this.#context.device.call("revokeBadge", {});
  }

  async find(url: string): Promise<FoundBadge> {
    const { userId, handle } = await this.#find(this.#tokenIn(url));
    const contact = await this.#context.contacts.find(userId);
    return { userId, handle, contact: contact?.method === "link" ? null : contact };
  }

  async ask(url: string): Promise<AskedContactRequest> {
    const token = this.#tokenIn(url);
    const { userId, handle } = await this.#find(token);
    const name = handle && `@${handle}`;
    return askForContact(this.#context, userId, { via: "badge", token }, name);
  }

  async approve(requestId: string): Promise<void> {
    const { device, contacts, store } = this.#context;
    const { from, device: askedBy, via, name } = this.#waiting(requestId);
    const request = requestStatement(requestId, from, askedBy, device.identity.userId, via);
    const statement = approvalStatement(request, device.self.deviceId);
    const signature = toBase64Url(await device.sign(statement));
    if (name !== undefined) await keepName(store, from, name);
    await this.#settle(requestId, () =>
      device.call("approveContact", { params: { requestId }, body: { signature } }),
    );
    await contacts.verify(from).catch(() => {}); // it is a contact; the next connection verifies
  }

  async end(requestId: string): Promise<void> {
    const { device } = this.#context;
    await this.#settle(requestId, () =>
      device.call("endContactRequest", { params: { requestId } }),
    );
  }

  async block(requestId: string): Promise<void> {
    const { requests, contacts } = this.#context;
    const { from, name, handle } = this.#waiting(requestId);
    await contacts.block(from, name ?? nameOfStranger(from, handle));
    requests.remove(requestId);
  }

  /** Whatever the server names, the badge commits to one account. */
  async #find(token: string): Promise<Found> {
    const found = await this.#context.device.call("findBadge", { body: { token } });
    const committed = badgeToken(found.userId, fromBase64Url(found.salt));
    if (toBase64Url(committed) !== token) throw new ProblemError("badge-unknown");
    return found;
  }

  /** What is over already needs no answer. */
  async #settle(requestId: string, call: () => Promise<unknown>): Promise<void> {
    const { requests } = this.#context;
    try {
      await call();
    } catch (error) {
      if (isOver(error)) requests.remove(requestId);
      throw error;
    }
    requests.remove(requestId);
  }

  #waiting(requestId: string): ContactRequest {
    const request = this.#context.requests.request(requestId);
    if (request === null) throw new ProblemError("request-unknown");
    return request;
  }

  #tokenIn(url: string): string {
    const link = readLink(url, this.#context.device.origin);
    if (link.kind !== "badge") throw new TapError("not-a-tap-link");
    return link.token;
  }

  #shown({ token, createdAt, uses }: Badge): OwnBadge {
    return { url: badgeUrl(this.#context.device.origin, token), createdAt, uses };
  }
}
