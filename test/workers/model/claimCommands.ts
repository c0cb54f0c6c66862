// Looking and claiming in a model-based run: by whoever is asked, by whoever enters the locator, by
// strangers; rightly or wrongly, early or late, once or again.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import type { ClaimMessage, Method } from "../../../shared/wire/pairing.ts";
import { claimMessage } from "../support/pairing.ts";
import { type Name, ownerOf } from "./cast.ts";
import {
  type Command,
  command,
  isCertain,
  isLive,
  replies,
  say,
  sayLate,
  speaksForAsked,
  speaksForSide,
} from "./command.ts";
import { answer } from "./deviceCommands.ts";
import type { Oracle } from "./oracle.ts";
import { isTold, type Line, type World } from "./world.ts";

export const look = (name: Name, method: Method): Command =>
  command(`${name} looks by ${method}`, async (oracle, world) => {
    const { greeting, line } = await world.connect(oracle, name, "claim", { method });
    if (!isCertain(oracle)) return;
    const isMade = oracle.to === null && oracle.method === method;
    if (ownerOf(name) === "ann" && oracle.phase !== "free") {
      expect(replies(greeting)).toEqual(["own-key"]);
      await line.socket.closed;
    } else if (oracle.isSide(name) && isMade) {
      oracle.expectGreeting(name, greeting);
    } else {
      expect(greeting).toEqual([expect.objectContaining({ type: "offer", method })]);
      expect(line.sid === oracle.opening?.sid).toBe(oracle.isOnOffer(method, Date.now()));
    }
  });

export const claim = (name: Name, isRight: boolean): Command =>
  command(`${name} claims ${isRight ? "rightly" : "wrongly"}`, async (oracle, world) => {
    const line = await world.lineOf(oracle, name, "claim", true);
    if (line.socket.isClosed) return;
    const message = claimMessage(isRight ? world.rightTag : undefined);
    const isSide = speaksForSide(oracle, line);
    const isEvaluated =
      oracle.phase === "waiting" &&
      oracle.to === null &&
      line.sid === oracle.opening?.sid &&
      line.claimed === null &&
      Date.now() < line.mayClaimUntil &&
      ownerOf(name) !== "ann";
    const wasTold = isTold(line);
    const from = line.socket.told.length;
    const said = await sayLate(oracle, line, message);
    if (isSide) {
      if (!isCertain(oracle)) return;
      expect(said).toEqual([oracle.phase === "claimed" ? "out-of-turn" : "attempt-over"]);
    } else if (isEvaluated) {
      expect(said).toEqual(["claimed"]);
      line.claimed = message.share;
      oracle.claimed(name, message);
    } else if (!line.socket.isClosed) {
      if (wasTold || line.claimed !== null) {
        return expect(said).toEqual([wasTold ? "attempt-over" : "out-of-turn"]);
      }
      await line.socket.toldFrom(from, 2);
      expect(replies(line.socket.told.slice(from))).toEqual(["claimed", "ended"]);
      line.claimed = message.share;
      oracle.guesses.failed(ownerOf(name), Date.now(), true);
    }
  });

/** By a device of the account that is asked: the first of them serves. */
export const answerRequest = (name: "ben" | "bensTablet", isRight: boolean): Command =>
  command(
    `${name} answers the request ${isRight ? "rightly" : "wrongly"}`,
    async (oracle, world) => {
      const line = await world.lineOf(oracle, name, "answer");
      if (line.socket.isClosed || !isCertain(oracle) || line.purpose === "claim") return;
      const message = claimMessage(isRight ? world.rightTag : undefined);
      const said = await sayLate(oracle, line, message);
      if (!speaksForAsked(oracle, line)) return expectNoGuess(oracle, line, said);
      if (oracle.phase === "waiting") {
        expect(said).toEqual(["claimed"]);
        oracle.claimed(name, message);
      } else expect(said).toEqual([lateAnswer(oracle, name)]);
    },
    (oracle) => oracle.to === "ben" && isCertain(oracle),
  );

function lateAnswer({ phase, outcome, claimant }: Oracle, name: Name): string {
  if (phase === "claimed") return "answered-elsewhere";
  return outcome === "matched" && name !== claimant ? "answered-elsewhere" : "attempt-over";
}

/** Only a socket that was opened to claim may guess. */
function expectNoGuess(oracle: Oracle, line: Line, said: readonly string[]): void {
  if (line.socket.isClosed || speaksForSide(oracle, line)) return;
  expect(said).toEqual(["out-of-turn"]);
}

export const claimAgain = command(
  "the claimant claims again, same bytes",
  async (oracle, world) => {
    if (oracle.phase !== "claimed" || oracle.claimant === null) return;
    const { line } = await world.connect(oracle, oracle.claimant, "resume");
    expect(await say(line, oracle.claim)).toEqual(["claimed"]);
  },
  ({ phase }) => phase === "claimed",
);

export const claimAtOnce = command(
  "ben and cem claim at once",
  async (oracle, world) => {
    const lines = [
      await world.lineOf(oracle, "ben", "claim", true),
      await world.lineOf(oracle, "cem", "claim", true),
    ];
    const isFresh = lines.every(
      ({ claimed, sid, mayClaimUntil, socket }) =>
        !socket.isClosed &&
        claimed === null &&
        sid === oracle.opening?.sid &&
        Date.now() < mayClaimUntil,
    );
    if (oracle.phase !== "waiting" || !isFresh) return;
    const messages = lines.map(() => claimMessage(world.rightTag));
    const froms = lines.map(({ socket }) => socket.told.length);
    lines.forEach(({ socket }, index) => socket.send(messages[index]));
    // The first to hear of an end is the one that was not evaluated.
    const loser = await Promise.race(
      lines.map(({ socket }, index) => socket.toldFrom(froms[index] ?? 0, 2).then(() => index)),
    );
    const winner = 1 - loser;
    const heard = await Promise.all(lines.map(({ socket }) => socket.ask()));
    expect(heard.flat()).toEqual([]);
    const said = lines.map(({ socket }, index) => replies(socket.told.slice(froms[index])));
    expect(said[winner]).toEqual(["claimed"]);
    expect(said[loser]).toEqual(["claimed", "ended"]);
    lines.forEach((line, index) => (line.claimed = messages[index]?.share ?? null));
    oracle.claimed((lines[winner] as Line).name, messages[winner] as ClaimMessage);
    oracle.guesses.failed(ownerOf((lines[loser] as Line).name), Date.now(), true);
  },
  ({ phase, to }) => phase === "waiting" && to === null,
);

export const answerAtOnce = command(
  "both of ben's devices answer the request at once",
  async (oracle, world) => {
    const lines = [
      await world.lineOf(oracle, "ben", "answer", true),
      await world.lineOf(oracle, "bensTablet", "answer", true),
    ];
    // The second line may have taken the room of the first.
    const areSides = lines.every((line) => !line.socket.isClosed && speaksForSide(oracle, line));
    if (oracle.phase !== "waiting" || !areSides) return;
    const messages = lines.map(() => claimMessage(world.rightTag));
    const said = await Promise.all(lines.map((line, index) => say(line, messages[index])));
    const winner = said.findIndex(([first]) => first === "claimed");
    expect(said[winner]).toEqual(["claimed"]);
    // As every device of the account, and in answer to its own claim.
    expect([...new Set(said[1 - winner])]).toEqual(["answered-elsewhere"]);
    oracle.claimed((lines[winner] as Line).name, messages[winner] as ClaimMessage);
  },
  ({ phase, to }) => phase === "waiting" && to === "ben",
);

export const claimWithoutLeave = (name: Name): Command =>
  command(
    `${name} claims on a socket that was not let in for it`,
    async (oracle, world: World) => {
      const { line } = await world.connect(oracle, name, "open");
      expect(await say(line, claimMessage(world.rightTag))).toEqual(["out-of-turn"]);
    },
    isCertain,
  );

/** What honest people do next: they claim, or the one who asked answers the claim. */
export const goOn = (isOther: boolean, isRight: boolean): Command => {
  const next = ({ phase, to }: Oracle): Command =>
    phase === "claimed"
      ? answer("ann", "honest")
      : to === "ben"
        ? answerRequest(isOther ? "bensTablet" : "ben", isRight)
        : claim(isOther ? "cem" : "ben", isRight);
  return {
    check: ({ oracle }) => isLive(oracle),
    run: (model, world) => next(model.oracle).run(model, world),
    toString: () => `it goes on${isOther ? " with the other" : ""}${isRight ? "" : ", wrongly"}`,
  };
};
