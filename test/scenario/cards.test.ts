// KEY-5 and KEY-6: both cards ride along, to the byte, or it is said why one did not.

import { afterAll, beforeAll, expect, test } from "vitest";
import { cardToBytes, emptyCard } from "../../shared/core/cards/card.ts";
import { utf8 } from "../../shared/core/crypto/bytes.ts";
import { CARD_MAX_BYTES } from "../../shared/wire/limits.ts";
import type { Card, Meeting } from "../../shared/client/node.ts";
import { startChaosProxy } from "../support/chaosProxy.ts";
import { codeOf, openClient, openPair, outcomeOf } from "../support/clients.ts";
import { corrupted } from "../support/corrupted.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** A card that weighs exactly that much. */
function cardOf(bytes: number, name: string): Card {
  const uid = "urn:uuid:6d6c1f8e-5a0b-4f52-9d51-0d7f0c6d6a11";
  const withNote = (note: string): Card => ({ ...emptyCard(uid, name), notes: { n: { note } } });
  const spare = bytes - cardToBytes(withNote("")).length;
  return withNote("é".repeat(Math.floor(spare / 2)) + "x".repeat(spare % 2));
}

const bytesOf = (card: Card | null) => (card === null ? null : Buffer.from(cardToBytes(card)));

function cardEvent(meeting: Meeting) {
  return meeting.events.find((event) => event.event === "card");
}

test.each([
  ["small cards", 300, 400],
  ["a small card and one of 64 KiB", 300, CARD_MAX_BYTES],
  ["two cards of 64 KiB", CARD_MAX_BYTES, CARD_MAX_BYTES],
])("KEY-5: %s arrive on both sides, to the byte", async (_, adaWeight, benWeight) => {
  const [ada, ben] = await openPair(server.url);
  const [ofAda, ofBen] = [cardOf(adaWeight, "Ada Løvelace 👩‍💻"), cardOf(benWeight, "Бен")];
  const shown = await ada.showKey({ card: ofAda });
  const entered = await ben.enterKey(codeOf(shown), { card: ofBen });
  const [onAda, onBen] = await Promise.all([shown.contact, entered.contact]);
  expect(bytesOf(onAda.card)).toEqual(bytesOf(ofBen));
  expect(bytesOf(onBen.card)).toEqual(bytesOf(ofAda));
  expect(cardEvent(shown)).toMatchObject({ card: ofBen, problem: null });
  expect(bytesOf((await ben.contacts.get(ada.me.userId))?.card ?? null)).toEqual(bytesOf(ofAda));
});

test("KEY-5: without cards nothing is shown, and nothing is reported as wrong", async () => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown), { card: null });
  const [onAda, onBen] = await Promise.all([shown.contact, entered.contact]);
  expect([onAda.card, onAda.cardProblem, onBen.card, onBen.cardProblem]).toEqual(
    Array(4).fill(null),
  );
  expect(cardEvent(shown)).toEqual({ event: "card", card: null, problem: null });
});

test("KEY-5: a card on one side only arrives", async () => {
  const [ada, ben] = await openPair(server.url);
  const card = cardOf(500, "Ada");
  const shown = await ada.showKey({ card });
  const entered = await ben.enterKey(codeOf(shown));
  expect((await entered.contact).card).toEqual(card);
  expect((await shown.contact).card).toBeNull();
});

test("KEY-6: of several own cards the chosen one goes along, or none if none is chosen", async () => {
  const ada = await openClient(server.url);
  const [work, home] = [cardOf(300, "At work"), cardOf(300, "At home")];
  await ada.cards.save({ ...work, uid: "work" });
  await ada.cards.save({ ...home, uid: "home" });
  const received = async (): Promise<string | undefined> => {
    const stranger = await openClient(server.url);
    const shown = await ada.showKey();
    const entered = await stranger.enterKey(codeOf(shown));
    await shown.contact;
    return (await entered.contact).card?.uid;
  };
  expect(await received()).toBeUndefined();
  await ada.cards.choose("home");
  expect(await received()).toBe("home");
  await ada.cards.choose(null);
  expect(await received()).toBeUndefined();
});

test("KEY-6: a card over 64 KiB is refused before a key is made", async () => {
  const proxy = await startChaosProxy(server.url);
  const ada = await openClient(proxy.url);
  const card = cardOf(CARD_MAX_BYTES + 1, "Ada");
  await expect(ada.showKey({ card })).rejects.toBeInstanceOf(RangeError);
  expect(proxy.frames).toEqual([]);
});

test("KEY-5: what is sealed but no card is reported as such, and the people are connected", async () => {
  const [ada, ben] = await openPair(server.url);
  Object.defineProperty(ben.cards, "bytesFor", { value: async () => utf8("no card at all") });
  const shown = await ada.showKey({ card: cardOf(300, "Ada") });
  const entered = await ben.enterKey(codeOf(shown));
  const contact = await shown.contact;
  expect(contact).toMatchObject({ verified: true, card: null, userId: ben.me.userId });
  expect(contact.cardProblem).toMatch(/could not be read/);
  expect(cardEvent(shown)).toEqual({ event: "card", card: null, problem: contact.cardProblem });
  expect((await entered.contact).card?.name?.full).toBe("Ada");
});

test("KEY-5: a card that does not open is reported as such, and the people are connected", async () => {
  const [ada] = await openPair(server.url);
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ messages: [message] }) =>
      message?.type === "claim" && "card" in message
        ? { replace: [{ ...message, card: corrupted(String(message["card"])) }] }
        : "pass",
  });
  const ben = await openClient(proxy.url, { name: "Ben" });
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown), { card: cardOf(300, "Ben") });
  expect(await outcomeOf(entered)).toBe("connected");
  const contact = await shown.contact;
  expect(contact).toMatchObject({ verified: true, card: null, name: "Ben" });
  expect(contact.cardProblem).toMatch(/could not be opened/);
  expect(cardEvent(shown)).toEqual({ event: "card", card: null, problem: contact.cardProblem });
});
