// KEY-6: own cards on the device, and the one that goes along.

import { beforeEach, expect, test } from "vitest";
import { CardBox } from "../../shared/client/cardBox.ts";
import { type Card, CARD_MAX_BYTES, emptyCard, memoryStore } from "../../shared/client/node.ts";

let box: CardBox;
beforeEach(() => {
  box = new CardBox(memoryStore());
});

const nameOf = (bytes: Uint8Array) =>
  bytes.length === 0 ? null : (JSON.parse(new TextDecoder().decode(bytes)) as Card).name?.full;

test("a card without an id is given one, and saving it again replaces it", async () => {
  const card: Card = { "@type": "Card", version: "2.0", name: { full: "Ada" } };
  const saved = await box.save(card);
  expect(saved.uid).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  await box.save({ ...saved, name: { full: "Ada L." } });
  expect((await box.list()).map(({ name }) => name?.full)).toEqual(["Ada L."]);
});

test("what is too large, or no card, is refused and not kept", async () => {
  const large = { ...emptyCard("a"), notes: { n: { note: "x".repeat(CARD_MAX_BYTES) } } };
  await expect(box.save(large)).rejects.toBeInstanceOf(RangeError);
  await expect(box.save({ name: "Ada" } as unknown as Card)).rejects.toBeInstanceOf(TypeError);
  await expect(box.bytesFor(large)).rejects.toBeInstanceOf(RangeError);
  expect(await box.list()).toEqual([]);
});

test("the only card goes along by itself; of several, the chosen one; none for null", async () => {
  expect(nameOf(await box.bytesFor(undefined))).toBeNull();
  await box.save(emptyCard("work", "Work"));
  expect(nameOf(await box.bytesFor(undefined))).toBe("Work");
  await box.save(emptyCard("home", "Home"));
  expect(nameOf(await box.bytesFor(undefined))).toBeNull();
  await box.choose("home");
  expect(nameOf(await box.bytesFor(undefined))).toBe("Home");
  await box.choose(null);
  expect(nameOf(await box.bytesFor(undefined))).toBeNull();
});

test("a card that is given goes along, whatever is chosen; null sends none", async () => {
  await box.save(emptyCard("work", "Work"));
  await box.choose("work");
  expect(nameOf(await box.bytesFor(emptyCard("once", "Once")))).toBe("Once");
  expect(nameOf(await box.bytesFor(null))).toBeNull();
  expect(await box.list()).toHaveLength(1);
});

test("a removed card goes along no more", async () => {
  await box.save(emptyCard("work", "Work"));
  await box.choose("work");
  await box.remove("work");
  expect(await box.chosen()).toBeNull();
  expect(await box.list()).toEqual([]);
});
