// WebSocket upgrades: the token is checked here, before any object is woken, and goes no further.

import type { Codec } from "../../shared/wire/codec/codec.ts";
import { locatorSchema } from "../../shared/wire/ids.ts";
import { SUBPROTOCOL_TOKEN_PREFIX } from "../../shared/wire/limits.ts";
import { type Problem, ProblemError } from "../../shared/wire/problem.ts";
import { type UpgradeClaims, verifyToken } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { attemptAt, mailboxOf } from "../objects.ts";
import { problemResponse } from "./problems.ts";
import {
  closeSocket,
  codecOf,
  NORMAL_CLOSURE,
  offeredProtocols,
  sendFrame,
  switchProtocols,
} from "./sockets.ts";
import { UPGRADE_HEADER } from "./upgradeTokens.ts";

/** What a client may open a socket with. */
interface Admitted {
  readonly claims: UpgradeClaims;
  readonly codec: Codec;
}

export async function upgradeToAttempt(
  env: Env,
  request: Request,
  locator: string,
): Promise<Response> {
  const admitted = await admit(env, request);
  const parsed = locatorSchema.safeParse(locator);
  if (!parsed.success || admitted.claims.locator !== parsed.data) {
    throw new ProblemError("upgrade-refused");
  }
  const response = await attemptAt(env, parsed.data).fetch(handOver(request, admitted));
  return response.status === 101 ? response : tellOverSocket(response, admitted.codec);
}

/** Browsers show a page nothing of a refused upgrade, so a refusal is told over a socket that then closes. */
async function tellOverSocket(response: Response, codec: Codec): Promise<Response> {
  const problem = (await response.json()) as Problem;
  if (problem.code === "upgrade-refused" || problem.code === "try-again") {
    return problemResponse(problem);
  }
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  sendFrame(server, [{ type: "problem", problem }], codec);
  closeSocket(server, NORMAL_CLOSURE);
  return switchProtocols(client, codec);
}

export async function upgradeToMailbox(env: Env, request: Request): Promise<Response> {
  const admitted = await admit(env, request);
  const { locator, userId } = admitted.claims;
  if (locator !== null) throw new ProblemError("upgrade-refused");
  return mailboxOf(env, userId).fetch(handOver(request, admitted));
}

async function admit(env: Env, request: Request): Promise<Admitted> {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new ProblemError("upgrade-required");
  }
  const token = offeredProtocols(request)
    .find((protocol) => protocol.startsWith(SUBPROTOCOL_TOKEN_PREFIX))
    ?.slice(SUBPROTOCOL_TOKEN_PREFIX.length);
  const codec = codecOf(request);
  const claims =
    token === undefined ? null : await verifyToken(env.SERVER_SECRET, "upgrade", token);
  if (claims === null || codec === undefined) throw new ProblemError("upgrade-refused");
  return { claims, codec };
}

/** A request of our own, so that no header of the client's reaches the object. */
function handOver(request: Request, { claims, codec }: Admitted): Request {
  const headers = {
    upgrade: "websocket",
    "sec-websocket-protocol": codec.subprotocol,
    [UPGRADE_HEADER]: JSON.stringify(claims),
  };
  return new Request(new URL(request.url).origin, { headers });
}
