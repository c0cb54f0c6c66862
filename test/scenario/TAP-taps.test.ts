// TAP-2 to TAP-7 with real devices against a real server: phones that touch, one or many at a time, on a network and
// with a server that may fail them.

import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Acquaint,
  type AcquaintEvent,
  memoryStore,
  type Table,
  type Ports,
} from "../../shared/client/node.ts";
import { type Rules, startChaosProxy } from "../support/chaosProxy.ts";
import { openClient, meet } from "../support/clients.ts";
import { corrupted } from "../support/corrupted.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

interface Person {
  readonly client: Acquaint;
  readonly told: AcquaintEvent[];
  readonly userId: string;
}

type Options = Parameters<typeof openClient>[1];

async function person(name: string, options: Options = {}, url = server.url): Promise<Person> {
  const client = await openClient(url, { name, ...options });
  const told: AcquaintEvent[] = [];
  client.on((event) => told.push(event));
  client.connect();
  return { client, told, userId: client.me.userId };
}

const named = ({ told }: Person, name: AcquaintEvent["event"]) =>
  told.filter(({ event }) => event === name);
const tablesOf = ({ told }: Person): Table[] =>
  told.flatMap((event) => (event.event === "table" ? [event.table] : []));
const show = async ({ client }: Person) => (await client.taps.ticket()).url;
/** Of this server, whichever way the ticket came. */
const here = (link: string) => link.replace(/^https?:\/\/[^/]+/, server.url);

const contactIn = (one: Person, other: Person) => one.client.contacts.get(other.userId);

async function expectTapped(one: Person, other: Person): Promise<void> {
  await expect.poll(() => named(one, "tapped").length).toBe(1);
  const contact = await contactIn(one, other);
  expect(contact).toMatchObject({ method: "tap", verified: true });
}

test("TAP-2, TAP-6, TAP-7: one touch makes verified contacts of both, told once each; the passive one is vouched for until tapped back", async () => {
  const [ada, ben] = [await person("Ada"), await person("Ben")];
  const { peers, groupId } = await ada.client.taps.tap([await show(ben)]);
  expect(peers).toMatchObject([
    { outcome: "established", userId: ben.userId, contact: { verified: true, vouched: false } },
  ]);
  expect(groupId).toBeNull();
  await Promise.all([expectTapped(ada, ben), expectTapped(ben, ada)]);
  expect(await contactIn(ben, ada)).toMatchObject({ vouched: true });
  const [first, second] = await Promise.all([contactIn(ada, ben), contactIn(ben, ada)]);
  expect(first?.receiptHash).toBe(second?.receiptHash);
  const back = await ben.client.taps.tap([await show(ada)]);
  expect(back.peers[0]).toMatchObject({ outcome: "already", contact: { vouched: false } });
  expect([named(ada, "tapped").length, named(ben, "tapped").length]).toEqual([1, 1]);
});

test("TAP-6: a contact that was told of is not told of again by the next start of the program", async () => {
  const [ben, cem] = [await person("Ben"), await person("Cem")];
  const store = memoryStore();
  const before = await person("Ada", { store });
  await before.client.taps.tap([await show(ben)]);
  await expectTapped(before, ben);
  await before.client.close();
  const ada = await person("Ada", { store });
  await ada.client.taps.tap([await show(cem)]);
  await expectTapped(ada, cem);
  expect(named(ada, "tapped")).toMatchObject([{ contact: { userId: cem.userId } }]);
});

test("TAP-3: each ticket of a submission has an outcome of its own, beside good ones", async () => {
  const [ada, ben, cem] = [await person("Ada"), await person("Ben"), await person("Cem")];
  const used = await show(ben);
  await ada.client.taps.tap([used]);
  const own = await show(ada);
  const good = await show(cem);
  const forged = good.replace(/.{88}$/, (end) => corrupted(end));
  const { peers } = await ada.client.taps.tap([own, good, forged, used]);
  const [self, first, bad, again] = peers.map(({ outcome }) => outcome);
  expect([self, first, bad]).toEqual(["self", "established", "forged"]);
  expect(again).toBe("established"); // its first outcome, repeated
  const other = await (await person("Dan")).client.taps.tap([used]);
  expect(other.peers[0]?.outcome).toBe("replayed");
});

for (const [what, skewMs] of [
  ["slow", -600_000],
  ["fast", 600_000],
] as const) {
  test(`TAP-2: a ticket serves that was made offline, after a restart, by a phone that is ten minutes ${what}`, async () => {
    const ada = await person("Ada");
    const store = memoryStore();
    let isOffline = false;
    const ports: Partial<Ports> = {
      now: () => Date.now() + skewMs,
      fetch: (url, init) =>
        isOffline ? Promise.reject(new TypeError("offline")) : fetch(url, init),
    };
    const before = await person("Ben", { store, ports });
    await show(before);
    await before.client.close();
    isOffline = true;
    const ben = await openClient(server.url, { store, ports });
    const { url } = await ben.taps.ticket();
    await ben.close();
    const { peers } = await ada.client.taps.tap([url]);
    expect(peers[0]).toMatchObject({ outcome: "established", userId: before.userId });
  });
}

test("TAP-6: when the answer is lost, the same submission is said again and makes one contact", async () => {
  const ben = await person("Ben");
  let lost = 0;
  const rules: Rules = {
    onRequest: (method, path) => {
      if (method !== "POST" || path !== "/v1/taps" || lost > 1) return "pass";
      lost += 1;
      return "cutAfter";
    },
  };
  const proxy = await startChaosProxy(server.url, rules);
  const ada = await person("Ada", {}, proxy.url);
  const link = (await show(ben)).replace(server.url, proxy.url);
  const { peers } = await ada.client.taps.tap([link]);
  expect(lost).toBe(2);
  expect(peers).toMatchObject([{ outcome: "established", userId: ben.userId }]);
  await Promise.all([expectTapped(ada, ben), expectTapped(ben, ada)]);
});

test("TAP-6: a program that dies before the server has heard goes on when it is started again", async () => {
  const ben = await person("Ben");
  const store = memoryStore();
  let isDead = false;
  const ports: Partial<Ports> = {
    fetch: (url, init) => {
      if (url.endsWith("/v1/taps")) isDead = true;
      return isDead ? new Promise(() => {}) : fetch(url, init);
    },
  };
  const before = await person("Ada", { store, ports });
  void before.client.taps.tap([await show(ben)]).catch(() => {});
  await expect.poll(() => isDead).toBe(true);
  const ada = await person("Ada", {
    store: { ...store, hold: memoryStore().hold, queue: memoryStore().queue },
  });
  await Promise.all([expectTapped(ada, ben), expectTapped(ben, ada)]);
});

test("TAP-6: two who read each other at once are contacts once, and are told once each", async () => {
  const [ada, ben] = [await person("Ada"), await person("Ben")];
  const [ofAda, ofBen] = [await show(ada), await show(ben)];
  await Promise.all([ada.client.taps.tap([ofBen]), ben.client.taps.tap([ofAda])]);
  await Promise.all([expectTapped(ada, ben), expectTapped(ben, ada)]);
  await expect.poll(async () => (await contactIn(ben, ada))?.vouched).toBe(false);
  const [first, second] = await Promise.all([contactIn(ada, ben), contactIn(ben, ada)]);
  expect(first?.receiptHash).toBe(second?.receiptHash);
  expect([named(ada, "tapped").length, named(ben, "tapped").length]).toEqual([1, 1]);
});

test("TAP-4: two who are read at once are a group with their reader, which each can verify and leave", async () => {
  const [ada, ben, cem] = [await person("Ada"), await person("Ben"), await person("Cem")];
  const { groupId } = await ada.client.taps.tap([await show(ben), await show(cem)]);
  await expect.poll(() => named(ben, "groups").length).toBeGreaterThan(0);
  for (const one of [ada, ben, cem]) {
    const [group] = await one.client.groups.list();
    expect(group).toMatchObject({ groupId, by: ada.userId, isCompared: false });
    expect(group?.members.map(({ userId }) => userId).toSorted()).toEqual(
      [ada, ben, cem].map(({ userId }) => userId).toSorted(),
    );
    await expect
      .poll(async () => (await one.client.groups.get(groupId!)).members.every((m) => m.verified))
      .toBe(true);
  }
  await cem.client.groups.leave(groupId!);
  expect(await cem.client.groups.list()).toEqual([]);
  await expect(cem.client.groups.get(groupId!)).rejects.toMatchObject({ code: "group-unknown" });
});

for (const side of ["reader", "shower"] as const) {
  test(`TAP-7: the ${side} takes a touch back, and both are told`, async () => {
    const [ada, ben] = [await person("Ada"), await person("Ben")];
    await ada.client.taps.tap([await show(ben)]);
    await Promise.all([expectTapped(ada, ben), expectTapped(ben, ada)]);
    const [one, other] = side === "reader" ? [ada, ben] : [ben, ada];
    await one.client.taps.undo(other.userId);
    await expect
      .poll(() => [named(one, "undone").length, named(other, "undone").length])
      .toEqual([1, 1]);
    expect(await contactIn(one, other)).toBeNull();
    expect(await contactIn(other, one)).toBeNull();
    await expect(one.client.taps.undo(other.userId)).rejects.toMatchObject({
      code: "contact-unknown",
    });
  });
}

test("TAP-7: a touch that was tapped back is taken back with the group that it has made", async () => {
  const [ada, ben, cem] = [await person("Ada"), await person("Ben"), await person("Cem")];
  const { groupId } = await ada.client.taps.tap([await show(ben), await show(cem)]);
  await expectTapped(ben, ada);
  await ben.client.taps.tap([await show(ada)]);
  await expect.poll(async () => (await contactIn(ben, ada))?.vouched).toBe(false);
  const again = await ada.client.taps.tap([await show(ben), await show(cem)]);
  expect(again.groupId).not.toBe(groupId);
  await ada.client.taps.undo(ben.userId);
  for (const [one, other] of [
    [ada, ben],
    [ben, ada],
  ] as const) {
    await expect.poll(() => contactIn(one, other)).toBeNull();
    await expect.poll(() => one.client.groups.list()).toEqual([]);
  }
  expect(await contactIn(ada, cem)).not.toBeNull();
});

test("TAP-7: who was met by a key is not let go of by an undo, nor made less of by a touch", async () => {
  const [ada, ben] = [await person("Ada"), await person("Ben")];
  await meet(ada.client, ben.client);
  const { peers } = await ada.client.taps.tap([await show(ben)]);
  expect(peers[0]).toMatchObject({ outcome: "already", contact: { method: "key" } });
  await expect(ada.client.taps.undo(ben.userId)).rejects.toMatchObject({ code: "undo-over" });
});

async function compared(...all: Person[]): Promise<string[]> {
  await expect
    .poll(() => all.map((one) => tablesOf(one).at(-1)?.at))
    .toEqual(all.map(() => "comparing"));
  return all.map((one) => tablesOf(one).at(-1)!.phrase!.join(" "));
}

test("TAP-5: a table that is laid while the connection comes up is not given up before the server knows of it", async () => {
  const [ben, cem] = [await person("Ben"), await person("Cem")];
  const { promise: submitting, resolve: submits } = Promise.withResolvers<void>();
  const { promise: asked, resolve: asks } = Promise.withResolvers<void>();
  const ports: Partial<Ports> = {
    async fetch(url, init) {
      const { pathname } = new URL(String(url));
      if (pathname === "/v1/upgrade-tokens") await submitting;
      if (pathname === "/v1/taps") {
        submits();
        await asked;
      }
      const answer = await fetch(url, init);
      if (pathname.startsWith("/v1/taps/") && answer.status === 404) asks();
      return answer;
    },
  };
  const ada = await person("Ada", { ports });
  const { tapId } = await ada.client.taps.together([await show(ben), await show(cem)]);
  for (const one of [ada, ben, cem]) {
    await expect.poll(() => tablesOf(one).at(-1)?.at).toBe("comparing");
    await one.client.taps.confirm(tapId);
  }
  await expect.poll(() => tablesOf(ada).at(-1)?.at).toBe("settled");
});

test("TAP-5: three at a table see one phrase, and once all have confirmed are contacts and a group", async () => {
  const [ada, ben, cem] = [await person("Ada"), await person("Ben"), await person("Cem")];
  const { tapId } = await ada.client.taps.together([await show(ben), await show(cem)]);
  const phrases = await compared(ada, ben, cem);
  expect(new Set(phrases).size).toBe(1);
  expect(phrases[0]?.split(" ")).toHaveLength(6);
  expect(await contactIn(ada, ben)).toBeNull();
  for (const { client } of [ada, ben, cem]) await client.taps.confirm(tapId);
  await expect
    .poll(() => [ada, ben, cem].map((one) => tablesOf(one).at(-1)?.at))
    .toEqual(["settled", "settled", "settled"]);
  await expect
    .poll(async () => [(await contactIn(ben, ada))?.vouched, (await contactIn(cem, ada))?.vouched])
    .toEqual([false, false]);
  const { groupId } = tablesOf(ada).at(-1)!;
  await expect.poll(async () => (await ben.client.groups.get(groupId!)).isCompared).toBe(true);
});

test("TAP-5: two at a table are contacts, and who has compared its phrase needs the server's word no more", async () => {
  const [ada, ben, cem] = [await person("Ada"), await person("Ben"), await person("Cem")];
  for (const urls of [[await show(ben)], [await show(ben), await show(cem)]]) {
    const all = [ada, ben, ...urls.slice(1).map(() => cem)];
    const { tapId } = await ada.client.taps.together(urls);
    const [phrase] = await compared(...all);
    expect(phrase?.split(" ")).toHaveLength(6);
    await Promise.all(all.map(({ client }) => client.taps.confirm(tapId)));
    await expect
      .poll(() => all.map((one) => tablesOf(one).at(-1)?.at))
      .toEqual(all.map(() => "settled"));
    for (const one of all.slice(1)) {
      await expect
        .poll(() => contactIn(one, ada))
        .toMatchObject({ method: "tap", verified: true, vouched: false });
    }
  }
  expect(tablesOf(ada).filter(({ at }) => at === "settled").length).toBe(2);
});

test("TAP-5: one who declines ends the table for all, and nobody is a contact", async () => {
  const [ada, ben, cem] = [await person("Ada"), await person("Ben"), await person("Cem")];
  const { tapId } = await ada.client.taps.together([await show(ben), await show(cem)]);
  await compared(ada, ben, cem);
  await ada.client.taps.confirm(tapId);
  await cem.client.taps.decline(tapId);
  for (const one of [ada, ben, cem]) {
    await expect.poll(() => tablesOf(one).at(-1)?.end?.reason).toBe("declined");
    expect(tablesOf(one).at(-1)?.end?.by).toBe(cem.userId);
  }
  expect(await ada.client.contacts.list()).toEqual([]);
});

test("TAP-5: a bad code among those of a table is told to its initiator, and nothing comes of it", async () => {
  const [ada, ben, cem] = [await person("Ada"), await person("Ben"), await person("Cem")];
  const used = await show(cem);
  await ben.client.taps.tap([used]);
  const table = await ada.client.taps.together([await show(ben), used]);
  expect(table).toMatchObject({ at: "aborted", end: { reason: "refused", by: cem.userId } });
  expect(tablesOf(ben)).toEqual([]);
});

interface Member {
  ticket: string;
  share: string | null;
}
type Lie = (members: Member[]) => void;
const LIES: readonly [string, Lie][] = [
  [
    "another share of the initiator",
    ([first]) => {
      if (first?.share) first.share = corrupted(first.share);
    },
  ],
  [
    "a ticket that nobody has signed",
    ([, , third]) => {
      third!.ticket = corrupted(third!.ticket);
    },
  ],
  [
    "a table without one of its members",
    (members) => {
      if (members[0]?.share) members.pop();
    },
  ],
];

for (const [what, lie] of LIES) {
  test(`TAP-5: a server that shows one of three ${what} is caught, and nobody is a contact`, async () => {
    const proxy = await startChaosProxy(server.url, {
      onFrame: ({ side, messages }) => {
        if (side === "up" || !messages.some(({ type }) => type === "table")) return "pass";
        for (const message of messages) {
          const { tap } = message as unknown as { tap?: { table: { members: Member[] } } };
          if (tap?.table) lie(tap.table.members);
        }
        return { replace: messages };
      },
      // What the device would be told on the other way is told by the mailbox alone.
      onRequest: (_, path) =>
        /\/v1\/taps\/.*(share|state)|\/v1\/taps\/[^/]+\/[^/]+$/.test(path) ? "cutAfter" : "pass",
    });
    const [ada, cem] = [await person("Ada"), await person("Cem")];
    const ben = await person("Ben", {}, proxy.url);
    await ada.client.taps.together([here(await show(ben)), await show(cem)]);
    await expect.poll(() => tablesOf(ben).at(-1)?.end?.reason).toBe("tampered");
    for (const one of [ada, cem]) {
      await expect.poll(() => tablesOf(one).at(-1)?.at).toBe("aborted");
      expect(await one.client.contacts.list()).toEqual([]);
    }
  });
}
