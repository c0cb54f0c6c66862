// Rooms, written from docs/protocol.md alone ("Rooms" to "The lobby"): one stay in a room, and what is done over HTTP.

import { randomBytes } from "node:crypto";
import type { IndependentClient } from "./independentClient.ts";
import { type Json, Refused, type Socket } from "./independentConnection.ts";
import { b64 } from "./independentCrypto.ts";
import { type Frames, JSON_FRAMES } from "./independentFrames.ts";
import { requestBytes } from "./independentTap.ts";

/** The server has let this member go, by its word for why. */
class RoomEnded extends Error {}

interface Said {
  /** Of the event. */
  readonly number: number;
  readonly seat: number;
  readonly name: string;
  readonly text: string;
  /** The sender's own. */
  readonly own: number;
}

/** What a room's URL says. @throws Error for one of another server */
export function roomIn(url: string, origin: string): { roomId: string; linkToken?: string } {
  const rest = url.startsWith(`${origin}/#/rooms/`) ? url.slice(`${origin}/#/rooms/`.length) : "";
  const [, roomId, linkToken] =
    /^([a-z2-7]{16})(?:\/([A-Za-z0-9_-]{22}))?$/.exec(rest) ?? ([] as string[]);
  if (roomId === undefined) throw new Error("no room of this server");
  return { roomId, ...(linkToken !== undefined && { linkToken }) };
}

/** Of a room that was opened, as it was answered. */
export const roomUrl = (origin: string, opened: Json): string => {
  const { roomId, linkToken } = opened as { roomId: string; linkToken: string | null };
  return `${origin}/#/rooms/${roomId}${linkToken === null ? "" : `/${linkToken}`}`;
};

export class IndependentRoom {
  readonly roomId: string;
  readonly members = new Map<number, Json>();
  readonly said: Said[] = [];
  /** All that was told, but for events. */
  readonly notices: Json[] = [];
  seat = 0;
  isGap = false;
  room: Json = {};
  readonly #client: IndependentClient;
  readonly #name: string;
  readonly #frames: Frames;
  readonly #line = b64(randomBytes(8));
  readonly #linkToken: string | undefined;
  #through: number | null = null;
  #number = 0;
  #socket: Socket | null = null;

  constructor(
    client: IndependentClient,
    { roomId, linkToken }: { roomId: string; linkToken?: string },
    name: string,
    frames: Frames = JSON_FRAMES,
  ) {
    this.#client = client;
    this.roomId = roomId;
    this.#linkToken = linkToken;
    this.#name = name;
    this.#frames = frames;
  }

  /** Comes in, or back. Resolves with `entered` or `waiting`. @throws Refused */
  async enter(): Promise<string> {
    const link = this.#linkToken === undefined ? {} : { linkToken: this.#linkToken };
    const purpose = { purpose: "room", roomId: this.roomId, ...link };
    this.#socket = await this.#client.connection.open(purpose, this.#frames);
    const after = this.#through === null ? {} : { after: this.#through };
    this.#send({ type: "enter", line: this.#line, name: this.#name, ...after });
    for (;;) {
      const { type } = await this.#hear();
      if (type === "entered" || type === "waiting") return type;
    }
  }

  /** As if the connection were lost. */
  lose(): void {
    this.#socket?.close();
  }

  /** Resolves with the event's number once it was passed on. @throws Refused */
  async say(text: string): Promise<number> {
    const number = this.#say(text);
    const find = () => this.said.find(({ seat, own }) => seat === this.seat && own === number);
    return this.#answered(number, async () => (await this.until(find)).number);
  }

  /** Says it and does not wait. */
  mutter(text: string): void {
    this.#say(text);
  }

  setTracks(audio: string, video: string): void {
    this.#send({ type: "tracks", audio, video });
  }

  signal(to: string, data: string): void {
    this.#send({ type: "signal", to, data });
  }

  /** Resolves with the invitation once it waits. @throws Refused */
  async invite(to: string): Promise<Json> {
    const number = this.#number++;
    this.#send({ type: "invite", number, to });
    const notice = await this.#answered(number, () =>
      this.told("invitation", (one) => one["number"] === number),
    );
    return notice["invitation"] as Json;
  }

  /** Resolves once the invitation is over. @throws Refused */
  async reply(invitationId: string, reply: "accept" | "decline" | "cancel"): Promise<Json> {
    const number = this.#number++;
    this.#send({ type: "reply", number, invitationId, reply });
    return this.#answered(number, () => this.over(invitationId));
  }

  over(invitationId: string): Promise<Json> {
    return this.told(
      "invitationOver",
      (one) => (one["invitation"] as Json)["invitationId"] === invitationId,
    );
  }

  /** Resolves with why, when it is over. */
  async leave(): Promise<string> {
    this.#send({ type: "leave" });
    return this.ended();
  }

  /** For this client alone; if it is the last one, the account has left. */
  done(): void {
    this.#socket?.close("done");
  }

  async ended(): Promise<string> {
    try {
      for (;;) await this.#hear();
    } catch (fault) {
      if (!(fault instanceof RoomEnded)) throw fault;
      return fault.message;
    }
  }

  /** The next notice of that kind that was not taken yet. */
  async told(type: string, isIt: (notice: Json) => boolean = () => true): Promise<Json> {
    const find = () => this.notices.findIndex((one) => one["type"] === type && isIt(one));
    await this.until(() => (find() >= 0 ? true : undefined));
    return this.notices.splice(find(), 1)[0]!;
  }

  /** Hears on until there is something to find. */
  async until<Value>(find: () => Value | undefined): Promise<Value> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await this.#hear();
    }
  }

  memberOf(userId: string): Json | undefined {
    return [...this.members.values()].find((member) => member["userId"] === userId);
  }

  #say(text: string): number {
    const number = this.#number++;
    this.#send({ type: "say", number, text });
    return number;
  }

  /** @throws Refused if that number is */
  async #answered<Value>(number: number, wait: () => Promise<Value>): Promise<Value> {
    try {
      return await wait();
    } catch (fault) {
      if (fault instanceof RefusedNumber && fault.number === number) throw new Refused(fault.code);
      throw fault;
    }
  }

  #send(message: Json): void {
    this.#socket!.send(message);
  }

  async #hear(): Promise<Json> {
    const message = await this.#socket!.any();
    switch (message["type"]) {
      case "entered":
        this.#entered(message);
        break;
      case "events":
        this.#happened(message["events"] as Json[], Number(message["through"]));
        this.#send({ type: "heard", through: this.#through });
        break;
      case "refused":
        throw new RefusedNumber(message);
      case "problem":
        throw new Refused(String((message["problem"] as Json)["code"]));
      case "ended":
        throw new RoomEnded(String(message["leaving"]));
      default:
    }
    if (message["type"] !== "events") this.notices.push(message);
    return message;
  }

  /** What was missed is applied for what was said; the members come as they stand after it. */
  #entered(message: Json): void {
    this.#happened(message["missed"] as Json[], Number(message["through"]));
    this.isGap = message["isGap"] as boolean;
    this.seat = Number(message["seat"]);
    this.room = message["room"] as Json;
    this.members.clear();
    for (const member of message["members"] as Json[]) {
      this.members.set(Number(member["seat"]), member);
    }
  }

  #happened(events: readonly Json[], through: number): void {
    for (const [index, event] of events.entries()) {
      const number = through - (events.length - 1 - index);
      const seat = Number(event["seat"]);
      if (event["kind"] === "said") {
        const name = String(this.members.get(seat)?.["name"]);
        const own = Number(event["number"]);
        this.said.push({ number, seat, name, text: String(event["text"]), own });
      }
      if (event["kind"] === "joined" || event["kind"] === "changed") {
        const member = event["member"] as Json;
        this.members.set(Number(member["seat"]), member);
      }
      if (event["kind"] === "left") this.members.delete(seat);
      if (event["kind"] === "arranged") this.room = event["room"] as Json;
    }
    this.#through = through;
  }
}

class RefusedNumber extends Refused {
  readonly number: number;
  readonly code: string;

  constructor(message: Json) {
    const code = String((message["problem"] as Json)["code"]);
    super(code);
    this.number = Number(message["number"]);
    this.code = code;
  }
}

/** Asks a member of the room to become contacts. Resolves with the request's id. */
export async function askInRoom(
  { account, connection, signer }: IndependentClient,
  roomId: string,
  to: string,
): Promise<string> {
  const id = randomBytes(16);
  const signature = signer.sign(requestBytes(id, account.userId, account.deviceId, to, "room"));
  const requestId = b64(id);
  const body = { requestId, to, via: "room", roomId, signature: b64(signature) };
  await connection.call("POST", "/v1/contact-requests", body);
  return requestId;
}
