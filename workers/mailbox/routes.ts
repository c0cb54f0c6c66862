// Handlers of the acting account's own endpoints.

import type { UserId } from "../../shared/wire/ids.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import { brake } from "../auth/brake.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../http/handlers.ts";
import { directoryEntry, mailboxOf, recoveryEntry } from "../objects.ts";
import type { Result } from "./results.ts";

type MailboxRoute =
  | "account"
  | "changeAccount"
  | "listRecovery"
  | "findRecovery"
  | "findHandle"
  | "contacts"
  | "removeContact"
  | "release"
  | "acknowledgeRelease"
  | "leavePrekeys"
  | "drawPrekeys"
  | "accountLog"
  | "appendEntries"
  | "blocks"
  | "block"
  | "unblock"
  | "ownRooms";

export const mailboxHandlers: Pick<Handlers, MailboxRoute> = {
  account: async ({ env, actor }) => valueOf(await mailboxOf(env, actor.userId).account(actor)),

  changeAccount: async ({ env, actor, body }) =>
    valueOf(await mailboxOf(env, actor.userId).changeAccount(actor, body)),

  listRecovery: async ({ env, actor, body }) =>
    valueOf(await mailboxOf(env, actor.userId).listRecovery(actor, body.recoveryId)),

  findRecovery: async ({ env, actor, params }) => {
    await brake(env.PACE, actor.userId, "recover");
    valueOf(await mailboxOf(env, actor.userId).account(actor));
    const userId = await recoveryEntry(env, params.recoveryId).owner();
    const log = userId === null ? null : await mailboxOf(env, userId).log();
    if (userId === null || log === null) throw new ProblemError("recovery-unknown");
    return { userId, log };
  },

  findHandle: async ({ env, actor, params }) => {
    await brake(env.PACE, actor.userId, "find");
    valueOf(await mailboxOf(env, actor.userId).account(actor));
    const owner = await directoryEntry(env, params.handle).owner();
    if (owner === null) throw new ProblemError("handle-unknown");
    const mailbox = mailboxOf(env, owner);
    const reveal = await mailbox.reveal(actor.userId);
    if (reveal.kind === "found") return { userId: reveal.userId, log: reveal.log };
    if (reveal.kind === "ask" && (await mailboxOf(env, actor.userId).knowsAnyOf(reveal.contacts))) {
      const log = await mailbox.log();
      if (log !== null) return { userId: owner, log };
    }
    throw new ProblemError("handle-unknown");
  },

  contacts: async ({ env, actor, query }) =>
    valueOf(await mailboxOf(env, actor.userId).contacts(actor, query.after ?? 0)),

  removeContact: async ({ env, actor, params }) =>
    valueOf(await mailboxOf(env, actor.userId).removeContact(actor, params.userId)),

  release: async ({ env, actor, params }) => ({
    release: valueOf(await mailboxOf(env, actor.userId).release(actor, params.sid)),
  }),

  acknowledgeRelease: async ({ env, actor, params }) =>
    valueOf(await mailboxOf(env, actor.userId).acknowledgeRelease(actor, params.sid)),

  leavePrekeys: async ({ env, actor, body }) =>
    valueOf(await mailboxOf(env, actor.userId).leavePrekeys(actor, body)),

  drawPrekeys: async ({ env, actor, params, body }) => {
    await brake(env.PACE, actor.userId, "prekeys");
    valueOf(await mailboxOf(env, actor.userId).account(actor));
    const drawn = await mailboxOf(env, params.userId).drawPrekeys(actor.userId, body.devices);
    return { bundles: valueOf(drawn) };
  },

  accountLog: async ({ env, actor, params }) => {
    await brake(env.RETURNS, actor.userId, "log");
    valueOf(await mailboxOf(env, actor.userId).account(actor));
    return { log: valueOf(await mailboxOf(env, params.userId).logFor(actor.userId)) };
  },

  /** Entries certify themselves: a device that comes into the account has only an account of its own yet. */
  appendEntries: async ({ env, actor, params, body }) => {
    await brake(env.PACE, actor.userId, "append");
    valueOf(await mailboxOf(env, actor.userId).account(actor));
    return valueOf(await mailboxOf(env, params.userId).append(body.entries, body.prekey));
  },

  blocks: async ({ env, actor }) => ({
    blocked: valueOf(await mailboxOf(env, actor.userId).blocks(actor)),
  }),

  block: ({ env, actor, params }) => setBlocked(env, actor, params.userId, true),

  unblock: ({ env, actor, params }) => setBlocked(env, actor, params.userId, false),

  ownRooms: async ({ env, actor }) => ({
    rooms: valueOf(await mailboxOf(env, actor.userId).ownRooms(actor)),
  }),
};

/** Each change costs the other's mailbox, and the rooms of both. */
async function setBlocked(env: Env, actor: Actor, peer: UserId, isBlocked: boolean): Promise<null> {
  await brake(env.RETURNS, actor.userId, "block");
  return valueOf(await mailboxOf(env, actor.userId).setBlocked(actor, peer, isBlocked));
}

export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new ProblemError(result.code, result.members);
  return result.value;
}
