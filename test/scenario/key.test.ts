// KEY-1 to KEY-3: two strangers meet by a short key, or both learn that they did not.

import { afterAll, beforeAll, expect, test } from "vitest";
import {
  CodeError,
  type Meeting,
  type MeetingEvent,
  memoryStore,
} from "../../shared/client/node.ts";
import { codeOf, meet, openClient, openPair, outcomeOf, wrongCodeFor } from "../support/clients.ts";
import { startChaosProxy } from "../support/chaosProxy.ts";
import { type ServerProcess, startServer } from "../support/serverProcess.ts";
import { storedAttempts, storedRows } from "../support/storedState.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

type Key = NonNullable<Meeting["key"]>;
const SPELLINGS: [string, (key: Key) => string][] = [
  ["the words", ({ code }) => code],
  ["the digits", ({ digits }) => digits],
  ["the link", ({ link }) => link],
  ["words in capitals, with blanks and a full stop", ({ code }) => ` ${spoken(code)}. `],
  ["the first four letters of each word", ({ code }) => shortened(code)],
  ["digits in one run", ({ digits }) => digits.replace("-", "")],
];

test.each(SPELLINGS)("KEY-1: %s lead to the same key", async (_, spell) => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  const entered = await ben.enterKey(spell(shown.key!));
  const [ofAda, ofBen] = await Promise.all([shown.contact, entered.contact]);
  expect(ofAda.userId).toBe(ben.me.userId);
  expect(ofBen.userId).toBe(ada.me.userId);
});

test("KEY-1: a key is a locator and a secret, spelled as words, digits and a link to this server", async () => {
  const shown = await (await openClient(server.url)).showKey();
  const { locator, code, digits, link } = shown.key!;
  expect(code).toMatch(/^[1-9]\d{2}-[a-z]+-[a-z]+$/);
  expect(digits).toMatch(/^[1-9]\d{2}-\d{7}$/);
  expect(code.startsWith(`${locator}-`) && digits.startsWith(`${locator}-`)).toBe(true);
  expect(link).toBe(`${server.url}/#/key/${code}`);
});

test("KEY-2, PAS-6, PAS-10: both sides end connected, each with the other's verified name and the same receipt", async () => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  const entered = await ben.enterKey(codeOf(shown));
  const [ofAda, ofBen] = await Promise.all([shown.contact, entered.contact]);
  expect([ofAda.name, ofBen.name]).toEqual(["Ben Enters", "Ada Shows"]);
  expect([ofAda.verified, ofBen.verified]).toEqual([true, true]);
  expect(ofAda.receiptHash).toBe(ofBen.receiptHash);
  expect(ofAda.metAt).toBe(ofBen.metAt);
  for (const meeting of [shown, entered]) {
    const terminal = meeting.events.filter(({ event }) => event === "connected");
    expect(terminal).toHaveLength(1);
    expect(meeting.events.some(({ event }) => event === "failed")).toBe(false);
  }
  expect((await ada.contacts.list()).map(({ userId }) => userId)).toEqual([ben.me.userId]);
  expect((await ben.contacts.list()).map(({ userId }) => userId)).toEqual([ada.me.userId]);
});

test("KEY-2: a wrong secret is a mismatch to both, makes no contact and burns the key", async () => {
  const [ada, ben] = await openPair(server.url);
  const carl = await openClient(server.url);
  const shown = await ada.showKey();
  const right = codeOf(shown);
  const entered = await ben.enterKey(wrongCodeFor(shown));
  expect(await Promise.all([outcomeOf(shown), outcomeOf(entered)])).toEqual([
    "mismatch",
    "mismatch",
  ]);
  expect(await outcomeOf(await carl.enterKey(right))).toBe("mismatch");
  expect(await ada.contacts.list()).toEqual([]);
  expect(await ben.contacts.list()).toEqual([]);
});

test("KEY-3: a key that has served looks like a wrong one to the next who enters it", async () => {
  const [ada, ben] = await openPair(server.url);
  const carl = await openClient(server.url);
  const shown = await ada.showKey();
  const code = codeOf(shown);
  const entered = await ben.enterKey(code);
  await Promise.all([shown.contact, entered.contact]);
  expect(await outcomeOf(await carl.enterKey(code))).toBe("mismatch");
  expect(await carl.contacts.list()).toEqual([]);
  expect(await ada.contacts.list()).toHaveLength(1);
});

test("KEY-3: a locator that nobody uses looks like a wrong key, with the same events", async () => {
  const [ada, ben] = await openPair(server.url);
  const carl = await openClient(server.url);
  const shown = await ada.showKey();
  const wrong = await ben.enterKey(wrongCodeFor(shown));
  const unknown = await carl.enterKey(`${await freeLocator()}-guitar-ocean`);
  expect(await outcomeOf(unknown)).toBe("mismatch");
  expect(await outcomeOf(wrong)).toBe("mismatch");
  expect(unknown.events.map(withoutTime)).toEqual(wrong.events.map(withoutTime));
  // How long is left depends on when the offer was made, or would have been.
  for (const [claimed] of [unknown.events, wrong.events]) {
    const { answerBy } = claimed as { answerBy: number };
    expect(answerBy).toBeGreaterThan(Date.now());
    expect(answerBy).toBeLessThanOrEqual(Date.now() + 150_000);
  }
});

function withoutTime(event: MeetingEvent): unknown {
  return event.event === "claimed" ? { ...event, answerBy: null } : event;
}

test("KEY-3, KEY-4: trying and leaving a free locator writes no row for it", async () => {
  const ben = await openClient(server.url);
  const locator = await freeLocator();
  expect(await outcomeOf(await ben.enterKey(`${locator}-guitar-ocean`))).toBe("mismatch");
  const stored = storedAttempts(server.stateDir).map((attempt) => attempt["locator"]);
  expect(stored).not.toContain(locator);
});

test("KEY-3: one's own key is refused, and still serves someone else", async () => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  await expect(ada.enterKey(codeOf(shown))).rejects.toMatchObject({ code: "own-key" });
  const entered = await ben.enterKey(codeOf(shown));
  expect((await shown.contact).receiptHash).toBe((await entered.contact).receiptHash);
});

test("KEY-3: a newer key of the same device replaces the older one", async () => {
  const [ada, ben] = await openPair(server.url);
  const carl = await openClient(server.url);
  const first = await ada.showKey();
  const firstCode = codeOf(first);
  const second = await ada.showKey();
  expect(await outcomeOf(first)).toBe("cancelled");
  expect(await outcomeOf(await carl.enterKey(firstCode))).toBe("mismatch");
  const entered = await ben.enterKey(codeOf(second));
  expect((await second.contact).userId).toBe(ben.me.userId);
  expect((await entered.contact).userId).toBe(ada.me.userId);
});

test("KEY-3: keys of two people stand side by side", async () => {
  const [ada, ben] = await openPair(server.url);
  const [cleo, dan] = await openPair(server.url);
  const shown = await ada.showKey();
  const [ofCleo] = await meet(cleo, dan);
  const entered = await ben.enterKey(codeOf(shown));
  expect(ofCleo.userId).toBe(dan.me.userId);
  expect((await entered.contact).userId).toBe(ada.me.userId);
});

test("PAS-6: whoever shows a key can cancel it, and the key is gone", async () => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  const code = codeOf(shown);
  await shown.cancel();
  expect(shown.events.at(-1)).toMatchObject({ event: "failed", reason: "cancelled" });
  expect(await outcomeOf(await ben.enterKey(code))).toBe("mismatch");
});

test("PAS-7: a stranger who looks at a key and leaves without a claim costs it nothing", async () => {
  const [ada, ben] = await openPair(server.url);
  const shown = await ada.showKey();
  const before = storedRows(server.stateDir).filter(isOfAttempt);
  const proxy = await startChaosProxy(server.url, {
    onFrame: ({ types }) => (types.includes("claim") ? "stall" : "pass"),
  });
  const carl = await openClient(proxy.url);
  await carl.enterKey(wrongCodeFor(shown));
  await proxy.frameOf("claim");
  await carl.close();
  expect(storedRows(server.stateDir).filter(isOfAttempt)).toEqual(before);
  const entered = await ben.enterKey(codeOf(shown));
  expect(await outcomeOf(entered)).toBe("connected");
});

test("KEY-1: a mistyped key is refused with advice before anything is sent", async () => {
  const requests: string[] = [];
  const ben = await openClient(server.url, {
    ports: {
      fetch: (url, init) => {
        requests.push(url);
        return fetch(url, init);
      },
    },
  });
  requests.length = 0;
  const attempt = ben.enterKey("417-guitra-ocean");
  await expect(attempt).rejects.toBeInstanceOf(CodeError);
  await expect(attempt).rejects.toMatchObject({ problem: { suggestion: "guitar", position: 0 } });
  expect(requests).toEqual([]);
});

test("KEY-5: meeting again renews the contact instead of doubling it", async () => {
  const [ada, ben] = await openPair(server.url);
  const [first] = await meet(ada, ben);
  const [second, other] = await meet(ben, ada);
  expect(second.receiptHash).not.toBe(first.receiptHash);
  expect(second.receiptHash).toBe(other.receiptHash);
  const [listed, ...more] = await ada.contacts.list();
  expect(more).toEqual([]);
  expect(listed?.receiptHash).toBe(second.receiptHash);
});

test("ID-1: a store keeps one account, and its id is the same after it is opened again", async () => {
  const store = memoryStore();
  const first = await openClient(server.url, { store, name: "Ada" });
  const { userId, deviceId } = first.me;
  expect(await first.recoveryPhrase()).toMatch(/^(?:[a-z]+ ){11}[a-z]+$/);
  await first.close();
  const again = await openClient(server.url, { store, name: "another name" });
  expect(again.me).toMatchObject({ userId, deviceId, name: "Ada" });
});

test("ID-4: a handle is claimed, found by others, refused to a second, and free again once given up", async () => {
  const [ada, ben] = await openPair(server.url);
  const handle = `ada_${ada.me.userId.slice(0, 8).replace(/[0-9]/g, "x")}`;
  expect((await ada.updateProfile({ handle: `@${handle.toUpperCase()}` })).handle).toBe(handle);
  expect(await ben.findHandle(handle)).toEqual({ userId: ada.me.userId });
  await expect(ben.updateProfile({ handle })).rejects.toMatchObject({ code: "handle-taken" });
  await ada.updateProfile({ visibility: "nobody" });
  await expect(ben.findHandle(handle)).rejects.toMatchObject({ code: "handle-unknown" });
  await ada.updateProfile({ handle: null });
  expect((await ben.updateProfile({ handle })).handle).toBe(handle);
});

test("ID-2: a session that the server no longer takes is renewed without the user's doing", async () => {
  let isSpoiled = false;
  const [, ben] = await openPair(server.url);
  const ada = await openClient(server.url, {
    ports: {
      fetch: (url, init) => {
        const headers = new Headers(init.headers);
        if (isSpoiled && headers.has("authorization")) {
          isSpoiled = false;
          headers.set("authorization", "Bearer x.y.z");
        }
        return fetch(url, { ...init, headers });
      },
    },
  });
  await ada.refreshProfile();
  isSpoiled = true;
  const [contact] = await meet(ada, ben);
  expect(isSpoiled).toBe(false);
  expect(contact.userId).toBe(ben.me.userId);
});

/** Of three digits, and in no attempt now. */
async function freeLocator(): Promise<string> {
  const used = new Set(storedAttempts(server.stateDir).map(({ locator }) => locator));
  for (let locator = 999; ; locator--) if (!used.has(String(locator))) return String(locator);
}

function spoken(code: string): string {
  return code.toUpperCase().replaceAll("-", "  ");
}

function shortened(code: string): string {
  const [locator = "", ...words] = code.split("-");
  return [locator, ...words.map((word) => word.slice(0, 4))].join("-");
}

const isOfAttempt = ({ object }: { object: string }) => object.endsWith("PairingAttempt");
