// Handlers of operators: the house takes them in and lets them go; each may look at itself.

import { ProblemError } from "../../shared/wire/problem.ts";
import type { Handlers } from "../http/handlers.ts";
import { valueOf } from "../mailbox/routes.ts";
import { operatorAt } from "../objects.ts";
import { digestOfKey, newApiKey, newOperatorId } from "./apiKey.ts";

type OperatorRoute = "addOperator" | "operator" | "renewOperatorKey" | "removeOperator";

export const operatorHandlers: Pick<Handlers, OperatorRoute> = {
  addOperator: async ({ env, body }) => {
    const operatorId = newOperatorId();
    const apiKey = newApiKey(env.SERVER_SECRET, operatorId);
    await operatorAt(env, operatorId).create(operatorId, body.name, digestOfKey(apiKey));
    return { operatorId, apiKey };
  },

  operator: async ({ env, steward, params: { operatorId } }) => {
    const isOwn = steward.kind === "operator" && steward.operatorId === operatorId;
    const maySee = isOwn || steward.kind === "house";
    const operator = maySee ? await operatorAt(env, operatorId).describe() : null;
    if (operator === null) throw new ProblemError("operator-unknown");
    return operator;
  },

  renewOperatorKey: async ({ env, params: { operatorId } }) => {
    const apiKey = newApiKey(env.SERVER_SECRET, operatorId);
    valueOf(await operatorAt(env, operatorId).renew(digestOfKey(apiKey)));
    return { operatorId, apiKey };
  },

  removeOperator: async ({ env, params: { operatorId } }) =>
    valueOf(await operatorAt(env, operatorId).remove()),
};
