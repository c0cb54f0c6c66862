// Who asks, by what stands in the header `authorization`: a session of an account, the API key of an operator, or a token
// of the house. What each may do is decided further on.

import { ProblemError } from "../../shared/wire/problem.ts";
import type { Route } from "../../shared/wire/routes.ts";
import type { Env } from "../env.ts";
import { operatorAt } from "../objects.ts";
import { digestOfKey, readApiKey } from "../operator/apiKey.ts";
import type { Steward } from "../../shared/core/room/state.ts";
import { brake } from "./brake.ts";
import { type Actor, verifyToken } from "./tokens.ts";

export interface Caller {
  readonly actor: Actor | null;
  readonly steward: Steward | null;
}

const NOBODY: Caller = { actor: null, steward: null };

/** @throws ProblemError `unauthenticated`; of an operator, `too-many-requests` */
export async function callerOf(
  env: Env,
  auth: Route["auth"],
  authorization: string | undefined,
): Promise<Caller> {
  if (auth === "none") return NOBODY;
  const token = /^Bearer ([\w.-]+)$/.exec(authorization ?? "")?.[1];
  const caller = token === undefined ? null : await bearerOf(env, auth, token);
  if (caller === null) {
    const isKey = token?.startsWith("acq_") === true && auth === "steward";
    throw new ProblemError("unauthenticated", isKey ? { detail: "This API key is not valid" } : {});
  }
  return caller;
}

async function bearerOf(
  env: Env,
  auth: Exclude<Route["auth"], "none">,
  token: string,
): Promise<Caller | null> {
  if (auth === "session") {
    const actor = await actorOf(env, token);
    return actor === null ? null : { ...NOBODY, actor };
  }
  const steward = auth === "house" ? await houseOf(env, token) : await stewardOf(env, token);
  return steward === null ? null : { ...NOBODY, steward };
}

async function stewardOf(env: Env, token: string): Promise<Steward | null> {
  const key = readApiKey(env.SERVER_SECRET, token);
  if (key !== null) {
    const digest = digestOfKey(token);
    // By key, so that one that was renewed slows nobody down.
    await brake(env.CHUNKS, digest, "operator");
    const operator = await operatorAt(env, key.operatorId).verify(digest);
    return operator === null ? null : { kind: "operator", ...operator };
  }
  const actor = await actorOf(env, token);
  return actor === null ? houseOf(env, token) : { kind: "account", ...actor };
}

async function actorOf({ SERVER_SECRET }: Env, token: string): Promise<Actor | null> {
  const claims = await verifyToken(SERVER_SECRET, "session", token);
  return claims === null ? null : { userId: claims.userId, deviceId: claims.deviceId };
}

async function houseOf({ SERVER_SECRET }: Env, token: string): Promise<Steward | null> {
  return (await verifyToken(SERVER_SECRET, "house", token)) === null ? null : { kind: "house" };
}
