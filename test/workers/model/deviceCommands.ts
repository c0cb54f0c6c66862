// What devices and strangers say in a model-based run, and what each must hear.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import type { ClaimMessage } from "../../../shared/wire/pairing.ts";
import { randomText } from "../support/accounts.ts";
import { answerMessage, claimMessage, openMessage, wrongAnswer } from "../support/pairing.ts";
import {
  type Command,
  command,
  replies,
  say,
  sayLate,
  isCertain,
  isLive,
  speaksForSide,
} from "./command.ts";
import type { Name, Oracle } from "./oracle.ts";
import type { Line, World } from "./world.ts";

export const open = command(
  "open",
  async (oracle, world) => {
    const { line } = await world.connect(oracle, "ann", "open");
    const message = openMessage();
    expect(await say(line, message)).toEqual(["opened"]);
    line.sid = message.sid;
    oracle.opened(message, Date.now());
  },
  ({ phase }) => phase === "free",
);

export const openAgain = command(
  "open again, same bytes",
  async (oracle, world) => {
    const { line } = await world.connect(oracle, "ann", "open");
    if (!isLive(oracle)) return;
    line.sid = oracle.opening?.sid ?? null;
    expect(await say(line, oracle.opening)).toEqual(["opened"]);
  },
  isLive,
);

export const openOver = (name: Name): Command =>
  command(
    `${name} opens over it`,
    async (oracle, world) => {
      const { line } = await world.connect(oracle, name, "open");
      if (!isCertain(oracle)) return;
      const message = openMessage();
      expect(await sayLate(oracle, line, message)).toEqual(["locator-taken"]);
      line.sid = message.sid;
    },
    (oracle) => oracle.phase !== "free" && isCertain(oracle),
  );

export const look = (name: Name): Command =>
  command(`${name} looks`, async (oracle, world) => {
    const { greeting, line } = await world.connect(oracle, name, "claim");
    const isOwn = name.startsWith("ann") && oracle.phase !== "free";
    if (!isCertain(oracle)) return;
    if (isOwn) {
      expect(replies(greeting)).toEqual(["own-key"]);
      await line.socket.closed;
    } else if (oracle.isSide(name)) {
      oracle.expectGreeting(name, greeting);
    } else {
      expect(replies(greeting)).toEqual(["offer"]);
      expect(line.sid === oracle.opening?.sid).toBe(oracle.isOnOffer(Date.now()));
    }
  });

export const claim = (name: "annsTablet" | "ben" | "cem", isRight: boolean): Command =>
  command(`${name} claims ${isRight ? "rightly" : "wrongly"}`, async (oracle, world) => {
    const line = await world.lineOf(oracle, name, "claim", true);
    if (line.socket.isClosed) return;
    const message = claimMessage(isRight ? world.rightTag : undefined);
    const isSide = speaksForSide(oracle, line);
    const isEvaluated =
      oracle.phase === "waiting" &&
      line.sid === oracle.opening?.sid &&
      line.claimed === null &&
      Date.now() < line.mayClaimUntil &&
      !name.startsWith("ann");
    const from = line.socket.told.length;
    const said = await sayLate(oracle, line, message);
    if (isSide) {
      if (!isCertain(oracle)) return;
      expect(said).toEqual([oracle.phase === "claimed" ? "out-of-turn" : "attempt-over"]);
    } else if (isEvaluated) {
      expect(said).toEqual(["claimed"]);
      line.claimed = message.share;
      oracle.claimed(name, message);
    } else await expectVisit(line, message, from, said);
  });

async function expectVisit(
  line: Line,
  message: ClaimMessage,
  from: number,
  said: readonly string[],
): Promise<void> {
  const { socket } = line;
  if (socket.isClosed) return;
  const isGuess = !line.isTold && line.claimed === null && line.purpose === "claim";
  if (!isGuess) return expect(said).toEqual([line.isTold ? "attempt-over" : "out-of-turn"]);
  await socket.toldFrom(from, 2);
  expect(replies(socket.told.slice(from))).toEqual(["claimed", "ended"]);
  line.claimed = message.share;
  line.isTold = true;
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
      ({ claimed, sid, mayClaimUntil }) =>
        claimed === null && sid === oracle.opening?.sid && Date.now() < mayClaimUntil,
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
    lines.forEach((line, index) => {
      line.claimed = messages[index]?.share ?? null;
      line.isTold = index !== winner;
    });
    oracle.claimed((lines[winner] as Line).name, messages[winner] as ClaimMessage);
  },
  ({ phase }) => phase === "waiting",
);

export const answer = (name: Name, kind: "honest" | "withoutBoxes" | "wrongTag"): Command =>
  command(
    `${name} answers, ${kind}`,
    async (oracle, world) => {
      const line = await world.lineOf(oracle, name, "resume");
      if (line.socket.isClosed || !isCertain(oracle)) return;
      const isRight = oracle.claim?.tag === world.rightTag;
      const honest = isRight ? answerMessage(world.rightTag) : wrongAnswer();
      const message =
        kind === "honest"
          ? honest
          : kind === "wrongTag"
            ? answerMessage(randomText(32))
            : { ...answerMessage(world.rightTag), identity: null, card: null };
      const said = await sayLate(oracle, line, message);
      if (oracle.phase === "claimed" && speaksForSide(oracle, line) && name === "ann") {
        oracle.answered(message, Date.now());
        expect(said).toEqual([oracle.outcome === "matched" ? "matched" : "ended"]);
        if (oracle.outcome === "mismatch") markTold(oracle, world);
      } else expectRefusal(oracle, line, said);
    },
    isCertain,
  );

/** A claimant who guessed wrong, or left, has heard so on each of its lines, and is a visitor from now on. */
function markTold(oracle: Oracle, world: World): void {
  for (const line of world.lines) {
    if (line.name === oracle.claimant && line.sid === oracle.opening?.sid) line.isTold = true;
  }
}

function expectRefusal(oracle: Oracle, line: Line, said: readonly string[]): void {
  if (line.socket.isClosed) return;
  const isOver = speaksForSide(oracle, line) ? oracle.phase === "over" : line.isTold;
  expect(said).toEqual([isOver ? "attempt-over" : "out-of-turn"]);
}

export const cancel = (name: Name): Command =>
  command(
    `${name} cancels`,
    async (oracle, world) => {
      const line = await world.lineOf(oracle, name, "resume");
      if (line.socket.isClosed || !isCertain(oracle)) return;
      const said = await sayLate(oracle, line, { type: "cancel" });
      if (isLive(oracle) && speaksForSide(oracle, line)) {
        expect(said).toEqual(["ended"]);
        oracle.ended("cancelled", Date.now());
        oracle.hasClaimantLeft = name === oracle.claimant;
        if (oracle.hasClaimantLeft) markTold(oracle, world);
      } else expectRefusal(oracle, line, said);
    },
    isCertain,
  );

export const refuse = (name: Name): Command =>
  command(
    `${name} refuses`,
    async (oracle, world) => {
      const line = await world.lineOf(oracle, name, "resume");
      if (line.socket.isClosed || !isCertain(oracle)) return;
      const said = await sayLate(oracle, line, { type: "refuse" });
      if (oracle.phase === "claimed" && speaksForSide(oracle, line) && name === "ann") {
        expect(said).toEqual(["ended"]);
        oracle.ended("refused", Date.now());
      } else expectRefusal(oracle, line, said);
    },
    isCertain,
  );

export const acknowledge = (name: Name): Command =>
  command(`${name} acknowledges`, async (oracle, world) => {
    const line = await world.lineOf(oracle, name, "resume");
    if (line.socket.isClosed) return;
    const wasSide = speaksForSide(oracle, line);
    const said = await sayLate(oracle, line, { type: "acknowledge" });
    if (!isCertain(oracle)) {
      if (wasSide) oracle.acknowledged.add(name);
      return;
    }
    if (!wasSide) {
      expect(said).toEqual([line.isTold ? "acknowledged" : "out-of-turn"]);
      if (line.isTold) await line.socket.closed;
    } else if (oracle.phase === "over") {
      const isLast = oracle.acknowledge(name);
      if (!isLast) expect(said).toEqual([]);
      else if (oracle.outcome !== "matched") expect(said).toEqual(["acknowledged"]);
    } else expect(said).toEqual(["out-of-turn"]);
  });

export const resume = (name: Name): Command =>
  command(`${name} resumes`, async (oracle, world) => {
    const { line, greeting } = await world.connect(oracle, name, "resume");
    if (oracle.isSide(name)) return oracle.expectGreeting(name, greeting);
    expect(replies(greeting)).toEqual(["attempt-unknown"]);
    await line.socket.closed;
  });

export const claimWithoutLeave = (name: Name): Command =>
  command(
    `${name} claims on a socket that was not let in for it`,
    async (oracle, world) => {
      const { line } = await world.connect(oracle, name, "open");
      expect(await say(line, claimMessage(world.rightTag))).toEqual(["out-of-turn"]);
    },
    isCertain,
  );

export const leave = (name: Name): Command =>
  command(`${name} leaves`, async (oracle, world) => {
    world.lines.find((line) => line.name === name && !line.socket.isClosed)?.socket.close();
    oracle.restarted();
  });
