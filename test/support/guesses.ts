// What a server that lies can do on its own: it takes the peer's part with a guess at the passphrase, and
// reads from the device's tag whether the guess was right.

import { fromBase64Url } from "../../shared/core/crypto/bytes.ts";
import {
  agree,
  createHalf,
  ownConfirmation,
  type OwnHalf,
  tagOf,
} from "../../shared/core/pairing/exchange.ts";
import { parsePassphrase } from "../../shared/core/pairing/passphrase.ts";
import type { SharePart, Transcript } from "../../shared/core/pairing/transcript.ts";
import type { Message } from "./chaosProxy.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

function halfFor(passphrase: string, sid: string): OwnHalf {
  const parsed = parsePassphrase(passphrase);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const secrets = { prs: parsed.prs, sid: fromBase64Url(sid), commitment: random(32) };
  return createHalf({ method: "passphrase", ...secrets }, random);
}

const partOf = (message: Message): SharePart => ({
  share: String(message["share"]),
  commitment: String(message["commitment"]),
});

/** A claim on a device's own attempt. `isRight` reads the device's answer. */
export function guessAtInitiator(open: Message, opened: Message, passphrase: string) {
  const sid = String(open["sid"]);
  const half = halfFor(passphrase, sid);
  const transcript: Transcript = {
    method: "passphrase",
    sid,
    openedAt: Number(opened["openedAt"]),
    initiator: partOf(open),
    responder: { share: half.share, commitment: half.commitment },
  };
  const agreement = agree("responder", transcript, half)!;
  const { share, commitment } = half;
  return {
    claim: { type: "claim", share, commitment, confirmation: ownConfirmation(agreement) },
    isRight: (answer: Message) => answer["tag"] === tagOf(agreement),
  };
}

/** An attempt made up by the server, to be answered by a device. `isRight` reads the device's claim. */
export function guessAtResponder(sid: string, passphrase: string) {
  const half = halfFor(passphrase, sid);
  const now = Date.now();
  const times = { openedAt: now, claimBy: now + 60_000, answerBy: now + 90_000, now };
  const { share, commitment } = half;
  const initiator = { share, commitment };
  return {
    offer: { type: "offer", method: "passphrase", sid, ...initiator, ...times },
    /** As the mailbox shows it to the device. */
    request: (from: string, locator: string) => ({
      type: "request",
      request: { sid, from, handle: null, locator, ...times },
      now,
    }),
    isRight: (claim: Message) => {
      const responder = partOf(claim);
      const transcript = {
        method: "passphrase",
        sid,
        openedAt: now,
        initiator,
        responder,
      } as const;
      const agreement = agree("initiator", transcript, half);
      return agreement !== null && claim["tag"] === tagOf(agreement);
    },
  };
}

/** As text, lower than nearly every one that is drawn at random: of two crossed attempts, the one that goes on. */
export const LOWEST_SID = `${"-".repeat(21)}A`;
