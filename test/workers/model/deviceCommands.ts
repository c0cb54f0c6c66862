// What sides and others say in a model-based run once they are there, and what each must hear.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import { randomText } from "../support/accounts.ts";
import { answerMessage, wrongAnswer } from "../support/pairing.ts";
import { type Name, ownerOf } from "./cast.ts";
import {
  type Command,
  command,
  isCertain,
  isLive,
  replies,
  sayLate,
  speaksForAsked,
  speaksForSide,
} from "./command.ts";
import type { Oracle } from "./oracle.ts";
import { isTold, type Line } from "./world.ts";

/** How a device comes back, or to the request for its account. */
export type Return = "resume" | "answer";

const returnOf = (oracle: Oracle, name: Name): Return =>
  oracle.isAsked(name) ? "answer" : "resume";

export const answer = (name: Name, kind: "honest" | "withoutBoxes" | "wrongTag"): Command =>
  command(
    `${name} answers the claim, ${kind}`,
    async (oracle, world) => {
      const line = await world.lineOf(oracle, name, returnOf(oracle, name));
      if (line.socket.isClosed || !isCertain(oracle)) return;
      const isRight = oracle.claim?.tag === world.rightTag;
      const honest = isRight ? answerMessage(world.rightTag) : wrongAnswer();
      const message =
        kind === "honest"
          ? honest
          : kind === "wrongTag"
            ? answerMessage(randomText(32))
            : { ...answerMessage(world.rightTag), identity: null, card: null };
      const wasTold = isTold(line);
      const said = await sayLate(oracle, line, message);
      if (oracle.phase === "claimed" && speaksForSide(oracle, line) && name === "ann") {
        oracle.answered(message, Date.now());
        expect(said).toEqual([oracle.outcome === "matched" ? "matched" : "ended"]);
      } else expectRefusal(oracle, line, wasTold, said);
    },
    isCertain,
  );

function expectRefusal(
  oracle: Oracle,
  line: Line,
  wasTold: boolean,
  said: readonly string[],
): void {
  if (line.socket.isClosed) return;
  if (oracle.isUnserved && speaksForAsked(oracle, line)) {
    // Whether it was a side still when it spoke depends on what has woken the attempt.
    return expect([["attempt-over"], ["out-of-turn"]]).toContainEqual(said);
  }
  const isOver = speaksForSide(oracle, line) ? oracle.phase === "over" : wasTold;
  expect(said).toEqual([isOver ? "attempt-over" : "out-of-turn"]);
}

/** @param mayEnd whether the one who speaks on that line may end the attempt so, now */
function ending(
  outcome: "cancelled" | "refused",
  name: Name,
  mayEnd: (oracle: Oracle) => boolean,
): Command {
  const type = outcome === "cancelled" ? "cancel" : "refuse";
  return command(
    `${name} says ${type}`,
    async (oracle, world) => {
      const line = await world.lineOf(oracle, name, returnOf(oracle, name));
      if (line.socket.isClosed || !isCertain(oracle)) return;
      const wasTold = isTold(line);
      const said = await sayLate(oracle, line, { type });
      if (isLive(oracle) && speaksForSide(oracle, line) && mayEnd(oracle)) {
        expect(said).toEqual(["ended"]);
        oracle.ended(outcome, name, Date.now());
      } else expectRefusal(oracle, line, wasTold, said);
    },
    isCertain,
  );
}

export const cancel = (name: Name): Command => ending("cancelled", name, () => true);

/** The one to whom the other came may refuse: whoever is asked a request that waits, or the owner of a locator its claimant. */
export const refuse = (name: Name): Command =>
  ending("refused", name, ({ to, phase }) =>
    to === null
      ? name === "ann" && phase === "claimed"
      : ownerOf(name) === "ben" && phase === "waiting",
  );

export const acknowledge = (name: Name): Command =>
  command(`${name} acknowledges`, async (oracle, world) => {
    const line = await world.lineOf(oracle, name, returnOf(oracle, name));
    if (line.socket.isClosed) return;
    const wasSide = speaksForSide(oracle, line);
    const wasTold = isTold(line);
    const said = await sayLate(oracle, line, { type: "acknowledge" });
    if (!isCertain(oracle)) {
      if (wasSide) oracle.acknowledged.add(name);
      return;
    }
    if (!wasSide) {
      if (oracle.isUnserved && speaksForAsked(oracle, line) && !wasTold) {
        // Coming to it may have woken the attempt.
        return expect([["out-of-turn"], ["acknowledged"]]).toContainEqual(said);
      }
      expect(said).toEqual([wasTold ? "acknowledged" : "out-of-turn"]);
      if (wasTold) await line.socket.closed;
    } else if (oracle.phase === "over") {
      const isLast = oracle.acknowledge(name);
      if (!isLast) expect(said).toEqual([]);
      else if (oracle.outcome !== "matched" && !oracle.isEvicted) {
        // It may be this message that has ended the attempt; then its mailboxes hear of it first.
        await world.quiet(oracle);
        await line.socket.ask();
        expect(line.socket.told.at(-1)?.type).toBe("acknowledged");
      }
    } else expect(said).toEqual(["out-of-turn"]);
  });

export const comeBack = (name: Name, purpose: Return): Command =>
  command(`${name} comes back to ${purpose}`, async (oracle, world) => {
    const { line, greeting } = await world.connect(oracle, name, purpose);
    if (oracle.isSide(name)) return oracle.expectGreeting(name, greeting);
    const said = replies(greeting);
    if (oracle.isUnserved && oracle.unservedPhase === "waiting" && said[0] === "offer") {
      return expect(oracle.isAsked(name)).toBe(true);
    }
    const refusal = refusalOf(oracle, name, purpose);
    const isGone = !isCertain(oracle) && said[0] === "attempt-unknown";
    expect(said).toEqual([isGone ? "attempt-unknown" : refusal]);
    await line.socket.closed;
  });

/** Why a device that is no side is not let in. */
function refusalOf(oracle: Oracle, name: Name, purpose: Return): string {
  if (purpose === "resume" || !oracle.isAsked(name)) return "attempt-unknown";
  const isOver = (oracle.phase === "over" || oracle.phase === "ending") && !isMatched(oracle);
  return isOver ? "attempt-over" : "answered-elsewhere";
}

const isMatched = ({ outcome }: Oracle): boolean => outcome === "matched";

export const leave = (name: Name): Command =>
  command(`${name} leaves`, async (oracle, world) => {
    world.lines.find((line) => line.name === name && !line.socket.isClosed)?.socket.close();
    oracle.restarted();
  });
