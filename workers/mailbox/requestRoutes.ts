// Handlers of badges, and of requests to become contacts.

import { ProblemError } from "../../shared/wire/problem.ts";
import { brake } from "../auth/brake.ts";
import type { Handlers } from "../http/handlers.ts";
import { badgeEntry, mailboxOf } from "../objects.ts";
import { valueOf } from "./routes.ts";

type RequestRoute =
  | "badge"
  | "makeBadge"
  | "revokeBadge"
  | "findBadge"
  | "askForContact"
  | "approveContact"
  | "endContactRequest";

export const requestHandlers: Pick<Handlers, RequestRoute> = {
  badge: async ({ env, actor }) => ({
    badge: valueOf(await mailboxOf(env, actor.userId).badge(actor, { kind: "show" })),
  }),

  makeBadge: async ({ env, actor, body }) => {
    await brake(env.PACE, actor.userId, "badge");
    const wish = { kind: "make", ...body } as const;
    const badge = valueOf(await mailboxOf(env, actor.userId).badge(actor, wish));
    // Revoked, or replaced, before it could be told.
    if (badge?.token !== body.token) throw new ProblemError("try-again");
    return badge;
  },

  revokeBadge: async ({ env, actor }) => {
    await brake(env.PACE, actor.userId, "badge");
    valueOf(await mailboxOf(env, actor.userId).badge(actor, { kind: "revoke" }));
    return null;
  },

  findBadge: async ({ env, actor, body }) => {
    await brake(env.PACE, actor.userId, "find");
    valueOf(await mailboxOf(env, actor.userId).account(actor));
    const owner = await badgeEntry(env, body.token).owner();
    const found =
      owner === null ? null : await mailboxOf(env, owner).findBadge(actor.userId, body.token);
    if (found === null) throw new ProblemError("badge-unknown");
    return found;
  },

  askForContact: async ({ env, actor, body }) => {
    await brake(env.PACE, actor.userId, "ask");
    const wish = { kind: "ask", ...body } as const;
    const asked = valueOf(await mailboxOf(env, actor.userId).contactRequest(actor, wish));
    if (asked === null) throw new ProblemError("request-unknown");
    return asked;
  },

  approveContact: async ({ env, actor, params, body }) => {
    const wish = { kind: "approve", ...params, ...body } as const;
    valueOf(await mailboxOf(env, actor.userId).contactRequest(actor, wish));
    return null;
  },

  endContactRequest: async ({ env, actor, params }) => {
    const wish = { kind: "end", ...params } as const;
    valueOf(await mailboxOf(env, actor.userId).contactRequest(actor, wish));
    return null;
  },
};
