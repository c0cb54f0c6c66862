// What `say` and `answer` refuse before anything is made or sent, and what their help tells (PAS-4).
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { Person, startClient } from "./acquaintProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("before anything is made or sent", () => {
  const NO_SERVER = "http://127.0.0.1:1";

  test.each([
    [["say"], "Whom do you ask?"],
    [["say", "ada"], "acquaint say --to ada"],
    [["say", "--to", "ada", "--open"], "either --to or --open"],
    [["say", "--to", " "], "--to needs a contact"],
    [["say", "--to", "ada", "--passphrase", " "], "The passphrase is empty"],
    [["say", "--open", "--passphrase", "a", "--suggest"], "either --passphrase or --suggest"],
    [
      ["say", "--open", "--passphrase", "a", "--words", "es"],
      "--words is the language of --suggest",
    ],
    [["say", "--open", "--suggest", "--words", "xx"], "no lists of words in “xx”"],
    [["say", "--open", "--suggest", "--t1", "9"], "--t1 is a whole number of seconds, 10 to 300"],
    [["say", "--open", "--suggest", "--t1", "1e2"], "--t1 is a whole number"],
    [["say", "--open", "--suggest", "--t2", "301"], "--t2 is a whole number of seconds, 10 to 300"],
    [["say", "--open", "--suggest", "--t1", "60", "--t2", "60"], "--t2 must be greater than --t1"],
    [["say", "--open", "--suggest", "--t1", "300"], "--t2 must be greater than --t1"],
    [["say", "--open", "--suggest", "--t2", "10"], "--t2 must be greater than --t1"],
    [["answer", "417"], "acquaint answer --locator 417"],
    [["answer", "--locator", "042"], "is no locator"],
    [["answer", "--locator", "417-guitar-ocean"], "acquaint key enter"],
    [["answer", "--locator", "417", "--from", "ada"], "either --locator or --from"],
    [["answer", "--from", ""], "--from needs"],
    [["profile", "--requests-from", "all"], "anyone, contactsOfContacts, nobody"],
  ])("%j is refused as a mistake of usage (PAS-4)", async (args, text) => {
    const ada = new Person(NO_SERVER);
    const { code, stderr } = await ada.read(...args);
    expect([code, existsSync(ada.home)]).toEqual([2, false]);
    expect(stderr).toContain(text);
  });

  test("a pipe that holds no passphrase is one, too", async () => {
    const ada = new Person(NO_SERVER);
    for (const args of [
      ["say", "--open"],
      ["answer", "--locator", "417"],
    ]) {
      const piped = ada.start(...args);
      piped.type("\n");
      expect((await piped.ended).events).toEqual([
        expect.objectContaining({
          code: "usage",
          message: expect.stringContaining("no passphrase"),
        }),
      ]);
    }
    expect(existsSync(ada.home)).toBe(false);
    const bob = new Person(server.url);
    const waiting = bob.start("answer");
    waiting.type("");
    expect((await waiting.ended).code).toBe(2);
  });

  test("a name that fits no contact and can be no handle is told", async () => {
    const ada = new Person(server.url);
    const said = await ada.run("say", "--to", "Ada Lovelace", "--passphrase", "zebra nine coats");
    expect([said.code, said.events[0]?.["code"]]).toEqual([1, "contact-unknown"]);
  });

  test("the help tells of the commands, their bounds and events, and warns of --passphrase", async () => {
    const whole = await startClient(["--help"]).ended;
    for (const word of ["say", "answer", "contacts blocked"]) {
      expect(whole.stdout).toMatch(new RegExp(`^  ${word} `, "m"));
    }
    const say = (await startClient(["say", "--help"]).ended).stdout;
    for (const text of ["10 to 300", "shell's history", "locator", "unreachable", "(default 60)"]) {
      expect(say).toContain(text);
    }
    const answer = (await startClient(["answer", "--help"]).ended).stdout;
    for (const text of ["--from WHO", "requestOver {sid", "shell's history"]) {
      expect(answer).toContain(text);
    }
  });
});
