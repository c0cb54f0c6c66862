// KEY-5 on a device whose disk is full: what cannot be kept is not claimed to be; it is said so, and
// nothing is lost once there is room again.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Collection, fullDisk } from "../support/fullDisk.ts";
import { codeOf, openClient, outcomeOf } from "../support/clients.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test("a key that cannot be kept is not shown, and one that cannot be kept is not entered", async () => {
  const ada = await openClient(server.url);
  const disk = fullDisk();
  const ben = await openClient(server.url, { store: disk.store });
  disk.refuse("attempts");
  await expect(ben.showKey()).rejects.toThrow(/no space/);
  const shown = await ada.showKey();
  await expect(ben.enterKey(codeOf(shown))).rejects.toThrow(/no space/);
  expect(await ben.contacts.list()).toEqual([]);
});

test.each<["initiator" | "responder", Collection, number]>([
  ["initiator", "contacts", 0],
  ["responder", "contacts", 0],
  ["initiator", "attempts", 3],
])(
  "KEY-5: an %s that runs out of disk for %s hears of it, and connects once there is room",
  async (victim, collection, after) => {
    const disk = fullDisk();
    const mortal = await openClient(server.url, { store: disk.store, name: "Mortal" });
    const other = await openClient(server.url, { name: "Other" });
    disk.refuse(collection, after);
    const isInitiator = victim === "initiator";
    const shown = await (isInitiator ? mortal : other).showKey();
    const entered = await (isInitiator ? other : mortal).enterKey(codeOf(shown));
    const [own, others] = isInitiator ? [shown, entered] : [entered, shown];
    await expect(own.contact).rejects.toThrow(/no space/);
    await expect(
      (async () => {
        for await (const { event } of own) expect(event).not.toBe("connected");
      })(),
    ).rejects.toThrow(/no space/);
    expect((await mortal.contacts.list()).filter(({ verified }) => verified)).toEqual([]);
    await mortal.close();

    disk.makeRoom();
    const again = await openClient(server.url, { store: disk.store });
    const [resumed] = await again.pendingMeetings();
    expect(await Promise.all([outcomeOf(resumed!), outcomeOf(others)])).toEqual([
      "connected",
      "connected",
    ]);
    const [contact] = await again.contacts.list();
    expect(contact?.receiptHash).toBe((await others.contact).receiptHash);
  },
);
