// Every refusal of the system, once: its stable code, HTTP status and title (RFC 9457).
// The code is the contract; titles and details may be reworded.

import * as z from "zod/mini";
import { deviceLogSchema } from "./deviceLog.ts";

export const PROBLEMS = {
  "malformed-request": { status: 400, title: "The request does not fit its schema" },
  unauthenticated: { status: 401, title: "A valid session is needed" },
  "not-found": { status: 404, title: "There is nothing at this address" },
  "method-not-allowed": { status: 405, title: "This address does not take that method" },
  "payload-too-large": { status: 413, title: "The request is larger than allowed" },
  "unsupported-media-type": {
    status: 415,
    title: "The body is not of the type that this address takes",
  },
  "misdirected-request": { status: 421, title: "This server does not answer for that host" },
  "upgrade-required": { status: 426, title: "This address takes WebSocket connections only" },
  "too-many-requests": { status: 429, title: "Too many requests; wait before the next" },
  "proof-of-work-required": { status: 428, title: "A proof of work is needed for this request" },
  "internal-error": { status: 500, title: "The server failed; nothing was changed" },
  "try-again": { status: 503, title: "The server is busy; try again shortly" },

  "account-unknown": { status: 404, title: "There is no such account" },
  "handle-taken": { status: 409, title: "Another account has this handle" },
  "handle-unknown": { status: 404, title: "No account can be found by this handle" },
  "contact-unknown": { status: 404, title: "This account is not among the contacts" },
  "not-a-contact": { status: 403, title: "Sender and receiver are not contacts of each other" },
  "devices-changed": { status: 409, title: "The boxes do not fit the receiver's devices" },
  "mailbox-full": { status: 507, title: "The receiver's mailbox is full" },
  "list-full": { status: 409, title: "The list has reached its limit" },
  "storage-full": { status: 507, title: "This account keeps as many files as it may" },
  "upload-refused": { status: 403, title: "The upload token is not valid for this blob" },
  "blob-unknown": { status: 404, title: "There is no such blob, or not this chunk of it" },

  "tap-unknown": { status: 404, title: "There is no such tap, or this account has no part in it" },
  "undo-over": { status: 409, title: "This can be undone no more" },
  "group-unknown": { status: 404, title: "There is no such group, or this account is not in it" },
  "badge-unknown": { status: 404, title: "There is no such badge, or it was revoked" },
  "request-unknown": { status: 404, title: "There is no such request, or it is over" },

  "room-unknown": { status: 404, title: "There is no such room, or it has ended" },
  "room-full": { status: 409, title: "The room is full" },
  "room-locked": { status: 403, title: "The room is locked; nobody comes in" },
  "room-barred": { status: 403, title: "This account may not come into the room" },
  "link-needed": { status: 403, title: "The room is joined by a link, and this is not it" },
  "not-in-room": { status: 403, title: "Both must be in the room for this" },
  "moderators-only": { status: 403, title: "Only moderators of the room may do this" },
  "invitation-over": { status: 409, title: "The invitation is over" },
  "engaged-already": { status: 409, title: "One of the two is in a pair room already" },
  "report-unknown": { status: 404, title: "There is no such report" },
  "operator-unknown": { status: 404, title: "There is no such operator" },

  "log-changed": { status: 409, title: "The device log has other entries at that place" },
  "device-removed": { status: 403, title: "This device was removed from its account" },
  "recovery-taken": { status: 409, title: "Another account has this recovery id" },
  "recovery-unknown": { status: 404, title: "No account can be found by this recovery id" },

  "upgrade-refused": { status: 401, title: "The upgrade token is not valid for this socket" },
  "malformed-message": { status: 400, title: "The message does not fit its schema" },
  "own-key": { status: 409, title: "This attempt was begun by the same account" },
  "own-account": { status: 409, title: "An account cannot ask itself" },
  "answered-elsewhere": { status: 409, title: "Another device of this account has answered" },
  "locator-taken": { status: 409, title: "This locator is in use; ask for another" },
  "attempt-unknown": { status: 404, title: "There is no such attempt" },
  "attempt-over": { status: 409, title: "The attempt has ended" },
  "out-of-turn": { status: 409, title: "The attempt does not take this message now" },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

export const problemSchema = z.object({
  type: z.string(),
  code: z.enum(codes),
  title: z.string(),
  status: z.int(),
  detail: z.optional(z.string()),
  /** Which members of the request are at fault: JSON path to message. */
  fields: z.optional(z.record(z.string(), z.string())),
  retryAfterSeconds: z.optional(z.number()),
  /** With `proof-of-work-required`: what to solve (docs/protocol.md, Proof of work). */
  work: z.optional(z.object({ challenge: z.string(), bits: z.int() })),
  /** With `device-removed`: the account's log, which tells the device so. */
  log: z.optional(deviceLogSchema),
});
export type Problem = z.infer<typeof problemSchema>;
export type ProblemMembers = Partial<
  Pick<Problem, "detail" | "fields" | "retryAfterSeconds" | "work" | "log">
>;

export function problem(code: ProblemCode, members: ProblemMembers = {}): Problem {
  return { type: `urn:acquaint:problem:${code}`, code, ...PROBLEMS[code], ...members };
}

/** The one error that the server's HTTP layer renders and the SDK throws. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(code: ProblemCode, members: ProblemMembers = {}) {
    const body = problem(code, members);
    super(body.detail ?? body.title);
    this.name = "ProblemError";
    this.problem = body;
  }

  get code(): ProblemCode {
    return this.problem.code;
  }

  /** Which members of the request are at fault, and why; undefined where it is not about members. */
  get fields(): Problem["fields"] {
    return this.problem.fields;
  }

  static from(body: Problem): ProblemError {
    const { detail, fields, retryAfterSeconds, work, log } = body;
    return new ProblemError(body.code, {
      ...(detail !== undefined && { detail }),
      ...(fields !== undefined && { fields }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(work !== undefined && { work }),
      ...(log !== undefined && { log }),
    });
  }
}

/** Turns a failed parse into the members that name each fault. */
export function faultsOf(error: z.core.$ZodError): ProblemMembers {
  const fields: Record<string, string> = {};
  for (const issue of error.issues.slice(0, 8)) {
    // The first of a member says most: what is empty has nothing to see either.
    fields[issue.path.map(String).join(".") || "(body)"] ??= issue.message.slice(0, 200);
  }
  return { fields };
}
