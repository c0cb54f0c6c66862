// What an app sees of touches and of the groups that they make (TAP-2 to TAP-7). It is there at once; who does the
// work is loaded by door.ts.

import type { TapsDoor } from "./door.ts";
import type { TapLink } from "../../core/tap/links.ts";
import { readLink } from "./reading.ts";
import type { GroupInfo, ShownTicket, Table, TapResult } from "./model.ts";

export class Taps {
  readonly #door: TapsDoor;

  constructor(door: TapsDoor) {
    this.#door = door;
  }

  /**
   * Makes a ticket to show; it needs no network for as long as the certificate lasts, a day at most.
   * @throws TapError `no-certificate`; ConnectionError when the program itself cannot be fetched
   */
  async ticket(): Promise<ShownTicket> {
    return (await this.#door.open()).ticket();
  }

  /**
   * What a text is that was scanned, read from a tag or pasted.
   * @throws TapError `not-a-tap-link`, `other-server`
   */
  read(text: string): TapLink {
    return readLink(text, this.#door.origin);
  }

  /**
   * Submits the tickets that were read, 1 to 31 of them, and resolves when all has come to its end. What is
   * submitted is kept, and sent until the server has answered, after a restart too; then an event tells of it.
   * @throws TapError before anything is sent
   * @throws ConnectionError when the server has not answered for a minute; it is sent again all the same
   * @throws ProblemError when the server refuses
   */
  async tap(urls: readonly string[]): Promise<TapResult> {
    return (await this.#door.open()).tap(urls);
  }

  /**
   * Gathers those whose tickets were read at a table: all compare one phrase, and become contacts of this account
   * and a group, or nothing comes of it. Events `table` tell how it goes on. @throws as {@link tap}
   */
  async together(urls: readonly string[]): Promise<Table> {
    return (await this.#door.open()).together(urls);
  }

  /** Tables at which this device is, or was since the program began; the newest last. */
  tables(): readonly Table[] {
    return this.#door.tables;
  }

  /**
   * The phrase of that table is the same for all.
   * @throws ProblemError `tap-unknown` when this device is not there, or it is over; ConnectionError
   */
  async confirm(tapId: string): Promise<void> {
    await (await this.#door.open()).confirm(tapId);
  }

  /** The phrases differ, or this person wants none of it: nothing comes of the table. @throws as {@link confirm} */
  async decline(tapId: string): Promise<void> {
    await (await this.#door.open()).decline(tapId);
  }

  /**
   * Lets go of a contact that was made by a touch, on both sides.
   * @throws ProblemError `contact-unknown`; `undo-over` ten minutes after the touch, or when there was none
   */
  async undo(userId: string): Promise<void> {
    await (await this.#door.open()).undo(userId);
  }
}

export class Groups {
  readonly #door: TapsDoor;

  constructor(door: TapsDoor) {
    this.#door = door;
  }

  /** The newest first. @throws ConnectionError */
  async list(): Promise<GroupInfo[]> {
    return (await this.#door.open()).groups.list();
  }

  /** @throws ProblemError `group-unknown`; ConnectionError */
  async get(groupId: string): Promise<GroupInfo> {
    return (await this.#door.open()).groups.get(groupId);
  }

  /** The contacts stay. @throws ProblemError `group-unknown`; ConnectionError */
  async leave(groupId: string): Promise<void> {
    await (await this.#door.open()).groups.leave(groupId);
  }
}
