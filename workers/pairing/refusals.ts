// Refusals of an attempt: before a socket is let in as responses, on a socket as messages.

import type { AttemptState } from "../../shared/core/pairing/state.ts";
import { problem, type ProblemCode, type ProblemMembers } from "../../shared/wire/problem.ts";
import { problemResponse } from "../http/problems.ts";
import { sendFrame } from "../http/sockets.ts";
import { type Attachment, isOfAsked } from "./attachment.ts";

export function refusal(code: ProblemCode): Response {
  return problemResponse(problem(code));
}

export function tellProblem(socket: WebSocket, code: ProblemCode, members?: ProblemMembers): void {
  sendFrame(socket, [{ type: "problem", problem: problem(code, members) }]);
}

/** Why a device cannot answer an attempt that is said to ask for its account. */
export function unanswerable(state: AttemptState, attachment: Attachment): ProblemCode {
  if (!isOfAsked(state, attachment)) return "attempt-unknown";
  return state.at === "failed" ? "attempt-over" : "answered-elsewhere";
}
