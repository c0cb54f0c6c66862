// ID-3: tabs of one device on its way into an account: one of them does the work, and all are told.

import { afterAll, beforeAll, expect, test } from "vitest";
import { memoryStore } from "../../shared/client/node.ts";
import { codeOf, IMPATIENT, openClient } from "../support/clients.ts";
import { isNamed, nextEvent } from "../support/linking.ts";
import { accountIn, admitAll, openAgain } from "../support/linkingLives.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

test.each([0, 1])(
  "ID-3: two tabs of a device that joins are both told, whichever enters the code, and one goes over for both",
  async (entering) => {
    const owner = await openClient(server.url, { ports: IMPATIENT });
    owner.connect();
    const devices = await admitAll(owner);
    const store = memoryStore();
    const requests: string[] = [];
    const ports = {
      ...IMPATIENT,
      fetch: (url: string, init: RequestInit) => {
        requests.push(`${init.method} ${new URL(url).pathname}`);
        return fetch(url, init);
      },
    };
    let clears = 0;
    const counted = {
      ...store,
      clear: (...next: Parameters<typeof store.clear>) => (clears++, store.clear(...next)),
    };
    const tabs = [
      await openClient(server.url, { store: counted, ports }),
      await openClient(server.url, { store: counted, ports }),
    ];
    for (const tab of tabs) tab.connect();
    const endings = tabs.map((tab) => nextEvent(tab, isNamed("joined", "erased")));
    const shown = await devices.link();
    const entered = await (await tabs[entering]!.devices()).join(codeOf(shown), "laptop");
    await Promise.all([shown.contact, entered.contact]);
    for (const ending of endings) expect(await ending).toEqual({ event: "joined" });
    const again = await Promise.all(tabs.map(() => openAgain(server.url, counted)));
    for (const tab of again) expect(tab.me.userId).toBe(owner.me.userId);
    expect(await accountIn(store)).toBe(owner.me.userId);
    expect(clears).toBe(1);
    expect(requests.filter((one) => one === "DELETE /v1/account")).toHaveLength(1);
    expect(await devices.list()).toHaveLength(2);
    await expect.poll(() => devices.applicants()).toEqual([]);
    await owner.messages.caughtUp();
  },
);
