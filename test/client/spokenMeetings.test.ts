// PAS-1, PAS-4: asking by a spoken passphrase: what is checked before anything is sent, what the server is told,
// and what the meeting tells.

import { describe, expect, test } from "vitest";
import { PassphraseError, ProblemError } from "../../shared/client/node.ts";
import { BEN, eventually, heardOn, OWN_LOCATOR, PairingWorld, typesOn } from "./pairingWorld.ts";
import { refusal } from "./world.ts";

async function opened() {
  const world = new PairingWorld();
  return { world, acquaint: await world.open() };
}

type Terms = { t1Seconds?: number; t2Seconds?: number };

describe("PAS-4: T1 and T2", () => {
  test.for<[Terms, number, number]>([
    [{}, 60, 90],
    [{ t1Seconds: 10, t2Seconds: 11 }, 10, 11],
    [{ t1Seconds: 299, t2Seconds: 300 }, 299, 300],
    [{ t1Seconds: 10 }, 10, 90],
    [{ t1Seconds: 59 }, 59, 90],
    [{ t1Seconds: 80 }, 80, 110],
    [{ t1Seconds: 299 }, 299, 300],
    [{ t2Seconds: 300 }, 60, 300],
    [{ t2Seconds: 61 }, 60, 61],
    [{ t2Seconds: 60 }, 59, 60],
    [{ t2Seconds: 11 }, 10, 11],
  ])("%o are sent as %d s and %d s", async ([terms, t1Seconds, t2Seconds]) => {
    const { world, acquaint } = await opened();
    const asked = acquaint.ask({ passphrase: "words", ...terms });
    const opening = await world.stand(await world.attempt(0));
    expect(opening).toMatchObject({ method: "passphrase", t1Seconds, t2Seconds });
    expect((await asked).asked).toEqual({
      event: "asked",
      to: null,
      locator: OWN_LOCATOR,
      expiresAt: world.clock.now() + t1Seconds * 1_000,
      answerBy: world.clock.now() + t2Seconds * 1_000,
    });
  });

  test.for<[Terms, string[]]>([
    [{ t1Seconds: 9 }, ["t1Seconds"]],
    [{ t1Seconds: 301 }, ["t1Seconds", "t2Seconds"]],
    [{ t1Seconds: 300 }, ["t2Seconds"]],
    [{ t2Seconds: 301 }, ["t2Seconds"]],
    [{ t1Seconds: 60, t2Seconds: 60 }, ["t2Seconds"]],
    [{ t1Seconds: 90, t2Seconds: 60 }, ["t2Seconds"]],
    [{ t1Seconds: 10.5 }, ["t1Seconds"]],
    [{ t1Seconds: 60, t2Seconds: 90.5 }, ["t2Seconds"]],
    [{ t1Seconds: -1, t2Seconds: 0 }, ["t1Seconds", "t2Seconds"]],
    [{ t1Seconds: Number.NaN, t2Seconds: Number.NaN }, ["t1Seconds", "t2Seconds"]],
    [{ t1Seconds: Infinity, t2Seconds: Infinity }, ["t1Seconds", "t2Seconds"]],
  ])(
    "%o are refused before anything is sent, with the member at fault",
    async ([terms, fields]) => {
      const { world, acquaint } = await opened();
      const before = world.requests.length;
      const error = await acquaint.ask({ passphrase: "words", ...terms }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ProblemError);
      const { code, problem, message } = error as ProblemError;
      expect(code).toBe("malformed-request");
      expect(Object.keys(problem.fields ?? {})).toEqual(fields);
      expect(message).toContain(fields[0]);
      expect(world.requests.length).toBe(before);
    },
  );
});

describe("PAS-3: a passphrase that cannot serve", () => {
  const bad = [
    ["empty", ""],
    ["empty", " \t\u3000"],
    ["tooLong", "x".repeat(201)],
    ["malformed", "a\u0000b"],
    ["malformed", "\ud800"],
  ] as const;
  test.for(bad)("because it is %s is refused before anything is sent", async ([code, words]) => {
    const { world, acquaint } = await opened();
    const before = world.requests.length;
    for (const tried of [
      acquaint.ask({ passphrase: words }),
      acquaint.enterPassphrase(OWN_LOCATOR, words),
    ]) {
      const error = await tried.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(PassphraseError);
      const { problem, message } = error as PassphraseError;
      expect(problem.code).toBe(code);
      expect(message).toBe(problem.message);
      expect(message).toMatch(/\.$/);
    }
    expect(world.requests.length).toBe(before);
  });
});

describe("PAS-1: whoever is asked", () => {
  test("by id is named to the server, and the request is told with it", async () => {
    const { world, acquaint } = await opened();
    const asked = acquaint.ask({ to: ` ${BEN} `, passphrase: "words" });
    const socket = await world.attempt(0);
    expect(world.wanted.find(({ purpose }) => purpose === "open")).toEqual({
      purpose: "open",
      tried: 0,
      to: BEN,
    });
    await world.stand(socket);
    expect((await asked).asked?.to).toBe(BEN);
    expect((await asked).key).toBeNull();
  });

  test("by a handle that nobody has, or that may not be found, is unreachable, with advice", async () => {
    const { world, acquaint } = await opened();
    world.respond = (path) => (path.includes("handle") ? refusal("handle-unknown") : undefined);
    const meeting = await acquaint.ask({ to: "nobody", passphrase: "words" });
    expect(meeting.events).toMatchObject([{ event: "failed", reason: "unreachable" }]);
    await expect(meeting.contact).rejects.toMatchObject({ reason: "unreachable" });
    expect(world.wanted).toEqual([]);
  });

  test("in vain because the server cannot be asked for a handle, or says no, is told as it is", async () => {
    const { world, acquaint } = await opened();
    world.respond = (path) => {
      if (path.includes("handle")) return refusal("too-many-requests", { retryAfterSeconds: 9 });
      return path === "/v1/upgrade-tokens" ? refusal("own-account") : undefined;
    };
    await expect(acquaint.ask({ to: "ben", passphrase: "words" })).rejects.toMatchObject({
      code: "too-many-requests",
    });
    await expect(acquaint.ask({ to: BEN, passphrase: "words" })).rejects.toMatchObject({
      code: "own-account",
    });
  });

  test("holds a line to the mailbox from then on; asking nobody by name does not", async () => {
    const { world, acquaint } = await opened();
    const unnamed = acquaint.ask({ passphrase: "some words" });
    await world.stand(await world.attempt(0));
    await unnamed;
    expect(world.wanted.map(({ purpose }) => purpose)).toEqual(["open"]);
    const named = acquaint.ask({ to: BEN, passphrase: "words" });
    await world.stand(await world.attempt(1));
    await named;
    await eventually(() => world.wanted.some(({ purpose }) => purpose === "mailbox"));
  });
});

describe("PAS-2: an open request's locator", () => {
  test.for(["", "41", "0417", "1234567890", "4l7", "417-words"])(
    "%s is none, and is refused before anything is sent",
    async (locator) => {
      const { world, acquaint } = await opened();
      const before = world.requests.length;
      await expect(acquaint.enterPassphrase(locator, "words")).rejects.toMatchObject({
        code: "malformed-request",
        problem: { fields: { locator: expect.any(String) as string } },
      });
      expect(world.requests.length).toBe(before);
    },
  );

  test("may be typed with blanks; the claim says that it comes by passphrase", async () => {
    const { world, acquaint } = await opened();
    const entered = acquaint.enterPassphrase(" 4 17\u00a0", "words");
    const socket = await world.attempt(0);
    expect(world.wanted).toEqual([{ purpose: "claim", locator: "417", method: "passphrase" }]);
    await world.claimed(socket, "A".repeat(22));
    expect(typesOn(socket)).toEqual(["claim"]);
    expect((await entered).role).toBe("responder");
  });
});

test("PAS-3: the passphrase and what it becomes are in nothing that is sent", async () => {
  const { world, acquaint } = await opened();
  const words = "quiet harbour";
  const asked = acquaint.ask({ to: BEN, passphrase: words });
  const socket = await world.attempt(0);
  await world.stand(socket);
  await asked;
  socket.say([world.claim()]);
  await eventually(() => typesOn(socket).includes("answer"));
  const sent = JSON.stringify([world.requests, heardOn(socket), world.sockets.map((s) => s.url)]);
  for (const trace of [words, "quiet", Buffer.from(words).toString("base64url")]) {
    expect(sent).not.toContain(trace);
  }
});
