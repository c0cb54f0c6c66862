// What a scanner tells of the codes that it sees, look by look.

import { expect, test } from "vitest";
import { Sightings } from "../../web/scanning/sightings.ts";

const EVERY_MS = 125;

/** What is told of `looks`: a text for each look, null for nothing in view. */
function toldOf(looks: readonly (string | null)[], take: (text: string) => boolean): string[] {
  const sightings = new Sightings();
  const told: string[] = [];
  for (const [index, text] of looks.entries()) {
    if (text === null) continue;
    sightings.see(text, index * EVERY_MS, (news) => {
      told.push(news);
      return take(news);
    });
  }
  return told;
}

const held = (text: string | null, seconds: number) =>
  Array.from({ length: (seconds * 1000) / EVERY_MS }, () => text);

test("a taken text that stays in view is told once", () => {
  expect(toldOf(held("a", 30), () => true)).toEqual(["a"]);
});

test("a taken text is told again once it was out of sight, not when a look has missed it", () => {
  expect(toldOf([...held("a", 1), null, null, ...held("a", 1)], () => true)).toEqual(["a"]);
  expect(toldOf([...held("a", 1), ...held(null, 3), "a"], () => true)).toEqual(["a", "a"]);
});

test("a refused text is told again every two seconds, and no more once it is taken", () => {
  let times = 0;
  const atThird = () => ++times === 3;
  expect(toldOf(held("a", 30), atThird)).toEqual(["a", "a", "a"]);
});

test("another text is news at once", () => {
  expect(toldOf(["a", "b", "b"], () => false)).toEqual(["a", "b"]);
});
