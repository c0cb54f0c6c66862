// WebSocket upgrades: the token is checked here, before any object is woken, and goes no further.

import { locatorSchema } from "../../shared/wire/ids.ts";
import { SUBPROTOCOL_JSON, SUBPROTOCOL_TOKEN_PREFIX } from "../../shared/wire/limits.ts";
import { type Problem, ProblemError } from "../../shared/wire/problem.ts";
import { type UpgradeClaims, verifyToken } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { attemptAt, mailboxOf } from "../objects.ts";
import { problemResponse } from "./problems.ts";
import { closeSocket, NORMAL_CLOSURE, sendFrame, switchProtocols } from "./sockets.ts";
import { UPGRADE_HEADER } from "./upgradeTokens.ts";

export async function upgradeToAttempt(
  env: Env,
  request: Request,
  locator: string,
): Promise<Response> {
  const claims = await verifiedClaims(env, request);
  const parsed = locatorSchema.safeParse(locator);
  if (!parsed.success || claims.locator !== parsed.data) throw new ProblemError("upgrade-refused");
  const response = await attemptAt(env, parsed.data).fetch(handOver(request, claims));
  return response.status === 101 ? response : tellOverSocket(response);
}

/** Browsers show a page nothing of a refused upgrade, so a refusal is told over a socket that then closes. */
async function tellOverSocket(response: Response): Promise<Response> {
  const problem = (await response.json()) as Problem;
  if (problem.code === "upgrade-refused" || problem.code === "try-again") {
    return problemResponse(problem);
  }
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  sendFrame(server, [{ type: "problem", problem }]);
  closeSocket(server, NORMAL_CLOSURE);
  return switchProtocols(client);
}

export async function upgradeToMailbox(env: Env, request: Request): Promise<Response> {
  const claims = await verifiedClaims(env, request);
  if (claims.locator !== null) throw new ProblemError("upgrade-refused");
  return mailboxOf(env, claims.userId).fetch(handOver(request, claims));
}

async function verifiedClaims(env: Env, request: Request): Promise<UpgradeClaims> {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new ProblemError("upgrade-required");
  }
  const offered = (request.headers.get("sec-websocket-protocol") ?? "")
    .split(",")
    .map((protocol) => protocol.trim());
  const token = offered
    .find((protocol) => protocol.startsWith(SUBPROTOCOL_TOKEN_PREFIX))
    ?.slice(SUBPROTOCOL_TOKEN_PREFIX.length);
  const claims =
    token === undefined || !offered.includes(SUBPROTOCOL_JSON)
      ? null
      : await verifyToken(env.SERVER_SECRET, "upgrade", token);
  if (claims === null) throw new ProblemError("upgrade-refused");
  return claims;
}

/** A request of our own, so that no header of the client's reaches the object. */
function handOver(request: Request, claims: UpgradeClaims): Request {
  const headers = { upgrade: "websocket", [UPGRADE_HEADER]: JSON.stringify(claims) };
  return new Request(new URL(request.url).origin, { headers });
}
