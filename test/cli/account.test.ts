// The account of a home: registration by itself, recovery phrase, profile and handle (ID-1, ID-4).
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { Person } from "./acquaintProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const PHRASE = /(?:[a-z]+ ){11}[a-z]+/;

test("the first command registers the device, and the account stays the same (ID-1)", async () => {
  const ada = new Person(server.url);
  const first = await ada.run("whoami");
  const second = await ada.run("whoami");
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(first.events).toHaveLength(1);
  expect(first.events[0]).toMatchObject({ event: "whoami", name: "", handle: null });
  expect(first.events[0]?.["userId"]).toMatch(/^[a-z2-7]{32}$/);
  expect(second.events).toEqual(first.events);
});

test("no output shows the recovery phrase unless it is asked for by name (ID-5)", async () => {
  const ada = new Person(server.url);
  const first = await ada.read("whoami");
  expect(first.stdout + first.stderr).not.toMatch(PHRASE);
  expect(first.stderr).toContain("acquaint whoami --recovery-phrase");
  expect((await ada.read("whoami")).stderr).toBe("");
  const asked = await ada.run("whoami", "--recovery-phrase");
  expect(asked.events).toEqual([
    { event: "recoveryPhrase", recoveryPhrase: expect.stringMatching(PHRASE) },
  ]);
  expect((await ada.read("whoami", "--recovery-phrase")).stdout).toMatch(PHRASE);
  await ada.run("whoami", "--forget-recovery-phrase");
  const forgotten = await ada.run("whoami", "--recovery-phrase");
  expect(forgotten.events[0]).toMatchObject({ recoveryPhrase: null });
});

test("nothing in a home can be read by others", async () => {
  const ada = new Person(server.url);
  await ada.run("whoami");
  const files = readdirSync(ada.home, { recursive: true }).map((name) =>
    join(ada.home, String(name)),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const path of [ada.home, ...files]) {
    expect([path, statSync(path).mode & 0o077]).toEqual([path, 0]);
  }
});

test("name, handle and visibility change one by one, and a handle has one owner (ID-4)", async () => {
  const ada = new Person(server.url);
  const bob = new Person(server.url);
  const named = await ada.run("profile", "--name", "Ada Lovelace", "--handle", "@Ada_L");
  expect(named.code).toBe(0);
  expect(named.events).toEqual([
    expect.objectContaining({ event: "profile", name: "Ada Lovelace", handle: "ada_l" }),
  ]);
  const hidden = await ada.run("profile", "--visibility", "nobody");
  expect(hidden.events[0]).toMatchObject({
    name: "Ada Lovelace",
    handle: "ada_l",
    visibility: "nobody",
  });

  const taken = await bob.run("profile", "--name", "Bob", "--handle", "ada_l");
  expect(taken.code).toBe(1);
  expect(taken.events.at(-1)).toMatchObject({ event: "error", code: "handle-taken" });
  expect((await bob.run("whoami")).events[0]).toMatchObject({ handle: null });

  await ada.run("profile", "--no-handle");
  expect((await ada.run("whoami")).events[0]).toMatchObject({ name: "Ada Lovelace", handle: null });
  expect((await bob.run("profile", "--handle", "ada_l")).events[0]).toMatchObject({
    handle: "ada_l",
  });
});

test("a profile that cannot be is refused before the device registers", async () => {
  const ada = new Person(server.url);
  const cases = [
    ["--name", "  "],
    ["--name", "x".repeat(101)],
    ["--handle", "_no"],
    ["--handle", "ada", "--no-handle"],
    ["--visibility", "everyone"],
    ["--name", "Ada", "Lovelace"],
  ];
  for (const args of cases) {
    const { code, events } = await ada.run("profile", ...args);
    expect([args, code, events[0]?.["code"]]).toEqual([args, 2, "usage"]);
  }
});
