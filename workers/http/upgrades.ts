// WebSocket upgrades: the token is checked here, before any object is woken, and goes no further.

import type { Codec } from "../../shared/wire/codec/codec.ts";
import { preferredCodec } from "../../shared/wire/codec/codecs.ts";
import { SUBPROTOCOL_TOKEN_PREFIX } from "../../shared/wire/limits.ts";
import { type Problem, ProblemError } from "../../shared/wire/problem.ts";
import { SOCKETS } from "../../shared/wire/routes.ts";
import { openHidden } from "../auth/sealing.ts";
import { type UpgradeClaims, verifyToken } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import { attemptAt, mailboxOf, roomAt } from "../objects.ts";
import { problemResponse, problemResponseTo } from "./problems.ts";
import {
  closeSocket,
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

/**
 * Answers whoever asks for a socket, without the router in between: of the many who come into a room at once, it would
 * take a good part of the time. Null for any other request, and where there is no socket.
 */
export function upgrade(env: Env, request: Request): Promise<Response> | null {
  if (request.method !== "GET" || !asksForSocket(request)) return null;
  for (const { address, open } of DOORS) {
    const match = address.exec(request.url);
    if (match === null) continue;
    return admit(env, request)
      .then((admitted) => open(env, admitted, match[1]))
      .catch(problemResponseTo);
  }
  return null;
}

function asksForSocket(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

type Open = (env: Env, admitted: Admitted, id?: string) => Promise<Response>;

const DOORS: readonly { readonly address: RegExp; readonly open: Open }[] = [
  { address: addressOf(SOCKETS.room.path), open: openRoom },
  { address: addressOf(SOCKETS.mailbox.path), open: openMailbox },
  { address: addressOf(SOCKETS.attempt.path), open: openAttempt },
];

/** Of a whole URL, whose parsing would take longer. */
function addressOf(path: string): RegExp {
  return new RegExp(`^\\w+://[^/]+${path.replace(/\{\w+\}/, "([^/?]+)")}(?:\\?|$)`);
}

async function openAttempt(env: Env, admitted: Admitted, id?: string): Promise<Response> {
  const { locator } = admitted.claims;
  if (locator === null || locator !== id) throw new ProblemError("upgrade-refused");
  const response = await handOver(attemptAt(env, locator), admitted);
  return response.status === 101 ? response : tellOverSocket(response, admitted.codec);
}

async function openMailbox(env: Env, admitted: Admitted): Promise<Response> {
  const { locator, room, userId } = admitted.claims;
  if (locator !== null || room !== null) throw new ProblemError("upgrade-refused");
  return handOver(mailboxOf(env, userId), admitted);
}

async function openRoom(env: Env, admitted: Admitted, id?: string): Promise<Response> {
  const { room } = admitted.claims;
  if (room === null || room.roomId !== id) throw new ProblemError("upgrade-refused");
  const { roomId, sealed } = room;
  const hidden =
    sealed === null ? null : await openHidden(env.SERVER_SECRET, admitted.claims, roomId, sealed);
  const response = await handOver(roomAt(env, roomId), admitted, { hidden });
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

async function admit(env: Env, request: Request): Promise<Admitted> {
  const offered = offeredProtocols(request);
  const token = offered
    .find((protocol) => protocol.startsWith(SUBPROTOCOL_TOKEN_PREFIX))
    ?.slice(SUBPROTOCOL_TOKEN_PREFIX.length);
  const codec = preferredCodec(offered);
  const claims =
    token === undefined ? null : await verifyToken(env.SERVER_SECRET, "upgrade", token);
  if (claims === null || codec === undefined) throw new ProblemError("upgrade-refused");
  return { claims, codec };
}

/**
 * A request of our own, so that no header of the client's reaches the object.
 * @param more what the Worker adds to the claims
 * @throws ProblemError `try-again` when the object fails, as each does that restarts while it is asked
 */
async function handOver(
  object: Pick<DurableObjectStub, "fetch">,
  { claims, codec }: Admitted,
  more: object = {},
): Promise<Response> {
  const headers = {
    upgrade: "websocket",
    "sec-websocket-protocol": codec.subprotocol,
    [UPGRADE_HEADER]: JSON.stringify({ ...claims, ...more }),
  };
  try {
    return await object.fetch("https://object/", { headers });
  } catch (error) {
    console.error(`unexpected ${error instanceof Error ? error.name : "error"} in an upgrade`);
    throw new ProblemError("try-again");
  }
}
