// Refusals as they are told on a socket of an attempt.

import { problem, type ProblemCode } from "../../shared/wire/problem.ts";
import { NORMAL_CLOSURE, closeSocket, sendFrame } from "../http/sockets.ts";

export function tellProblem(socket: WebSocket, code: ProblemCode): void {
  sendFrame(socket, [{ type: "problem", problem: problem(code) }]);
}

/** For a socket that has nothing more to say or hear. */
export function turnAway(socket: WebSocket, code: ProblemCode): void {
  tellProblem(socket, code);
  closeSocket(socket, NORMAL_CLOSURE);
}
