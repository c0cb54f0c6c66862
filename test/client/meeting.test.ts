// A meeting as its user follows it: by events, by iteration, or by its contact alone.

import { expect, test } from "vitest";
import { Meeting } from "../../shared/client/meeting.ts";
import { type Contact, MeetingFailed } from "../../shared/client/node.ts";
import type { MeetingEvent } from "../../shared/client/model.ts";
import { uncaughtDuring } from "./uncaught.ts";

const contact = { userId: "a".repeat(32), name: "Ben" } as Contact;
const matched: MeetingEvent = { event: "matched" };
const connected: MeetingEvent = { event: "connected", contact };
const failed: MeetingEvent = { event: "failed", reason: "mismatch", advice: "Ask again." };

const claimed: MeetingEvent = { event: "claimed", answerBy: 1_800_000_000_000 };

const newMeeting = () => new Meeting();

async function collect(meeting: Meeting): Promise<string[]> {
  const names: string[] = [];
  for await (const { event } of meeting) names.push(event);
  return names;
}

test("iterating tells what was before and what comes, in order, and ends with the meeting", async () => {
  const meeting = newMeeting();
  meeting.emit(claimed);
  const told = collect(meeting);
  meeting.emit(matched);
  meeting.emit(connected);
  expect(await told).toEqual(["claimed", "matched", "connected"]);
  expect(await collect(meeting)).toEqual(["claimed", "matched", "connected"]);
});

test("two that iterate hear everything each, and neither misses what comes while it works", async () => {
  const meeting = newMeeting();
  const slow = (async () => {
    const names: string[] = [];
    for await (const { event } of meeting) {
      if (event === "claimed") for (const next of [matched, connected]) meeting.emit(next);
      names.push(event);
    }
    return names;
  })();
  const fast = collect(meeting);
  meeting.emit(claimed);
  expect(await Promise.all([slow, fast])).toEqual([
    ["claimed", "matched", "connected"],
    ["claimed", "matched", "connected"],
  ]);
});

test("leaving the iteration early harms nobody", async () => {
  const meeting = newMeeting();
  meeting.emit(matched);
  for await (const { event } of meeting) {
    expect(event).toBe("matched");
    break;
  }
  meeting.emit(connected);
  expect(await collect(meeting)).toEqual(["matched", "connected"]);
});

test("PAS-6: there is one terminal event; what comes after it is not told", async () => {
  const meeting = newMeeting();
  const heard: string[] = [];
  meeting.on(({ event }) => heard.push(event));
  meeting.emit(failed);
  meeting.emit(connected);
  meeting.emit(failed);
  expect(heard).toEqual(["failed"]);
  expect(meeting.isOver).toBe(true);
  await expect(meeting.contact).rejects.toMatchObject({
    reason: "mismatch",
    message: "Ask again.",
  });
  await expect(meeting.contact).rejects.toBeInstanceOf(MeetingFailed);
});

test("a listener hears the past first, and nothing more once it is taken off", () => {
  const meeting = newMeeting();
  meeting.emit(claimed);
  const heard: string[] = [];
  const off = meeting.on(({ event }) => heard.push(event));
  meeting.emit(matched);
  off();
  meeting.emit(connected);
  expect(heard).toEqual(["claimed", "matched"]);
});

test("a listener that throws harms neither the meeting nor who else listens, be it to the past or to what comes", async () => {
  const meeting = newMeeting();
  meeting.emit(claimed);
  const heard: string[] = [];
  const uncaught = await uncaughtDuring(async () => {
    meeting.on(({ event }) => {
      throw new Error(`fault at ${event}`);
    });
    meeting.on(({ event }) => heard.push(event));
    const told = collect(meeting);
    meeting.emit(matched);
    meeting.emit(connected);
    expect(await told).toEqual(["claimed", "matched", "connected"]);
    expect(await meeting.contact).toBe(contact);
  });
  expect(heard).toEqual(["claimed", "matched", "connected"]);
  expect(uncaught).toEqual(["fault at claimed", "fault at matched", "fault at connected"]);
});

test("the contact resolves when connected", async () => {
  const meeting = newMeeting();
  meeting.emit(connected);
  expect(await meeting.contact).toBe(contact);
});

test("a failure that nobody waits for is no unhandled rejection", async () => {
  const meeting = newMeeting();
  meeting.emit(failed);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  expect(meeting.isOver).toBe(true);
});

test("PAS-9: a run that takes a meeting over is the one that is cancelled; who listens hears both", async () => {
  const meeting = newMeeting();
  const cancelled: string[] = [];
  const control = (name: string) => ({
    method: "passphrase" as const,
    cancel: async () => void cancelled.push(name),
  });
  meeting.takeOver("initiator", control("first"));
  expect(meeting.role).toBe("initiator");
  const heard: string[] = [];
  meeting.on(({ event }) => heard.push(event));
  const told = collect(meeting);
  const asked = { to: null, locator: "417" as never, expiresAt: 1, answerBy: 2 };
  meeting.emit({ event: "asked", ...asked });

  meeting.takeOver("responder", control("second"));
  expect(meeting.role).toBe("responder");
  meeting.emit(claimed);
  await meeting.cancel();
  expect(cancelled).toEqual(["second"]);
  meeting.emit(connected);
  expect(heard).toEqual(["asked", "claimed", "connected"]);
  expect(await told).toEqual(["asked", "claimed", "connected"]);
  expect(await meeting.contact).toBe(contact);
  expect(meeting.asked).toMatchObject(asked);
  expect(meeting.key).toBeNull();
});

test("a meeting that no run has taken over can be cancelled, and nothing comes of it", async () => {
  const meeting = newMeeting();
  await meeting.cancel();
  expect(meeting.events).toEqual([]);
  expect(meeting.asked).toBeNull();
});
