// Meeting by passphrase as a person at a terminal does: what is asked, what stays unseen, what can
// be done with a request (PAS-2, PAS-6).
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { Person } from "./acquaintProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const WORDS = "zebra nine coats";
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

/** Has met nobody, so that none of their failures matter to another test. */
async function person(name: string): Promise<{ who: Person; handle: string }> {
  const handle = `p_${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`;
  return { who: await Person.named(server.url, name, handle), handle };
}

async function pair() {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  return { ada: ada.who, bob: bob.who, handle: bob.handle, adaHandle: ada.handle };
}

describe("a passphrase that is typed", () => {
  test("never appears on the screen, neither here nor there, and meets", async () => {
    const { ada, bob, handle, adaHandle } = await pair();
    const waiting = bob.sit("answer");
    await waiting.shows("Waiting for somebody to ask you");
    const asking = ada.sit("say", "--to", handle);
    await asking.shows(`Passphrase for @${handle} (it stays unseen): `);
    asking.enter(WORDS);
    await asking.shows(`You ask @${handle} to meet.`);
    await asking.shows(/Waiting for @p_\w+ … (1:00|0:5\d) left/);
    await waiting.shows(`@${adaHandle} asks to meet you by a passphrase.`);
    await waiting.shows("no contact of yours.");
    await waiting.shows("[a]nswer, [l]ater, [r]efuse or [b]lock? ");
    waiting.enter("a");
    await waiting.shows("Passphrase (it stays unseen; Enter alone goes back): ");
    waiting.enter(WORDS);
    await waiting.shows("✓ The passphrases match.");
    await waiting.shows("✓ You and Ada have met.");
    await asking.shows("has answered. Checking the passphrase …");
    await asking.shows("✓ You and Bob have met.");
    expect(await Promise.all([asking.ended, waiting.ended])).toEqual([0, 0]);
    expect(asking.text + waiting.text).not.toMatch(/zebra|nine|coats/i);
  });

  test("that is weak gets a hint, and one that is used up is asked for again (PAS-3)", async () => {
    const { ada, bob, handle } = await pair();
    const first = ada.sit("say", "--to", handle);
    await first.shows("(it stays unseen): ");
    first.enter("hello");
    await first.shows("Weak: ");
    await first.shows("Waiting for");
    expect((await bob.run("answer", "--passphrase", "hallo")).code).toBe(1);
    await first.shows("✗ Not met: mismatch.");
    await first.shows(`To start over: acquaint say --to ${handle}`);
    expect(await first.ended).toBe(1);

    const second = ada.sit("say", "--open");
    await second.shows("(it stays unseen): ");
    second.enter("hello");
    await second.shows("This passphrase is used up");
    await second.shows("(it stays unseen): ");
    second.enter(WORDS);
    const command = await second.shows(/acquaint answer --locator \d+/);
    const locator = command.split(" ").at(-1) ?? "";
    const third = bob.sit("answer", "--locator", locator);
    await third.shows("(it stays unseen): ");
    third.enter(WORDS);
    expect(await Promise.all([second.ended, third.ended])).toEqual([0, 0]);
    expect(first.text + second.text + third.text).not.toMatch(/zebra|hello/);
  });

  test("nothing, Ctrl-D and Ctrl-C leave without a request", async () => {
    const { ada, bob, handle } = await pair();
    for (const [keys, code] of [
      ["\r", 2],
      [CTRL_D, 2],
      [CTRL_C, 130],
    ] as const) {
      const asking = ada.sit("say", "--to", handle);
      await asking.shows("(it stays unseen): ");
      asking.press(keys);
      expect([keys, await asking.ended]).toEqual([keys, code]);
    }
    const waiting = bob.start("answer", "--passphrase", WORDS);
    const real = ada.start("say", "--to", handle, "--passphrase", WORDS);
    expect([(await waiting.ended).code, (await real.ended).code]).toEqual([0, 0]);
    const requests = (await waiting.ended).events.filter(({ event }) => event === "request");
    expect(requests).toHaveLength(1);
  });
});

describe("a request on a terminal", () => {
  test("a passphrase that is typed before it is asked for refuses and blocks nobody", async () => {
    const { ada, bob, handle } = await pair();
    const waiting = bob.sit("answer");
    await waiting.shows("Waiting for somebody");
    const asking = ada.start("say", "--to", handle, "--passphrase", WORDS);
    for (const early of ["blue moon", "red moon", "a moon"]) {
      await waiting.shows("[a]nswer, [l]ater, [r]efuse or [b]lock? ");
      waiting.enter(early);
      await waiting.shows("The passphrase is asked for after a.");
    }
    await waiting.shows("[b]lock? ");
    waiting.enter("Answer");
    await waiting.shows("goes back): ");
    waiting.enter(WORDS);
    expect([await waiting.ended, (await asking.ended).code]).toEqual([0, 0]);
  });

  test("several in a row: one refused, one blocked, the third answered (PAS-6)", async () => {
    const { ada, bob, handle } = await pair();
    const waiting = bob.sit("answer");
    await waiting.shows("Waiting for somebody");
    const carol = await person("Carol");
    const one = carol.who.start("say", "--to", handle, "--passphrase", "first try here");
    await waiting.shows(`@${carol.handle}: [a]nswer`);
    waiting.enter("r");
    await waiting.shows(`You have refused. @${carol.handle} is told.`);
    const refused = await one.ended;
    expect([refused.code, refused.events.at(-1)?.["reason"]]).toEqual([1, "refused"]);

    const dave = await person("Dave");
    const two = dave.who.start("say", "--to", handle, "--passphrase", WORDS);
    await waiting.shows(`@${dave.handle}: [a]nswer`);
    waiting.enter("x");
    await waiting.shows("Type a, l, r or b");
    await waiting.shows("[b]lock? ");
    waiting.enter("b");
    await waiting.shows("is blocked and is not told");

    const three = ada.start("say", "--to", handle, "--passphrase", WORDS);
    await waiting.shows("[b]lock? ");
    waiting.enter("a");
    await waiting.shows("goes back): ");
    waiting.enter("");
    await waiting.shows("[b]lock? ");
    waiting.enter("A");
    await waiting.shows("goes back): ");
    waiting.enter(WORDS);
    expect([await waiting.ended, (await three.ended).code]).toEqual([0, 0]);
    two.signal("SIGINT");
    const ignored = (await two.ended).events.filter(({ event }) => event === "failed");
    expect(ignored).toEqual([expect.objectContaining({ reason: "cancelled", byYou: true })]);
    expect((await bob.run("contacts", "blocked")).events).toMatchObject([
      { name: `@${dave.handle}`, blocked: true },
    ]);
  });

  test("later puts it off; Enter takes it up again, and a new one comes before it (PAS-2)", async () => {
    const { ada, bob, handle, adaHandle } = await pair();
    const carol = await person("Carol");
    const waiting = bob.sit("answer");
    await waiting.shows("Waiting for somebody");
    const asking = ada.start("say", "--to", handle, "--passphrase", WORDS);
    await waiting.shows(`@${adaHandle}: [a]nswer`);
    waiting.enter("l");
    await waiting.shows(`Enter takes up the request of @${adaHandle} again.`);
    const other = carol.who.start("say", "--to", handle, "--passphrase", "something else");
    await waiting.shows(`@${carol.handle}: [a]nswer`);
    waiting.enter("r");
    await other.ended;
    await waiting.shows(`Enter takes up the request of @${adaHandle} again.`);
    waiting.enter("");
    await waiting.shows(`@${adaHandle}: [a]nswer`);
    waiting.enter("a");
    await waiting.shows("goes back): ");
    waiting.enter(WORDS);
    expect([await waiting.ended, (await asking.ended).code]).toEqual([0, 0]);
  });

  test("that ends while a question stands takes the question back, and the waiting goes on", async () => {
    const { ada, bob, handle, adaHandle } = await pair();
    const waiting = bob.sit("answer");
    await waiting.shows("Waiting for somebody");
    for (const keys of ["", "a\r"]) {
      const asking = ada.start("say", "--to", handle, "--passphrase", WORDS);
      await waiting.shows("[b]lock? ");
      waiting.press(keys);
      if (keys !== "") await waiting.shows("goes back): ");
      asking.signal("SIGINT");
      await waiting.shows(new RegExp(`The request by @${adaHandle} .* is over: cancelled by them`));
      expect((await asking.ended).code).toBe(130);
    }
    waiting.press(CTRL_C);
    expect(await waiting.ended).toBe(130);
  });

  test("stays when the one who is asked leaves by Ctrl-D, for another answer", async () => {
    const { ada, bob, handle } = await pair();
    const waiting = bob.sit("answer");
    await waiting.shows("Waiting for somebody");
    const asking = ada.start("say", "--to", handle, "--passphrase", WORDS);
    await waiting.shows("[b]lock? ");
    waiting.press(CTRL_D);
    await waiting.shows("the request still waits");
    expect(await waiting.ended).toBe(1);
    const answered = await bob.run("answer", "--passphrase", WORDS);
    expect([answered.code, (await asking.ended).code]).toEqual([0, 0]);
  });

  test("is told to whoever is asking somebody else meanwhile", async () => {
    const { ada, bob, handle, adaHandle } = await pair();
    const carol = await person("Carol");
    const asking = ada.sit("say", "--to", carol.handle, "--suggest");
    await asking.shows("Your passphrase. Say it aloud");
    await asking.shows(/Waiting for @\w+ … /);
    const other = bob.start("say", "--to", adaHandle, "--passphrase", WORDS);
    await asking.shows(`@${handle} asks to meet you by a passphrase.`);
    asking.press(CTRL_C);
    await asking.shows("Cancelled. The other side is told.");
    expect(await asking.ended).toBe(130);
    const answered = await ada.run("answer", "--passphrase", WORDS);
    expect([answered.code, (await other.ended).code]).toEqual([0, 0]);
  });
});
