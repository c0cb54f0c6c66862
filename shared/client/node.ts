// The SDK for Node 20 and later: a folder as the store, and a socket where Node has none of its own.

import { WebSocket as NodeSocket } from "ws";
import { Acquaint as Standard } from "./opening.ts";
import type { AcquaintOptions } from "./options.ts";
import { type Ports, type SocketLike, STANDARD_PORTS } from "./ports.ts";

const openSocket: Ports["openSocket"] = (url, protocols) =>
  "WebSocket" in globalThis
    ? STANDARD_PORTS.openSocket(url, protocols)
    : (new NodeSocket(url, protocols) as unknown as SocketLike);

export type Acquaint = Standard;
export const Acquaint = {
  /** As in browsers; see {@link Standard.open}. */
  open: (options: AcquaintOptions): Promise<Standard> =>
    Standard.open({ ...options, ports: { openSocket, ...options.ports } }),
};

export * from "./sdk.ts";
export { fileStore } from "./store/file.ts";
export { memoryStore } from "./store/memory.ts";
