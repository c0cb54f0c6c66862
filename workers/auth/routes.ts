// Handlers that let people in: registration, challenge, session, upgrade tokens.

import { verifyLog } from "../../shared/core/identity/deviceLog.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import { SOCKETS } from "../../shared/wire/routes.ts";
import type { Handlers } from "../http/handlers.ts";
import { valueOf } from "../mailbox/routes.ts";
import { gateOf, mailboxOf } from "../objects.ts";
import { admit } from "./admission.ts";
import { demandWork } from "./demandWork.ts";
import { networkOf } from "./network.ts";
import { ownOrigin } from "./origin.ts";
import { issueToken, verifyToken } from "./tokens.ts";

type AuthRoute = "register" | "challenge" | "openSession" | "eraseAccount" | "upgrade";

export const authHandlers: Pick<Handlers, AuthRoute> = {
  register: async ({ env, request, body }) => {
    // The first entry says whose log it is; checking all of it is for whoever has done the work.
    const first = verifyLog(body.log.slice(0, 1));
    if (first === null) throw notVerified();
    const { userId } = first;
    const bits = await gateOf(env, networkOf(env, request)).countRegistration();
    await demandWork(env, `register ${userId}`, bits, body.proof);
    const registered = await mailboxOf(env, userId).register(body.log);
    if (!registered.ok && registered.code === "malformed-request") throw notVerified();
    return { userId, logHead: valueOf(registered).logHead };
  },

  /** Stateless: the server remembers no challenge, only the mailbox the last one that was accepted. */
  challenge: async ({ env, body }) => {
    const claims = { ...body, issuedAt: Date.now(), id: crypto.randomUUID() };
    return { challenge: (await issueToken(env.SERVER_SECRET, "challenge", claims)).token };
  },

  openSession: async ({ env, request, body }) => {
    const { challenge, signature } = body;
    const claims = await verifyToken(env.SERVER_SECRET, "challenge", challenge);
    if (claims === null) throw new ProblemError("unauthenticated");
    const { userId, deviceId, issuedAt } = claims;
    const origin = ownOrigin(env, request);
    const signed = { userId, deviceId, issuedAt, origin, challenge, signature };
    const verdict = await mailboxOf(env, userId).admitSession(signed);
    if (verdict.kind === "removed") throw new ProblemError("device-removed", { log: verdict.log });
    if (verdict.kind === "refused") throw new ProblemError("unauthenticated");
    return issueToken(env.SERVER_SECRET, "session", { userId, deviceId });
  },

  eraseAccount: async ({ env, request, actor, body: { challenge, signature } }) => {
    const claims = await verifyToken(env.SERVER_SECRET, "challenge", challenge);
    const isOwn = claims?.userId === actor.userId && claims.deviceId === actor.deviceId;
    if (claims === null || !isOwn) throw new ProblemError("unauthenticated");
    const { issuedAt } = claims;
    const origin = ownOrigin(env, request);
    const signed = { ...actor, issuedAt, origin, challenge, signature };
    return valueOf(await mailboxOf(env, actor.userId).erase(signed));
  },

  upgrade: async ({ env, request, actor, body }) => {
    const network = networkOf(env, request);
    const admitted = await admit(env, request, actor, network, body);
    const { locator, room } = admitted;
    const { token } = await issueToken(env.SERVER_SECRET, "upgrade", {
      ...actor,
      ...admitted,
      id: crypto.randomUUID(),
      issuedAt: Date.now(),
      network,
      purpose: body.purpose,
    });
    if (room !== null) {
      return { token, path: SOCKETS.room.path.replace("{roomId}", room.roomId), locator };
    }
    const path =
      locator === null ? SOCKETS.mailbox.path : SOCKETS.attempt.path.replace("{locator}", locator);
    return { token, path, locator };
  },
};

function notVerified(): ProblemError {
  return new ProblemError("malformed-request", { fields: { log: "does not verify" } });
}
