// Whatever holds rooms: workerd with the product or with bare objects, and Node with what is made for it.

import { fork } from "node:child_process";
import { once } from "node:events";
import { callRoute } from "../shared/client/api.ts";
import { STANDARD_PORTS } from "../shared/client/ports.ts";
import type { OpenRoom } from "../shared/wire/rooms.ts";
import { issueToken } from "../workers/auth/tokens.ts";
import { atRoot } from "../scripts/paths.ts";
import type { RoomKind } from "./roomsClients.ts";
import type { Place } from "./roomsLoad.ts";
import { type BenchServer, cpuMsOf, residentMbOf, SERVER_SECRET, startServer } from "./servers.ts";

/** Opens rooms in the name of an operator, whose rooms may be without a pace. */
export type OpenRooms = (options?: Partial<OpenRoom>) => Promise<string>;

export async function operatorAt(url: string): Promise<OpenRooms> {
  const { token } = await issueToken(SERVER_SECRET, "house", {});
  const wanted = { body: { name: "Bench" } };
  const { apiKey } = await callRoute(STANDARD_PORTS, url, "addOperator", wanted, token);
  return async (options = {}) => {
    const body = { title: "Bench", capacity: 1_000, isListed: false, pace: null, ...options };
    return (await callRoute(STANDARD_PORTS, url, "openRoom", { body }, apiKey)).roomId;
  };
}

export interface RoomHouse {
  readonly server: BenchServer;
  /** An empty room. */
  open(kind: RoomKind): Promise<Place>;
}

export async function startHouse(
  which: "product" | "rooms" | "socket.io" | "ws",
  stateDir: string,
): Promise<RoomHouse> {
  if (which === "socket.io" || which === "ws") return nameRooms(await startOnNode(which));
  const server = await startServer(which, stateDir);
  if (which === "rooms") return nameRooms(server);
  const openRoom = await operatorAt(server.url);
  const { url } = server;
  return { server, open: async (kind) => ({ kind, url, room: await openRoom() }) };
}

/** Where rooms come to be as soon as somebody names them. */
function nameRooms(server: BenchServer): RoomHouse {
  const { url } = server;
  let rooms = 0;
  return { server, open: async (kind) => ({ kind, url, room: `room-${++rooms}` }) };
}

async function startOnNode(which: "socket.io" | "ws"): Promise<BenchServer> {
  const [file] = atRoot("bench/roomsOnNode.ts") as [string];
  const child = fork(file, [which]);
  const [port] = (await once(child, "message")) as [number];
  const pid = String(child.pid);
  return {
    url: `http://127.0.0.1:${port}`,
    cpuMs: () => cpuMsOf(pid),
    residentMb: () => residentMbOf(pid),
    stop: async () => {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
