// PAS-3, PAS-10 and PAS-11: no row, file, log line, URL, header or frame of a server holds a passphrase in any
// spelling, what could be made of it alone, a session key, a name or a card, during meetings or after them.

import { expect, test } from "vitest";
import { emptyCard } from "../../shared/core/cards/card.ts";
import { type ChaosProxy, startChaosProxy, type Verdict } from "../support/chaosProxy.ts";
import { findSecrets } from "../support/secretSearch.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { outcomesOf, requestFrom } from "../support/spoken.ts";
import { placesSeen, type WatchedDevice, watchedDevice } from "../support/watchedDevice.ts";

const RIGHT = "  Türkischer\u00a0DIŞLI  Ｋｏｍｅｔ 漢字かな mosaicwurst ";
const WRONG = "Çilekli DIŞLI komet 漢字かな straußenei";

const SESSION_KEYS = ["the own session key", "the peer session key"];

/** Who asks, who answers, with their words; each waits before it confirms, and before it acknowledges. */
interface Talk {
  readonly devices: readonly [WatchedDevice, WatchedDevice];
  readonly proxies: readonly [ChaosProxy, ChaosProxy];
  readonly words: readonly [string, string];
  release(step: "answer" | "acknowledge"): void;
}

async function openTalk(server: ServerProcess, ...words: [string, string]): Promise<Talk> {
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
  const device = (index: 0 | 1, name: string) =>
    watchedDevice(proxies[index].url, {
      name,
      passphrase: words[index],
      card: emptyCard(`urn:uuid:${crypto.randomUUID()}`, `${name} „Grüße“ 👩‍💻`),
    });
  const devices = [await device(0, "Žofie Frágt"), await device(1, "Βασίλης Answers")] as const;
  for (const { client } of devices) client.connect();
  return { devices, proxies, words, release: (step) => gates[step].resolve() };
}

async function ask({ devices: [a, b], words }: Talk, isOpen: boolean) {
  const [passphrase, answer] = words;
  if (isOpen) {
    const asked = await a.client.ask({ passphrase });
    return [asked, await b.client.enterPassphrase(asked.asked!.locator, answer)] as const;
  }
  const asked = await a.client.ask({ to: b.client.me.userId, passphrase });
  const { sid } = await requestFrom(b.client, a.client);
  return [asked, await b.client.requests.answer(sid, answer)] as const;
}

test("PAS-3, PAS-11: nothing that a server stores, logs or hears holds a passphrase, a session key or a card", async () => {
  const server = await startServer();
  const talks = [
    await openTalk(server, RIGHT, RIGHT.normalize("NFD").toUpperCase()),
    await openTalk(server, RIGHT, RIGHT.trim()),
    await openTalk(server, RIGHT, WRONG),
  ];
  const devices = talks.flatMap((talk) => talk.devices);
  const proxies = talks.flatMap((talk) => talk.proxies);
  const look = (): void => {
    const places = placesSeen(server, devices, proxies);
    expect(places.length).toBeGreaterThan(60);
    expect(
      findSecrets(
        devices.flatMap((device) => device.secrets()),
        places,
      ),
    ).toEqual([]);
  };
  const meetings = [
    ...(await ask(talks[0]!, false)),
    ...(await ask(talks[1]!, true)),
    ...(await ask(talks[2]!, false)),
  ];
  await Promise.all(talks.map(async (talk) => talk.proxies[0].frameOf("answer")));
  look();
  for (const talk of talks) talk.release("answer");
  expect(await outcomesOf(meetings)).toEqual([
    ...Array<string>(4).fill("connected"),
    ...Array<string>(2).fill("mismatch"),
  ]);
  look();
  for (const talk of talks) talk.release("acknowledge");
  const names = new Set(devices.flatMap((device) => device.secrets().map(({ name }) => name)));
  const kinds = ["the passphrase", "the generator", "the ISK", ...SESSION_KEYS];
  for (const kind of kinds) {
    expect(names).toContain(kind);
  }
  await Promise.all(devices.map(({ client }) => client.close()));
  await server.stop();
  look();
});

test("the search finds a passphrase in each of its spellings, and what could be made of it", async () => {
  const server = await startServer();
  const { devices } = await openTalk(server, RIGHT, WRONG);
  // Those of the passphrase alone: the search itself is tested for all kinds in secrets.test.ts.
  const secrets = devices[0].secrets().filter(({ name }) => name === "the passphrase");
  await Promise.all(devices.map(({ client }) => client.close()));
  await server.stop();
  for (const planted of [
    RIGHT,
    JSON.stringify({ phrase: "türkischer dişli komet 漢字かな mosaicwurst" }),
    `?p=${encodeURIComponent("mosaicwurst")}`,
    Buffer.from("TÜRKISCHER").toString("base64url"),
    Buffer.from("xxmosaicwurst").toString("hex"),
  ]) {
    const found = findSecrets(secrets, [{ name: "there", bytes: Buffer.from(planted) }]);
    expect(found, planted).toContain("the passphrase in there");
  }
});
