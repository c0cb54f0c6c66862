// Two homes on one server meet by a spoken passphrase, as scripts drive them (PAS-1, PAS-2, PAS-4,
// PAS-6, PAS-8, PAS-9). What a person sees on a terminal is in passphraseTerminal.test.ts.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { Person, type Ended } from "./acquaintProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const WORDS = "zebra nine coats";

/** A new pair, so that no test has to do with the failures of another. */
async function pair(): Promise<{ ada: Person; bob: Person; handle: string }> {
  const handle = `bob_${crypto.randomUUID().replaceAll(/\D/g, "").slice(0, 12)}`;
  const [ada, bob] = await Promise.all([
    Person.named(server.url, "Ada"),
    Person.named(server.url, "Bob", handle),
  ]);
  return { ada, bob, handle };
}

async function idOf(someone: Person): Promise<string> {
  return String((await someone.run("whoami")).events[0]?.["userId"]);
}

function names({ events }: Ended): string[] {
  return events.map(({ event }) => event).filter((event) => event !== "connection");
}

function failure({ code, events }: Ended): unknown[] {
  return [code, events.at(-1)?.event, events.at(-1)?.["reason"]];
}

describe("say --to and answer", () => {
  test("the asked hears who asks, both see every step, and both keep the contact (PAS-1, PAS-2)", async () => {
    const { ada, bob, handle } = await pair();
    const waiting = bob.start("answer", "--passphrase", "  Zebra  NINE coats ");
    const asking = ada.start("say", "--to", `@${handle}`, "--passphrase", WORDS);
    const [asked, request] = await Promise.all([asking.event("asked"), waiting.event("request")]);
    const [said, answered] = await Promise.all([asking.ended, waiting.ended]);
    expect([said.code, answered.code]).toEqual([0, 0]);
    expect(names(said)).toEqual(["asked", "claimed", "matched", "card", "connected"]);
    expect(names(answered)).toEqual(["request", "claimed", "matched", "card", "connected"]);

    const [adaId, bobId] = [await idOf(ada), await idOf(bob)];
    expect(asked).toMatchObject({ to: bobId, locator: expect.stringMatching(/^[1-9]\d{8}$/) });
    expect(Number(asked["answerBy"]) - Number(asked["expiresAt"])).toBe(30_000);
    expect(Object.keys(request).toSorted()).toEqual(
      ["event", "sid", "from", "name", "handle", "isContact", "expiresAt", "answerBy"].toSorted(),
    );
    expect(request).toMatchObject({ from: adaId, handle: null, isContact: false });
    const met = (ended: Ended): unknown => ended.events.at(-1)?.["contact"];
    expect(met(said)).toMatchObject({ userId: bobId, name: "Bob", method: "passphrase" });
    expect(met(answered)).toMatchObject({ userId: adaId, name: "Ada", method: "passphrase" });
    expect((await ada.read("contacts")).stdout).toContain("met by passphrase");
  });

  test("a request that waits already is taken up, and a contact is asked by name", async () => {
    const { ada, bob, handle } = await pair();
    const first = ada.start("say", "--to", handle, "--passphrase", WORDS);
    await first.event("asked");
    await bob.run("answer", "--passphrase", WORDS);
    expect((await first.ended).code).toBe(0);

    await bob.run("contacts", "rename", "Ada", "Countess");
    const again = bob.start("say", "--to", "countess", "--passphrase", "other words now");
    await again.event("asked");
    const answered = await ada.run("answer", "--from", "Bob", "--passphrase", "other words now");
    expect([(await again.ended).code, answered.code]).toEqual([0, 0]);
    expect(answered.events[0]).toMatchObject({ event: "request", name: "Bob", isContact: true });
  });

  test("the passphrase comes on the standard input, also once the request is there", async () => {
    const { ada, bob, handle } = await pair();
    const waiting = bob.start("answer");
    const asking = ada.start("say", "--to", handle);
    asking.type(`${WORDS}\nnot this line\n`);
    await waiting.event("request");
    waiting.type(`${WORDS}\n`);
    const [said, answered] = await Promise.all([asking.ended, waiting.ended]);
    expect([said.code, answered.code]).toEqual([0, 0]);
    for (const { stdout, stderr } of [said, answered])
      expect(stdout + stderr).not.toContain("zebra");
  });

  test("--from lets others wait, whoever asks first (PAS-2)", async () => {
    const { ada, bob, handle } = await pair();
    const eve = new Person(server.url);
    const early = eve.start("say", "--to", handle, "--passphrase", "a guess of mine");
    await early.event("asked");
    const waiting = bob.start("answer", "--from", await idOf(ada), "--passphrase", WORDS);
    const asking = ada.start("say", "--to", handle, "--passphrase", WORDS);
    const [said, answered] = await Promise.all([asking.ended, waiting.ended]);
    expect([said.code, answered.code]).toEqual([0, 0]);
    expect(answered.events.filter(({ event }) => event === "request")).toHaveLength(1);
    early.signal("SIGINT");
    expect((await early.ended).code).toBe(130);
  });

  test("a suggested passphrase is told as an event, in the language that was asked for", async () => {
    const { ada, bob, handle } = await pair();
    const asking = ada.start("say", "--to", handle, "--suggest", "--words", "es");
    const { passphrase } = await asking.event("passphrase");
    expect(passphrase).toMatch(/^\p{Ll}+ \p{Ll}+ \p{Ll}+$/u);
    const answered = await bob.run("answer", "--passphrase", String(passphrase));
    expect([(await asking.ended).code, answered.code]).toEqual([0, 0]);
  });

  test("two who ask each other at once meet, and each hears of one end (PAS-9)", async () => {
    const { ada, bob, handle } = await pair();
    const adaId = await idOf(ada);
    const [one, other] = await Promise.all([
      ada.run("say", "--to", handle, "--passphrase", WORDS),
      bob.run("say", "--to", adaId, "--passphrase", WORDS),
    ]);
    expect([one.code, other.code]).toEqual([0, 0]);
    for (const ended of [one, other]) {
      expect(names(ended).filter((name) => ["connected", "failed"].includes(name))).toHaveLength(1);
      expect(names(ended)).not.toContain("request");
    }
  });
});

describe("say --open and answer --locator", () => {
  test("whoever enters the locator and the passphrase is met (PAS-1)", async () => {
    const { ada, bob } = await pair();
    const asking = ada.start("say", "--open", "--passphrase", WORDS);
    const { locator, to } = await asking.event("asked");
    expect(to).toBeNull();
    expect(locator).toMatch(/^[1-9]\d{2,8}$/);
    const answered = await bob.run("answer", "--locator", String(locator), "--passphrase", WORDS);
    const said = await asking.ended;
    expect([said.code, answered.code]).toEqual([0, 0]);
    expect(names(answered)).toEqual(["claimed", "matched", "card", "connected"]);
  });

  test("one's own locator is refused, so is a passphrase in use, and both stay good (PAS-3)", async () => {
    const { ada, bob } = await pair();
    const asking = ada.start("say", "--open", "--passphrase", WORDS);
    const { locator } = await asking.event("asked");
    const at = ["answer", "--locator", String(locator), "--passphrase"];
    const own = await ada.run(...at, "other words now");
    expect([own.code, own.events.at(-1)?.["code"]]).toEqual([1, "own-key"]);
    const twice = await ada.run("say", "--open", "--passphrase", WORDS);
    expect([twice.code, twice.events.at(-1)?.["problem"]]).toEqual([2, "inUse"]);
    const answered = await bob.run("answer", "--locator", String(locator), "--passphrase", WORDS);
    expect([(await asking.ended).code, answered.code]).toEqual([0, 0]);
  });
});

describe("a meeting by passphrase that fails (PAS-6)", () => {
  test("mismatch: both are told, and the passphrase is used up on both devices (PAS-3)", async () => {
    const { ada, bob, handle } = await pair();
    const asking = ada.start("say", "--to", handle, "--passphrase", WORDS);
    await asking.event("asked");
    const answered = await bob.run("answer", "--passphrase", "zebra nine goats");
    const said = await asking.ended;
    expect(failure(said)).toEqual([1, "failed", "mismatch"]);
    expect(failure(answered)).toEqual([1, "failed", "mismatch"]);

    const again = await ada.run("say", "--to", handle, "--passphrase", " ZEBRA nine coats");
    expect(again.code).toBe(2);
    expect(again.events).toEqual([
      expect.objectContaining({ code: "invalid-passphrase", problem: "burnt" }),
    ]);
    const told = await bob.read("say", "--open", "--passphrase", "zebra nine goats");
    expect([told.code, told.stderr.includes("used up")]).toEqual([2, true]);
    expect(told.stdout + told.stderr).not.toContain("goats");
  });

  test.concurrent("timedOut: nobody answered within --t1, and the missed request is told later (PAS-4, PAS-5)", async () => {
    const { ada, bob, handle } = await pair();
    const t = ["--t1", "10", "--t2", "11"];
    const said = await ada.run("say", "--to", handle, "--passphrase", WORDS, ...t);
    expect(failure(said)).toEqual([1, "failed", "timedOut"]);
    const waiting = bob.start("answer", "--passphrase", WORDS);
    const over = await waiting.event("requestOver");
    expect(over).toMatchObject({ from: await idOf(ada), outcome: "timedOut" });
    expect(Number(over["openedAt"])).toBeGreaterThan(Date.now() - 60_000);
    waiting.signal("SIGINT");
    expect((await waiting.ended).code).toBe(130);
    // Nobody has had a guess at it, so it may serve again.
    const later = ada.start("say", "--to", handle, "--passphrase", WORDS);
    await later.event("asked");
    await bob.run("answer", "--passphrase", WORDS);
    expect((await later.ended).code).toBe(0);
  });

  test("cancelled: Ctrl-C of the asker takes the request off the other's list", async () => {
    const { ada, bob, handle } = await pair();
    const waiting = bob.start("answer");
    const asking = ada.start("say", "--to", handle, "--passphrase", WORDS);
    await waiting.event("request");
    asking.signal("SIGINT");
    const said = await asking.ended;
    expect(failure(said)).toEqual([130, "failed", "cancelled"]);
    expect(said.events.at(-1)?.["byYou"]).toBe(true);
    expect(await waiting.event("requestOver")).toMatchObject({ outcome: "cancelled" });
    // It goes on waiting, for the next one.
    const next = ada.start("say", "--to", handle, "--passphrase", WORDS);
    await next.event("asked");
    waiting.type(`${WORDS}\n`);
    expect([(await waiting.ended).code, (await next.ended).code]).toEqual([0, 0]);
  });

  test("unreachable: there is no such account, by handle or by id", async () => {
    const { ada } = await pair();
    for (const nobody of ["@nobody_here", "a".repeat(32)]) {
      const said = await ada.run("say", "--to", nobody, "--passphrase", WORDS);
      expect(failure(said)).toEqual([1, "failed", "unreachable"]);
    }
    const told = await ada.read("say", "--to", "nobody_here", "--passphrase", WORDS);
    expect(told.stdout).toContain("✗ Not met: unreachable.");
    expect(told.stdout).not.toContain("To start over");
  });

  test.concurrent.each([
    ["may not ask", (bob: Person) => bob.run("profile", "--requests-from", "nobody")],
    ["is blocked", (bob: Person, ada: string) => bob.run("contacts", "block", ada)],
  ])("who %s is not told so, and nobody is disturbed (ID-4)", async (_, forbid) => {
    const { ada, bob } = await pair();
    const bobId = await idOf(bob);
    expect((await forbid(bob, await idOf(ada))).code).toBe(0);
    const t = ["--t1", "10", "--t2", "11"];
    const waiting = bob.start("answer", "--passphrase", WORDS);
    const said = await ada.run("say", "--to", bobId, "--passphrase", WORDS, ...t);
    expect(failure(said)).toEqual([1, "failed", "timedOut"]);
    waiting.signal("SIGINT");
    expect((await waiting.ended).stdout).toBe("");
  });

  test("oneself cannot be asked", async () => {
    const { bob, handle } = await pair();
    const said = await bob.run("say", "--to", handle, "--passphrase", WORDS);
    expect([said.code, said.events.at(-1)?.["code"]]).toEqual([1, "own-account"]);
  });
});

test("an asker that was killed meets all the same, by its next command (KEY-5)", async () => {
  const { ada, bob, handle } = await pair();
  const asking = ada.start("say", "--to", handle, "--passphrase", WORDS);
  await asking.event("asked");
  asking.signal("SIGKILL");
  await asking.ended;
  const answering = bob.start("answer", "--passphrase", WORDS);
  await answering.event("claimed");
  const listed = await ada.run("contacts");
  expect((await answering.ended).code).toBe(0);
  expect(listed.events).toEqual([expect.objectContaining({ name: "Bob", method: "passphrase" })]);
});

test("what a killed asker left is taken back by the next one, and its passphrase serves (PAS-3)", async () => {
  const { ada, bob, handle } = await pair();
  const waiting = bob.start("answer");
  const killed = ada.start("say", "--to", handle, "--passphrase", WORDS);
  await waiting.event("request");
  killed.signal("SIGKILL");
  await killed.ended;
  const asking = ada.start("say", "--to", handle, "--passphrase", WORDS);
  expect(await waiting.event("requestOver")).toMatchObject({ outcome: "cancelled" });
  await asking.event("asked");
  waiting.type(`${WORDS}\n`);
  expect([(await asking.ended).code, (await waiting.ended).code]).toEqual([0, 0]);
});

test("who may ask is a setting beside the visibility (ID-4)", async () => {
  const bob = new Person(server.url);
  const changed = await bob.run("profile", "--requests-from", "contactsOfContacts");
  const expected = { requestsFrom: "contactsOfContacts", visibility: "anyone" };
  expect(changed.events).toEqual([expect.objectContaining(expected)]);
  expect((await bob.run("whoami")).events[0]).toMatchObject(expected);
  expect((await bob.read("whoami")).stdout).toMatch(/asked by +your contacts and their contacts/);
});

describe("blocking accounts that are no contacts", () => {
  test("by id or handle; the list tells whom, and a mistyped name blocks nobody", async () => {
    const { ada, bob, handle } = await pair();
    const bobId = await idOf(bob);
    const blocked = { event: "blocked", userId: bobId, name: `@${handle}` };
    const done = await ada.run("contacts", "block", `@${handle}`);
    expect([done.code, done.events]).toEqual([0, [{ ...blocked, blocked: true }]]);
    expect((await ada.run("contacts", "blocked")).events).toEqual([{ ...blocked, blocked: true }]);
    expect((await ada.read("contacts", "blocked")).stdout).toContain(bobId);
    const ended = await ada.run("contacts", "unblock", bobId);
    expect(ended.events).toEqual([{ ...blocked, blocked: false }]);
    expect((await ada.run("contacts", "blocked")).events).toEqual([]);
    // The name has gone with the block.
    const again = await ada.run("contacts", "block", bobId);
    expect(again.events).toEqual([{ ...blocked, name: null, blocked: true }]);
    const byBeginning = await ada.run("contacts", "unblock", bobId.slice(0, 8));
    expect(byBeginning.events).toEqual([{ ...blocked, name: null, blocked: false }]);
    const mistyped = await ada.run("contacts", "block", handle);
    expect([mistyped.code, mistyped.events[0]?.["code"]]).toEqual([1, "contact-unknown"]);
  });
});
