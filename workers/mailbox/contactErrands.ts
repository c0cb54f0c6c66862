// What mailboxes say to each other of requests to become contacts. Whoever was asked decides: a request is over there
// first, and then at its asker.

import type { ContactRequest, RequestProof } from "../../shared/wire/contactRequests.ts";
import type { ProblemCode, ProblemMembers } from "../../shared/wire/problem.ts";

export type ContactErrand =
  /** From the asker. The token is that of the badge by which it came. */
  | { readonly kind: "ask"; readonly request: ContactRequest; readonly token: string }
  /** From the asker; the time is that of the request. */
  | { readonly kind: "withdraw"; readonly requestId: string; readonly createdAt: number }
  /** From whoever was asked. */
  | { readonly kind: "approved"; readonly proof: RequestProof }
  | { readonly kind: "declined"; readonly requestId: string };

export type ContactAnswer =
  | { readonly kind: "done" }
  /** To a withdrawal that comes too late: the proof is on its way. */
  | { readonly kind: "approved" }
  | { readonly kind: "refused"; readonly code: ProblemCode; readonly members?: ProblemMembers };
