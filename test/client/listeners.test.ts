// Listeners are strangers to each other: what one does, the others do not notice.

import { expect, test } from "vitest";
import { Listeners } from "../../shared/client/listeners.ts";
import { uncaughtDuring } from "./uncaught.ts";

test("a listener that throws keeps nobody else from hearing, and its fault surfaces as an uncaught error", async () => {
  const listeners = new Listeners<string>();
  const heard: string[] = [];
  listeners.add((event) => heard.push(`first ${event}`));
  listeners.add((event) => {
    throw new Error(`fault at ${event}`);
  });
  listeners.add((event) => heard.push(`last ${event}`));
  const uncaught = await uncaughtDuring(() => {
    expect(() => listeners.tell("a")).not.toThrow();
    listeners.tell("b");
  });
  expect(heard).toEqual(["first a", "last a", "first b", "last b"]);
  expect(uncaught).toEqual(["fault at a", "fault at b"]);
});

test("what nobody's fault is, leaves no uncaught error", async () => {
  const listeners = new Listeners<string>();
  listeners.add(() => {});
  expect(await uncaughtDuring(() => listeners.tell("a"))).toEqual([]);
});

test("a listener that takes itself off while it is told does so for itself alone", () => {
  const listeners = new Listeners<string>();
  const heard: string[] = [];
  const off = listeners.add((event) => {
    heard.push(`once ${event}`);
    off();
  });
  listeners.add((event) => heard.push(`always ${event}`));
  listeners.tell("a");
  listeners.tell("b");
  expect(heard).toEqual(["once a", "always a", "always b"]);
});
