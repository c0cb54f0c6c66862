// BOX-1: no row, file, log line, URL, request or frame of a server holds a word of a message, a key of a session or
// the secret of a prekey, while messages wait or after they have been fetched; in either encoding.

import { expect, test } from "vitest";
import { emptyCard } from "../../shared/core/cards/card.ts";
import { type ChaosProxy, startChaosProxy } from "../support/chaosProxy.ts";
import { codeOf } from "../support/clients.ts";
import { findSecrets, placesInRows, type Secret } from "../support/secretSearch.ts";
import { startServer } from "../support/serverProcess.ts";
import { talkerOn, whenSo, whenTold } from "../support/talkers.ts";
import { placesSeen, type WatchedDevice, watchedDevice } from "../support/watchedDevice.ts";

/** Of each kind that a person writes, none of which is short enough to occur by chance. */
const TEXTS = {
  sent: "meet me at the lighthouse at nine — „Grüße“ 漢字",
  edited: "meet me at the windmill at ten instead",
  answered: "the password of the cellar is rhododendron",
  waiting: "nobody has fetched this sentence yet",
} as const;

const textSecrets = (): Secret[] =>
  Object.entries(TEXTS).flatMap(([name, text]) => [
    { name: `the text ${name}`, value: text },
    ...text
      .split(" ")
      .filter((word) => word.length > 7)
      .map((value) => ({ name: `a word of the text ${name}`, value })),
  ]);

test.each(["json", "cbor"] as const)(
  "BOX-1: nothing that a server stores, logs or hears in %s holds a text, a session's key or a prekey's secret",
  async (wire) => {
    const server = await startServer();
    const proxies = [await startChaosProxy(server.url), await startChaosProxy(server.url)] as const;
    const open = (proxy: ChaosProxy, name: string): Promise<WatchedDevice> =>
      watchedDevice(proxy.url, {
        name,
        wire,
        card: emptyCard(`urn:uuid:${crypto.randomUUID()}`, name),
      });
    const devices = [
      await open(proxies[0], "Žofie of the line"),
      await open(proxies[1], "Βασίλης of the line"),
    ] as const;
    const [a, b] = devices;
    const [ada, ben] = [talkerOn(a.client), talkerOn(b.client)];
    const shown = await a.client.showKey();
    const entered = await b.client.enterKey(codeOf(shown));
    await Promise.all([shown.contact, entered.contact]);
    const [toBen, toAda] = [b.client.me.userId, a.client.me.userId];

    const sent = await a.client.messages.send(toBen, TEXTS.sent);
    await whenTold(ben, 1);
    await a.client.messages.edit(sent, TEXTS.edited);
    await b.client.messages.send(toAda, TEXTS.answered);
    await whenTold(ada, 1);
    const [answer] = (await a.client.messages.page(toBen)).slice(-1);
    await a.client.messages.react(answer!, "👩‍💻");
    await a.client.messages.settled(toBen);
    await whenSo(b.client, async () => {
      const page = await b.client.messages.page(toAda);
      return (
        page.some(({ text }) => text === TEXTS.edited) &&
        page.some(({ reactions }) => reactions.peer)
      );
    });
    await b.client.close();
    await a.client.messages.send(toBen, TEXTS.waiting);
    await a.client.messages.settled(toBen);

    const secrets = [...textSecrets(), ...devices.flatMap((device) => device.secrets())];
    const names = new Set(secrets.map(({ name }) => name));
    for (const kind of ["root", "chain", "secretKey"])
      expect(names).toContain(`the line's ${kind}`);
    const look = (): void => {
      const places = placesSeen(server, devices, proxies);
      expect(places.length).toBeGreaterThan(60);
      expect(findSecrets(secrets, places)).toEqual([]);
    };
    look();
    // The search would see what waits: the sealed box itself is there.
    const boxes = sealedBoxes(proxies[0]);
    expect(boxes.length).toBeGreaterThan(3);
    expect(findSecrets(boxes.slice(-1), placesInRows(server.stateDir))).not.toEqual([]);
    expect(
      findSecrets(
        boxes,
        proxies[0].frames.map(({ bytes }) => ({ name: "a frame", bytes })),
      ),
    ).not.toEqual([]);
    await a.client.close();
    look();
    await server.stop();
  },
);

/** Beginnings of what was sealed, as bytes. */
function sealedBoxes({ frames }: ChaosProxy): Secret[] {
  return frames
    .filter(({ side }) => side === "up")
    .flatMap(({ messages }) => messages)
    .filter(({ type }) => type === "send")
    .flatMap(({ boxes }) => boxes as { box: string }[])
    .map(({ box }) => ({
      name: "a sealed box",
      value: Buffer.from(box, "base64url").subarray(-24),
    }));
}
