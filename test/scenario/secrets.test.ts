// PAS-3, PAS-10, KEY-5 and KEY-6: no row, file, log line, URL, header or frame of a server holds a
// secret, a private key, a session key, a name or a byte of a card, during pairings or after them.

import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AcquaintOptions } from "../../shared/client/node.ts";
import { emptyCard } from "../../shared/core/cards/card.ts";
import { type ChaosProxy, startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import { codeOf, outcomeOf } from "../support/clients.ts";
import {
  findSecrets,
  type Place,
  placesInFiles,
  placesInRows,
  placesOnDisk,
  type Secret,
} from "../support/secretSearch.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { placesSeen, type WatchedDevice, watchedDevice } from "../support/watchedDevice.ts";

const SESSION_KEYS = ["the own session key", "the peer session key"];

/** Each step of a pairing waits at the frame that holds its proof, so that one can look meanwhile. */
interface Pairing {
  readonly devices: readonly [WatchedDevice, WatchedDevice];
  readonly proxies: readonly [ChaosProxy, ChaosProxy];
  /** Waits at the answer, and at the acknowledgements. */
  release(step: "answer" | "acknowledge"): void;
}

const cardOf = (name: string) => ({
  ...emptyCard(`urn:uuid:${crypto.randomUUID()}`, name),
  emails: { e: { address: `${name.replaceAll(/\W/g, "").toLowerCase()}@distinctive.example` } },
  notes: { n: { note: `Met ${name} at the harbour — „Grüße“ 漢字 👩‍💻` } },
});

async function openPairing(
  server: ServerProcess,
  shownWords: string,
  enteredWords: string,
): Promise<Pairing> {
  const gates = {
    answer: Promise.withResolvers<void>(),
    acknowledge: Promise.withResolvers<void>(),
  };
  const behindProxy = () =>
    startChaosProxy(server.url, {
      onFrame: async ({ types: [type] }): Promise<Verdict> => {
        if (type === "answer" || type === "acknowledge") await gates[type].promise;
        return "pass";
      },
    });
  const proxies = [await behindProxy(), await behindProxy()] as const;
  const device = (proxy: ChaosProxy, name: string, words: string, wire: AcquaintOptions["wire"]) =>
    watchedDevice(proxy.url, { name, words, card: cardOf(`${name} of the card`), wire });
  return {
    proxies,
    devices: [
      await device(proxies[0], `Žofie Shows ${shownWords}`, shownWords, "cbor"),
      await device(proxies[1], `Βασίλης Enters ${enteredWords}`, enteredWords, "json"),
    ],
    release: (step) => gates[step].resolve(),
  };
}

/** What the people say to each other, with the words that each device knows. */
async function begin({ devices: [a, b] }: Pairing, enteredWords: string) {
  const shown = await a.client.showKey();
  const entered = await b.client.enterKey(`${shown.key!.locator}-${enteredWords}`);
  return { shown, entered };
}

function everyPlace(server: ServerProcess, pairings: readonly Pairing[]): Place[] {
  return placesSeen(
    server,
    pairings.flatMap(({ devices }) => devices),
    pairings.flatMap(({ proxies }) => proxies),
  );
}

const secretsOf = (pairings: readonly Pairing[]): Secret[] =>
  pairings.flatMap(({ devices }) => devices.flatMap((device) => device.secrets()));

/** Chance finds 3 bytes in one pairing, but not in several. */
function expectNoShortSecrets(pairings: readonly Pairing[], places: readonly Place[]): void {
  const hits = pairings.flatMap(({ devices }) =>
    devices.map((device) => findSecrets(device.shortSecrets(), places)),
  );
  const counts = new Map<string, number>();
  for (const hit of hits.flat()) counts.set(hit, (counts.get(hit) ?? 0) + 1);
  expect([...counts].filter(([, count]) => count > 2)).toEqual([]);
}

test("PAS-3, KEY-5: nothing that a server stores, logs or hears holds a secret, during pairings or after", async () => {
  const server = await startServer();
  const met = await openPairing(server, "dinosaur-umbrella", "dinosaur-umbrella");
  const missed = await openPairing(server, "hamster-volcano", "mosquito-pumpkin");
  const cancelled = await openPairing(server, "kangaroo-tornado", "kangaroo-tornado");
  const pairings = [met, missed, cancelled];
  const look = (): void => {
    const places = everyPlace(server, pairings);
    expect(places.length).toBeGreaterThan(60);
    expect(findSecrets(secretsOf(pairings), places)).toEqual([]);
    expectNoShortSecrets(pairings, places);
  };
  look();

  const meetings = [
    await begin(met, "dinosaur-umbrella"),
    await begin(missed, "mosquito-pumpkin"),
    await begin(cancelled, "kangaroo-tornado"),
  ] as const;
  expect(codeOf(meetings[0].shown)).toMatch(/^\d+-dinosaur-umbrella$/);
  await Promise.all(pairings.map(({ proxies }) => proxies[0].frameOf("answer")));
  const boxes = await boxesOf(met.proxies[1], "claim");
  // The search sees what is there.
  expect(findSecrets(boxes, placesInRows(server.stateDir))).not.toEqual([]);
  expect(findSecrets(boxes, placesInFiles(server.stateDir))).not.toEqual([]);
  look();

  await meetings[2].entered.cancel();
  for (const pairing of pairings) pairing.release("answer");
  expect(
    await Promise.all(meetings.flatMap(({ shown, entered }) => [shown, entered]).map(outcomeOf)),
  ).toEqual(["connected", "connected", "mismatch", "mismatch", "cancelled", "cancelled"]);
  look();

  const answered = await boxesOf(met.proxies[0], "answer");
  expect(findSecrets(answered, placesInRows(server.stateDir))).not.toEqual([]); // released, not fetched
  for (const pairing of pairings) pairing.release("acknowledge");
  await Promise.all(met.proxies.map((proxy) => proxy.frameOf("acknowledged")));
  for (const { devices } of pairings)
    await Promise.all(devices.map(({ client }) => client.close()));
  look();

  const sealed = [...boxes, ...answered];
  expect(findSecrets(sealed, placesInRows(server.stateDir))).toEqual([]);
  // Not even in freed pages or a write-ahead log, since a forgotten object's file goes.
  expect(findSecrets(sealed, placesInFiles(server.stateDir))).toEqual([]);
  await server.stop();
  expect(findSecrets(secretsOf(pairings), placesOnDisk(server.stateDir))).toEqual([]);
});

test("the search finds each planted secret, in each kind of place and in each spelling", async () => {
  const server = await startServer();
  const pairing = await openPairing(server, "dinosaur-umbrella", "dinosaur-umbrella");
  const { shown, entered } = await begin(pairing, "dinosaur-umbrella");
  pairing.release("answer");
  pairing.release("acknowledge");
  await Promise.all([shown.contact, entered.contact]);
  const secrets = secretsOf([pairing]);
  const names = new Set(secrets.map(({ name }) => name));
  const kinds = ["the ISK", "the scalar", "the initiator's card key", ...SESSION_KEYS];
  for (const kind of kinds) {
    expect(names).toContain(kind);
  }
  for (const { devices } of [pairing]) {
    await Promise.all(devices.map(({ client }) => client.close()));
  }
  await server.stop();
  expect(findSecrets(secrets, placesOnDisk(server.stateDir))).toEqual([]);

  for (const secret of secrets) {
    const bytes = Buffer.from(secret.value);
    for (const planted of [
      bytes,
      Buffer.from(`{"a":"${bytes.toString("base64")}"}`),
      Buffer.from(`x${bytes.toString("base64url")}&y`),
      Buffer.from(`0${bytes.toString("hex")}`),
    ]) {
      const places = [{ name: "there", bytes: planted }];
      expect(findSecrets([secret], places), secret.name).toEqual([`${secret.name} in there`]);
    }
  }
  const database = new DatabaseSync(join(server.stateDir, "storage/planted.sqlite"));
  database.exec("CREATE TABLE planted (value BLOB)");
  database.prepare("INSERT INTO planted VALUES (?)").run(Buffer.from(secrets[0]!.value));
  database.close();
  expect(findSecrets(secrets, placesInRows(server.stateDir))).toContain(
    `${secrets[0]!.name} in a row of storage.planted`,
  );
});

async function boxesOf(proxy: ChaosProxy, type: "claim" | "answer"): Promise<Secret[]> {
  const { messages } = await proxy.frameOf(type);
  const message = messages.find((candidate) => candidate.type === type)!;
  return ["identity", "card"].flatMap((box) => {
    const name = `the sealed ${box} of the ${type}`;
    const text = String(message[box]);
    const bytes = Buffer.from(text, "base64url");
    // From the start, the middle and the end, since pages may have been cut anywhere.
    const parts = (length: number) =>
      [0, length >> 1, length - 24].map((at) => [at, at + 24] as const);
    return [
      ...parts(text.length).map(([from, to]) => ({ name, value: text.slice(from, to) })),
      ...parts(bytes.length).map(([from, to]) => ({ name, value: bytes.subarray(from, to) })),
    ];
  });
}
