// ID-3 and ID-5 at the terminal: another device comes into the account, reads and writes, is renamed and removed;
// and a lost account is restored by its phrase.
import { hostname } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { type Event, Person } from "./acquaintProcess.ts";
import { pair, sent, textsIn } from "./conversing.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** A new home that belongs to the account of `owner` afterwards. */
async function linked(owner: Person, name: string): Promise<Person> {
  const newcomer = new Person(server.url);
  const linking = owner.start("devices", "link", "--yes");
  const { code } = await linking.event("key");
  const joined = await newcomer.run("devices", "join", String(code), "--name", name);
  expect([joined.code, joined.events.at(-1)?.event]).toEqual([
    0,
    expect.stringMatching(/joined|history/),
  ]);
  const done = await linking.ended;
  expect([done.code, done.events.at(-1)?.event]).toEqual([0, "handedOver"]);
  return newcomer;
}

function devicesIn({ events }: { events: Event[] }) {
  return events.map(({ number, name, isThis }) => [number, name, isThis]);
}

test("ID-3: a device comes in by a code, has all there was, and both go on", async () => {
  const { ada, bob } = await pair(server.url);
  await sent(ada, "Bob", "before");
  const laptop = await linked(ada, "laptop");
  const [me] = (await ada.run("whoami")).events;
  expect((await laptop.run("whoami")).events).toMatchObject([{ userId: me?.["userId"] }]);
  expect((await laptop.run("inbox", "--all")).events).toMatchObject([{ text: "before" }]);
  expect((await laptop.run("contacts")).events).toMatchObject([{ name: "Bob", verified: true }]);
  expect(devicesIn(await laptop.run("devices"))).toEqual([
    [0, hostname(), false],
    [1, "laptop", true],
  ]);
  await sent(laptop, "Bob", "from the laptop");
  expect(await textsIn(bob)).toEqual(["before", "from the laptop"]);
  const all = (await bob.run("inbox", "--all")).events;
  expect(all).toContainEqual(
    expect.objectContaining({ event: "devicesChanged", name: "Ada", change: "added" }),
  );
  await sent(bob, "Ada", "to both");
  expect(await textsIn(laptop)).toContain("to both");
  expect((await ada.run("inbox", "--all")).events.map(({ text }) => text)).toContain("to both");
});

test("ID-3: renaming is known to all devices; a removed one is told, and neither reads nor writes", async () => {
  const { ada, bob } = await pair(server.url);
  const tablet = await linked(ada, "tablet");
  expect((await ada.run("devices", "rename", "1", "old tablet")).events).toMatchObject([
    { event: "device", number: 1, name: "old tablet" },
  ]);
  const refused = await ada.run("devices", "remove", "old tablet");
  expect([refused.code, refused.events[0]]).toMatchObject([2, { code: "usage" }]);
  const removed = await ada.run("devices", "remove", "OLD tablet", "--yes");
  expect([removed.code, removed.events]).toMatchObject([0, [{ number: 1, removed: true }]]);
  expect(devicesIn(await ada.run("devices"))).toEqual([[0, hostname(), true]]);
  for (const args of [["send", "Bob", "still me"], ["inbox"], ["devices", "link", "--yes"]]) {
    const { code, events } = await tablet.run(...args);
    expect([args, code, events.at(-1)]).toMatchObject([args, 1, { code: "account-removed" }]);
  }
  expect(await textsIn(bob)).toEqual([]);
  expect((await tablet.run("erase", "--yes")).code).toBe(0);
});

test("ID-3: a device comes in by a passphrase at a number, asked for on both sides", async () => {
  const { ada } = await pair(server.url);
  const phone = new Person(server.url);
  const linking = ada.start("devices", "link", "--yes", "--passphrase", "blue moon");
  const { locator } = await linking.event("asked");
  const joining = ["devices", "join", "--locator", String(locator), "--passphrase", "Blue  Moon"];
  expect((await phone.run(...joining)).code).toBe(0);
  expect((await linking.ended).code).toBe(0);
  expect(devicesIn(await phone.run("devices"))).toHaveLength(2);
});

test("ID-3: a wrong code lets nobody in, and a home with contacts is not given up", async () => {
  const { ada, bob } = await pair(server.url);
  const linking = ada.start("devices", "link", "--yes", "--digits");
  const { locator, code } = await linking.event("key");
  const inUse = await bob.run("devices", "join", String(code));
  expect([inUse.code, inUse.events.at(-1)]).toMatchObject([2, { code: "account-in-use" }]);
  const stranger = new Person(server.url);
  const wrong = String(code).endsWith("0000000") ? "0000001" : "0000000";
  const guessed = await stranger.run("devices", "join", `${String(locator)}-${wrong}`);
  expect([guessed.code, guessed.events.at(-1)]).toMatchObject([1, { reason: "mismatch" }]);
  const ended = await linking.ended;
  expect([ended.code, ended.events.at(-1)]).toMatchObject([1, { reason: "mismatch" }]);
  expect(devicesIn(await ada.run("devices"))).toHaveLength(1);
});

test("ID-3: a code to link is no key to meet by", async () => {
  const { ada, bob } = await pair(server.url);
  const linking = ada.start("devices", "link", "--yes");
  const { code } = await linking.event("key");
  const met = await bob.run("key", "enter", String(code));
  expect([met.code, met.events.at(-1)]).toMatchObject([1, { reason: "mismatch" }]);
  linking.signal("SIGINT");
  expect((await linking.ended).code).toBe(130);
});

test("ID-3: at a terminal both are asked, and no is an answer", async () => {
  const { ada } = await pair(server.url);
  const linking = ada.sit("devices", "link");
  const [code = ""] = /\d{3}-[a-z]+-[a-z]+/.exec(await linking.shows(/\d{3}-[a-z]+-[a-z]+/)) ?? [];
  const newcomer = new Person(server.url);
  const joining = newcomer.start("devices", "join", code, "--name", "someone's");
  await linking.shows(/Let “someone's” in\?/);
  linking.enter("n");
  const { code: exitCode, events } = await joining.ended;
  expect([exitCode, events.at(-1)]).toMatchObject([1, { code: "declined" }]);
  expect(await linking.ended).toBe(1);
  expect(devicesIn(await ada.run("devices"))).toHaveLength(1);
});

test("ID-5: the phrase restores the account in a new home, until there is a new phrase", async () => {
  const { ada, bob } = await pair(server.url);
  const [shown] = (await ada.run("whoami", "--recovery-phrase")).events;
  const recoveryPhrase = String(shown?.["recoveryPhrase"]);
  const [me] = (await ada.run("whoami")).events;
  const found = new Person(server.url);
  const restoring = found.start("devices", "restore", "-");
  restoring.type(`${recoveryPhrase.toUpperCase()}\n`);
  expect(await restoring.ended).toMatchObject({
    code: 0,
    events: [{ event: "joined", userId: me?.["userId"] }],
  });
  expect((await found.run("contacts")).events).toMatchObject([{ verified: false }]);
  await sent(bob, "Ada", "are you back?");
  expect(await textsIn(found)).toContain("are you back?");
  const self = await ada.run("devices", "handover", "0");
  expect([self.code, self.events.at(-1)]).toMatchObject([1, { code: "device-refused" }]);
  const handed = await ada.run("devices", "handover", "1");
  expect([handed.code, handed.events]).toEqual([0, [{ event: "handedOver", number: 1 }]]);
  await found.run("inbox");
  expect((await found.run("contacts")).events).toMatchObject([{ name: "Bob", verified: true }]);
  const renewed = await found.run("devices", "phrase", "--yes");
  expect(renewed.code).toBe(0);
  const late = new Person(server.url);
  const trying = late.start("devices", "restore", "-");
  trying.type(`${recoveryPhrase}\n`);
  expect(await trying.ended).toMatchObject({ code: 1, events: [{ code: "phrase-unknown" }] });
});
