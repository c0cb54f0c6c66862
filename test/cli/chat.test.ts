// A chat at a terminal and in a pipe: what was said, what comes and goes, how far it has come, and the end.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../support/serverProcess.ts";
import { pair, sent, textsIn } from "./conversing.ts";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe("a chat at a terminal", () => {
  test("shows both sides live, with typing, states and changes by number", async () => {
    const { ada, bob } = await pair(server.url);
    await sent(ada, "Bob", "earlier");
    const atBob = bob.sit("chat", "Ada");
    await atBob.shows(/── .*\d{4} ──/u);
    await atBob.shows(/#1 \d\d:\d\d.* Ada: earlier/);
    const atAda = ada.sit("chat", "Bob");
    await atAda.shows("earlier");
    await atAda.shows("read > ");
    atAda.press("Hello");
    await atBob.shows("Ada is typing … > ");
    atAda.enter(" Bob");
    await atBob.shows(/#2 \d\d:\d\d.* Ada: Hello Bob/);
    await atAda.shows(/#2 \d\d:\d\d.* → Hello Bob/);
    await atAda.shows("read > ");

    atBob.enter("/react 🎉");
    await atAda.shows("Bob reacted 🎉 to #2");
    atBob.enter("/react -");
    await atAda.shows("Bob took back the reaction to #2");
    atBob.enter("/reply #1 that was long ago");
    await atAda.shows(/#3 .* Bob: that was long ago/);
    await atAda.shows("answers #1");
    atAda.enter("/edit #2 Hello Robert");
    await atBob.shows("Ada changed #2 to: Hello Robert");
    atAda.enter("/delete");
    await atBob.shows("Ada deleted #2.");
    atAda.enter("/timer 1h");
    await atBob.shows("Ada set messages to disappear 1 hour after they are read.");
    atAda.enter("/raect 👍");
    await atAda.shows("There is no command /raect. Did you mean /react?");
    atAda.enter("/edit #3 not mine");
    await atAda.shows("There is no message #3 of yours here.");
    atAda.enter("//slash");
    await atBob.shows("Ada: /slash");
    atAda.enter("/help");
    await atAda.shows("/delete [#N]");
    atAda.enter("/quit");
    atBob.press(CTRL_D);
    expect(await Promise.all([atAda.ended, atBob.ended])).toEqual([0, 0]);
    expect(await textsIn(ada)).toEqual([]);
  });

  test("keeps what is being typed when something comes, and Ctrl-C leaves without sending it", async () => {
    const { ada, bob } = await pair(server.url);
    const atBob = bob.sit("chat", "Ada");
    await atBob.shows("> ");
    atBob.press("half a sen");
    await atBob.shows("half a sen");
    await sent(ada, "Bob", "in between");
    await atBob.shows("Ada: in between");
    await atBob.shows("> half a sen");
    atBob.press("tence\r");
    await atBob.shows("→ half a sentence");
    await atBob.shows("sent > ");
    atBob.press(`never sent${CTRL_C}`);
    expect(await atBob.ended).toBe(0);
    expect(await textsIn(ada)).toEqual(["half a sentence"]);
  });
});

describe("a chat in a pipe", () => {
  test("sends each line, ends with the input, and leaves nothing behind", async () => {
    const { ada, bob } = await pair(server.url);
    const talking = ada.startReading("chat", "Bob");
    talking.type("one\n\n/react nobody\ntwo\n");
    const { code, stdout, stderr } = await talking.ended;
    expect([code, stderr]).toEqual([0, "There is no message of theirs here.\n"]);
    expect(stdout).toMatch(/#1 .* → one\n/);
    expect(stdout).toMatch(/ {4}#1 sent to Bob\n/);
    expect(stdout).toMatch(/#2 .* → two\n/);
    expect(await textsIn(bob)).toEqual(["one", "two"]);
  });

  test("tells programs of both sides, of typing and of states, while another process has the line", async () => {
    const { ada, bob } = await pair(server.url);
    const holding = bob.start("inbox", "--follow", "--peek");
    const atBob = bob.start("chat", "Ada");
    const atAda = ada.sit("chat", "Bob");
    await atAda.shows("> ");
    atAda.enter("hello");
    expect(await atBob.event("message")).toMatchObject({ text: "hello", number: 1, name: "Ada" });
    await atAda.shows("read > ");
    atBob.type("hi\n");
    await atAda.shows("Bob: hi");
    expect((await atBob.ended).code).toBe(0);
    atAda.press(CTRL_D);
    expect(await atAda.ended).toBe(0);
    const { events } = await atBob.ended;
    expect(events.find((one) => one["text"] === "hi")).toMatchObject({ byYou: true, number: 2 });
    expect(events.some((one) => one.event === "state" && one["number"] === 2)).toBe(true);
    holding.signal("SIGTERM");
    await holding.ended;
  });
});
