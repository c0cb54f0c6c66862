// Handlers that let people in: registration, challenge, session, upgrade tokens.

import { locatorDigits, locatorWorkBits } from "../../shared/core/pairing/backoff.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { isSolution } from "../../shared/core/crypto/proofOfWork.ts";
import { verifyLog } from "../../shared/core/identity/deviceLog.ts";
import type { Proof, UpgradeRequest } from "../../shared/wire/auth.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import { SOCKETS } from "../../shared/wire/routes.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../http/handlers.ts";
import { valueOf } from "../mailbox/routes.ts";
import { gateOf, mailboxOf, regionDigit } from "../objects.ts";
import { brake } from "./brake.ts";
import { networkOf } from "./network.ts";
import { ownOrigin } from "./origin.ts";
import { type Actor, issueToken, verifyToken } from "./tokens.ts";

type AuthRoute = "register" | "challenge" | "openSession" | "upgrade";

export const authHandlers: Pick<Handlers, AuthRoute> = {
  register: async ({ env, request, body }) => {
    const log = verifyLog(body.log);
    if (log === null) {
      throw new ProblemError("malformed-request", { fields: { log: "does not verify" } });
    }
    const bits = await gateOf(env, networkOf(env, request)).countRegistration();
    await demandWork(env, `register ${log.userId}`, bits, body.proof);
    if (!(await mailboxOf(env, log.userId).register(body.log))) {
      throw new ProblemError("malformed-request", { fields: { log: "is not of this account" } });
    }
    return { userId: log.userId, logHead: toBase64Url(log.head) };
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
    if (!(await mailboxOf(env, userId).admitSession(signed))) {
      throw new ProblemError("unauthenticated");
    }
    return issueToken(env.SERVER_SECRET, "session", { userId, deviceId });
  },

  upgrade: async ({ env, request, actor, body }) => {
    const network = networkOf(env, request);
    const locator = await locatorFor(env, request, actor, network, body);
    const { token } = await issueToken(env.SERVER_SECRET, "upgrade", {
      ...actor,
      id: crypto.randomUUID(),
      issuedAt: Date.now(),
      network,
      purpose: body.purpose,
      locator,
      sid: body.purpose === "resume" ? body.sid : null,
    });
    const path =
      locator === null ? SOCKETS.mailbox.path : SOCKETS.attempt.path.replace("{locator}", locator);
    return { token, path, locator };
  },
};

async function locatorFor(
  env: Env,
  request: Request,
  actor: Actor,
  network: string,
  wanted: UpgradeRequest,
): Promise<Locator | null> {
  switch (wanted.purpose) {
    case "mailbox":
      await brake(env.RETURNS, actor.userId, "mailbox");
      valueOf(await mailboxOf(env, actor.userId).account(actor));
      return null;
    case "resume":
      await brake(env.RETURNS, actor.userId, "resume");
      return wanted.locator;
    case "open":
      await brake(env.PACE, actor.userId, wanted.purpose);
      return randomLocator(request, wanted.tried ?? 0);
    case "claim": {
      await brake(env.PACE, actor.userId, wanted.purpose);
      const { locator, proof } = wanted;
      const [delay, gateBits] = await Promise.all([
        mailboxOf(env, actor.userId).admitClaim(actor, locator),
        gateOf(env, network).claimWorkBits(),
      ]);
      const delayMs = valueOf(delay);
      if (delayMs > 0) {
        const retryAfterSeconds = Math.ceil(delayMs / 1_000);
        throw new ProblemError("too-many-requests", { retryAfterSeconds });
      }
      const bits = Math.max(locatorWorkBits(locator.length), gateBits);
      await demandWork(env, `claim ${actor.userId} ${locator}`, bits, proof);
      return locator;
    }
  }
}

/** Chosen by the server alone, so that nobody gets a locator by asking for it. */
function randomLocator(request: Request, tried: number): Locator {
  const [pick = 0, digits = 0] = crypto.getRandomValues(new Uint32Array(2));
  const length = locatorDigits(tried);
  const continent = (request.cf as { continent?: string } | undefined)?.continent;
  const rest = String(digits % 10 ** (length - 1)).padStart(length - 1, "0");
  return `${regionDigit(continent, pick)}${rest}` as Locator;
}

/** The challenge is a token of its own; the work counts for one subject, at the difficulty that was asked. */
async function demandWork(
  env: Env,
  subject: string,
  bits: number,
  proof: Proof | undefined,
): Promise<void> {
  if (bits === 0) return;
  if (proof !== undefined) {
    const claims = await verifyToken(env.SERVER_SECRET, "proof", proof.challenge);
    const isFor = claims !== null && claims.subject === subject;
    if (isFor && isSolution(proof.challenge, proof.solution, claims.bits)) return;
  }
  const { token } = await issueToken(env.SERVER_SECRET, "proof", { subject, bits });
  throw new ProblemError("proof-of-work-required", { work: { challenge: token, bits } });
}
