// Issue-level use at the terminal (TAP-2 to TAP-8): tickets, taps, tables, undo, badges, groups.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { type Event, Person, temporaryFolder } from "./acquaintProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

async function ticketOf(person: Person): Promise<string> {
  const { code, events } = await person.run("ticket");
  expect([code, events]).toMatchObject([0, [{ event: "ticket" }]]);
  return String(events[0]?.["url"]);
}

function people(...names: string[]): Promise<Person[]> {
  return Promise.all(names.map((name) => Person.named(server.url, name)));
}

function outcomes(events: readonly Event[]): unknown[] {
  return events.filter(({ event }) => event === "tap").map(({ outcome }) => outcome);
}

test("TAP-2, TAP-6: a ticket that is tapped makes two contacts, told on both ends", async () => {
  const [ada, bob] = (await people("Ada", "Bob")) as [Person, Person];
  const showing = ada.start("ticket", "--once");
  const { url } = await showing.event("ticket");
  expect(String(url).length).toBeLessThan(400);
  const tapped = await bob.run("tap", String(url));
  expect([tapped.code, outcomes(tapped.events)]).toEqual([0, ["established"]]);
  const told = await showing.ended;
  expect([told.code, told.events.at(-1)]).toMatchObject([
    0,
    { event: "tapped", contact: { method: "tap", verified: true, vouched: true } },
  ]);
  expect((await bob.run("contacts")).events).toMatchObject([
    { method: "tap", verified: true, vouched: false },
  ]);
  await ada.run("inbox");
  await bob.run("inbox");
  expect((await bob.run("contacts")).events).toMatchObject([{ name: "Ada" }]);
  expect((await ada.run("contacts")).events).toMatchObject([{ name: "Bob" }]);
  const back = await ada.run("tap", await ticketOf(bob));
  expect([back.code, outcomes(back.events)]).toEqual([0, ["already"]]);
  expect((await ada.run("contacts")).events).toMatchObject([{ name: "Bob", vouched: false }]);
});

test("TAP-3: each ticket has its own outcome, and what to do next; used ones help nobody", async () => {
  const [ada, bob, eve] = (await people("Ada", "Bob", "Eve")) as [Person, Person, Person];
  const url = await ticketOf(ada);
  const own = await ticketOf(bob);
  const forged = url.replace(/.$/, (last) => (last === "A" ? "Q" : "A"));
  const { code, events } = await bob.run("tap", forged, own, url, url);
  expect([code, outcomes(events)]).toEqual([0, ["forged", "self", "established", "duplicate"]]);
  expect(events.every(({ advice }) => String(advice).length > 10)).toBe(true);
  expect(outcomes((await bob.run("tap", url)).events)).toEqual(["established"]);
  const replayed = await eve.run("tap", url);
  expect([replayed.code, outcomes(replayed.events)]).toEqual([1, ["replayed"]]);
  const nonsense = await eve.run("tap", "https://example.org/");
  expect([nonsense.code, nonsense.events[0]]).toMatchObject([2, { event: "error" }]);
});

test("TAP-4, TAP-7: several make a group; a tap is taken back by either side, and both know", async () => {
  const [ada, bob, cem] = (await people("Ada", "Bob", "Cem")) as [Person, Person, Person];
  const tapped = await ada.run("tap", await ticketOf(bob), await ticketOf(cem));
  expect(outcomes(tapped.events)).toEqual(["established", "established"]);
  for (const person of [ada, bob, cem]) {
    const [group] = (await person.run("groups")).events;
    expect(group?.["members"]).toHaveLength(3);
  }
  const [contact] = (await bob.run("contacts")).events;
  const undone = await bob.run("contacts", "undo", String(contact?.["userId"]));
  expect([undone.code, undone.events[0]?.event]).toEqual([0, "undone"]);
  expect((await bob.run("contacts")).events).toEqual([]);
  expect((await ada.run("contacts")).events).toHaveLength(1);
});

test("TAP-5: all at a table see the same words, and are in contact once all have confirmed", async () => {
  const [ada, bob, cem] = (await people("Ada", "Bob", "Cem")) as [Person, Person, Person];
  const sitting = [bob, cem].map((person) => person.start("ticket", "--once"));
  const urls = await Promise.all(
    sitting.map(async (one) => String((await one.event("ticket"))["url"])),
  );
  const gathering = ada.start("tap", ...urls, "--together");
  for (const one of [gathering, ...sitting]) one.type("yes\n");
  const ends = await Promise.all([gathering, ...sitting].map((one) => one.ended));
  expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
  const phrases = ends.map(({ events }) => events.findLast(({ phrase }) => phrase)?.["phrase"]);
  expect(phrases[0]).toHaveLength(6);
  expect([phrases[1], phrases[2]]).toEqual([phrases[0], phrases[0]]);
  expect((await bob.run("contacts")).events).toMatchObject([{ method: "tap", vouched: false }]);
});

test("TAP-8: a badge leads to a request, which its owner approves or declines", async () => {
  const [ada, bob, eve] = (await people("Ada", "Bob", "Eve")) as [Person, Person, Person];
  const [made] = (await ada.run("badge", "create")).events;
  const url = String(made?.["url"]);
  const file = join(temporaryFolder(), "badge.html");
  expect((await ada.run("badge", "print", file)).code).toBe(0);
  expect(await readFile(file, "utf8")).toMatch(/<svg[^]*Ada/);
  for (const person of [bob, eve]) {
    expect((await person.run("tap", url)).events).toMatchObject([{ event: "contactAsked" }]);
  }
  const requests = (await ada.run("requests")).events;
  expect(requests.map(({ event }) => event)).toEqual(["contactRequest", "contactRequest"]);
  const ids = requests.map(({ requestId }) => String(requestId));
  expect((await ada.run("requests", "approve", ids[0] ?? "")).code).toBe(0);
  expect((await ada.run("requests", "decline", ids[1] ?? "")).code).toBe(0);
  expect((await ada.run("requests")).events).toEqual([]);
  expect((await ada.run("contacts")).events).toMatchObject([{ method: "badge", vouched: true }]);
  expect((await bob.run("contacts")).events).toMatchObject([{ method: "badge", vouched: false }]);
  expect((await eve.run("contacts")).events).toEqual([]);
  expect((await ada.run("badge")).events).toMatchObject([{ uses: 2 }]);
  expect((await ada.run("badge", "revoke")).events).toMatchObject([{ url: null }]);
  const late = await eve.run("tap", url);
  expect([late.code, late.events[0]]).toMatchObject([1, { code: "badge-unknown" }]);
});
