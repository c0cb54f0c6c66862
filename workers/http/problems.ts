// Problems as HTTP responses (RFC 9457), in one place.

import { type Problem } from "../../shared/wire/problem.ts";

export function problemResponse(problem: Problem): Response {
  const { retryAfterSeconds } = problem;
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...(retryAfterSeconds !== undefined && {
        "retry-after": String(Math.ceil(retryAfterSeconds)),
      }),
    },
  });
}
