// WebSocket upgrades: the token is checked here, before any object is woken, and goes no further.

import type { Codec } from "../../shared/wire/codec/codec.ts";
import { locatorSchema, roomIdSchema } from "../../shared/wire/ids.ts";
import { SUBPROTOCOL_TOKEN_PREFIX } from "../../shared/wire/limits.ts";
import { type Problem, ProblemError } from "../../shared/wire/problem.ts";
import { openHidden } from "../auth/sealing.ts";
import { type UpgradeClaims, verifyToken } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { attemptAt, mailboxOf, roomAt } from "../objects.ts";
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
  const { locator, room, userId } = admitted.claims;
  if (locator !== null || room !== null) throw new ProblemError("upgrade-refused");
  return mailboxOf(env, userId).fetch(handOver(request, admitted));
}

export async function upgradeToRoom(env: Env, request: Request, roomId: string): Promise<Response> {
  const admitted = await admit(env, request);
  const parsed = roomIdSchema.safeParse(roomId);
  const { room } = admitted.claims;
  if (!parsed.success || room?.roomId !== parsed.data) throw new ProblemError("upgrade-refused");
  const { sealed } = room;
  const hidden =
    sealed === null
      ? null
      : await openHidden(env.SERVER_SECRET, admitted.claims, room.roomId, sealed);
  const response = await roomAt(env, parsed.data).fetch(handOver(request, admitted, { hidden }));
  return response.status === 101 ? response : tellOverSocket(response, admitted.codec);
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

/**
 * A request of our own, so that no header of the client's reaches the object.
 * @param more what the Worker adds to the claims
 */
function handOver(request: Request, { claims, codec }: Admitted, more: object = {}): Request {
  const headers = {
    upgrade: "websocket",
    "sec-websocket-protocol": codec.subprotocol,
    [UPGRADE_HEADER]: JSON.stringify({ ...claims, ...more }),
  };
  return new Request(new URL(request.url).origin, { headers });
}
