// What to do next, by how a meeting ended: one sentence of what happened, one of what helps.

import type { Role } from "../core/crypto/cpace.ts";
import type { Method } from "../wire/pairing.ts";
import type { FailureReason } from "./model.ts";

export function adviceFor(reason: FailureReason, method: Method, role: Role): string {
  switch (method) {
    case "key":
      return ofKey(reason, role);
    case "passphrase":
      return ofPassphrase(reason, role);
    case "link":
      return ofLink(reason, role);
  }
}

function ofLink(reason: FailureReason, role: Role): string {
  const isInitiator = role === "initiator";
  switch (reason) {
    case "mismatch":
      return isInitiator
        ? "Something else was entered than was shown, so this code is used up. Show a fresh one."
        : "That code is wrong, used up or out of date. Show a fresh one on your other device.";
    case "timedOut":
      return isInitiator
        ? "No device entered the code in time. Show a fresh one when both are at hand."
        : "Your other device did not answer in time. Show a fresh code on it.";
    case "cancelled":
      return "Linking was cancelled. Show a fresh code to start over.";
    case "refused":
      return "The other device declined. Show a fresh code to start over.";
    default:
      return ofEither(reason, "code");
  }
}

function ofKey(reason: FailureReason, role: Role): string {
  const isInitiator = role === "initiator";
  switch (reason) {
    case "mismatch":
      return isInitiator
        ? "Someone entered a wrong key, so this one is used up. Show a fresh key and try again."
        : "That key is wrong, used up or out of date. Ask for a fresh key and enter it as shown.";
    case "timedOut":
      return isInitiator
        ? "Nobody entered the key in time. Show a fresh key when you are both ready."
        : "The other side did not answer in time. Ask for a fresh key.";
    case "cancelled":
      return "The meeting was cancelled. Show or enter a fresh key to start over.";
    case "refused":
      return "The other side declined. Ask them, and start over with a fresh key.";
    default:
      return ofEither(reason, "key");
  }
}

function ofPassphrase(reason: FailureReason, role: Role): string {
  switch (reason) {
    case "mismatch":
      return role === "initiator"
        ? "The two passphrases differ, and each serves once. Agree on a new one and try again."
        : "The passphrases differ, or the request is over. Agree on a new one and try again.";
    case "timedOut":
      return role === "initiator"
        ? "There was no answer in time. Make sure that both of you are ready, and ask again."
        : "The other side was not heard from in time. Agree on a new passphrase and ask again.";
    case "cancelled":
      return "The request was cancelled. Ask again when both of you are ready.";
    case "refused":
      return role === "initiator"
        ? "Your request was declined. Talk to them before you ask again."
        : "The other side declined. Talk to them before you try again.";
    default:
      return ofEither(reason, "passphrase");
  }
}

function ofEither(
  reason: Extract<FailureReason, "unreachable" | "answeredElsewhere" | "tampered">,
  secret: string,
): string {
  switch (reason) {
    case "unreachable":
      return "No account can be found by that name or id. Check it and try again.";
    case "answeredElsewhere":
      return "Another of your devices has answered. Go on there.";
    case "tampered":
      return `What arrived could not be verified. Whoever is new in your contacts now is marked as not verified. Start over with a fresh ${secret}; if it happens again, do not trust this server.`;
  }
}
