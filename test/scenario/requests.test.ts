// PAS-2, PAS-6 and PAS-8 from the side of who is asked: several requests, being away, other devices,
// blocking, and who may ask at all. The asker never learns which of these it was.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Acquaint, type Meeting, memoryStore } from "../../shared/client/node.ts";
import { IMPATIENT, openClient, outcomeOf } from "../support/clients.ts";
import { MortalServer } from "../support/mortalServer.ts";
import {
  askAndAnswer,
  BOTH_CONNECTED,
  courseOf,
  openListener,
  openListeners,
  outcomesOf,
  overRequests,
  requestFrom,
  whenSeen,
} from "../support/spoken.ts";
import { letTimePass, storedRows } from "../support/storedState.ts";

let server: MortalServer;
beforeAll(async () => {
  server = await MortalServer.start();
});
afterAll(() => server.stop());

const passTime = (milliseconds: number) =>
  server.kill(() => letTimePass(server.stateDir, milliseconds));

/** Whose requests wait in mailboxes. */
function askersAt(stateDir: string): string[] {
  return storedRows(stateDir, "Mailbox").flatMap(({ value }) => {
    const { waiting = [] } = (value ?? {}) as { waiting?: { from: string }[] };
    return waiting.map(({ from }) => from);
  });
}

/** Resolves once all that waited in the mailbox has been told: a later request has come through the same line. */
async function hearAll(client: Acquaint): Promise<void> {
  const bell = await openClient(server.url);
  const asked = await bell.ask({ to: client.me.userId, passphrase: "ring the bell" });
  const { sid } = await requestFrom(client, bell);
  await client.requests.refuse(sid);
  expect(await outcomeOf(asked)).toBe("refused");
  await bell.close();
}

test("PAS-2: several requests wait side by side, and each has an end of its own", async () => {
  const ben = await openListener(server.url, { name: "Ben" });
  const askers = await Promise.all(
    ["Ada", "Carl", "Dora"].map((name) => openClient(server.url, { name })),
  );
  const [ada, carl, dora] = askers as [Acquaint, Acquaint, Acquaint];
  const meetings = await Promise.all(
    askers.map((asker, index) =>
      asker.ask({ to: ben.me.userId, passphrase: `passphrase number ${index}` }),
    ),
  );
  const [fromAda, fromCarl, fromDora] = await Promise.all([
    requestFrom(ben, ada),
    requestFrom(ben, carl),
    requestFrom(ben, dora),
  ]);
  expect(ben.requests.waiting).toHaveLength(3);
  ben.requests.postpone(fromDora.sid);
  expect(ben.requests.waiting.filter(({ isPostponed }) => isPostponed)).toMatchObject([
    { from: dora.me.userId },
  ]);
  const toCarl = await ben.requests.answer(fromCarl.sid, "passphrase number 1");
  await ben.requests.refuse(fromAda.sid);
  ben.requests.postpone(fromDora.sid, false);
  const toDora = await ben.requests.answer(fromDora.sid, "passphrase number 2");
  expect(await outcomesOf([...meetings, toCarl, toDora])).toEqual([
    "refused",
    ...Array<string>(4).fill("connected"),
  ]);
  expect(ben.requests.waiting).toEqual([]);
});

test("PAS-2: a newer request of the same asker takes the older one's place", async () => {
  const [ada, ben] = await openListeners(server.url);
  const over = overRequests(ben);
  const older = await ada.ask({ to: ben.me.userId, passphrase: "the first of two" });
  const first = await requestFrom(ben, ada);
  const newer = await ada.ask({ to: ben.me.userId, passphrase: "the second of two" });
  await whenSeen(ben, () => ben.requests.waiting.find(({ sid }) => sid !== first.sid));
  expect(ben.requests.waiting).toHaveLength(1);
  expect(over).toMatchObject([{ sid: first.sid, outcome: "cancelled" }]);
  const { sid } = await requestFrom(ben, ada);
  const answered = await ben.requests.answer(sid, "the second of two");
  expect(await outcomesOf([newer, answered])).toEqual(BOTH_CONNECTED);
  expect(await outcomeOf(older)).toBe("cancelled");
});

test("PAS-2: of two tabs of one device the first that answers serves, and the other is dismissed", async () => {
  const store = memoryStore();
  const first = await openListener(server.url, { store, name: "Ben" });
  const second = await openListener(server.url, {
    store: { ...memoryStore(), loadIdentity: () => store.loadIdentity() },
  });
  const ada = await openListener(server.url, { name: "Ada" });
  const over = overRequests(second);
  const asked = await ada.ask({ to: first.me.userId, passphrase: "which of them" });
  const [atFirst] = await Promise.all([requestFrom(first, ada), requestFrom(second, ada)]);
  const answered = await first.requests.answer(atFirst.sid, "which of them");
  expect(await outcomesOf([asked, answered])).toEqual(BOTH_CONNECTED);
  const [told] = await whenSeen(second, () => (over.length > 0 ? over : undefined));
  expect(told).toMatchObject({ sid: atFirst.sid, outcome: "answered" });
  expect([...first.requests.waiting, ...second.requests.waiting]).toEqual([]);
});

test("PAS-2: of two tabs that answer at the same moment one serves, and the other is told to go on there", async () => {
  const store = memoryStore();
  const tabs = [
    await openListener(server.url, { store, name: "Ben" }),
    await openListener(server.url, { store }),
  ] as const;
  const ada = await openListener(server.url, { name: "Ada" });
  const asked = await ada.ask({ to: tabs[0].me.userId, passphrase: "both at once" });
  const sids = await Promise.all(tabs.map(async (tab) => (await requestFrom(tab, ada)).sid));
  const ends = await Promise.all(
    tabs.map((tab, index) =>
      tab.requests.answer(sids[index]!, "both at once").then(outcomeOf, (error: unknown) => {
        return (error as { code: string }).code === "answered-elsewhere"
          ? "answeredElsewhere"
          : error;
      }),
    ),
  );
  expect(new Set(ends)).toEqual(new Set(["answeredElsewhere", "connected"]));
  expect(await outcomeOf(asked)).toBe("connected");
});

test("PAS-6: whoever was away comes in time, and answers", async () => {
  const [ada, ben] = [await openListener(server.url), await openClient(server.url)];
  const asked = await ada.ask({ to: ben.me.userId, passphrase: "a little late" });
  ben.connect();
  const { sid } = await requestFrom(ben, ada);
  const answered = await ben.requests.answer(sid, "a little late");
  expect(await outcomesOf([asked, answered])).toEqual(BOTH_CONNECTED);
});

test("PAS-5, PAS-6: past T1 the asker is told timedOut, and whoever was away hears of it later, once", async () => {
  const ben = await openClient(server.url, { ports: IMPATIENT });
  const over = overRequests(ben);
  const ada = await openClient(server.url, { name: "Ada", ports: IMPATIENT });
  const asked = await ada.ask({ to: ben.me.userId, passphrase: "nobody at home" });
  await expect.poll(() => askersAt(server.stateDir)).toContain(ada.me.userId);
  await passTime(60_000);
  expect(await outcomeOf(asked)).toBe("timedOut");
  expect(courseOf(asked)).toEqual(["asked", "failed timedOut"]);
  ben.connect();
  await whenSeen(ben, () => (over.length > 0 ? over : undefined));
  expect(over).toMatchObject([{ from: ada.me.userId, outcome: "timedOut" }]);
  expect(ben.requests.waiting).toEqual([]);
  await hearAll(ben);
  await ben.close();
  ben.connect(); // what it has seen is not told again
  await hearAll(ben);
  expect(over).toHaveLength(1);
});

test("PAS-5: past T1 a listening device is told as well, and the prompt goes away", async () => {
  const ben = await openListener(server.url, { ports: IMPATIENT });
  const ada = await openListener(server.url, { ports: IMPATIENT });
  const over = overRequests(ben);
  const asked = await ada.ask({ to: ben.me.userId, passphrase: "too slow today" });
  const { sid } = await requestFrom(ben, ada);
  await passTime(60_000);
  expect(await outcomeOf(asked)).toBe("timedOut");
  const [told] = await whenSeen(ben, () => (over.length > 0 ? over : undefined));
  expect(told).toMatchObject({ sid, outcome: "timedOut" });
  expect(ben.requests.waiting).toEqual([]);
  await hearAll(ben);
  expect(over).toHaveLength(1);
  await expect(ben.requests.answer(sid, "too slow today")).rejects.toMatchObject({
    code: "attempt-over",
  });
});

test("PAS-6: to someone who is blocked it is as if nobody were there, until the block is lifted", async () => {
  const [ada, ben] = await openListeners(server.url);
  const asked = await ada.ask({ to: ben.me.userId, passphrase: "leave me alone" });
  const { sid } = await requestFrom(ben, ada);
  await ben.requests.block(sid);
  expect(ben.requests.waiting).toEqual([]);
  expect(await ben.contacts.blocked()).toEqual([{ userId: ada.me.userId, name: null }]);
  await passTime(60_000);
  expect(await outcomeOf(asked)).toBe("timedOut");
  const again = await ada.ask({ to: ben.me.userId, passphrase: "leave me still" });
  await hearAll(ben);
  expect(ben.requests.waiting).toEqual([]);
  await passTime(60_000);
  expect(await outcomeOf(again)).toBe("timedOut");
  expect(courseOf(again)).toEqual(["asked", "failed timedOut"]);
  await ben.contacts.unblock(ada.me.userId);
  const meetings = await askAndAnswer(ada, ben, "friends once more");
  expect(await outcomesOf(meetings)).toEqual(BOTH_CONNECTED);
});

test("PAS-8: whose requests are shown is a setting; contacts always may ask, and strangers never learn it", async () => {
  const ben = await openListener(server.url, { name: "Ben" });
  const [friend, friendOfFriend, stranger] = await Promise.all(
    ["Friend", "Friend of friend", "Stranger"].map((name) => openListener(server.url, { name })),
  );
  if (friend === undefined || friendOfFriend === undefined || stranger === undefined) throw Error();
  for (const other of [ben, friendOfFriend]) {
    await Promise.all((await askAndAnswer(friend, other, "we are friends")).map((m) => m.contact));
  }
  const askers = { stranger, friendOfFriend, friend };
  const shown = new Set<string>();
  ben.on(() => {
    for (const { from } of ben.requests.waiting) shown.add(from);
  });
  const shownUnder = async (requestsFrom: Acquaint["me"]["requestsFrom"]): Promise<string[]> => {
    expect(await ben.updateProfile({ requestsFrom })).toMatchObject({ requestsFrom });
    shown.clear();
    const passphrase = `may I ask ${requestsFrom}`;
    const meetings: Meeting[] = [];
    for (const asker of Object.values(askers)) {
      meetings.push(await asker.ask({ to: ben.me.userId, passphrase }));
    }
    for (const meeting of meetings) expect(courseOf(meeting)).toEqual(["asked"]);
    await requestFrom(ben, friend);
    if (requestsFrom !== "nobody") await requestFrom(ben, friendOfFriend);
    if (requestsFrom === "anyone") await requestFrom(ben, stranger);
    await Promise.all(meetings.map((meeting) => meeting.cancel()));
    expect(await outcomesOf(meetings)).toEqual(Array<string>(3).fill("cancelled"));
    await whenSeen(ben, () => (ben.requests.waiting.length === 0 ? true : undefined));
    return Object.entries(askers)
      .filter(([, { me }]) => shown.has(me.userId))
      .map(([name]) => name);
  };
  expect(await shownUnder("nobody")).toEqual(["friend"]);
  expect(await shownUnder("contactsOfContacts")).toEqual(["friendOfFriend", "friend"]);
  expect(await shownUnder("anyone")).toEqual(["stranger", "friendOfFriend", "friend"]);
});
