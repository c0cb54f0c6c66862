// What went wrong, in a sentence for people that says what to do next.

import { ConnectionError, ProblemError } from "../shared/client/index.ts";

export function problemText(error: unknown): string {
  if (error instanceof ConnectionError) {
    return "The server cannot be reached. Check your connection and try again.";
  }
  if (error instanceof ProblemError) {
    return PROBLEM_TEXTS[error.code] ?? `${error.message.replace(/\.$/, "")}.`;
  }
  return error instanceof Error && error.message !== "" ? error.message : "Something went wrong.";
}

const PROBLEM_TEXTS: Readonly<Partial<Record<ProblemError["code"], string>>> = {
  "handle-taken": "Someone else has this handle. Choose another one.",
  "malformed-request":
    "The server does not take it as it is written. Leave out special characters, or shorten it.",
  "too-many-requests": "That was too often. Wait a little, then try again.",
  "try-again": "The server is busy. Try again in a moment.",
  "internal-error": "The server failed; nothing was changed. Try again.",
  "list-full": "The list is full. Remove something from it first.",
};
