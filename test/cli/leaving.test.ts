// ID-5 at the terminal: `export` writes what this device keeps, `erase` ends the account.
import { readFile, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { Person, startClient, temporaryFolder } from "./acquaintProcess.ts";
import { pair, sent, textsIn } from "./conversing.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test("ID-5: export writes a file for its owner alone, and replaces none without --force", async () => {
  const { ada, bob } = await pair(server.url);
  await sent(ada, "Bob", "for the record");
  expect(await textsIn(bob)).toEqual(["for the record"]);
  const file = join(temporaryFolder(), "copy.json");
  const { code, events } = await bob.run("export", file);
  expect([code, events]).toEqual([0, [{ event: "exported", file }]]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const text = await readFile(file, "utf8");
  expect(JSON.parse(text)).toMatchObject({
    format: "acquaint-export",
    version: 1,
    account: { name: "Bob" },
    contacts: [{ name: "Ada" }],
    conversations: [{ messages: [{ text: "for the record" }] }],
  });

  await writeFile(file, "precious");
  const again = await bob.run("export", file);
  expect([again.code, again.events[0]]).toMatchObject([2, { code: "file-exists" }]);
  expect(await readFile(file, "utf8")).toBe("precious");
  expect((await bob.run("export", file, "--force")).code).toBe(0);
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ account: { name: "Bob" } });
});

test("ID-5: export - writes to standard output, for people and for programs", async () => {
  const ada = await Person.named(server.url, "Ada \u001b[31mRed");
  const read = await ada.read("export", "-");
  expect(read.code).toBe(0);
  expect(JSON.parse(read.stdout)).toMatchObject({ format: "acquaint-export" });
  expect(read.stdout).not.toContain("\u001b");
  const { events } = await ada.run("export", "-");
  expect(events).toMatchObject([{ event: "exported", file: null, export: { version: 1 } }]);
});

test("ID-5: export and erase make no account where there is none", async () => {
  const nobody = new Person(server.url);
  for (const args of [
    ["export", "-"],
    ["erase", "--yes"],
  ]) {
    const { code, events } = await nobody.run(...args);
    expect([args, code, events[0]]).toMatchObject([args, 2, { code: "no-account" }]);
  }
  expect(existsSync(join(nobody.home, "identity.json"))).toBe(false);
});

test("ID-5: erase ends the account and empties the home; its contacts keep theirs", async () => {
  const { ada, bob } = await pair(server.url);
  await sent(bob, "Ada", "waits");
  const [me] = (await ada.run("whoami")).events;
  const refused = await ada.run("erase");
  expect([refused.code, refused.events[0]]).toMatchObject([2, { event: "error", code: "usage" }]);
  const { code, events } = await ada.run("erase", "--yes");
  expect([code, events]).toEqual([0, [{ event: "erased", userId: me?.["userId"] }]]);
  expect(existsSync(ada.home)).toBe(false);
  const late = await bob.run("send", "Ada", "gone?");
  expect([late.code, late.events.at(-1)]).toMatchObject([1, { code: "not-a-contact" }]);
  const [next] = (await ada.run("whoami")).events;
  expect(next?.["userId"]).not.toBe(me?.["userId"]);
  expect((await ada.read("whoami")).stderr).toBe("");
});

test("ID-5: at a terminal erase says what goes, and asks for the handle or the short id", async () => {
  const handle = `erased_${crypto.randomUUID().slice(0, 8)}`;
  const ada = await Person.named(server.url, "Ada", handle);
  const doubting = ada.sit("erase");
  await doubting.shows(`@${handle}`);
  await doubting.shows("Your contacts keep what they have of you");
  await doubting.shows("To erase it, type");
  doubting.enter("yes");
  await doubting.shows("Nothing was erased.");
  expect(await doubting.ended).toBe(1);
  expect((await ada.run("whoami")).events[0]).toMatchObject({ name: "Ada" });
  const sure = ada.sit("erase");
  await sure.shows("To erase it, type");
  sure.enter(`@${handle}`);
  await sure.shows("Your account is erased");
  expect(await sure.ended).toBe(0);

  const bob = await Person.named(server.url, "Bob");
  const id = String((await bob.run("whoami")).events[0]?.["userId"]);
  const short = bob.sit("erase");
  await short.shows("To erase it, type");
  short.enter(id.slice(0, 8));
  await short.shows("Your account is erased");
  expect(await short.ended).toBe(0);
});

test("ID-5: a command that listens ends when another one erases the account", async () => {
  const { ada } = await pair(server.url);
  const listening = ada.start("inbox", "--follow");
  await sent(ada, "Bob", "so that it is connected");
  expect((await ada.run("erase", "--yes")).code).toBe(0);
  const { code, events } = await listening.ended;
  expect([code, events.at(-1)]).toMatchObject([1, { event: "error", code: "account-erased" }]);
});

test("ID-5: without a server nothing is erased", async () => {
  const ada = await Person.named(server.url, "Ada");
  const elsewhere = ["--server", "http://127.0.0.1:9", "--home", ada.home, "--json"];
  const erased = await startClient([...elsewhere, "erase", "--yes"]).ended;
  expect([erased.code, erased.events[0]]).toMatchObject([1, { code: "server-unreachable" }]);
  expect((await ada.run("whoami")).events[0]).toMatchObject({ name: "Ada" });
});
