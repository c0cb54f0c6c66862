// Who looks after rooms, as they ask over HTTP: the house, and operators with their keys. And people who come into rooms
// by tokens that the server itself has made.

import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import type { RoomId } from "../../../shared/wire/ids.ts";
import {
  type OpenRoom,
  openedRoomSchema,
  operatorKeySchema,
  roomInfoSchema,
  type RoomInfo,
} from "../../../shared/wire/rooms.ts";
import { type Actor, issueToken } from "../../../workers/auth/tokens.ts";
import { type Answer, randomText, request } from "./accounts.ts";
import { connectByHttp } from "./rooms.ts";
import type { TestSocket } from "./sockets.ts";

/** What stands in the header: a token of the house, an API key, a session. */
export type Bearer = string;

export async function theHouse(): Promise<Bearer> {
  return (await issueToken(env.SERVER_SECRET, "house", {})).token;
}

export function askAs(
  bearer: Bearer | null,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const headers: Record<string, string> =
    bearer === null ? {} : { authorization: `Bearer ${bearer}` };
  return request(method, path, { headers, ...(body !== undefined && { body }) });
}

export interface TestOperator {
  readonly operatorId: string;
  readonly apiKey: Bearer;
}

export async function addOperator(name = "A Platform"): Promise<TestOperator> {
  const { body } = await askAs(await theHouse(), "POST", "/v1/operators", { name });
  return operatorKeySchema.parse(body);
}

/** Of an operator; of an account, see rooms.ts. */
export async function openRoomBy({ apiKey }: TestOperator, wish: Partial<OpenRoom> = {}) {
  const { body } = await askAs(apiKey, "POST", "/v1/rooms", { title: "A room", ...wish });
  return openedRoomSchema.parse(body);
}

/** As the house sees it; null when it has ended. */
export async function roomInfo(roomId: RoomId): Promise<RoomInfo | null> {
  const { status, body } = await askAs(await theHouse(), "GET", `/v1/rooms/${roomId}`);
  return status === 200 ? roomInfoSchema.parse(body) : null;
}

/** A socket that is in the room. */
export async function enterRoom(
  actor: Actor,
  roomId: RoomId,
  name = "Somebody",
): Promise<TestSocket> {
  const socket = await connectByHttp(actor, roomId);
  socket.send({ type: "enter", line: randomText(8), name });
  await socket.next("entered");
  return socket;
}

/** All values that an object holds, as text, and its alarm. */
export function contentOf(stub: DurableObjectStub) {
  return runInDurableObject(stub, async (_, { storage }) => ({
    values: JSON.stringify([...storage.kv.list()]),
    alarm: await storage.getAlarm(),
  }));
}
