// ID-4: handles map to accounts one to one, are claimed atomically, and tell of an account only to those
// who may ask. A crash in between leaves no handle behind.

import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import type { UserId } from "../../shared/wire/ids.ts";
import { Directory } from "../../workers/directory/Directory.ts";
import {
  type Answer,
  codeOf,
  randomBytes,
  registerAccount,
  request,
  type TestAccount,
} from "./support/accounts.ts";
import { meet } from "./support/pairing.ts";

afterEach(() => vi.restoreAllMocks());

function freshHandle(): string {
  return `h${[...randomBytes(8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function change(actor: TestAccount, body: Record<string, unknown>): Promise<Answer> {
  return request("PATCH", "/v1/account", { actor, body });
}

function find(actor: TestAccount, handle: string): Promise<Answer> {
  return request("GET", `/v1/handles/${handle}`, { actor });
}

function ownerOf(handle: string): Promise<string | null> {
  return env.DIRECTORY.getByName(handle).owner();
}

test(
  "ID-4: of 100 accounts that claim one handle at once, one gets it",
  { timeout: 120_000 },
  async () => {
    const handle = freshHandle();
    const accounts: TestAccount[] = [];
    for (let index = 0; index < 100; index++) accounts.push(await registerAccount());
    const answers = await Promise.all(accounts.map((account) => change(account, { handle })));
    const winners = accounts.filter((_, index) => answers[index]?.status === 200);
    expect(winners.length).toBe(1);
    const refusals = answers.filter(({ status }) => status !== 200).map(codeOf);
    expect(new Set(refusals)).toEqual(new Set(["handle-taken"]));
    expect(await ownerOf(handle)).toBe(winners[0]?.userId);
    const losers = accounts.filter((account) => account !== winners[0]).slice(0, 10);
    for (const loser of losers) {
      expect((await request("GET", "/v1/account", { actor: loser })).body.handle).toBe(null);
    }
  },
);

test("ID-4: a handle can be changed and given up; what is given up is free for others", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const [first, second] = [freshHandle(), freshHandle()];
  expect((await change(ann, { handle: first })).body.handle).toBe(first);
  expect((await change(ann, { handle: first })).body.handle, "again").toBe(first);
  expect(codeOf(await change(ben, { handle: first }))).toBe("handle-taken");
  expect((await change(ann, { handle: second })).body.handle).toBe(second);
  expect(await ownerOf(first)).toBe(null);
  expect((await change(ben, { handle: first })).body.handle).toBe(first);
  expect((await change(ann, { handle: null })).body.handle).toBe(null);
  expect(await ownerOf(second)).toBe(null);
});

test("ID-4: a refused claim changes nothing, the setting beside it included", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const [taken, own] = [freshHandle(), freshHandle()];
  await change(ann, { handle: taken });
  await change(ben, { handle: own });
  expect(codeOf(await change(ben, { handle: taken, visibility: "nobody" }))).toBe("handle-taken");
  const { body } = await request("GET", "/v1/account", { actor: ben });
  expect(body).toMatchObject({ handle: own, visibility: "anyone" });
});

test("ID-4: changes of one account at once leave exactly one handle", async () => {
  const ann = await registerAccount();
  const wanted = Array.from({ length: 12 }, freshHandle);
  await Promise.all(wanted.map((handle) => change(ann, { handle })));
  const { body } = await request("GET", "/v1/account", { actor: ann });
  const owned = [];
  for (const handle of wanted) if ((await ownerOf(handle)) !== null) owned.push(handle);
  expect(owned).toEqual([body.handle]);
});

test("ID-4: anyone, contacts of contacts, nobody: the account says who may find it", async () => {
  const [ann, friend, friendsFriend, stranger] = [
    await registerAccount(),
    await registerAccount(),
    await registerAccount(),
    await registerAccount(),
  ];
  await meet(ann, friend);
  await meet(friend, friendsFriend);
  const handle = freshHandle();
  await change(ann, { handle });
  const seenBy = async (): Promise<number[]> => {
    const statuses = [];
    for (const asker of [ann, friend, friendsFriend, stranger]) {
      statuses.push((await find(asker, handle)).status);
    }
    return statuses;
  };
  expect(await seenBy()).toEqual([200, 200, 200, 200]);
  await change(ann, { visibility: "contactsOfContacts" });
  expect(await seenBy()).toEqual([200, 200, 200, 404]);
  await change(ann, { visibility: "nobody" });
  expect(await seenBy()).toEqual([200, 200, 404, 404]);
});

test("ID-4: what is found is enough to verify the account's keys, and no more", async () => {
  const [ann, ben] = [await registerAccount(), await registerAccount()];
  const handle = freshHandle();
  await change(ann, { handle });
  expect((await find(ben, handle)).body).toEqual({ userId: ann.userId, log: ann.log });
});

test("ID-4: to one who is blocked, and to one whom the setting keeps out, the handle does not exist", async () => {
  const [ann, ben, cem] = [
    await registerAccount(),
    await registerAccount(),
    await registerAccount(),
  ];
  const handle = freshHandle();
  await change(ann, { handle });
  const unknown = await find(ben, freshHandle());
  expect(codeOf(unknown)).toBe("handle-unknown");
  await request("PUT", `/v1/blocks/${ben.userId}`, { actor: ann });
  const blocked = await find(ben, handle);
  expect([blocked.status, blocked.body]).toEqual([unknown.status, unknown.body]);
  await change(ann, { visibility: "nobody" });
  const kept = await find(cem, handle);
  expect([kept.status, kept.body]).toEqual([unknown.status, unknown.body]);
  await change(ann, { visibility: "anyone" });
  await request("DELETE", `/v1/blocks/${ben.userId}`, { actor: ann });
  expect((await find(ben, handle)).status).toBe(200);
});

/** Has the next call of a directory entry be carried out, and an object die before it is answered. */
function crashAfter(
  method: "claim" | "release",
  victim: (entry: Directory) => Promise<void>,
): void {
  const original = Directory.prototype[method] as (userId: UserId) => unknown;
  vi.spyOn(Directory.prototype, method).mockImplementationOnce(async function (
    this: Directory,
    userId: UserId,
  ) {
    const answer = await original.call(this, userId);
    await victim(this);
    return answer as never;
  } as never);
}

async function abortMailbox(account: TestAccount): Promise<void> {
  const abort = (_: unknown, state: DurableObjectState): void => state.abort("crash");
  await runInDurableObject(env.MAILBOXES.getByName(account.userId), abort).catch(() => {});
}

test("ID-4: a directory that fails is asked again by the alarm, and no handle is left behind", async () => {
  const ann = await registerAccount();
  const handle = freshHandle();
  crashAfter("claim", async (entry) => {
    (entry as unknown as { ctx: DurableObjectState }).ctx.abort("crash");
  });
  expect(codeOf(await change(ann, { handle }))).toBe("try-again");
  expect((await request("GET", "/v1/account", { actor: ann })).body.handle).toBe(null);
  expect(await runDurableObjectAlarm(env.MAILBOXES.getByName(ann.userId))).toBe(true);
  expect(await ownerOf(handle)).toBe(null);
  expect((await change(ann, { handle })).body.handle).toBe(handle);
});

test("ID-4: a crash between the directory's answer and its storing leaves no orphan", async () => {
  const ann = await registerAccount();
  const handle = freshHandle();
  crashAfter("claim", () => abortMailbox(ann));
  expect(codeOf(await change(ann, { handle }))).toBe("internal-error");
  expect(await ownerOf(handle)).toBe(ann.userId);

  expect(await runDurableObjectAlarm(env.MAILBOXES.getByName(ann.userId))).toBe(true);
  const { body } = await request("GET", "/v1/account", { actor: ann });
  expect(await ownerOf(handle)).toBe(body.handle === null ? null : ann.userId);
});

test("ID-4: a crash while a handle is being given up leaves no orphan", async () => {
  const ann = await registerAccount();
  const [handle, next] = [freshHandle(), freshHandle()];
  await change(ann, { handle });
  crashAfter("release", () => abortMailbox(ann));
  expect(codeOf(await change(ann, { handle: next }))).toBe("internal-error");
  expect(await runDurableObjectAlarm(env.MAILBOXES.getByName(ann.userId))).toBe(true);
  expect(await ownerOf(handle)).toBe(null);
  const { body } = await request("GET", "/v1/account", { actor: ann });
  expect(body.handle).toBe(next);
  expect(await ownerOf(next)).toBe(ann.userId);
});
