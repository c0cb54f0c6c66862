// ID-3: the device log grows at the server, by entries that certify themselves: whoever brings them, all of them
// count or none, and a second time they change nothing.

import { runInDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { ed25519 } from "@noble/curves/ed25519.js";
import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";
import { signedPrekeyBytes } from "../../shared/core/crypto/prekeys.ts";
import type { DeviceLog, LaterEntry } from "../../shared/wire/auth.ts";
import type { SignedPrekey } from "../../shared/wire/line.ts";
import { codeOf, randomText, registerAccount, request } from "./support/accounts.ts";
import { Household, type Member } from "./support/devices.ts";
import { Ledger } from "./support/ledger.ts";
import {
  answersTo,
  befriend,
  boxesFor,
  envelopesAt,
  heldBy,
  mailboxOf,
  read,
  sendTo,
  storedBy,
} from "./support/line.ts";

afterEach(() => vi.restoreAllMocks());

const logAt = async ({ userId }: Household): Promise<DeviceLog | null> =>
  mailboxOf({ userId }).log();

/** What the mailbox keeps of devices, in the order of their number. */
async function devicesAt({ userId }: Household): Promise<{ number: number; device_id: string }[]> {
  return runInDurableObject(mailboxOf({ userId }), (_, { storage }) =>
    storage.sql
      .exec<{ number: number; device_id: string }>(
        "SELECT number, device_id FROM device ORDER BY number",
      )
      .toArray(),
  );
}

async function expectStored(house: Household): Promise<void> {
  expect(await logAt(house)).toEqual(house.log);
  const active = house.active().map(({ number, deviceId }) => ({ number, device_id: deviceId }));
  expect(await devicesAt(house)).toEqual(active);
}

const stateOf = ({ log, verified }: Household) => ({
  length: log.length,
  logHead: toBase64Url(verified.head),
});

test("ID-3: a device adds another, which has a say from then on", async () => {
  const house = await Household.of(1);
  const answer = await house.append(house.add());
  expect(answer).toMatchObject({ status: 200, body: stateOf(house) });
  await expectStored(house);
  const own = await request("GET", "/v1/account", { actor: house.member(1) });
  expect(own.body).toMatchObject({ userId: house.userId, logHead: stateOf(house).logHead });
});

test("ID-3: several entries at once: added, removed, and a phrase that adds what another replaced", async () => {
  const house = await Household.of(1);
  const entries = [house.add(), house.add(1), house.remove(0, 2), house.changeRecovery(1)];
  expect((await house.appendAs(house.member(0), ...entries)).status).toBe(200);
  expect((await house.append(house.add("recovery"))).status).toBe(200);
  await expectStored(house);
});

test("ID-3: an account of its own is enough to bring entries, as a restored device does", async () => {
  const house = await Household.of(1);
  const stranger = await registerAccount();
  expect((await house.appendAs(stranger, house.add("recovery"))).status).toBe(200);
  await expectStored(house);
});

test("ID-3: the same entries again, alone or with later ones, change nothing that is there", async () => {
  const house = await Household.of(1);
  const first = house.add();
  await house.append(first);
  const ledger = await Ledger.open();
  expect(await house.append(first)).toMatchObject({ status: 200, body: stateOf(house) });
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
  const later = house.remove(0, 1);
  expect((await house.appendAs(house.member(1), first, later)).body).toEqual(stateOf(house));
  await expectStored(house);
});

test("ID-3: of two that append at once, one finds the log changed", async () => {
  const house = await Household.of(1);
  const other = house.fork();
  const answers = await Promise.all([house.append(house.add()), other.append(other.add())]);
  expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 409]));
  const lost = answers.find(({ status }) => status === 409)!;
  expect(codeOf(lost)).toBe("log-changed");
  await expectStored(answers[0] === lost ? other : house);
});

test("ID-3: all of the entries count, or none", async () => {
  const house = await Household.of(2);
  const before = house.fork();
  const good = house.add();
  const entries = [good, { ...house.remove(0, 1), signature: randomText(64) }];
  const answer = await before.append(...entries);
  expect(codeOf(answer)).toBe("malformed-request");
  await expectStored(before);
});

test("ID-3: what is not signed as it must be, or may not come there, is refused", async () => {
  const house = await Household.of(2);
  const good = house.fork().add();
  const foreign = (await Household.of(2)).add();
  const bad: [object, string][] = [
    [{ ...good, signature: randomText(64) }, "malformed-request"],
    [{ ...good, possession: randomText(64) }, "malformed-request"],
    [{ ...good, by: 1 }, "malformed-request"],
    [{ ...good, by: 7 }, "malformed-request"],
    [{ ...good, createdAt: 1 }, "malformed-request"],
    [{ ...good, previous: randomText(32) }, "log-changed"],
    [foreign, "log-changed"],
    [house.log[0]!, "malformed-request"],
  ];
  for (const [entry, code] of bad) {
    const answer = await house.append(entry as never);
    expect(codeOf(answer), JSON.stringify(entry)).toBe(code);
  }
  await expectStored(house);
});

test("ID-3: an account that the server does not know has no log to append to", async () => {
  const house = Household.make();
  const answer = await house.appendAs(await registerAccount(), house.add());
  expect([answer.status, codeOf(answer)]).toEqual([404, "account-unknown"]);
});

test("ID-3: a server that has lost the account learns all of it by registering", async () => {
  const house = Household.make();
  for (const entry of [house.add(), house.add(), house.remove(0, 1)]) expect(entry).toBeDefined();
  const answer = await house.register();
  expect(answer).toMatchObject({ status: 201, body: { logHead: stateOf(house).logHead } });
  await expectStored(house);
});

test("ID-3: registering an account that is there: what is shorter changes nothing, what is longer is appended", async () => {
  const house = await Household.of(1);
  const shorter = house.fork();
  house.add();
  expect((await house.register()).status).toBe(201);
  await expectStored(house);
  expect(await shorter.register()).toMatchObject({
    status: 201,
    body: { logHead: stateOf(shorter).logHead },
  });
  await expectStored(house);
});

test("ID-3: registering a log that leads elsewhere, or does not verify, changes nothing", async () => {
  const house = await Household.of(2);
  const [forked, broken] = [house.fork(), house.fork()];
  forked.add();
  await house.append(house.add());
  expect(codeOf(await forked.register())).toBe("log-changed");
  broken.log = [...broken.log, { ...broken.remove(0, 1), signature: randomText(64) }];
  expect(codeOf(await broken.register())).toBe("malformed-request");
  await expectStored(house);
});

test("ID-3: devices that listen hear how long the log is, and read it as their own", async () => {
  const house = await Household.of(2);
  const sockets = [await read(house.member(0)), await read(house.member(1))];
  for (const socket of sockets) {
    expect(socket.told.at(-1)).toMatchObject({ type: "ready", logLength: 2 });
  }
  await house.append(house.add());
  for (const socket of sockets) {
    expect(await socket.next("log")).toEqual({ type: "log", length: 3 });
  }
  const path = `/v1/accounts/${house.userId}/log`;
  const { body } = await request("GET", path, { actor: house.member(2) });
  expect(body).toEqual({ log: house.log });
  const late = await read(house.member(2));
  expect(late.told.at(-1)).toMatchObject({ type: "ready", logLength: 3 });
});

test("ID-3: a message to the devices of before is refused, to those of now it is stored for each", async () => {
  const house = await Household.of(1);
  const ann = await registerAccount();
  await befriend(ann, { ...ann, ...house.member(0) });
  const socket = await read(ann);
  await house.append(house.add());
  socket.send(sendTo(house, 1, boxesFor([0])));
  expect((await answersTo(socket, [1])).get(1)).toBe("devices-changed");
  socket.send(sendTo(house, 2, boxesFor([0, 1])));
  await storedBy(socket, 2);
  const [envelope] = await envelopesAt(await read(house.member(1)), 1);
  expect(envelope).toMatchObject({ from: ann.userId });
  await house.append(house.remove(0, 1));
  expect((await heldBy(house)).map(({ device }) => device)).toEqual([1]);
  socket.send(sendTo(house, 3, boxesFor([0, 1])));
  expect((await answersTo(socket, [3])).get(3)).toBe("devices-changed");
  socket.send(sendTo(house, 4, boxesFor([1])));
  await storedBy(socket, 4);
});

test("ID-3: an entry that adds a device writes two rows", async () => {
  const house = await Household.of(1);
  const entry = house.add();
  const ledger = await Ledger.open();
  await house.append(entry);
  expect(ledger.rowsWritten, String(ledger)).toBe(2);
});

function prekeyOf({ signKey }: Member, id = 1): SignedPrekey {
  const key = randomText(32);
  const signature = ed25519.sign(signedPrekeyBytes(id, fromBase64Url(key)), signKey);
  return { id, key, signature: toBase64Url(signature) };
}

/** Brought by the first device, with a prekey of the one that is added. */
const appendWith = (house: Household, entries: LaterEntry[], prekey: SignedPrekey) =>
  request("POST", `/v1/accounts/${house.userId}/entries`, {
    actor: house.member(0),
    body: { entries, prekey },
  });

/** What another device of the account draws. */
async function drawnFrom(house: Household, device: number) {
  const path = `/v1/accounts/${house.userId}/prekeys`;
  const body = { devices: [device] };
  return (await request("POST", path, { actor: house.member(0), body })).body.bundles;
}

test("ID-3: a device that is listed with its prekey can be written to at once", async () => {
  const house = await Household.of(1);
  const ann = await registerAccount();
  await befriend(ann, { ...ann, ...house.member(0) });
  const entry = house.add();
  const prekey = prekeyOf(house.member(1));
  expect((await appendWith(house, [entry], prekey)).body).toEqual(stateOf(house));
  const bundle = { device: 1, signed: prekey, oneTime: null };
  const path = `/v1/accounts/${house.userId}/prekeys`;
  const { body } = await request("POST", path, { actor: ann, body: { devices: [1] } });
  expect(body.bundles).toEqual([bundle]);
  expect(await drawnFrom(house, 1)).toEqual([bundle]);
});

test("ID-3: a prekey that the device has not signed, or that comes with no device, changes nothing", async () => {
  const house = await Household.of(2);
  const before = house.fork();
  const entry = house.add();
  const added = house.member(2);
  const prekey = prekeyOf(added);
  const bad: [LaterEntry[], SignedPrekey][] = [
    [[entry], prekeyOf(house.member(0))],
    [[entry], { ...prekey, id: 2 }],
    [[entry], { ...prekey, key: randomText(32) }],
    [[entry], { ...prekey, signature: randomText(64) }],
    [[entry, house.remove(1, 0)], prekey],
    [[before.fork().remove(1, 0)], prekey],
    [[before.fork().changeRecovery(0)], prekeyOf(house.member(0))],
  ];
  for (const [entries, given] of bad) {
    const answer = await appendWith(before, entries, given);
    expect(codeOf(answer), JSON.stringify([entries, given])).toBe("malformed-request");
    await expectStored(before);
  }
  expect(await drawnFrom(house, 2)).toEqual([]);
});

test("ID-3: an entry that comes again with its prekey changes nothing, nor does it replace what its device has left", async () => {
  const house = await Household.of(1);
  const entry = house.add();
  const prekey = prekeyOf(house.member(1));
  await appendWith(house, [entry], prekey);
  const ledger = await Ledger.open();
  expect((await appendWith(house, [entry], prekey)).body).toEqual(stateOf(house));
  expect((await appendWith(house, [entry], prekeyOf(house.member(1), 7))).status).toBe(200);
  expect(ledger.rowsWritten, String(ledger)).toBe(0);
  expect(await drawnFrom(house, 1)).toEqual([{ device: 1, signed: prekey, oneTime: null }]);
  const left = prekeyOf(house.member(1), 2);
  const upload = { signed: left, oneTime: [{ id: 3, key: randomText(32) }] };
  await request("PUT", "/v1/prekeys", { actor: house.member(1), body: upload });
  await appendWith(house, [entry], prekey);
  const bundle = { device: 1, signed: left, oneTime: upload.oneTime[0] };
  expect(await drawnFrom(house, 1)).toEqual([bundle]);
  await expectStored(house);
});
