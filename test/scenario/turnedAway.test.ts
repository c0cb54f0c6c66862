// PAS-7 and PAS-8: who is turned away hears why, and takes no room from those who are let in.

import { connect } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { Device } from "../../shared/client/device.ts";
import { requestUpgrade } from "../../shared/client/liveSocket.ts";
import { memoryStore, type Store } from "../../shared/client/node.ts";
import { STANDARD_PORTS } from "../../shared/client/ports.ts";
import type { UpgradeRequest } from "../../shared/wire/auth.ts";
import type { Locator } from "../../shared/wire/ids.ts";
import { startChaosProxy } from "../support/chaosProxy.ts";
import { codeOf, openClient, outcomeOf } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const randomText = (length: number) => Buffer.from(STANDARD_PORTS.random(length));
const sameDevice = (store: Store) => Device.open(server.url, store, STANDARD_PORTS);

/** What the server says first to a client that then stays, and never answers a close frame. */
async function firstWordsToOneWhoStays(device: Device, wanted: UpgradeRequest): Promise<string> {
  const { path, token } = await requestUpgrade(device, wanted);
  const { hostname, port, host } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomText(16).toString("base64")}`,
    `Sec-WebSocket-Protocol: acquaint.v1.json, acquaint.token.${token}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    let heard = "";
    socket.on("error", reject).on("close", () => reject(new Error(`closed after: ${heard}`)));
    socket.on("data", (bytes) => {
      heard += bytes.toString("latin1");
      const said = /\[\{.*\}\]/.exec(heard);
      if (said !== null) resolve(said[0]);
    });
  });
}

test("PAS-7: fifty connections that resume nothing are told so, and take no room from the claim of the same account", async () => {
  const store = memoryStore();
  const answers = Promise.withResolvers<"pass">();
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types }) => (types.includes("answer") ? answers.promise : "pass"),
  });
  const ada = await openClient(proxy.url);
  const ben = await openClient(server.url, { store });
  const shown = await ada.showKey();
  const locator = shown.key!.locator as Locator;
  const entered = await ben.enterKey(codeOf(shown));
  await proxy.frameOf("answer");
  const device = await sameDevice(store);
  for (let round = 0; round < 5; round++) {
    const words = await Promise.all(
      Array.from({ length: 10 }, () => {
        const sid = randomText(16).toString("base64url");
        return firstWordsToOneWhoStays(device, { purpose: "resume", locator, sid });
      }),
    );
    for (const said of words) expect(said).toContain('"code":"attempt-unknown"');
  }
  answers.resolve("pass");
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "connected",
    "connected",
  ]);
  expect(entered.events.map(({ event }) => event)).not.toContain("connection");
});

test("KEY-3: whoever enters an own key again and again is told so, and keeps the connection that shows it", async () => {
  const store = memoryStore();
  const ada = await openClient(server.url, { store });
  const ben = await openClient(server.url);
  const shown = await ada.showKey();
  const locator = shown.key!.locator as Locator;
  const device = await sameDevice(store);
  for (let count = 0; count < 6; count++) {
    const said = await firstWordsToOneWhoStays(device, {
      purpose: "claim",
      locator,
      method: "key",
    });
    expect(said).toContain('"code":"own-key"');
  }
  const entered = await ben.enterKey(codeOf(shown));
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "connected",
    "connected",
  ]);
  expect(shown.events.map(({ event }) => event)).not.toContain("connection");
});

test("PAS-6: a claimant who has called it off is a visitor, to whom the attempt is unknown", async () => {
  const store = memoryStore();
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types, side }) =>
      // The initiator's acknowledgement is held back, so that the attempt is still there.
      side === "up" && (types.includes("answer") || types.includes("acknowledge"))
        ? "drop"
        : "pass",
  });
  const seen = await startChaosProxy(server.url);
  const ada = await openClient(proxy.url);
  const ben = await openClient(seen.url, { store });
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  await proxy.frameOf("answer");
  const { sid } = (await seen.frameOf("offer")).messages[0] as unknown as { sid: string };
  await entered.cancel();
  expect(await outcomeOf(entered)).toBe("cancelled");
  const locator = shown.key!.locator as Locator;
  const device = await Device.open(seen.url, store, STANDARD_PORTS);
  const wanted = { purpose: "resume" as const, locator, sid };
  expect(await firstWordsToOneWhoStays(device, wanted)).toContain('"code":"attempt-unknown"');
});
