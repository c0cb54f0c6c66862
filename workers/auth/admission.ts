// Who may open which socket: brakes, the back-off of guessers, proof of work (PAS-8). A guess is a claim at
// a locator, or a request to another account: either is let through by the guesser's own mailbox.

import {
  locatorDigits,
  locatorWorkBits,
  REQUEST_LOCATOR_DIGITS,
} from "../../shared/core/pairing/backoff.ts";
import type { GuessKey } from "../../shared/core/pairing/state.ts";
import type { UpgradeRequest } from "../../shared/wire/auth.ts";
import type { Handle, Locator } from "../../shared/wire/ids.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import type { Env } from "../env.ts";
import { valueOf } from "../mailbox/routes.ts";
import { gateOf, mailboxOf, regionDigit } from "../objects.ts";
import { linkHashOf } from "../room/links.ts";
import { brake } from "./brake.ts";
import { demandWork } from "./demandWork.ts";
import { sealHidden } from "./sealing.ts";
import type { Actor, UpgradeClaims } from "./tokens.ts";

/** What the token says of the socket beyond its bearer. */
type Admitted = Pick<UpgradeClaims, "locator" | "sid" | "method" | "to" | "handle" | "room">;

const NOWHERE: Admitted = {
  locator: null,
  sid: null,
  method: null,
  to: null,
  handle: null,
  room: null,
};

/** @throws ProblemError `too-many-requests`, `proof-of-work-required`, `own-account`, `unauthenticated`, `list-full` */
export async function admit(
  env: Env,
  request: Request,
  actor: Actor,
  network: string,
  wanted: UpgradeRequest,
): Promise<Admitted> {
  switch (wanted.purpose) {
    case "mailbox":
      await brake(env.RETURNS, actor.userId, "mailbox");
      valueOf(await mailboxOf(env, actor.userId).account(actor));
      return NOWHERE;
    case "resume":
    case "answer":
      await brake(env.RETURNS, actor.userId, wanted.purpose);
      valueOf(await mailboxOf(env, actor.userId).admitAttempt(actor, wanted.locator));
      return { ...NOWHERE, locator: wanted.locator, sid: wanted.sid };
    case "room":
      return admitToRoom(env, actor, wanted);
    case "open":
      return admitOpening(env, request, actor, network, wanted);
    case "claim": {
      const { locator, method, proof } = wanted;
      await brake(env.PACE, actor.userId, "claim");
      const { workBits } = await admitGuess(env, actor, network, locator, locator);
      const bits = Math.max(locatorWorkBits(locator.length), workBits);
      await demandWork(env, `claim ${actor.userId} ${locator}`, bits, proof);
      return { ...NOWHERE, locator, method };
    }
  }
}

/** What the room is to know of the account comes along, so that it need not ask the mailbox. */
async function admitToRoom(
  env: Env,
  actor: Actor,
  { roomId, linkToken }: Extract<UpgradeRequest, { purpose: "room" }>,
): Promise<Admitted> {
  await brake(env.RETURNS, actor.userId, "room");
  const mailbox = mailboxOf(env, actor.userId);
  const { handle, hidden } = valueOf(await mailbox.admitRoom(actor, roomId));
  const sealed = await sealHidden(env.SERVER_SECRET, actor, roomId, hidden);
  const linkHash = linkToken === undefined ? null : linkHashOf(linkToken);
  return { ...NOWHERE, handle, room: { roomId, linkHash, sealed } };
}

/** The server alone chooses the locator, so that nobody gets one by asking for it. */
async function admitOpening(
  env: Env,
  request: Request,
  actor: Actor,
  network: string,
  { to, tried = 0, proof }: Extract<UpgradeRequest, { purpose: "open" }>,
): Promise<Admitted> {
  if (to === actor.userId) throw new ProblemError("own-account");
  await brake(env.PACE, actor.userId, "open");
  if (to === undefined) {
    const locator = randomLocator(request, locatorDigits(tried));
    valueOf(await mailboxOf(env, actor.userId).admitAttempt(actor, locator));
    return { ...NOWHERE, locator };
  }
  const locator = randomLocator(request, REQUEST_LOCATOR_DIGITS);
  const { workBits, handle } = await admitGuess(env, actor, network, to, locator);
  await demandWork(env, `ask ${actor.userId} ${to}`, workBits, proof);
  return { ...NOWHERE, locator, to, handle };
}

async function admitGuess(
  env: Env,
  actor: Actor,
  network: string,
  guess: GuessKey,
  locator: Locator,
): Promise<{ workBits: number; handle: Handle | null }> {
  const [admission, workBits] = await Promise.all([
    mailboxOf(env, actor.userId).admitGuess(actor, guess, locator),
    gateOf(env, network).claimWorkBits(),
  ]);
  const { delayMs, handle } = valueOf(admission);
  if (delayMs > 0) {
    const retryAfterSeconds = Math.ceil(delayMs / 1_000);
    throw new ProblemError("too-many-requests", { retryAfterSeconds });
  }
  return { workBits, handle };
}

function randomLocator(request: Request, length: number): Locator {
  const [pick = 0, digits = 0] = crypto.getRandomValues(new Uint32Array(2));
  const continent = (request.cf as { continent?: string } | undefined)?.continent;
  const rest = String(digits % 10 ** (length - 1)).padStart(length - 1, "0");
  return `${regionDigit(continent, pick)}${rest}` as Locator;
}
