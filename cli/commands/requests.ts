// `requests`: who asks to become a contact, and whom this account has asked.
import type { Acquaint, TapEvent } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { caughtUp } from "../connectionNews.ts";
import { introduced } from "../introduced.ts";
import { CliError, EXIT, usageError } from "../errors.ts";

type Over = Extract<TapEvent, { event: "contactRequestOver" }>;

const ACTIONS = ["approve", "decline", "withdraw", "block"] as const;
type Action = (typeof ACTIONS)[number];

export const requests: Command = {
  path: ["requests"],
  summary: "who asks to become a contact; say yes or no",
  synopsis: "[list | approve ID | decline ID | block ID | withdraw ID]",
  options: {},
  help: `
Lists who asks to become a contact, having scanned your badge or met you in a room, and
whom you have asked yourself. approve makes you contacts of each other; decline says no,
and they are told; block says nothing, and nothing more of theirs reaches you. withdraw
takes back a request of your own. A request waits a week.

Events with --json: contactRequest {requestId, from, name, handle, via, title, createdAt,
expiresAt} and contactAsked {requestId, to, name, via, createdAt, expiresAt} for each that
waits; contactRequestOver {requestId, userId, name, isOwn, end} for what is done:
approved, declined or withdrawn; blocked {userId, name, blocked} for a block.`,
  run: serveRequests,
};

async function serveRequests(context: Context): Promise<number> {
  const { args, present } = context;
  const [action = "list", requestId, extra] = args.positionals;
  const isList = action === "list" && requestId === undefined;
  if (extra !== undefined || (!isList && (!isAction(action) || requestId === undefined))) {
    throw usageError(
      "Say list, approve ID, decline ID, block ID or withdraw ID.",
      "acquaint requests lists them, each with its ID.",
    );
  }
  const client = await context.open();
  client.connect();
  await caughtUp(client, () => client.badges.caughtUp());
  if (isList) return list(context, client);
  if (isAction(action)) await perform(context, client, action, requestId ?? "");
  present.close();
  return EXIT.success;
}

function list({ present }: Context, client: Acquaint): number {
  const waiting = client.badges.waiting();
  const asked = client.badges.asked();
  for (const request of waiting) present.show({ event: "contactRequest", ...request });
  for (const request of asked) present.show({ event: "contactAsked", ...request });
  if (waiting.length + asked.length === 0)
    present.remark("Nobody asks, and you have asked nobody.");
  return EXIT.success;
}

async function perform(
  { present }: Context,
  client: Acquaint,
  action: Action,
  requestId: string,
): Promise<void> {
  const theirs = client.badges.waiting().find((one) => one.requestId === requestId);
  const own = client.badges.asked().find((one) => one.requestId === requestId);
  const isFitting = action === "withdraw" ? own !== undefined : theirs !== undefined;
  if (!isFitting) {
    throw new CliError("request-unknown", "There is no such request, or it is over.", {
      exitCode: EXIT.usage,
      hint: "acquaint requests lists them, each with its ID.",
    });
  }
  const userId = theirs?.from ?? own?.to;
  const name = (theirs ?? own)?.name;
  await client.badges[action](requestId);
  if (userId === undefined || name === undefined) return;
  if (action === "block") return present.show({ event: "blocked", userId, name, blocked: true });
  if (action === "approve") await introduced(client, [userId]);
  const over = { requestId, userId, name, isOwn: own !== undefined, end: ENDS[action] };
  present.show({ event: "contactRequestOver", ...over } satisfies Over);
}

const ENDS = { approve: "approved", decline: "declined", withdraw: "withdrawn" } as const;

function isAction(text: string): text is Action {
  return (ACTIONS as readonly string[]).includes(text);
}
