// BOX-1: sessions of two as a device keeps them: begun upon prekeys that the other's log vouches for, by one side
// or by both at once, with the key of the pairing between the two devices that met.

import { expect, test } from "vitest";
import { readHeader } from "../../../shared/core/crypto/boxHeader.ts";
import { fromBase64Url, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { corrupted } from "../../support/corrupted.ts";
import { calm, eventually, openTwo, type Person } from "./lineWorld.ts";

const headersOf = (person: Person) =>
  person.server.said
    .filter(({ from }) => from === person.userId)
    .map(({ boxes }) => readHeader(fromBase64Url(boxes[0]!.box))!);

test("BOX-1: both sides begin at once, with several texts each, and every one opens", async () => {
  const [a, b] = await openTwo();
  for (const person of [a, b]) {
    await person.connect();
    person.disconnect();
  }
  const texts = (who: string) => Array.from({ length: 6 }, (_, index) => `${who} ${index}`);
  for (const text of texts("a")) await a.messages.send(b.userId, text);
  for (const text of texts("b")) await b.messages.send(a.userId, text);
  await Promise.all([a.connect(), b.connect()]);
  await eventually(() => a.heard.length >= 6 && b.heard.length >= 6);
  for (let round = 0; round < 5; round++) {
    await a.messages.send(b.userId, `more a ${round}`);
    await b.messages.send(a.userId, `more b ${round}`);
  }
  await eventually(() => a.heard.length >= 11 && b.heard.length >= 11);
  await calm();
  expect(b.heard.slice(0, 6)).toEqual(texts("a"));
  expect(a.heard.slice(0, 6)).toEqual(texts("b"));
  expect([a.heard.length, b.heard.length]).toEqual([11, 11]);
  const kinds = [a, b].flatMap((person) => person.store.all("outbox"));
  expect(await Promise.all(kinds)).toEqual([[], []]);
});

test("PAS-11: the pairing's key is mixed in between the two devices that met, and named in the first box", async () => {
  const [a, b] = await openTwo();
  await b.connect();
  await a.connect();
  await a.messages.send(b.userId, "one");
  await eventually(() => b.heard.length === 1);
  const pairing = await a.contacts.pairingWith(b.userId);
  const named = headersOf(a)[0]!.prekey!.pairing!;
  expect(toBase64Url(fromBase64Url(pairing!.receiptHash).subarray(0, 8))).toBe(toBase64Url(named));
});

test("PAS-11: a box under a pairing whose key is another here does not open", async () => {
  const [a, b] = await openTwo();
  const met = (await b.store.get<object>("contacts", a.userId))!;
  const key = toBase64Url(new Uint8Array(32).fill(9));
  await b.store.put("contacts", a.userId, { ...met, sessionKeys: { own: key, peer: key } });
  await b.connect();
  await a.connect();
  a.server.verdict = ({ to }, from) => (from === b.userId && to === a.userId ? "try-again" : null);
  await a.messages.send(b.userId, "one");
  await calm();
  expect(b.heard).toEqual([]);
});

test.each(["own", "peer"] as const)(
  "PAS-11: a device that was not at the meeting begins without its key (the %s side's other device)",
  async (whose) => {
    const [a, b] = await openTwo();
    for (const [person, peer] of [
      [a, b],
      [b, a],
    ] as const) {
      const met = (await person.store.get<Record<string, object>>("contacts", peer.userId))!;
      const isTurned = (whose === "own") === (person === a);
      const opening = isTurned ? "ownOpening" : "peerOpening";
      const other = { ...met[opening], deviceId: "a".repeat(16) };
      await person.store.put("contacts", peer.userId, { ...met, [opening]: other });
    }
    await b.connect();
    await a.connect();
    await a.messages.send(b.userId, "one");
    await eventually(() => b.heard.length === 1);
    expect(headersOf(a)[0]!.prekey!.pairing).toBeNull();
  },
);

test.each(["key", "signature", "id"] as const)(
  "BOX-1: prekeys whose %s the device has not signed are refused: nothing is sealed with them",
  async (member) => {
    const [a, b] = await openTwo();
    await b.connect();
    await a.connect();
    a.server.tamper = (bundle) => {
      const { signed } = bundle;
      const changed =
        member === "id" ? { id: signed.id + 1 } : { [member]: corrupted(signed[member]) };
      return { ...bundle, signed: { ...signed, ...changed } };
    };
    const message = await a.messages.send(b.userId, "one");
    await calm();
    expect(a.server.said.filter(({ from }) => from === a.userId)).toEqual([]);
    const kept = await a.messages.message(b.userId, `me/${message.id}`);
    expect(kept?.state).toBe("waiting");
    a.server.tamper = (bundle) => bundle;
    a.server.world.clock.advance(60_000);
    await eventually(() => b.heard.length === 1);
  },
);

test("BOX-1: prekeys of one device do not stand in for another's", async () => {
  const [a, b] = await openTwo();
  await b.connect();
  await a.connect();
  a.server.tamper = (bundle) => ({ ...bundle, device: 1 });
  await a.messages.send(b.userId, "one");
  await calm();
  expect(a.server.said.filter(({ from }) => from === a.userId)).toEqual([]);
});

test("a key travels until the server has stored it, and the prekey header until the first answer", async () => {
  const [a, b] = await openTwo();
  await b.connect();
  await a.connect();
  a.server.verdict = ({ to }, from) => (from === b.userId && to === a.userId ? "try-again" : null);
  for (const text of ["one", "two"]) {
    const message = await a.messages.send(b.userId, text);
    await a.messages.stored(message);
  }
  expect(headersOf(a).map(({ prekey }) => prekey !== null)).toEqual([true, true]);
  a.server.verdict = () => null;
  b.server.world.clock.advance(60_000);
  await b.messages.send(a.userId, "answer");
  await eventually(() => a.heard.length === 1);
  await calm();
  const before = headersOf(a).length;
  for (const text of ["three", "four"]) {
    const message = await a.messages.send(b.userId, text);
    await a.messages.stored(message);
  }
  await calm();
  const later = headersOf(a).slice(before);
  expect(later.map(({ prekey, ratchetKey }) => [prekey !== null, ratchetKey !== null])).toEqual([
    [false, true],
    [false, false],
  ]);
});
