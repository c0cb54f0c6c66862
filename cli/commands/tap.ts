// `tap`: becomes a contact of everyone whose ticket was read; or, with --together, all at a table compare a phrase.
import type { Acquaint } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { introduced, named } from "../introduced.ts";
import { followTable } from "../table.ts";
import { peerEvent } from "../tapEvents.ts";

export const tap: Command = {
  path: ["tap"],
  summary: "become a contact of everyone whose ticket you have read",
  synopsis: "URL… [--together]",
  options: {
    together: { type: "boolean", text: "all compare one phrase; all or nobody" },
  },
  help: `
Takes the links that others show: acquaint ticket, or Tap on the page. Up to 31 at
once; each has an outcome of its own, and two or more make a group as well. A link
to a badge asks its owner to become a contact.

With --together everyone sees the same six words, on phones, pages and here. Read
them aloud, and confirm if they are the same: then all are in contact with you,
and a group; if anyone says no, or does not answer, nobody is.

Exit code 0 if at least one is a contact now (or was before); with --together, if
all are.

Events with --json: tap {outcome, userId, name, advice, vouched, undoUntil, groupId}
for each link, in their order; outcome is established, already, replayed, blocked,
revoked, expired, duplicate, self or forged. For a badge: contactAsked {requestId, to,
name, via, createdAt, expiresAt}.
With --together: table {tapId, by, at, until, members, phrase, groupId, end} with
each change; at is gathering, comparing, settled or aborted. Confirm by a line
“yes” on the standard input, decline by any other.`,
  run: tapAll,
};

async function tapAll(context: Context): Promise<number> {
  const { args, present } = context;
  const urls = args.positionals;
  if (urls.length === 0) throw usageError("Which tickets?", "acquaint tap URL…");
  const client = await context.open();
  const links = urls.map((url) => client.taps.read(url));
  const badges = urls.filter((_, index) => links[index]?.kind === "badge");
  const tickets = urls.filter((_, index) => links[index]?.kind === "ticket");
  if (args.flag("together")) {
    if (badges.length > 0) throw usageError("A badge cannot come to a table; leave it out.");
    return compareTogether(context, client, tickets);
  }
  client.connect();
  for (const url of badges) await askByBadge(context, client, url);
  if (tickets.length === 0) return EXIT.success;
  const { peers, groupId } = await client.taps.tap(tickets);
  const called = peers.map(async ({ contact, ...peer }) => ({
    ...peer,
    contact: contact === null ? null : await named(client, contact),
  }));
  const made = peers.flatMap(({ contact }) => contact?.userId ?? []);
  const introducing = introduced(client, made);
  for (const peer of await Promise.all(called)) present.show(peerEvent(peer, groupId));
  await introducing;
  return made.length > 0 ? EXIT.success : EXIT.failed;
}

async function askByBadge({ present }: Context, client: Acquaint, url: string): Promise<void> {
  const { contact } = await client.badges.find(url);
  if (contact !== null) {
    throw new CliError("already-contacts", `You and ${contact.name} are in contact already.`);
  }
  present.show({ event: "contactAsked", ...(await client.badges.ask(url)) });
}

/** Whoever breaks it off declines. */
async function compareTogether(
  context: Context,
  client: Acquaint,
  urls: readonly string[],
): Promise<number> {
  client.connect();
  const table = await client.taps.together(urls);
  context.interruption.undoBy(() => client.taps.decline(table.tapId));
  try {
    return await followTable(context, client, table);
  } finally {
    context.interruption.undoBy(null);
  }
}
