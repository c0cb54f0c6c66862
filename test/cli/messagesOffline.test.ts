// Messages without a server: kept, told of, and sent by the next command that connects (BOX-1).
import { expect, test } from "vitest";
import { startServer } from "../support/serverProcess.ts";
import { pair, sent, textsIn } from "./conversing.ts";

test("what was written without a server waits, in order, for the next command that connects", async () => {
  let server = await startServer();
  try {
    const { ada, bob } = await pair(server.url);
    await sent(ada, "Bob", "one");
    const following = bob.start("inbox", "--follow");
    await following.event("message");
    const { stateDir, url } = server;
    await server.stop();
    expect(await following.event("connection")).toMatchObject({ state: "lost" });

    const bounded = await ada.run("send", "Bob", "two", "--wait", "1");
    expect([bounded.code, bounded.events.at(-1)]).toMatchObject([
      1,
      { event: "error", code: "waiting", state: "waiting", id: expect.any(String) },
    ]);
    const interrupted = ada.sit("send", "Bob", "three");
    await interrupted.shows("No connection to ");
    interrupted.press("\u0003");
    await interrupted.shows("It is kept on this device");
    expect(await interrupted.ended).toBe(130);
    const unreachable = await ada.run("inbox");
    expect([unreachable.code, unreachable.events]).toMatchObject([
      1,
      [{ event: "error", code: "server-unreachable" }],
    ]);
    const talking = ada.startReading("chat", "Bob");
    talking.type("four\n");
    const talked = await talking.ended;
    expect([talked.code, talked.stderr]).toEqual([
      0,
      "One message waits on this device, and will go with the next command that connects.\n",
    ]);
    const waiting = ada.start("send", "Bob", "five");

    server = await startServer({ stateDir, port: Number(new URL(url).port) });
    expect((await waiting.ended).code).toBe(0);
    await following.line(/"five"/);
    following.signal("SIGINT");
    const { events } = await following.ended;
    expect(events.filter(({ event }) => event === "message").map((one) => one["text"])).toEqual([
      "one",
      "two",
      "three",
      "four",
      "five",
    ]);
    expect(events.some((one) => one["state"] === "restored")).toBe(true);
    expect(await textsIn(bob)).toEqual([]);
  } finally {
    await server.stop();
  }
});
