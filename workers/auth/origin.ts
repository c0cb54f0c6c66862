// The origin that a session is signed for. It must be one of the server's own: a server elsewhere could
// otherwise pass a challenge on, and the answer back, under a Host header of its choice.

import { ProblemError } from "../../shared/wire/problem.ts";
import type { Env } from "../env.ts";

const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** Without PUBLIC_ORIGINS the server answers on this machine alone. */
export function ownOrigin(env: Env, request: Request): string {
  const { origin, hostname } = new URL(request.url);
  const listed = (env.PUBLIC_ORIGINS ?? "").split(/[\s,]+/).filter((entry) => entry !== "");
  const isOwn = listed.length > 0 ? listed.includes(origin) : LOOPBACK.includes(hostname);
  if (!isOwn) throw new ProblemError("misdirected-request");
  return origin;
}
