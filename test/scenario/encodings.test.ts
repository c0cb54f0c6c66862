// WIRE-1: people whose devices speak different encodings meet as if they spoke the same.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { AcquaintOptions } from "../../shared/client/node.ts";
import { type ChaosProxy, startChaosProxy } from "../support/chaosProxy.ts";
import { meet, openClient } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

type Wire = NonNullable<AcquaintOptions["wire"]>;

/** What was said either way, by how it begins: an array is `[` in JSON, and 0x80 and more in CBOR. */
function wiresOf({ frames }: ChaosProxy): Set<Wire> {
  return new Set(frames.map(({ bytes }) => (bytes[0] === 0x5b ? "json" : "cbor")));
}

function bytesOf({ frames }: ChaosProxy): number {
  return frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

test.for([
  ["cbor", "cbor"],
  ["json", "json"],
  ["cbor", "json"],
  ["json", "cbor"],
] as const)("of two who meet by a key, one speaks %s and the other %s", async ([adas, bens]) => {
  const proxies = await Promise.all([startChaosProxy(server.url), startChaosProxy(server.url)]);
  const [ada, ben] = await Promise.all([
    openClient(proxies[0].url, { name: "Ada", wire: adas }),
    openClient(proxies[1].url, { name: "Ben", wire: bens }),
  ]);
  for (const client of [ada, ben]) client.connect();
  const [ofAda, ofBen] = await meet(ada, ben);
  expect([ofAda.name, ofBen.name]).toEqual(["Ben", "Ada"]);
  expect(ofAda.receiptHash).toBe(ofBen.receiptHash);
  await Promise.all(proxies.map((proxy) => proxy.frameOf("contacts")));
  expect(proxies.map(wiresOf)).toEqual([new Set([adas]), new Set([bens])]);
});

test("unless it is told otherwise, a device speaks the shorter one", async () => {
  const proxies = await Promise.all([startChaosProxy(server.url), startChaosProxy(server.url)]);
  const ada = await openClient(proxies[0].url);
  const ben = await openClient(proxies[1].url, { wire: "json" });
  await meet(ada, ben);
  expect(wiresOf(proxies[0])).toEqual(new Set(["cbor"]));
  expect(bytesOf(proxies[0])).toBeLessThan(0.8 * bytesOf(proxies[1]));
});
