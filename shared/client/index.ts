// The SDK for browsers. Node has its own entrance, node.ts.

export { parseCode, type CodeProblem } from "../core/pairing/code.ts";
export type { Card } from "../wire/card.ts";
export { ProblemError, type Problem, type ProblemCode } from "../wire/problem.ts";
export { Acquaint, type AcquaintOptions, CodeError } from "./acquaint.ts";
export { ConnectionError } from "./api.ts";
export type { Meeting } from "./meeting.ts";
export {
  type AcquaintEvent,
  type Contact,
  type FailureReason,
  type Me,
  type MeetingEvent,
  MeetingFailed,
  type ShownKey,
} from "./model.ts";
export type { Ports, SocketLike } from "./ports.ts";
export { browserStore } from "./store/browser.ts";
export { memoryStore } from "./store/memory.ts";
export type { Store } from "./store/store.ts";
