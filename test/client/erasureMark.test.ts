// ID-5: what keeps a device from bringing back an account that was erased, and what does not convince it.

import { ed25519 } from "@noble/curves/ed25519.js";
import { beforeEach, describe, expect, test } from "vitest";
import { AccountErased, memoryStore, type Store } from "../../shared/client/node.ts";
import { clearErased, ErasureMark } from "../../shared/client/erasureMark.ts";
import { createDeviceKeys } from "../../shared/client/store/store.ts";
import { toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { eraseTranscript, sessionTranscript } from "../../shared/core/identity/deviceLog.ts";
import { Account, keysOf } from "../core/deviceLogAccount.ts";

const ORIGIN = "https://acquaint.example";
const ann = new Account("ann");
const NOTICE = { type: "erased", device: 0, challenge: "a.b.c" } as const;

let store: Store;
let mark: ErasureMark;
let heard: number;
beforeEach(async () => {
  store = memoryStore();
  await store.adoptIdentity({ keys: await createDeviceKeys(false), log: ann.log });
  mark = new ErasureMark(store, ann.log);
  heard = 0;
  mark.onErased = () => (heard += 1);
});

const signedBy = (secret: Uint8Array, bytes = eraseTranscript(ORIGIN, NOTICE.challenge)) =>
  toBase64Url(ed25519.sign(bytes, secret));
const own = keysOf("ann 0").secret;

test("ID-5: an account that its own device has erased is not registered again", async () => {
  await mark.check();
  await mark.learn({ ...NOTICE, signature: signedBy(own) }, ORIGIN, ann.verified);
  expect(heard).toBe(1);
  await expect(mark.check()).rejects.toThrow(AccountErased);
  await expect(new ErasureMark(store, ann.log).check()).rejects.toThrow(AccountErased);
});

describe("ID-5: the server's word alone erases nothing:", () => {
  test.for([
    ["a signature of another key", { signature: signedBy(keysOf("eve").secret) }, ORIGIN],
    ["of the recovery key", { signature: signedBy(keysOf("ann recovery").secret) }, ORIGIN],
    ["of a device that is not listed", { device: 1, signature: signedBy(own) }, ORIGIN],
    ["for another challenge", { challenge: "d.e.f", signature: signedBy(own) }, ORIGIN],
    ["for another server", { signature: signedBy(own) }, "https://elsewhere.example"],
    [
      "for a session",
      { signature: signedBy(own, sessionTranscript(ORIGIN, NOTICE.challenge)) },
      ORIGIN,
    ],
    ["of no length", { signature: "" }, ORIGIN],
  ] as const)("%s", async ([, change, origin]) => {
    await mark.learn({ ...NOTICE, ...change }, origin, ann.verified);
    expect(heard).toBe(0);
    await mark.check();
  });
});

test("ID-5: a mark that comes after another window has deleted all is taken away again", async () => {
  const emptied: Store = {
    ...store,
    put: async (collection, id, value) => {
      await store.clear();
      await store.put(collection, id, value);
    },
  };
  const late = new ErasureMark(emptied, ann.log);
  await late.learn({ ...NOTICE, signature: signedBy(own) }, ORIGIN, ann.verified);
  expect(await store.all("device")).toEqual([]);
});

test("ID-5: where the store holds another account, or none, this one is not registered", async () => {
  await store.clear();
  await expect(mark.check()).rejects.toThrow(AccountErased);
  const ben = new Account("ben");
  await store.adoptIdentity({ keys: await createDeviceKeys(false), log: ben.log });
  await expect(mark.check()).rejects.toThrow(AccountErased);
  await mark.learn({ ...NOTICE, signature: signedBy(own) }, ORIGIN, ann.verified);
  await new ErasureMark(store, ben.log).check();
});

test("ID-5: what a crash has left is cleared before a new account begins, unless somebody is at it", async () => {
  await store.put("settings", "profile", { name: "Ann" });
  await clearErased(store);
  expect(await store.all("settings"), "without a mark").toHaveLength(1);
  await mark.put();
  const release = await mark.hold();
  await expect(clearErased(store)).rejects.toThrow(AccountErased);
  expect(await store.all("settings")).toHaveLength(1);
  release?.();
  await clearErased(store);
  expect([await store.loadIdentity(), await store.all("settings")]).toEqual([null, []]);
  expect(await store.all("device")).toEqual([]);
});
