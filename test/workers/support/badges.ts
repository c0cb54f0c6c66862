// Badges and requests to become contacts, as devices make them: salts, tokens and signatures are real.

import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { ed25519 } from "@noble/curves/ed25519.js";
import { fromBase64Url, toBase64Url } from "../../../shared/core/crypto/bytes.ts";
import { eraseTranscript } from "../../../shared/core/identity/deviceLog.ts";
import type { ContactRequests } from "../../../shared/core/mailbox/contactRequests.ts";
import {
  approvalStatement,
  badgeToken,
  requestStatement,
} from "../../../shared/core/tap/statements.ts";
import { badgeSchema, type ContactRequest } from "../../../shared/wire/contactRequests.ts";
import type { UserId } from "../../../shared/wire/ids.ts";
import { type ContactRecord, mailboxNoticeSchema } from "../../../shared/wire/mailbox.ts";
import type { ContactErrand } from "../../../workers/mailbox/contactErrands.ts";
import { Mailbox } from "../../../workers/mailbox/Mailbox.ts";
import { type Answer, randomText, request, type TestAccount } from "./accounts.ts";
import type { Listening } from "./asking.ts";
import { advanceClock } from "./clock.ts";
import { mailboxOf } from "./line.ts";
import type { Told } from "./sockets.ts";

export interface HeldBadge {
  readonly owner: UserId;
  readonly token: string;
  readonly salt: string;
}

export function draftBadge({ userId }: Pick<TestAccount, "userId">): HeldBadge {
  const salt = randomText(16);
  return { owner: userId, token: toBase64Url(badgeToken(userId, fromBase64Url(salt))), salt };
}

export function putBadge(owner: TestAccount, { token, salt }: HeldBadge): Promise<Answer> {
  return request("PUT", "/v1/badge", { actor: owner, body: { token, salt } });
}

export async function makeBadge(owner: TestAccount): Promise<HeldBadge> {
  const badge = draftBadge(owner);
  badgeSchema.parse((await putBadge(owner, badge)).body);
  return badge;
}

export async function usesOf(owner: TestAccount): Promise<number | null> {
  return (await request("GET", "/v1/badge", { actor: owner })).body.badge?.uses ?? null;
}

export function find(finder: TestAccount, token: string): Promise<Answer> {
  return request("POST", "/v1/badges", { actor: finder, body: { token } });
}

/** What a device sends to ask. */
export function askBody(asker: TestAccount, badge: HeldBadge, requestId = randomText(16)) {
  const { userId, deviceId, signKey } = asker;
  const statement = requestStatement(requestId, userId, deviceId, badge.owner, "badge");
  const signature = toBase64Url(ed25519.sign(statement, signKey));
  return { requestId, to: badge.owner, via: "badge" as const, token: badge.token, signature };
}

export function ask(
  asker: TestAccount,
  badge: HeldBadge,
  body: object = askBody(asker, badge),
): Promise<Answer> {
  return request("POST", "/v1/contact-requests", { actor: asker, body });
}

/** Asks, and resolves with the id. */
export async function asked(asker: TestAccount, badge: HeldBadge): Promise<string> {
  const { status, body } = await ask(asker, badge);
  if (status !== 201) throw new Error(`asking was refused: ${JSON.stringify(body)}`);
  return body.requestId;
}

/** By that device of whoever was asked, signed for it. */
export function approvalOf(device: TestAccount, asker: TestAccount, requestId: string): string {
  const { userId, deviceId } = asker;
  const statement = requestStatement(requestId, userId, deviceId, device.userId, "badge");
  const approval = approvalStatement(statement, device.deviceId);
  return toBase64Url(ed25519.sign(approval, device.signKey));
}

export function approve(
  device: TestAccount,
  asker: TestAccount,
  requestId: string,
  signature = approvalOf(device, asker, requestId),
): Promise<Answer> {
  const path = `/v1/contact-requests/${requestId}`;
  return request("PUT", path, { actor: device, body: { signature } });
}

/** Declined by whoever was asked, withdrawn by the asker. */
export function end(device: TestAccount, requestId: string): Promise<Answer> {
  return request("DELETE", `/v1/contact-requests/${requestId}`, { actor: device });
}

export async function erase(account: TestAccount): Promise<Answer> {
  const { userId, deviceId, signKey } = account;
  const { body } = await request("POST", "/v1/challenges", { body: { userId, deviceId } });
  const { challenge } = body as { challenge: string };
  const transcript = eraseTranscript("http://localhost", challenge);
  const signature = toBase64Url(ed25519.sign(transcript, signKey));
  return request("DELETE", "/v1/account", { actor: account, body: { challenge, signature } });
}

export async function contactsOf(account: TestAccount): Promise<ContactRecord[]> {
  return (await request("GET", "/v1/contacts", { actor: account })).body.contacts;
}

export async function areContacts(a: TestAccount, b: TestAccount): Promise<[boolean, boolean]> {
  const has = async (account: TestAccount, { userId }: TestAccount) =>
    (await contactsOf(account)).some((contact) => contact.userId === userId);
  return [await has(a, b), await has(b, a)];
}

export function block(account: TestAccount, peer: TestAccount): Promise<Answer> {
  return request("PUT", `/v1/blocks/${peer.userId}`, { actor: account });
}

/** As the directory has it. */
export function ownerOf({ token }: HeldBadge): Promise<UserId | null> {
  return env.DIRECTORY.getByName(`badge ${token}`).owner();
}

/** Of what was told: how a request ended, else the type; without the end of a welcome. */
export function gist(told: readonly Told[]): string[] {
  return told.flatMap((notice) => {
    mailboxNoticeSchema.parse(notice);
    const { type } = notice;
    return type === "ready" ? [] : type === "contactRequestOver" ? notice["end"] : type;
  });
}

/** All that a socket was told until now. */
export async function news({ socket }: Listening): Promise<string[]> {
  await socket.ask();
  return gist(socket.told);
}

/** What its mailbox keeps. */
export function keptBy(account: TestAccount) {
  return runInDurableObject(mailboxOf(account), (_, { storage }) => {
    const held = storage.kv.get<ContactRequests>("contactRequests");
    return {
      waiting: held?.waiting.map(({ requestId }) => requestId) ?? [],
      asked: held?.asked.map(({ requestId }) => requestId) ?? [],
      ended: held?.ended.map(({ end: how }) => how) ?? [],
      owed: storage.kv.get<readonly unknown[]>("owed")?.length ?? 0,
      heard: held?.heard.length ?? 0,
    };
  });
}

export async function waitingAt(account: TestAccount): Promise<ContactRequest[]> {
  return runInDurableObject(mailboxOf(account), (_, { storage }) => [
    ...(storage.kv.get<ContactRequests>("contactRequests")?.waiting ?? []),
  ]);
}

export async function abortMailbox(userId: UserId): Promise<void> {
  const abort = (_: unknown, state: DurableObjectState): void => state.abort("crash");
  await runInDurableObject(env.MAILBOXES.getByName(userId), abort).catch(() => {});
}

const take = Mailbox.prototype.takeContactErrand;

/** Has the next such errand meet the death of one of the two mailboxes, before it is dealt with or after. */
export function crashAt(
  kind: ContactErrand["kind"],
  victim: "sender" | "receiver",
  at: "before" | "after",
): void {
  let isOver = false;
  vi.spyOn(Mailbox.prototype, "takeContactErrand").mockImplementation(async function (
    this: Mailbox,
    from: UserId,
    errand: ContactErrand,
  ) {
    if (isOver || errand.kind !== kind) return take.call(this, from, errand);
    isOver = true;
    const answer = at === "after" ? await take.call(this, from, errand) : null;
    if (victim === "sender") await abortMailbox(from);
    else (this as unknown as { ctx: DurableObjectState }).ctx.abort("crash");
    if (answer === null) throw new Error("crash");
    return answer;
  });
}

/** Fires what alarms are set, twice for each, so that what one mailbox owes the other has come. */
export async function settle(...accounts: readonly TestAccount[]): Promise<void> {
  for (let round = 0; round < 2; round++) {
    advanceClock(20_000);
    for (const account of accounts) await runDurableObjectAlarm(mailboxOf(account));
  }
}
