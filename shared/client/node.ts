// The SDK for Node 20 and later: a folder as the store, and a socket where Node has none of its own.

import { WebSocket as NodeSocket } from "ws";
import { Acquaint as Standard, type AcquaintOptions } from "./acquaint.ts";
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

export { parseCode, type CodeProblem } from "../core/pairing/code.ts";
export type { Card } from "../wire/card.ts";
export { ProblemError, type Problem, type ProblemCode } from "../wire/problem.ts";
export { type AcquaintOptions, CodeError } from "./acquaint.ts";
export { ConnectionError } from "./api.ts";
export type { Meeting } from "./meeting.ts";
export * from "./model.ts";
export type { Ports, SocketLike } from "./ports.ts";
export { fileStore } from "./store/file.ts";
export { memoryStore } from "./store/memory.ts";
export type { Store } from "./store/store.ts";
