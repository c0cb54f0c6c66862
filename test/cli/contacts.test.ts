// Contacts after a meeting: shown, renamed, noted, blocked and removed, each by name or id.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { Person } from "./acquaintProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function meet(one: Person, other: Person): Promise<void> {
  const showing = one.start("key", "show");
  const key = await showing.event("key");
  const [shown, entered] = await Promise.all([
    showing.ended,
    other.run("key", "enter", String(key["code"])),
  ]);
  expect([shown.code, entered.code]).toEqual([0, 0]);
}

async function person(name: string): Promise<Person> {
  const made = new Person(server.url);
  await made.run("profile", "--name", name);
  return made;
}

async function idOf(someone: Person): Promise<string> {
  return String((await someone.run("whoami")).events[0]?.["userId"]);
}

test("an event per contact tells userId, name and method, and none tells nothing", async () => {
  const ada = await person("Ada");
  const nobody = await ada.run("contacts");
  expect([nobody.code, nobody.stdout]).toEqual([0, ""]);
  const [bob, carol] = [await person("Bob"), await person("Carol")];
  await meet(ada, bob);
  await meet(carol, ada);
  for (const args of [["contacts"], ["contacts", "list"]]) {
    const { code, events } = await ada.run(...args);
    expect(code).toBe(0);
    expect(events.map(({ event, name, method }) => [event, name, method])).toEqual([
      ["contact", "Bob", "key"],
      ["contact", "Carol", "key"],
    ]);
  }
  expect((await ada.read("contacts")).stdout).toMatch(/Bob {2}[a-z2-7]{8} {2}met by key/);
});

test("a contact is changed by name, by id and by the beginning of an id", async () => {
  const [ada, bob] = [await person("Ada"), await person("Bob")];
  await meet(ada, bob);
  const id = await idOf(bob);
  const one = async (...args: string[]): Promise<unknown> => {
    const { code, events } = await ada.run("contacts", ...args);
    expect([args, code, events.length]).toEqual([args, 0, 1]);
    return events[0];
  };
  expect(await one("rename", "bob", "Robert B.")).toMatchObject({ userId: id, name: "Robert B." });
  expect(await one("note", id.slice(0, 6), "at the station")).toMatchObject({
    note: "at the station",
  });
  expect(await one("block", id)).toMatchObject({ userId: id, blocked: true });
  expect(await one("unblock", "Robert B.")).toMatchObject({ userId: id, blocked: false });
  expect((await ada.run("contacts")).events[0]).toMatchObject({
    name: "Robert B.",
    note: "at the station",
    blocked: false,
  });
  expect(await one("rename", id, "")).toMatchObject({ name: "Bob" });
  expect(await one("remove", "Bob")).toMatchObject({ event: "contact", userId: id, removed: true });
  expect((await ada.run("contacts")).events).toEqual([]);
});

test("a name that fits two contacts, or none, is refused and changes nothing", async () => {
  const [ada, bob, other] = [await person("Ada"), await person("Bob"), await person("BOB")];
  await meet(ada, bob);
  await meet(ada, other);
  const both = await ada.run("contacts", "remove", "Bob");
  expect([both.code, both.events[0]?.["code"]]).toEqual([1, "contact-ambiguous"]);
  expect(both.events[0]?.["userIds"]).toEqual(
    expect.arrayContaining([await idOf(bob), await idOf(other)]),
  );
  const none = await ada.run("contacts", "block", "Zoe");
  expect([none.code, none.events[0]?.["code"]]).toEqual([1, "contact-unknown"]);
  expect((await ada.run("contacts")).events).toHaveLength(2);
});

test("a name that would steer the terminal is printed without its controls", async () => {
  const [ada, eve] = [await person("Ada"), await person("Eve")];
  await meet(ada, eve);
  await ada.run("contacts", "note", "Eve", "\u001b[2J\u009b31mred\u202etxt");
  const { stdout } = await ada.read("contacts");
  expect(stdout).toContain("note: redtxt");
  const { stdout: json, events } = await ada.run("contacts");
  expect(json).toMatch(/^[\n\u0020-\u007e]*$/);
  expect(events[0]?.["note"]).toBe("\u001b[2J\u009b31mred\u202etxt");
});
