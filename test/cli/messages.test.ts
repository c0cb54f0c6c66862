// `send` and `inbox` as a script uses them: what is told, in which order, with which exit code (BOX-1, BOX-2).
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { Person } from "./acquaintProcess.ts";
import { pair, sent, textsIn } from "./conversing.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("a message", () => {
  test("is stored once send has ended, and shown once by inbox, which tells its author", async () => {
    const { ada, bob } = await pair(server.url);
    const [adaId, bobId] = await Promise.all(
      [ada, bob].map(async (one) => (await one.run("whoami")).events[0]?.["userId"]),
    );
    const { code, events } = await ada.run("send", "bob", "Hello Bob");
    expect([code, events.length]).toEqual([0, 1]);
    expect(events[0]).toMatchObject({ event: "state", to: bobId, name: "Bob", state: "sent" });
    const id = events[0]?.["id"];
    const first = await bob.run("inbox");
    expect([first.code, first.events]).toEqual([
      0,
      [
        {
          event: "message",
          id,
          from: adaId,
          name: "Ada",
          to: bobId,
          at: expect.any(Number),
          text: "Hello Bob",
        },
      ],
    ]);
    expect(await bob.run("inbox")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    await ada.run("inbox");
    const { events: kept } = await ada.run("inbox", "Bob", "--all");
    expect(kept).toMatchObject([{ id, byYou: true, text: "Hello Bob", state: "read" }]);
  });

  test("comes in its order, each line of a pipe whole; --peek leaves it unread, contacts counts it", async () => {
    const { ada, bob } = await pair(server.url);
    for (const text of ["one", "two"]) await sent(ada, "Bob", text);
    for (const args of [
      ["send", "Bob"],
      ["send", "Bob", "-"],
    ]) {
      const piped = ada.start(...args);
      piped.type("three\n  and a half\n");
      expect((await piped.ended).code).toBe(0);
    }
    const all = ["one", "two", "three\n  and a half", "three\n  and a half"];
    expect(await textsIn(bob, "--peek")).toEqual(all);
    expect((await bob.run("contacts")).events[0]).toMatchObject({ name: "Ada", unread: 4 });
    expect((await bob.read("contacts")).stdout).toContain("4 unread");
    expect(await textsIn(bob, "Ada")).toEqual(all);
    expect((await bob.run("contacts")).events[0]).toMatchObject({ unread: 0 });
    expect(await textsIn(bob, "--all")).toEqual(all);
  });

  test("is shown to people by day and time, clean of all that steers a terminal", async () => {
    const { ada, bob } = await pair(server.url);
    const id = await sent(ada, "Bob", "a\u001b[2Jb\u009b31mc\u202ed\u0007\nsecond");
    const { stdout, code } = await bob.read("inbox", "--ids");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^── .*\d{4}.* ──\n\d\d:\d\d.* Ada: ab?.*\n {10,}second\n {4}\S+\n$/u);
    expect(stdout).toContain(id);
    // oxlint-disable-next-line no-control-regex -- that is what must not be there
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/u);
    const { stdout: json } = await bob.run("inbox", "--all");
    expect(json).toMatch(/^[\n\u0020-\u007e]*$/);
    expect((await ada.read("send", "Bob", "hi")).stdout).toBe("    sent to Bob\n");
  });
});

test("replies, edits, reactions, deletions and the timer reach whoever follows, by id or as the last", async () => {
  const { ada, bob } = await pair(server.url);
  const id = await sent(ada, "Bob", "frist");
  const following = bob.start("inbox", "--follow");
  await following.event("message");
  const change = async (who: Person, ...args: string[]) => {
    const { code, events } = await who.run("send", ...args);
    expect([args, code, events.length]).toEqual([args, 0, 1]);
    return events[0];
  };
  expect(await change(ada, "Bob", "--edit", id, "first")).toMatchObject({ event: "edited", id });
  expect(await following.event("edited")).toMatchObject({ id, text: "first", name: "Ada" });
  expect(await change(bob, "Ada", "--react", "last", "👍")).toMatchObject({ emoji: "👍" });
  expect(await following.event("reaction")).toMatchObject({ id, byYou: true, text: "first" });
  expect(await change(ada, "Bob", "--reply-to", id, "myself")).toMatchObject({ event: "state" });
  expect(JSON.parse(await following.line(/"myself"/))).toMatchObject({ replyTo: id });
  expect(await change(ada, "Bob", "--disappear", "8h")).toMatchObject({ seconds: 28_800 });
  expect(await following.event("timer")).toMatchObject({ name: "Ada", seconds: 28_800 });
  expect(await change(ada, "Bob", "--delete", "last")).toMatchObject({ event: "deleted" });
  expect(await following.event("deleted")).toMatchObject({ name: "Ada" });
  following.signal("SIGINT");
  expect((await following.ended).code).toBe(130);
  const kept = (await ada.run("inbox", "--all")).events;
  expect(kept[0]).toMatchObject({ text: "first", edited: true, reactions: [{ emoji: "👍" }] });
  expect(kept[1]).toMatchObject({ text: "", deleted: true });
});

test("two processes of one home work side by side: one follows, the other sends", async () => {
  const { ada, bob } = await pair(server.url);
  const following = bob.start("inbox", "--follow");
  await sent(ada, "Bob", "are you there?");
  await following.event("message");
  await Promise.all([sent(bob, "Ada", "yes"), sent(bob, "Ada", "I am")]);
  expect(new Set(await textsIn(ada))).toEqual(new Set(["yes", "I am"]));
  await sent(ada, "Bob", "good");
  await following.line(/"good"/);
  following.signal("SIGTERM");
  const { code, events } = await following.ended;
  expect([code, events.map((one) => one["text"])]).toEqual([143, ["are you there?", "good"]]);
  expect(await textsIn(bob)).toEqual([]);
});

test("whoever was removed is refused, and so is a change of what was sent before", async () => {
  const { ada, bob } = await pair(server.url);
  await sent(ada, "Bob", "before");
  await bob.run("contacts", "remove", "Ada");
  const refused = await ada.run("send", "Bob", "after");
  expect([refused.code, refused.events[0]]).toMatchObject([
    1,
    { code: "not-a-contact", state: "refused", id: expect.any(String) },
  ]);
  const { stderr, code } = await ada.read("send", "Bob", "--edit", "last", "changed");
  expect([code, stderr]).toEqual([
    1,
    "acquaint: Bob does not have you as a contact any more.\n  It was not sent. To write to each other, meet again.\n",
  ]);
});

describe("what cannot be sent", () => {
  test.each([
    [["send"], 2, "usage", "To whom?"],
    [["send", "Bob", "hi", "there"], 2, "usage", "Blanks need quotes"],
    [["send", "Bob", " "], 2, "usage", "There is no text"],
    [["send", "Bob", "--react", "last"], 2, "usage", "Which emoji?"],
    [["send", "Bob", "--delete", "last", "hi"], 2, "usage", "--delete takes no text"],
    [["send", "Bob", "hi", "--edit", "a", "--react", "b"], 2, "usage", "either --edit or --react"],
    [["send", "Bob", "--disappear", "5w"], 2, "usage", "5w is no time"],
    [["send", "Bob", "hi", "--wait", "soon"], 2, "usage", "--wait is a number"],
    [["send", "Bob", "hi", "--wiat", "3"], 2, "usage", "Did you mean --wait?"],
    [["sned", "Bob", "hi"], 2, "usage", "Did you mean send?"],
    [["inbox", "--folow"], 2, "usage", "Did you mean --follow?"],
    [["chat"], 2, "usage", "With whom?"],
  ])("%j is refused before anything is sent", async (args, code, error, message) => {
    const ended = await new Person(server.url).run(...args);
    expect([ended.code, ended.events[0]?.["code"]]).toEqual([code, error]);
    expect(ended.events[0]?.["message"]).toContain(message);
  });

  test("a text that is too long is told with its size", async () => {
    const piped = new Person(server.url).start("send", "Bob");
    piped.type("é".repeat(4_097));
    const { code, events } = await piped.ended;
    expect([code, events[0]]).toMatchObject([
      2,
      { code: "text-too-long", bytes: 8_194, max: 8_192, message: expect.stringContaining("8194") },
    ]);
  });

  test("a contact or message that is not there is named, with the likely one", async () => {
    const { ada } = await pair(server.url);
    const fault = async (...args: string[]) => {
      const { code, events } = await ada.run(...args);
      expect([args, code, events.length]).toEqual([args, 1, 1]);
      return events[0];
    };
    const unknown = { code: "contact-unknown", suggestion: "Bob" };
    expect(await fault("send", "Bbo", "hi")).toMatchObject(unknown);
    expect(await fault("inbox", "Boob")).toMatchObject(unknown);
    expect(await fault("chat", "Bib")).toMatchObject(unknown);
    expect(await fault("send", "Bob", "--edit", "last", "hi")).toMatchObject({
      code: "message-unknown",
      message: "There is no message of yours there.",
    });
    expect(await fault("send", "Bob", "--react", "nothing", "👍")).toMatchObject({
      code: "message-unknown",
    });
    const id = await sent(ada, "Bob", "hi");
    const { code, events } = await ada.run("send", "Bob", "--react", id, "two words");
    expect([code, events[0]]).toMatchObject([2, { message: "One emoji is a reaction." }]);
  });
});
