// Handlers of the acting account's own endpoints.

import { ProblemError } from "../../shared/wire/problem.ts";
import { brake } from "../auth/brake.ts";
import type { Handlers } from "../http/handlers.ts";
import { directoryEntry, mailboxOf } from "../objects.ts";
import type { Result } from "./results.ts";

type MailboxRoute =
  | "account"
  | "changeAccount"
  | "findHandle"
  | "contacts"
  | "removeContact"
  | "release"
  | "acknowledgeRelease"
  | "leavePrekeys"
  | "drawPrekeys"
  | "accountLog"
  | "blocks"
  | "block"
  | "unblock";

export const mailboxHandlers: Pick<Handlers, MailboxRoute> = {
  account: async ({ env, actor }) => valueOf(await mailboxOf(env, actor.userId).account(actor)),

  changeAccount: async ({ env, actor, body }) =>
    valueOf(await mailboxOf(env, actor.userId).changeAccount(actor, body)),

  findHandle: async ({ env, actor, params }) => {
    await brake(env.PACE, actor.userId, "find");
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

  blocks: async ({ env, actor }) => ({
    blocked: valueOf(await mailboxOf(env, actor.userId).blocks(actor)),
  }),

  block: async ({ env, actor, params }) =>
    valueOf(await mailboxOf(env, actor.userId).setBlocked(actor, params.userId, true)),

  unblock: async ({ env, actor, params }) =>
    valueOf(await mailboxOf(env, actor.userId).setBlocked(actor, params.userId, false)),
};

export function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new ProblemError(result.code);
  return result.value;
}
