// What mailboxes say to each other: of requests to become contacts, which whoever was asked decides, so that a request is
// over there first and then at its asker; and of blocks, which hide the two from each other.

import type { ContactRequest, RequestProof } from "../../shared/wire/contactRequests.ts";
import type { ProblemCode, ProblemMembers } from "../../shared/wire/problem.ts";

export type ContactErrand =
  /** From the asker. The token is that of the badge by which it came; null for none. */
  | { readonly kind: "ask"; readonly request: ContactRequest; readonly token: string | null }
  /** From the asker; the time is that of the request. */
  | { readonly kind: "withdraw"; readonly requestId: string; readonly createdAt: number }
  /** From whoever was asked. */
  | { readonly kind: "approved"; readonly proof: RequestProof }
  | { readonly kind: "declined"; readonly requestId: string }
  /** From whoever has blocked the other, or does so no more. Devices never learn of it. */
  | { readonly kind: "hidden"; readonly isHidden: boolean };

export type ContactAnswer =
  | { readonly kind: "done" }
  /** To a withdrawal that comes too late: the proof is on its way. */
  | { readonly kind: "approved" }
  | { readonly kind: "refused"; readonly code: ProblemCode; readonly members?: ProblemMembers };
