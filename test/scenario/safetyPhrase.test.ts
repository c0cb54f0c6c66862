// ID-3: the safety phrase of two real devices: alike on both, and on no others.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Acquaint, WordListTag } from "../../shared/client/node.ts";
import { loadWordList } from "../../shared/core/pairing/words.ts";
import { meet, openClient, openPair } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const phraseAt = (here: Acquaint, there: Acquaint, tag?: WordListTag) =>
  here.verification.phrase(there.me.userId, tag);

test("ID-3: two who have met read the same twelve words, in any language, and a third reads others", async () => {
  const [ada, ben] = await openPair(server.url);
  const cleo = await openClient(server.url, { name: "Cleo" });
  await meet(ada, ben);
  await meet(ada, cleo);
  await meet(ben, cleo);
  const words = await phraseAt(ada, ben);
  expect(words).toHaveLength(12);
  expect(await phraseAt(ben, ada)).toEqual(words);
  const ofPairs = [words, await phraseAt(ada, cleo), await phraseAt(cleo, ben)];
  expect(new Set(ofPairs.map(String)).size).toBe(3);
  expect(await phraseAt(cleo, ada)).toEqual(ofPairs[1]);
  for (const tag of ["es", "ja"] as const) {
    const { words: list } = await loadWordList(tag);
    const spoken = await phraseAt(ada, ben, tag);
    expect(spoken.every((word) => list.includes(word))).toBe(true);
    expect(await phraseAt(ben, ada, tag)).toEqual(spoken);
    const places = (said: string[], of: readonly string[]) => said.map((word) => of.indexOf(word));
    const english = (await loadWordList("en")).words;
    expect(places(spoken, list)).toEqual(places(words, english));
  }
  await expect(phraseAt(ada, ben, "xx" as WordListTag)).rejects.toThrow(RangeError);
});

test("ID-3: what one has compared is that one's, stays after meeting again, and ends with nothing shown", async () => {
  const [ada, ben] = await openPair(server.url);
  await meet(ada, ben);
  await phraseAt(ada, ben);
  await ada.verification.confirm(ben.me.userId);
  const compared = { state: "same", comparedAt: expect.any(Number) };
  expect(await ada.verification.latestState(ben.me.userId)).toEqual(compared);
  expect(await ben.verification.latestState(ada.me.userId)).toEqual({ state: "never" });
  await meet(ben, ada);
  expect(await ada.verification.latestState(ben.me.userId)).toEqual(compared);
  await ben.contacts.remove(ada.me.userId);
  await expect(phraseAt(ada, ben)).rejects.toMatchObject({ code: "not-a-contact" });
  expect(await ada.verification.latestState(ben.me.userId)).toEqual(compared);
});
