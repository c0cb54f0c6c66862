// What a failure may mean and what to do next, in the words of this client. A wrong secret, an
// unknown, expired, burnt or taken key look alike on purpose (KEY-3), so the advice names them all.
import type { FailureReason, Meeting } from "../shared/client/node.ts";

export interface Advice {
  readonly title: string;
  readonly lines: readonly string[];
}

type Role = Meeting["role"];

export function adviceOnFailure(reason: FailureReason, role: Role): Advice {
  return ADVICE[reason][role];
}

const SHOW_AGAIN = "For a fresh key run: acquaint key show";
const ASK_AGAIN = "Ask them for a fresh key (acquaint key show), then: acquaint key enter";

const ADVICE: Readonly<Record<FailureReason, Readonly<Record<Role, Advice>>>> = {
  mismatch: {
    initiator: {
      title: "The keys did not match.",
      lines: [
        "Somebody entered this key wrongly: a word was misheard, or someone was guessing.",
        "A key takes one try, so this one is used up. Nobody has learned anything.",
        SHOW_AGAIN,
      ],
    },
    responder: {
      title: "The keys did not match.",
      lines: [
        "A word or digit may be wrong, or the key has expired, was used, or a newer one",
        "has replaced it.",
        "A key takes one try and lives two minutes. Nobody has learned anything.",
        ASK_AGAIN,
      ],
    },
  },
  timedOut: {
    initiator: {
      title: "Nobody entered the key in time.",
      lines: ["A key lives two minutes.", SHOW_AGAIN],
    },
    responder: {
      title: "The other device did not answer in time.",
      lines: ["It may have lost its connection.", ASK_AGAIN],
    },
  },
  cancelled: {
    initiator: {
      title: "The meeting was cancelled.",
      lines: ["You or they called it off, or this device has shown a newer key.", SHOW_AGAIN],
    },
    responder: {
      title: "The meeting was cancelled.",
      lines: ["You or they called it off.", ASK_AGAIN],
    },
  },
  refused: {
    initiator: { title: "They refused.", lines: ["Talk to them first.", SHOW_AGAIN] },
    responder: { title: "They refused.", lines: ["Talk to them first.", ASK_AGAIN] },
  },
  unreachable: {
    initiator: { title: "There is no such account.", lines: [SHOW_AGAIN] },
    responder: { title: "There is no such account.", lines: [ASK_AGAIN] },
  },
  tampered: {
    initiator: {
      title: "What came through the server was not genuine.",
      lines: [
        "This device could not verify the other one, so it has stored no contact.",
        "If it happens again, do not trust this server: meet through another one (--server).",
      ],
    },
    responder: {
      title: "What came through the server was not genuine.",
      lines: [
        "This device could not verify the other one, so it has stored no contact.",
        "If it happens again, do not trust this server: meet through another one (--server).",
      ],
    },
  },
};
