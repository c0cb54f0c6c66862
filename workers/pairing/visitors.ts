// Whoever is no side of the attempt: shown an offer, heard once, and told of a mismatch.
// A free locator, a spent one and one in use sound alike, message by message.

import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { CLAIM_WITHIN_SECONDS } from "../../shared/wire/limits.ts";
import { offerNotice } from "../../shared/core/pairing/notices.ts";
import type { AttemptState, Free } from "../../shared/core/pairing/state.ts";
import type { AttemptRequest, ClaimMessage, Method } from "../../shared/wire/pairing.ts";
import type { Env } from "../env.ts";
import { NORMAL_CLOSURE, closeSocket, sendFrame } from "../http/sockets.ts";
import { attachmentOf, change } from "./attachment.ts";
import { delayOfFree, offerOfFree } from "./decoys.ts";
import { tellProblem } from "./refusals.ts";

/** The offer stays the same until its `claimBy`, whatever has become of the attempt meanwhile. */
export function showOffer(env: Env, socket: WebSocket, state: AttemptState, now: number): void {
  const { locator, method } = attachmentOf(socket);
  const offer =
    isOnOffer(state, method) && now < state.claimBy
      ? offerNotice(state, now)
      : offerOfFree(env, locator, method ?? "key", now);
  const mayBeginUntil = now + CLAIM_WITHIN_SECONDS * 1_000;
  change(socket, { sid: offer.sid, answerBy: offer.answerBy, mayBeginUntil });
  sendFrame(socket, [offer]);
}

/** To whoever enters the locator, by the method that it was made for. */
export function isOnOffer(
  state: AttemptState,
  method: Method | null,
): state is Exclude<AttemptState, Free> {
  return state.at !== "free" && state.to === null && state.method === method;
}

/** Stands for a claim on its socket, where the claim itself has no room. */
export async function digestOf(claim: ClaimMessage): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(claim));
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/**
 * Anything that a visitor says but a claim that is evaluated. True when a guess was made in vain.
 * @param claim digest of the message if it is a claim
 */
export function answerVisitor(
  socket: WebSocket,
  message: AttemptRequest,
  claim: string | null,
  now: number,
): boolean {
  const { claimed, isTold, answerBy } = attachmentOf(socket);
  if (message.type === "claim" && claimed === null && !isTold) {
    change(socket, { claimed: claim });
    sendFrame(socket, [{ type: "claimed", answerBy, now }]);
    return true;
  }
  if (message.type === "claim" && claimed === claim && !isTold) {
    sendFrame(socket, [{ type: "claimed", answerBy, now }]);
  } else if (message.type === "cancel" && claimed !== null && !isTold) {
    change(socket, { isTold: true });
    sendFrame(socket, [{ type: "ended", outcome: "cancelled" }]);
  } else if (message.type === "acknowledge" && isTold) {
    sendFrame(socket, [{ type: "acknowledged" }]);
    closeSocket(socket, NORMAL_CLOSURE);
  } else {
    tellProblem(socket, isTold ? "attempt-over" : "out-of-turn");
  }
  return false;
}

/** Meanwhile the visitor is heard. What a wrong guess hears, about as late as a peer's device would have answered. */
export async function disappoint(env: Env, socket: WebSocket, now: number): Promise<void> {
  const { locator, method } = attachmentOf(socket);
  await scheduler.wait(delayOfFree(env, locator, method ?? "key", now));
  if (attachmentOf(socket).isTold) return;
  change(socket, { isTold: true });
  sendFrame(socket, [{ type: "ended", outcome: "mismatch" }]);
}
