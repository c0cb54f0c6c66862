// What a server suffers in a model-based run: nonsense, evictions, restarts, alarms, and time.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import { advanceClock } from "../support/clock.ts";
import { claimMessage, openMessage } from "../support/pairing.ts";
import { type Command, command, replies } from "./command.ts";
import { type Name, Oracle } from "./oracle.ts";

export const GARBAGE: readonly (string | ArrayBuffer)[] = [
  "",
  "[",
  "null",
  "{}",
  "[]",
  "[null]",
  '[{"type":"open"}]',
  '[{"type":"claim","share":1}]',
  JSON.stringify([{ ...claimMessage(), share: "_".repeat(42) + "8" }]),
  JSON.stringify([{ ...openMessage(), share: "A".repeat(43) }]),
  '[{"type":"answer","tag":"AAAA"}]',
  '[{"type":"cancel","extra":true}]',
  "[".repeat(50_000),
  JSON.stringify(Array.from({ length: 17 }, () => ({ type: "cancel" }))),
  "x".repeat(130 * 1024),
  new Uint8Array([0, 255, 128]).buffer,
];

export const talkNonsense = (name: Name, garbage: string | ArrayBuffer): Command =>
  command(`${name} talks nonsense`, async (oracle, world) => {
    const { socket } = await world.lineOf(oracle, name, "resume");
    const from = socket.told.length;
    socket.sendRaw(garbage);
    await socket.ask();
    const codes = new Set(replies(socket.told.slice(from)));
    codes.delete("malformed-message");
    codes.delete("payload-too-large");
    expect([...codes]).toEqual([]);
  });

export const evict = command("evict, sockets hibernate", (_, world) => world.evict("hibernate"));

export const evictClosing = command("evict, sockets close", async (oracle, world) => {
  await world.evict("close");
  oracle.restarted();
});

export const restart = command("restart", async (oracle, world) => {
  await world.restart();
  oracle.restarted();
});

export const alarm = command("alarm", async (oracle, world) => {
  await world.alarm();
  oracle.served(Date.now());
});

export const wait = (milliseconds: number): Command =>
  command(`wait ${milliseconds} ms`, async (oracle) => {
    advanceClock(milliseconds);
    oracle.elapse(Date.now());
  });

export const waitUntil = (deadline: "claimBy" | "answerBy", offset: number): Command =>
  command(
    `wait until ${deadline} ${offset}`,
    async (oracle) => {
      advanceClock(Math.max(0, oracle[deadline] + offset - Date.now()));
      oracle.elapse(Date.now());
    },
    ({ phase }) => phase !== "free",
  );

export const settle = command("settle", async (oracle, world, model) => {
  await world.settle(oracle);
  model.oracle = new Oracle();
});
