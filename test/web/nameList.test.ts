// Several people in a sentence, of whom some have no name yet.

import { expect, test } from "vitest";
import { isShortId, listOf, nameOrSomeone } from "../../web/tap/nameList.ts";

const someone = (name: string, userId = "abcdefghijklmnopqrstuvwxyz234567") => ({ userId, name });
const NEW = someone("abcd…4567");

test("the short form of the own id is no name, and whatever else somebody is called is one", () => {
  expect(isShortId(NEW)).toBe(true);
  for (const name of ["Ben", "abcd", "…", "wxyz…4567", "abcd…4567…", ""]) {
    expect(isShortId(someone(name)), name).toBe(false);
  }
  expect(nameOrSomeone(NEW)).toBe("Someone new");
  expect(nameOrSomeone(someone("Ben"))).toBe("Ben");
});

test("people are listed by the names that they have, and the others are counted", () => {
  const named = ["Ben", "Cleo", "Dan", "Eve"].map((name) => someone(name));
  expect(listOf(named.slice(0, 1))).toBe("Ben");
  expect(listOf(named.slice(0, 2))).toBe("Ben and Cleo");
  expect(listOf(named)).toBe("Ben, Cleo, Dan, and 1 more");
  expect(listOf([NEW, named[0]!, NEW])).toBe("Ben and 2 more");
  expect(listOf([NEW])).toBe("one person");
  expect(listOf([NEW, NEW])).toBe("2 people");
});
