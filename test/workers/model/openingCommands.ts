// How attempts begin in a model-based run: by key or by passphrase, for whoever comes or for one account.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import type { OpenMessage } from "../../../shared/wire/pairing.ts";
import { openMessage } from "../support/pairing.ts";
import type { Name } from "./cast.ts";
import { type Command, command, isCertain, isLive, say, sayLate } from "./command.ts";
import type { Hearing } from "./mailboxes.ts";
import type { AskedAccount, Oracle } from "./oracle.ts";
import type { World } from "./world.ts";

/** T1 and T2, in seconds. */
export type Terms = readonly [t1: number, t2: number];

export function passphraseMessage([t1Seconds, t2Seconds]: Terms): OpenMessage {
  const { type, sid, share, commitment } = openMessage();
  return { type, method: "passphrase", sid, share, commitment, t1Seconds, t2Seconds };
}

const isFree = ({ phase }: Oracle): boolean => phase === "free";

/** @param terms null for a key */
export const open = (terms: Terms | null): Command =>
  command(
    terms === null ? "open by key" : `open by passphrase, T1 ${terms[0]} T2 ${terms[1]}`,
    async (oracle, world) => {
      const message = terms === null ? openMessage() : passphraseMessage(terms);
      await openWith(oracle, world, message, null);
    },
    isFree,
  );

export const ask = (terms: Terms, hearing: Hearing): Command =>
  command(
    `ask ben, T1 ${terms[0]} T2 ${terms[1]}, ${hearing}`,
    async (oracle, world) => {
      await world.mailboxes.arrange(hearing, oracle);
      const message = passphraseMessage(terms);
      await openWith(oracle, world, message, "ben");
      const { claimBy, answerBy } = oracle;
      const { sid } = message;
      const from = world.cast.ann.userId;
      const locator = world.locator as never;
      const request = { sid, from, locator, openedAt: Date.now(), claimBy, answerBy };
      oracle.requests.asked(request, hearing === "open");
    },
    isFree,
  );

export const askNobody = (terms: Terms): Command =>
  command(
    "ask an account that does not exist",
    async (oracle, world) => {
      const { socket } = await openWith(oracle, world, passphraseMessage(terms), "nobody");
      await world.quiet(oracle);
      await socket.ask();
      expect(socket.told.at(-1)).toEqual({ type: "ended", outcome: "unreachable" });
      oracle.ended("unreachable", null, Date.now());
    },
    isFree,
  );

async function openWith(oracle: Oracle, world: World, message: OpenMessage, to: AskedAccount) {
  const { line } = await world.connect(oracle, "ann", "open", { to });
  const said = await say(line, message);
  expect(said[0]).toBe("opened");
  if (to !== "nobody") expect(said).toEqual(["opened"]);
  line.sid = message.sid;
  oracle.opened(message, to, Date.now());
  return line;
}

export const openKeyForOne = command(
  "open a key for one account",
  async (oracle, world) => {
    const { line } = await world.connect(oracle, "ann", "open", { to: "ben" });
    expect(await say(line, openMessage())).toEqual(["out-of-turn"]);
  },
  isFree,
);

export const openAgain = command(
  "open again, same bytes",
  async (oracle, world) => {
    const { line } = await world.connect(oracle, "ann", "open", { to: oracle.to });
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
