// What a server suffers in a model-based run: nonsense, evictions, restarts, alarms, and time.

// oxlint-disable vitest/no-standalone-expect -- a model-based run checks where it acts

import { expect } from "vitest";
import { advanceClock } from "../support/clock.ts";
import { claimMessage, openMessage } from "../support/pairing.ts";
import type { Name } from "./cast.ts";
import { type Command, command, isCertain, replies, suddenCommand } from "./command.ts";
import { passphraseMessage } from "./openingCommands.ts";
import { type Farewell, settle } from "./settling.ts";

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
  JSON.stringify([{ ...openMessage(), method: "passphrase" }]),
  JSON.stringify([passphraseMessage([60, 60]), passphraseMessage([9, 60])]),
  JSON.stringify([passphraseMessage([60, 301]), passphraseMessage([60.5, 90])]),
  '[{"type":"answer","tag":"AAAA"}]',
  '[{"type":"cancel","extra":true}]',
  '[{"type":"refuse","outcome":"matched"}]',
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
    // Coming to it may have woken the attempt, which is over.
    if (oracle.isUnserved) codes.delete("ended");
    if (!isCertain(oracle)) codes.delete("acknowledged");
    expect([...codes]).toEqual([]);
  });

export const evict = (webSockets: "hibernate" | "close"): Command =>
  command(`evict, sockets ${webSockets}`, (oracle, world) => world.evict(oracle, webSockets));

/** With errands under way. */
export const evictSuddenly = suddenCommand("evict at once, sockets hibernate", (oracle, world) =>
  world.evict(oracle, "hibernate"),
);

export const restart = suddenCommand("restart", (oracle, world) => world.restart(oracle));

export const alarm = command("alarm", (oracle, world) => world.alarm(oracle));

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

export const nextLife = (farewell: Farewell): Command =>
  command(`the life ends, ${farewell}`, async (oracle, world, model) => {
    model.oracle = await settle(world, oracle, farewell);
  });
