// ID-4: whose requests an account is shown, as its owner sets it.

import { expect, test } from "vitest";
import { AUDIENCES, memoryStore } from "../../shared/client/node.ts";
import { BEN, PairingWorld } from "./pairingWorld.ts";

const account = {
  userId: BEN,
  logHead: "A".repeat(43),
  handle: null,
  visibility: "anyone",
  requestsFrom: "contactsOfContacts",
};

test("ID-4: whose requests are shown is set on the server alone, and remembered when the program starts anew", async () => {
  const store = memoryStore();
  const world = new PairingWorld();
  const acquaint = await world.open(store);
  expect(acquaint.me.requestsFrom).toBe("anyone");
  world.respond = (path) => (path === "/v1/account" ? Response.json(account) : undefined);
  const me = await acquaint.updateProfile({ requestsFrom: "contactsOfContacts" });
  expect(me).toMatchObject({ requestsFrom: "contactsOfContacts", visibility: "anyone" });
  expect(world.requests.at(-1)?.body).toEqual({ requestsFrom: "contactsOfContacts" });
  expect(world.told).toContainEqual({ event: "profile" });
  const again = await new PairingWorld().open(store);
  expect(again.me.requestsFrom).toBe("contactsOfContacts");
});

test("ID-4: a profile that was kept before there was the setting shows everyone's requests", async () => {
  const store = memoryStore();
  const { requestsFrom: _, ...older } = account;
  await store.put("settings", "profile", { name: "Ann", account: older });
  const acquaint = await new PairingWorld().open(store);
  expect(acquaint.me).toMatchObject({ name: "Ann", requestsFrom: "anyone" });
});

test("ID-4: what is read anew undoes no change that was made meanwhile, neither here nor at the server", async () => {
  const world = new PairingWorld();
  const acquaint = await world.open(memoryStore());
  let answerRead: (response: Response) => void = () => {};
  world.respond = (path, method) => {
    if (path !== "/v1/account") return undefined;
    if (method === "PATCH") return Response.json({ ...account, requestsFrom: "nobody" });
    return new Promise<Response>((resolve) => (answerRead = resolve));
  };
  const reading = acquaint.refreshProfile();
  await acquaint.updateProfile({ requestsFrom: "nobody", name: "Anna" });
  answerRead(Response.json(account));
  expect(await reading).toMatchObject({ requestsFrom: "nobody", name: "Anna" });
  expect(acquaint.me).toMatchObject({ requestsFrom: "nobody", name: "Anna" });
});

test("ID-4: there are three to choose from", () => {
  expect(AUDIENCES).toEqual(["anyone", "contactsOfContacts", "nobody"]);
});
