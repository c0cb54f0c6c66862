// PAS-3: what the store keeps of offered passphrases: digests that only this device's key can make.

import { sha256 } from "@noble/hashes/sha2.js";
import { expect, test, vi } from "vitest";
import { BurntPassphrases } from "../../shared/client/burntPassphrases.ts";
import { memoryStore, type Store } from "../../shared/client/node.ts";
import { createDeviceKeys } from "../../shared/client/store/store.ts";
import { fromBase64Url, lvCat, toBase64Url, utf8 } from "../../shared/core/crypto/bytes.ts";
import { eventually, HIGHEST_SID, OWN_LOCATOR, PairingWorld } from "./pairingWorld.ts";

const WORDS = "blue harbour, at noon";
const PRS = toBase64Url(utf8(WORDS));

/** A store, and all that was ever put into it, as text. */
function watched(): { store: Store; kept: string[] } {
  const inner = memoryStore();
  const kept: string[] = [];
  const store: Store = {
    ...inner,
    put: (collection, id, value) => {
      kept.push(`${collection} ${id} ${JSON.stringify(value)}`);
      return inner.put(collection, id, value);
    },
  };
  return { store, kept };
}

async function deviceOf() {
  const { publicKey, privateKey } = (await createDeviceKeys(false)).agree;
  const withItself = { name: "X25519", public: publicKey };
  return {
    ownSecret: async () =>
      new Uint8Array(await crypto.subtle.deriveBits(withItself, privateKey, 256)),
  };
}

const burntIn = (kept: readonly string[]) =>
  kept.flatMap((entry) => /^settings burnt ([\w-]+) /.exec(entry)?.[1] ?? []);

test("PAS-3: what is kept of it is a digest that does not hold it, and the attempt that has it", async () => {
  const { store, kept } = watched();
  expect(await new BurntPassphrases(store, await deviceOf()).take(PRS, "one")).toBe(true);
  expect(kept).toHaveLength(1);
  expect(kept[0]).not.toContain(PRS);
  expect(kept[0]).toMatch(/^settings burnt [A-Za-z0-9_-]{43} \{"by":"one"\}$/);
});

test("PAS-3: it is another digest with every device's key, and the same one each time with one key", async () => {
  const ids: string[] = [];
  for (const device of [await deviceOf(), await deviceOf()]) {
    const { store, kept } = watched();
    for (const attempt of ["one", "one"])
      await new BurntPassphrases(store, device).take(PRS, attempt);
    const [first, second] = burntIn(kept);
    expect(second).toBe(first);
    ids.push(first!);
  }
  expect(ids[0]).not.toBe(ids[1]);
});

test("PAS-3: an engine whose signatures are randomised, as WebKit's are, refuses it as well", async () => {
  const { subtle } = crypto;
  const signs = vi.spyOn(subtle, "sign");
  const device = await deviceOf();
  const store = memoryStore();
  const burnt = new BurntPassphrases(store, device);
  await burnt.take(PRS, "one");
  expect(await burnt.has(PRS)).toBe(true);
  expect(signs).not.toHaveBeenCalled();
  signs.mockRestore();
});

test("PAS-3: nobody who reads the store finds it by hashing account, device and words", async () => {
  const { store, kept } = watched();
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  const entered = acquaint.enterPassphrase(OWN_LOCATOR, WORDS);
  const socket = await world.attempt(0);
  await world.claimed(socket, HIGHEST_SID);
  const meeting = await entered;
  socket.say([{ type: "ended", outcome: "mismatch" }]);
  await eventually(() => meeting.isOver);

  const [id] = burntIn(kept);
  const prs = fromBase64Url(PRS);
  const userId = utf8(acquaint.me.userId);
  const { log } = (await store.loadIdentity())!;
  const publicParts = [userId, ...publicBytesOf(log)];
  const label = utf8("acquaint burnt v1");
  const guesses = publicParts.flatMap((part) =>
    [prs, sha256(prs)].flatMap((words) => [
      sha256(words),
      sha256(lvCat(part, words)),
      sha256(lvCat(words, part)),
      sha256(lvCat(label, words)),
      sha256(lvCat(label, part, words)),
      sha256(lvCat(utf8("acquaint burnt passphrase v1"), part, words)),
    ]),
  );
  expect(id).toMatch(/^[\w-]{43}$/);
  expect(guesses.map(toBase64Url)).not.toContain(id);
});

test("PAS-3: once an attempt is over, nothing else that is left in the store holds its words", async () => {
  const store = memoryStore();
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  const entered = acquaint.enterPassphrase(OWN_LOCATOR, WORDS);
  const socket = await world.attempt(0);
  await world.claimed(socket, HIGHEST_SID);
  const meeting = await entered;
  expect(JSON.stringify(await store.all("attempts"))).toContain(PRS);
  socket.say([{ type: "ended", outcome: "mismatch" }]);
  await eventually(() => meeting.isOver);
  await eventually(() => world.attempts[0]!.closedWith !== null);
  expect(await store.all("attempts")).toEqual([]);
  expect(JSON.stringify(await store.all("settings"))).not.toContain(PRS);
});

/** Keys and ids in the device log, which the server has as well. */
function publicBytesOf(log: unknown): Uint8Array[] {
  const texts = JSON.stringify(log).match(/"[\w-]{32,}"/g) ?? [];
  return texts.map((text) => utf8(text.slice(1, -1)));
}
