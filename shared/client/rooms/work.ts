// All that is done about rooms but being in them; loaded when first needed.

import { toBase64Url } from "../../core/crypto/bytes.ts";
import { parseRoomLink, roomUrl } from "../../core/room/links.ts";
import type { RoomId } from "../../wire/ids.ts";
import { NAME_MAX_CHARS } from "../../wire/limits.ts";
import { faultsOf, ProblemError } from "../../wire/problem.ts";
import {
  type ArrangeRoom,
  type Ban,
  type LobbyPage,
  type Moderation,
  type OpenedRoom,
  type OpenRoom,
  type Report,
  type RoomInfo,
  roomNameSchema,
  UNFIT_IN_LINE,
  type RoomRecord,
} from "../../wire/rooms.ts";
import { deferred } from "../deferred.ts";
import { requestUpgrade } from "../liveSocket.ts";
import { isUserId } from "../model.ts";
import { askForContact } from "../taps/contactAsking.ts";
import type { AskedContactRequest } from "../taps/model.ts";
import type { RoomsContext } from "./door.ts";
import { RoomLinkError, RoomOver } from "./faults.ts";
import { JoinedRoom } from "./joinedRoom.ts";
import type { NewReport, NewRoom } from "./model.ts";

interface Named {
  readonly roomId: RoomId;
  readonly linkToken: string | null;
}

/** For whoever has neither name nor handle. */
const NAMELESS = "Guest";

export class RoomWork {
  readonly #context: RoomsContext;
  readonly #joined: Set<JoinedRoom>;
  /** Under way or done, by room: whoever joins it once more goes into the same. */
  readonly #joining = new Map<RoomId, Promise<JoinedRoom>>();
  /** Grows when the account is closed: what was under way goes into no room any more. */
  #era = 0;

  constructor(context: RoomsContext, joined: Set<JoinedRoom>) {
    this.#context = context;
    this.#joined = joined;
  }

  async open(body: OpenRoom): Promise<NewRoom> {
    return this.#shown(await this.#context.device.call("openRoom", { body }));
  }

  lobby(topic?: string): Promise<LobbyPage> {
    return this.#context.device.call("lobby", { query: topic === undefined ? {} : { topic } });
  }

  async own(): Promise<RoomInfo[]> {
    const { rooms } = await this.#context.device.call("ownRooms", {});
    const infos = await Promise.all(
      rooms.map((roomId) =>
        this.look(roomId).catch((error: unknown) => {
          if (error instanceof ProblemError && error.code === "room-unknown") return null;
          throw error;
        }),
      ),
    );
    return infos.filter((info) => info !== null);
  }

  async look(room: string): Promise<RoomInfo> {
    return this.#context.device.call("room", { params: this.#params(room) });
  }

  async join(room: string, name?: string): Promise<JoinedRoom> {
    const named = this.#named(room);
    const { roomId } = named;
    const era = this.#era;
    const ending = [...this.#joined].find((one) => one.roomId === roomId && one.isLeaving);
    if (ending !== undefined) await ending.leave();
    if (era !== this.#era) throw new RoomOver(null);
    const known = this.#joining.get(roomId);
    if (known !== undefined) return known;
    const joining = this.#join(named, this.#nameFor(name));
    this.#joining.set(roomId, joining);
    joining.catch(() => this.#forget(roomId, joining));
    return joining;
  }

  async arrange(room: string, body: ArrangeRoom): Promise<RoomRecord> {
    return this.#context.device.call("arrangeRoom", { params: this.#params(room), body });
  }

  async close(room: string): Promise<void> {
    await this.#context.device.call("closeRoom", { params: this.#params(room) });
  }

  async renewLink(room: string): Promise<NewRoom> {
    const params = this.#params(room);
    return this.#shown(await this.#context.device.call("renewLink", { params }));
  }

  async moderate(
    room: string,
    act: Moderation["act"],
    userId: string,
    name?: string,
  ): Promise<void> {
    // Nobody is kept from being banned by what they are called.
    const known = roomNameSchema.safeParse(name?.trim());
    const body = { act, userId, ...(act === "ban" && known.success && { name: known.data }) };
    await this.#context.device.call("moderate", { params: this.#params(room), body });
  }

  async bans(room: string): Promise<Ban[]> {
    const params = this.#params(room);
    return (await this.#context.device.call("bans", { params })).banned;
  }

  async report(room: string, { messages = [], ...report }: NewReport): Promise<void> {
    const { device, ports } = this.#context;
    const reported = messages.map(({ number, text, at }) => {
      // Only one's own are without for a while.
      if (number === null) throw new ProblemError("malformed-request");
      return { number, text, at };
    });
    const reportId = toBase64Url(ports.random(16));
    const body = { ...report, reportId, messages: reported };
    await device.call("report", { params: this.#params(room), body });
  }

  async reports(room: string): Promise<Report[]> {
    const params = this.#params(room);
    return (await this.#context.device.call("reports", { params })).reports;
  }

  async dropReport(room: string, reportId: string): Promise<void> {
    const params = { ...this.#params(room), reportId };
    await this.#context.device.call("dropReport", { params });
  }

  async ask(room: string, userId: string): Promise<AskedContactRequest> {
    const { roomId } = this.#named(room);
    if (!isUserId(userId)) throw new ProblemError("not-in-room");
    const joined = [...this.#joined].find((one) => one.roomId === roomId);
    const name = joined?.members.find((one) => one.userId === userId)?.name ?? null;
    return askForContact(this.#context, userId, { via: "room", roomId }, name);
  }

  /** The account is closed here: seats are kept for a while. */
  async letGo(): Promise<void> {
    this.#era += 1;
    await Promise.all([...this.#joined].map((room) => room.letGo()));
  }

  async #join({ roomId, linkToken }: Named, name: string): Promise<JoinedRoom> {
    const { device, ports } = this.#context;
    const era = this.#era;
    const link = linkToken === null ? {} : { linkToken };
    const first = await requestUpgrade(device, { purpose: "room", roomId, ...link });
    if (era !== this.#era) throw new RoomOver(null);
    const begun = deferred();
    const room: JoinedRoom = new JoinedRoom({
      device,
      ports,
      roomId,
      linkToken,
      url: roomUrl(device.origin, roomId, linkToken),
      name,
      first,
      onBegun: (fault) => (fault === null ? begun.resolve() : begun.reject(fault)),
      onOver: () => {
        this.#joined.delete(room);
        this.#joining.delete(roomId);
      },
    });
    this.#joined.add(room);
    await begun.promise;
    return room;
  }

  #forget(roomId: RoomId, joining: Promise<JoinedRoom>): void {
    if (this.#joining.get(roomId) === joining) this.#joining.delete(roomId);
  }

  /** @throws ProblemError `malformed-request` for a given name that is none */
  #nameFor(given?: string): string {
    if (given === undefined) {
      const { name, handle } = this.#context.me();
      return nameFrom(name) || handle || NAMELESS;
    }
    const parsed = roomNameSchema.safeParse(given.trim());
    if (parsed.success) return parsed.data;
    throw new ProblemError("malformed-request", faultsOf(parsed.error));
  }

  #shown({ roomId, linkToken }: OpenedRoom): NewRoom {
    return { roomId, url: roomUrl(this.#context.device.origin, roomId, linkToken) };
  }

  #params(room: string): { readonly roomId: RoomId } {
    return { roomId: this.#named(room).roomId };
  }

  /** @throws RoomLinkError */
  #named(room: string): Named {
    const link = parseRoomLink(room);
    if (link === null) throw new RoomLinkError("not-a-room");
    const { origin, roomId, token } = link;
    if (origin !== null && origin !== this.#context.device.origin) {
      throw new RoomLinkError("other-server");
    }
    return { roomId, linkToken: token };
  }
}

/** A name as rooms take it: one line, not too long; empty for one that has nothing to see. */
function nameFrom(name: string): string {
  const line = name.replaceAll(new RegExp(UNFIT_IN_LINE, "gu"), " ").trim();
  const cut = line.slice(0, NAME_MAX_CHARS).replace(/[\ud800-\udbff]$/, "");
  return roomNameSchema.safeParse(cut.trim()).data ?? "";
}
