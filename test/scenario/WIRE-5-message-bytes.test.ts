// WIRE-5: what a message costs on the wire: a text of 100 bytes, sealed, in the frame that takes it to the server and
// in the one that brings it to its reader.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChaosProxy, type Frame, startChaosProxy } from "../support/chaosProxy.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { idOf, openTalkers, type Talker, whenTold } from "../support/talkers.ts";

/** Most that a text of 100 bytes may take in a CBOR frame of its own, in the midst of a burst. */
const MOST_BYTES = 200;
const TEXT =
  "A message of a hundred bytes, such as people write all day: half a thought, no more than a line long";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface Cost {
  readonly up: number;
  readonly down: number;
}

test.each(["cbor", "json"] as const)(
  "WIRE-5: the bytes of a sealed text of 100 bytes in %s: the first of a session, of a turn, and in a burst",
  async (wire) => {
    expect(Buffer.byteLength(TEXT)).toBe(100);
    const proxies = [await startChaosProxy(server.url), await startChaosProxy(server.url)] as const;
    const [a, b] = await openTalkers([proxies[0].url, proxies[1].url], [{ wire }, { wire }]);
    const say = (): Promise<Cost> => costOf([a, proxies[0]], [b, proxies[1]]);
    const answer = (): Promise<Cost> => costOf([b, proxies[1]], [a, proxies[0]]);
    const costs = { "first of a session": await say(), "first answer": await answer() };
    const turn = await say();
    const burst = [await say(), await say(), await say()];
    const all = { ...costs, "first of a turn": turn, "in a burst": burst.at(-1)! };
    for (const [name, { up, down }] of Object.entries(all)) {
      console.log(`WIRE-5 ${wire}: ${name}: ${up} bytes up, ${down} bytes down`);
    }
    for (const { up, down } of wire === "cbor" ? burst : []) {
      expect(up).toBeLessThanOrEqual(MOST_BYTES);
      expect(down).toBeLessThanOrEqual(MOST_BYTES);
    }
    expect(turn.up).toBeGreaterThan(burst[0]!.up); // it carries a key
    expect(all["first of a session"].up).toBeGreaterThan(turn.up);
  },
);

type Side = readonly [Talker, ChaosProxy];

/** Of one text, sent and stored alone. */
async function costOf([writer, ways]: Side, [reader, others]: Side): Promise<Cost> {
  const [sent, heard] = [ways.frames.length, others.frames.length];
  const told = reader.told.length;
  const message = await writer.client.messages.send(idOf(reader), TEXT);
  await writer.client.messages.stored(message);
  await whenTold(reader, told + 1);
  // The reader's confirmation has come, so that it does not share a frame with what follows.
  await reader.client.messages.settled(idOf(writer));
  await writer.client.messages.settled(idOf(reader));
  return {
    up: lengthOf(ways.frames.slice(sent), "up", "send"),
    down: lengthOf(others.frames.slice(heard), "down", "envelopes"),
  };
}

function lengthOf(frames: readonly Frame[], side: Frame["side"], type: string): number {
  const found = frames.find((frame) => frame.side === side && frame.types.includes(type));
  expect(found?.messages).toHaveLength(1);
  return found!.bytes.length;
}
