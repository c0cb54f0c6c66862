// What the SDK offers wherever it runs. Its entrances, index.ts and node.ts, add what is theirs.

export {
  bytesToCard,
  type CardResult,
  cardTitle,
  cardToBytes,
  emptyCard,
} from "../core/cards/card.ts";
export type { CodeProblem, ParsedCode } from "../core/pairing/code.ts";
export type { Visibility } from "../wire/auth.ts";
export type { Card } from "../wire/card.ts";
export { CARD_MAX_BYTES, NAME_MAX_CHARS } from "../wire/limits.ts";
export { type Problem, type ProblemCode, ProblemError } from "../wire/problem.ts";
export type { AcquaintOptions } from "./acquaint.ts";
export { ConnectionError } from "./api.ts";
export { CodeError, CodeReader, loadCodes } from "./codes.ts";
export type { Meeting } from "./meeting.ts";
export {
  type AcquaintEvent,
  type Contact,
  type FailureReason,
  isHandle,
  type Me,
  type MeetingEvent,
  MeetingFailed,
  type ShownKey,
  VISIBILITIES,
} from "./model.ts";
export type { Ports, SocketLike } from "./ports.ts";
export { memoryStore } from "./store/memory.ts";
export type { Store } from "./store/store.ts";
