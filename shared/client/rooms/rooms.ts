// What an app sees of rooms (ROOM-1, ROOM-4 to ROOM-8). It is there at once; who does the work is loaded by door.ts. A room
// is named by its id or its link. Whoever may not do what it asks for is told by a ProblemError `moderators-only`.

import type {
  ArrangeRoom,
  Ban,
  LobbyPage,
  Moderation,
  OpenRoom,
  RoomInfo,
  RoomRecord,
} from "../../wire/rooms.ts";
import type { Report } from "../../wire/rooms.ts";
import { ConnectionError } from "../connectionError.ts";
import type { AskedContactRequest } from "../taps/model.ts";
import type { RoomsDoor } from "./door.ts";
import type { JoinedRoom } from "./joinedRoom.ts";
import type { NewReport, NewRoom } from "./model.ts";

export class Rooms {
  readonly #door: RoomsDoor;

  constructor(door: RoomsDoor) {
    this.#door = door;
  }

  /** @internal The account is connected, after it was closed perhaps. */
  reopen(): void {
    this.#door.isClosed = false;
  }

  /** @internal The account is closed here: what it is in is let go of, and not left. */
  letGo(): Promise<void> {
    return this.#door.letGo();
  }

  /** Opens a room of one's own. @throws ProblemError `malformed-request`, `list-full`; ConnectionError */
  async open(options: OpenRoom): Promise<NewRoom> {
    return (await this.#door.open()).open(options);
  }

  /** Listed rooms, the fullest first, of one topic or of all. @throws ProblemError, ConnectionError */
  async lobby(topic?: string): Promise<LobbyPage> {
    return (await this.#door.open()).lobby(topic);
  }

  /** The rooms that this account has opened. @throws ConnectionError */
  async own(): Promise<RoomInfo[]> {
    return (await this.#door.open()).own();
  }

  /** @throws RoomLinkError; ProblemError `room-unknown`; ConnectionError */
  async look(room: string): Promise<RoomInfo> {
    return (await this.#door.open()).look(room);
  }

  /**
   * Goes into a room, or waits there to be let in. A room that this client is in already it is in once. The name, unless
   * given, is one's own, else the handle; whose other client is there already keeps the name that it has there.
   * @throws RoomLinkError; RoomOver when one has left or the account was closed meanwhile
   * @throws ConnectionError, once the account is closed as well
   * @throws ProblemError `room-unknown`, `room-full`, `room-locked`, `room-barred`, `link-needed`, `list-full`,
   *   `too-many-requests` (with `retryAfterSeconds`)
   */
  async join(room: string, options: { readonly name?: string } = {}): Promise<JoinedRoom> {
    if (this.#door.isClosed) {
      throw new ConnectionError("The account is closed here. Connect it to join rooms.");
    }
    return (await this.#door.open()).join(room, options.name);
  }

  /** Those that this client is in, goes into or waits at; in the order in which they were joined. */
  joined(): readonly JoinedRoom[] {
    return [...this.#door.joined];
  }

  /** Changes what is given, and leaves the rest. Moderators may lock and unlock. @throws ProblemError, ConnectionError */
  async arrange(room: string, changes: ArrangeRoom): Promise<RoomRecord> {
    return (await this.#door.open()).arrange(room, changes);
  }

  /** Ends a room for everyone. @throws ProblemError, ConnectionError */
  async close(room: string): Promise<void> {
    await (await this.#door.open()).close(room);
  }

  /** A new link; the one before leads nowhere from then on. @throws ProblemError, ConnectionError */
  async renewLink(room: string): Promise<NewRoom> {
    return (await this.#door.open()).renewLink(room);
  }

  /**
   * Lets in, turns away, removes, bans, makes a moderator.
   * @param name of a ban: kept with it if the room does not know the account any more
   * @throws ProblemError `not-in-room`; ConnectionError
   */
  async moderate(
    room: string,
    act: Moderation["act"],
    userId: string,
    name?: string,
  ): Promise<void> {
    await (await this.#door.open()).moderate(room, act, userId, name);
  }

  /** Who is banned, under which name, and since when; the latest last. @throws ProblemError, ConnectionError */
  async bans(room: string): Promise<Ban[]> {
    return (await this.#door.open()).bans(room);
  }

  /**
   * Reports somebody to those who look after the room. `messages` are some of theirs, out of the room's `messages`; they
   * are kept with the report, marked where the room cannot confirm them. With one at least, they need not be there any more.
   * @throws ProblemError `not-in-room`, `too-many-requests`; `list-full`: three on one person, ten in all, or no place for
   *   one of that length, where one with fewer messages may fit
   * @throws ConnectionError
   */
  async report(room: string, report: NewReport): Promise<void> {
    await (await this.#door.open()).report(room, report);
  }

  /** For those who look after the room. @throws ProblemError, ConnectionError */
  async reports(room: string): Promise<Report[]> {
    return (await this.#door.open()).reports(room);
  }

  /** Puts a report aside. @throws ProblemError `report-unknown`; ConnectionError */
  async dropReport(room: string, reportId: string): Promise<void> {
    await (await this.#door.open()).dropReport(room, reportId);
  }

  /**
   * Asks someone in the same room to become contacts; what comes of it is in `badges`, as of every such request. One
   * that waits already goes on.
   * @throws ProblemError `not-in-room`, `own-account`, `list-full`, `too-many-requests`; ConnectionError
   */
  async ask(room: string, userId: string): Promise<AskedContactRequest> {
    return (await this.#door.open()).ask(room, userId);
  }
}
