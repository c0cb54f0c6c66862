// People who have met, for tests of messages.
import { expect } from "vitest";
import { Person } from "./acquaintProcess.ts";

async function meet(one: Person, other: Person): Promise<void> {
  const showing = one.start("key", "show");
  const key = await showing.event("key");
  const [shown, entered] = await Promise.all([
    showing.ended,
    other.run("key", "enter", String(key["code"])),
  ]);
  expect([shown.code, entered.code]).toEqual([0, 0]);
}

/** Ada and Bob, who have met by a key. */
export async function pair(server: string): Promise<{ ada: Person; bob: Person }> {
  const [ada, bob] = await Promise.all([Person.named(server, "Ada"), Person.named(server, "Bob")]);
  await meet(ada, bob);
  return { ada, bob };
}

/** Sends a text and tells its id. */
export async function sent(from: Person, to: string, text: string): Promise<string> {
  const { code, events } = await from.run("send", to, text);
  expect([text, code, events.map(({ event }) => event)]).toEqual([text, 0, ["state"]]);
  return String(events[0]?.["id"]);
}

/** What the inbox shows and marks as read. */
export async function textsIn(inbox: Person, ...options: string[]): Promise<unknown[]> {
  const { code, events } = await inbox.run("inbox", ...options);
  expect(code).toBe(0);
  return events.filter(({ event }) => event === "message").map((one) => one["text"]);
}
