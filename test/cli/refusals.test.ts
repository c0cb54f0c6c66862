// What is refused before anything is sent: no server is there in most of these tests.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { Person, startClient, temporaryFolder } from "./acquaintProcess.ts";

/** Port 1 of this machine: nothing listens there. */
const NO_SERVER = "http://127.0.0.1:1";

describe("without a server", () => {
  test("the client says that it cannot be reached, and what to do", async () => {
    const ada = new Person(NO_SERVER);
    const told = await ada.read("whoami");
    expect(told.code).toBe(1);
    expect(told.stdout).toBe("");
    expect(told.stderr).toContain(`The server ${NO_SERVER} cannot be reached.`);
    expect(told.stderr).toContain("npm start");
    const { code, events } = await ada.run("key", "show");
    expect(code).toBe(1);
    expect(events).toEqual([
      { event: "error", code: "server-unreachable", message: expect.any(String) },
    ]);
  });

  test("a typo is pointed out with the word that was meant, and nothing is made or sent (KEY-1)", async () => {
    const ada = new Person(NO_SERVER);
    const { code, events } = await ada.run("key", "enter", "417-guitr-ocean");
    expect(code).toBe(2);
    expect(events).toEqual([
      expect.objectContaining({
        event: "error",
        code: "invalid-key",
        problem: "unknownWord",
        word: "guitr",
        suggestion: "guitar",
      }),
    ]);
    expect(existsSync(ada.home)).toBe(false);
    const told = await ada.read("key", "enter", "417", "guitr", "ocean");
    expect(told.stderr).toContain("Is the first word “guitar”?");
  });

  test("a missing code, and an empty standard input, are mistakes of usage", async () => {
    const ada = new Person(NO_SERVER);
    expect((await ada.run("key", "enter")).code).toBe(2);
    const piped = ada.start("key", "enter", "-");
    piped.type("");
    expect((await piped.ended).events[0]).toMatchObject({ event: "error", code: "usage" });
  });

  test("a card is checked before anything is sent", async () => {
    const ada = new Person(NO_SERVER);
    const folder = temporaryFolder();
    const file = (name: string, content: string): string => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    };
    const one = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\nEND:VCARD\r\n";
    const photo = Buffer.alloc(80_000).toString("base64");
    const heavy = one.replace("FN:A", `FN:A\r\nPHOTO:data:image/png;base64,${photo}`);
    const cases: [path: string, code: string][] = [
      [join(folder, "absent.vcf"), "card-unreadable"],
      [file("a.txt", one), "card-format"],
      [file("none.vcf", "hello"), "card-invalid"],
      [file("two.vcf", one + one), "card-invalid"],
      [file("heavy.vcf", heavy), "card-invalid"],
      [file("a.json", '{"@type":"Card"}'), "card-invalid"],
      [file("b.json", "{"), "card-invalid"],
    ];
    for (const [path, problem] of cases) {
      const { code, events } = await ada.run("key", "show", "--card", path);
      expect([path, code, events[0]?.["code"]]).toEqual([path, 2, problem]);
    }
    expect(existsSync(ada.home)).toBe(false);
  });

  test("a place for the received card that cannot take it is refused before a key is used up", async () => {
    const ada = new Person(NO_SERVER);
    const folder = temporaryFolder();
    const taken = join(folder, "taken.vcf");
    writeFileSync(taken, "mine");
    mkdirSync(join(folder, "folder.vcf"));
    const cases: [path: string, code: string][] = [
      [taken, "file-exists"],
      [join(folder, "folder.vcf"), "file-unwritable"],
      [join(folder, "nowhere", "a.vcf"), "file-unwritable"],
      [join(folder, "a.pdf"), "card-format"],
    ];
    for (const [path, problem] of cases) {
      const { code, events } = await ada.run("key", "enter", "417-guitar-ocean", "--out", path);
      expect([path, code, events[0]?.["code"]]).toEqual([path, 2, problem]);
    }
    expect(readFileSync(taken, "utf8")).toBe("mine");
    const forced = await ada.run("key", "enter", "417-guitar-ocean", "--out", taken, "--force");
    expect(forced.events[0]).toMatchObject({ code: "server-unreachable" });
  });

  test("unknown commands and options are named, with what was meant", async () => {
    const cases: [args: string[], text: string][] = [
      [["kye", "show"], "Did you mean key?"],
      [["key"], "key show or key enter"],
      [["key", "sho"], "key show or key enter"],
      [["contacts", "delete"], "remove"],
      [["whoami", "--jsn"], "Did you mean --json?"],
      [["whoami", "--card", "a.vcf"], "no option --card here"],
      [["whoami", "--home"], "--home needs a value"],
      [["whoami", "--server", "ftp://a"], "no address of a server"],
    ];
    for (const [args, text] of cases) {
      const { code, stdout, stderr } = await startClient(args).ended;
      expect([args, code, stdout]).toEqual([args, 2, ""]);
      expect(stderr).toContain(text);
    }
  });

  test("with --json a mistake is one event and nothing else, wherever the option stands", async () => {
    for (const args of [
      ["--json", "kye"],
      ["kye", "--json"],
    ]) {
      const { code, events, stderr } = await startClient(args).ended;
      expect([code, events.length, events[0]?.["code"], stderr]).toEqual([2, 1, "usage", ""]);
    }
  });

  test("help is there for the whole, for each command, and without one", async () => {
    const whole = await startClient(["--help"]).ended;
    expect(whole.code).toBe(0);
    for (const word of ["key show", "key enter", "contacts", "whoami", "profile", "--server"]) {
      expect(whole.stdout).toContain(word);
    }
    const one = await startClient(["key", "enter", "--help"]).ended;
    expect(one.stdout).toContain("--out FILE");
    expect(one.stdout).not.toContain("--digits");
    expect((await startClient(["help", "key", "show"]).ended).stdout).toContain("--digits");
    expect((await startClient(["key", "--help"]).ended).stdout).toContain(
      "Usage: acquaint key show",
    );
    expect((await startClient(["--json", "--help"]).ended).events[0]).toMatchObject({
      event: "help",
    });
    const nothing = await startClient([]).ended;
    expect([nothing.code, nothing.stdout]).toEqual([2, whole.stdout]);
    expect((await startClient(["--version"]).ended).stdout).toMatch(/^acquaint \d+\.\d+\.\d+$/m);
  });
});

describe("with a server", () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  test("the place of server and home may come from the environment", async () => {
    const home = join(temporaryFolder(), "deep", "home");
    const env = { ACQUAINT_SERVER: `${server.url}/`, ACQUAINT_HOME: home };
    const { code, events } = await startClient(["whoami", "--json"], env).ended;
    expect(code).toBe(0);
    expect(events[0]).toMatchObject({ event: "whoami", server: server.url, home });
  });

  test("an account that is known still says when its server cannot be reached", async () => {
    const own = await startServer();
    const ada = new Person(own.url);
    expect((await ada.run("whoami")).code).toBe(0);
    await own.stop();
    for (const args of [
      ["key", "show"],
      ["key", "enter", "417-guitar-ocean"],
      ["profile", "--handle", "ada"],
    ]) {
      const { code, events } = await ada.run(...args);
      expect([args, code, events[0]?.["code"]]).toEqual([args, 1, "server-unreachable"]);
    }
    expect((await ada.run("whoami")).code).toBe(0);
    expect((await ada.run("contacts")).code).toBe(0);
  });

  test("a home that is a file is refused with advice", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const { code, stderr } = await startClient(["--server", server.url, "--home", file, "whoami"])
      .ended;
    expect(code).toBe(2);
    expect(stderr).toContain("--home DIR");
  });
});
