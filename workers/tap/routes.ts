// Handlers of taps and groups. The acting account's mailbox says first that the device has a say; signatures are checked
// here, before the one object is asked that decides.

import { isOwnTicket, judge } from "../../shared/core/tap/judging.ts";
import { ProblemError } from "../../shared/wire/problem.ts";
import type { Tap, TapRequest } from "../../shared/wire/tap.ts";
import type { UserId } from "../../shared/wire/ids.ts";
import { brake } from "../auth/brake.ts";
import type { Actor } from "../auth/tokens.ts";
import type { Env } from "../env.ts";
import type { Handlers } from "../http/handlers.ts";
import type { TapAdmission } from "../mailbox/tapBox.ts";
import { valueOf } from "../mailbox/routes.ts";
import { groupOf, mailboxOf, tapAttemptOf } from "../objects.ts";
import { issueCertificate, issuerKeys } from "./issuer.ts";
import type { TapAct } from "./TapAttempt.ts";
import { checkedTicket, unsignedTaps } from "./verification.ts";

type TapRoute =
  | "issuerKeys"
  | "certificate"
  | "tap"
  | "tapState"
  | "showShare"
  | "confirmTable"
  | "declineTable"
  | "undoTap"
  | "groups"
  | "group"
  | "leaveGroup";

export const tapHandlers: Pick<Handlers, TapRoute> = {
  issuerKeys: async ({ env }) => issuerKeys(env.SERVER_SECRET, Date.now()),

  certificate: async ({ env, actor }) => {
    await brake(env.PACE, actor.userId, "certificate");
    const { signKey } = await admitted(env, actor);
    return issueCertificate(env.SERVER_SECRET, actor.userId, signKey, Date.now());
  },

  tap: async ({ env, actor, body }) => {
    await brake(env.PACE, actor.userId, "tap");
    return submit(env, actor, body, Date.now());
  },

  tapState: async ({ env, actor, params: { userId, tapId } }) => {
    await brake(env.RETURNS, actor.userId, "tapState");
    await admitted(env, actor);
    return valueOf(await tapAttemptOf(env, userId, tapId).look(actor.userId));
  },

  showShare: ({ env, actor, params, body }) => act(env, actor, params, { type: "share", ...body }),

  confirmTable: ({ env, actor, params, body }) =>
    act(env, actor, params, { type: "confirm", ...body }),

  declineTable: ({ env, actor, params }) => act(env, actor, params, { type: "decline" }),

  undoTap: ({ env, actor, params, body }) =>
    act(env, actor, params, { type: "undo", peer: body.userId }),

  groups: async ({ env, actor }) => ({
    groups: valueOf(await mailboxOf(env, actor.userId).groups(actor)),
  }),

  group: async ({ env, actor, params: { groupId } }) => {
    await brake(env.RETURNS, actor.userId, "group");
    await admitted(env, actor);
    const group = await groupOf(env, groupId).read(actor.userId);
    if (!group.ok) await unlist(env, actor, groupId);
    return valueOf(group);
  },

  leaveGroup: async ({ env, actor, params: { groupId } }) => {
    await brake(env.RETURNS, actor.userId, "group");
    await admitted(env, actor);
    const left = await groupOf(env, groupId).leave(actor.userId);
    await unlist(env, actor, groupId);
    return valueOf(left);
  },
};

/** @throws ProblemError `unauthenticated` */
async function admitted(
  env: Env,
  actor: Actor,
  peers: readonly UserId[] = [],
): Promise<TapAdmission> {
  return valueOf(await mailboxOf(env, actor.userId).admitTap(actor, peers));
}

async function submit(env: Env, actor: Actor, body: TapRequest, now: number): Promise<Tap> {
  const { tapId, taps, together } = body;
  const checked = await Promise.all(
    taps.map(({ ticket }) => checkedTicket(env.SERVER_SECRET, ticket, now)),
  );
  const judged = judge(checked, actor.userId, now);
  const peers = judged.flatMap(({ outcome, userId }) => (outcome === null && userId) || []);
  const { signKey, blocked } = await admitted(env, actor, peers);
  const fields: Record<string, string> = {};
  for (const index of await unsignedTaps(actor, signKey, body)) {
    fields[`taps.${index}.signature`] = "must be by the acting device over the tap statement";
  }
  if (together !== undefined) {
    const own = await checkedTicket(env.SERVER_SECRET, together, now);
    const isOwn = isOwnTicket(own, actor.userId, actor.deviceId, now);
    // A retry may come when the ticket is out of time: the attempt knows which one lies there.
    if (!isOwn && !(await tapAttemptOf(env, actor.userId, tapId).look(actor.userId)).ok) {
      fields["together"] = "must be a ticket of the acting device, in time";
    }
  }
  if (Object.keys(fields).length > 0) throw new ProblemError("malformed-request", { fields });
  const submission = {
    party: { userId: actor.userId, deviceId: actor.deviceId },
    tapId,
    receivedAt: now,
    taps: judged.map((ticket, index) => ({
      ...ticket,
      signature: taps[index]?.signature ?? "",
      isBlockedByInitiator: ticket.userId !== null && blocked.includes(ticket.userId),
    })),
    together: together ?? null,
  };
  return valueOf(await tapAttemptOf(env, actor.userId, tapId).submit(submission));
}

async function act(
  env: Env,
  actor: Actor,
  { userId, tapId }: { readonly userId: UserId; readonly tapId: string },
  done: TapAct,
): Promise<Tap> {
  await brake(env.RETURNS, actor.userId, done.type);
  await admitted(env, actor);
  return valueOf(await tapAttemptOf(env, userId, tapId).act(actor, done));
}

/**
 * At once: the group says so as well, and the late word of a submission may have listed it again. If it fails, the next
 * look does it.
 */
async function unlist(env: Env, { userId }: Actor, groupId: string): Promise<void> {
  const errand = { kind: "listing", owner: userId, groupId, isListed: false } as const;
  await mailboxOf(env, userId)
    .take(errand)
    .catch(() => {});
}
