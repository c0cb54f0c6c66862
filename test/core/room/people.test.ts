// People beside a Map that does the same.

import fc from "fast-check";
import { expect, test } from "vitest";
import { People } from "../../../shared/core/room/people.ts";
import type { UserId } from "../../../shared/wire/ids.ts";

const DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
const userId = fc
  .tuple(fc.constantFrom(...DIGITS), fc.constantFrom("a", "7"))
  .map(([first, last]) => `${first.repeat(31)}${last}` as UserId);
const change = fc.record({ userId, age: fc.nat(), comes: fc.boolean() });

test("whoever comes and goes, each collection stays as it was, and holds what a map would", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 100 }), (changes) => {
      const map = new Map<UserId, { userId: UserId; age: number }>();
      const kept: { people: People<{ userId: UserId; age: number }>; was: string }[] = [];
      let people = People.of<{ userId: UserId; age: number }>();
      for (const { comes, ...one } of changes) {
        kept.push({ people, was: textOf(people.values()) });
        people = comes ? people.with(one) : people.without(one.userId);
        if (comes) map.set(one.userId, one);
        else map.delete(one.userId);
        expect(people.get(one.userId)).toEqual(map.get(one.userId));
        expect(people.has(one.userId)).toBe(map.has(one.userId));
        expect(people.size).toBe(map.size);
      }
      expect(textOf(people.values())).toBe(textOf(map.values()));
      expect(textOf(People.of(map.values()).values())).toBe(textOf(map.values()));
      for (const { people: former, was } of kept) {
        expect(textOf(former.values())).toBe(was);
        const replayed = new Map([...former.values()].map((one) => [one.userId, one]));
        for (const [id, one] of people.changesSince(former)) {
          expect(former.get(id)).not.toBe(one);
          if (one === undefined) replayed.delete(id);
          else replayed.set(id, one);
        }
        expect(textOf(replayed.values())).toBe(textOf(people.values()));
      }
    }),
  );
});

test("dropping someone who is not there changes nothing", () => {
  const people = People.of([{ userId: "a".repeat(32) as UserId }]);
  expect(people.without("b".repeat(32) as UserId)).toBe(people);
});

function textOf(everyone: Iterable<{ readonly userId: UserId; readonly age: number }>): string {
  return [...everyone]
    .map(({ userId: id, age }) => `${id} ${age}`)
    .sort()
    .join("\n");
}
