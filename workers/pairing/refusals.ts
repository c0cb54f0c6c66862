// Refusals as they are told on a socket of an attempt.

import { problem, type ProblemCode, type ProblemMembers } from "../../shared/wire/problem.ts";
import { sendFrame } from "../http/sockets.ts";

export function tellProblem(socket: WebSocket, code: ProblemCode, members?: ProblemMembers): void {
  sendFrame(socket, [{ type: "problem", problem: problem(code, members) }]);
}
