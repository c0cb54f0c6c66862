// Problems as HTTP responses (RFC 9457), in one place.

import { problem as problemOf, type Problem, ProblemError } from "../../shared/wire/problem.ts";

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

/** Of what a handler has thrown; what is not meant for anybody's eyes stays here. */
export function problemResponseTo(error: Error): Response {
  if (error instanceof ProblemError) return problemResponse(error.problem);
  console.error(`unexpected ${error.name}`);
  return problemResponse(problemOf("internal-error"));
}
