// PAS-7: of any number of claims that come at once, one is evaluated. The others learn nothing of it.

import { beforeAll, expect, test } from "vitest";
import {
  randomText,
  registerAccount,
  strangerActor,
  type TestAccount,
} from "./support/accounts.ts";
import type { Method } from "../../shared/wire/pairing.ts";
import {
  answerMessage,
  claimMessage,
  freshLocator,
  openMessage,
  passphraseMessage,
} from "./support/pairing.ts";
import { connectToAttempt, type TestSocket, type Told } from "./support/sockets.ts";

const CLAIMS = 1_000;

let ann: TestAccount;

beforeAll(async () => {
  ann = await registerAccount();
});

/** Has `CLAIMS` strangers claim one attempt at the same time; resolves with what each was told. */
async function race(method: Method, networkOf: (index: number) => string) {
  const locator = freshLocator();
  const tag = randomText(32);
  const initiator = await connectToAttempt(ann, "open", locator);
  initiator.send(method === "key" ? openMessage() : passphraseMessage());
  await initiator.next("opened");
  const sockets: TestSocket[] = [];
  for (let index = 0; index < CLAIMS; index++) {
    const network = networkOf(index);
    sockets.push(await connectToAttempt(strangerActor(), "claim", locator, { method, network }));
  }
  await Promise.all(sockets.map((socket) => socket.next("offer")));

  const claims = sockets.map(() => claimMessage(tag));
  sockets.forEach((socket, index) => socket.send(claims[index]));
  const shown = await initiator.next("claim");
  initiator.send(answerMessage(tag));
  const isTerminal = ({ type }: Told): boolean => type === "matched" || type === "ended";
  const outcomes = await Promise.all(
    sockets.map(async (socket) => {
      for (;;) {
        const told = await socket.next();
        if (isTerminal(told)) return told;
      }
    }),
  );
  return { locator, initiator, sockets, claims, shown, outcomes };
}

test.for([
  ["key", "from one address", () => "one hall"],
  ["passphrase", "from twenty network prefixes", (index: number) => `network ${index % 20}`],
] as const)(
  "PAS-7: of 1,000 claims by %s at once %s, exactly one is evaluated and the right one is told",
  { timeout: 600_000 },
  async ([method, , networkOf]) => {
    const { initiator, sockets, claims, shown, outcomes } = await race(method, networkOf);

    const winners = outcomes.flatMap(({ type }, index) => (type === "matched" ? [index] : []));
    expect(winners.length).toBe(1);
    expect(shown["share"]).toBe(claims[winners[0] as number]?.share);
    const others = outcomes.filter(({ type }) => type !== "matched");
    expect(new Set(others.map((told) => JSON.stringify(told)))).toEqual(
      new Set(['{"type":"ended","outcome":"mismatch"}']),
    );

    const seen = await initiator.ask();
    expect(seen).toEqual([]);
    expect(initiator.told.filter(({ type }) => type === "claim").length).toBe(1);
    expect(initiator.told.filter(({ type }) => type === "matched").length).toBe(1);
    const perVisitor = sockets.map(({ told }) => told.map(({ type }) => type).join());
    expect(new Set(perVisitor)).toEqual(new Set(["offer,claimed,ended", "offer,claimed,matched"]));
    for (const socket of sockets) socket.close();
  },
);

test("PAS-7: a visitor who looks and leaves has cost nobody the attempt", async () => {
  const locator = freshLocator();
  const initiator = await connectToAttempt(ann, "open", locator);
  initiator.send(openMessage());
  await initiator.next("opened");
  for (let visitors = 0; visitors < 20; visitors++) {
    const visitor = await connectToAttempt(strangerActor(), "claim", locator);
    await visitor.next("offer");
    visitor.send({ type: "claim", share: "not a share" });
    await visitor.next("problem");
    visitor.close();
  }
  const guest = await connectToAttempt(strangerActor(), "claim", locator);
  const claim = claimMessage();
  guest.send(claim);
  await initiator.next("claim");
  initiator.send(answerMessage(claim.tag));
  expect((await guest.next("matched")).type).toBe("matched");
});
