// `contacts`, `contacts list` and `contacts show`: the people one has met.
import { cardDestination, reasonOf } from "../cardFiles.ts";
import type { Command, Context } from "../command.ts";
import { chooseContact } from "../contactChoice.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { contactEvent } from "../events.ts";
import { verifiedContacts } from "../introduced.ts";

const CONTACTS_HELP = `
CONTACT is a name, a user id, or the beginning of a user id (four characters or
more). What fits two contacts is refused.

Events with --json: one contact {userId, name, method, metAt, verified, blocked,
note, receiptHash} for each; metAt is in milliseconds since 1970.`;

export const contacts: Command = {
  path: ["contacts"],
  summary: "the people you have met",
  synopsis: "[list]",
  options: {},
  help: `
Lists the people you have met, and changes what you keep of them; each change has
a help of its own, for instance: acquaint contacts rename --help
${CONTACTS_HELP}
This command adds unread: messages that have come and were not read yet. What still
waits at the server comes with: acquaint inbox`,
  run: listContacts,
};

export const contactsShow: Command = {
  path: ["contacts", "show"],
  summary: "show one, with the card you received",
  synopsis: "CONTACT [--out FILE]",
  options: {
    out: { type: "string", value: "FILE", text: "write the card there: .vcf or .json" },
    force: { type: "boolean", text: "let --out replace a file that is there" },
  },
  help: `
Shows a contact with the business card that came at the meeting, and when you have
compared the safety phrase with them (acquaint contacts verify), with what has changed
since. With --out the card is written to a file as well.
${CONTACTS_HELP}
This command adds card, file when the card was written, and comparison {state,
comparedAt}: never, same, changed (devices, by their signature: no alarm), or forked.`,
  run: showContact,
};

export const contactsBlocked: Command = {
  path: ["contacts", "blocked"],
  summary: "whom you have blocked, contacts or not",
  synopsis: "",
  options: {},
  help: `
Lists the accounts that you have blocked: nothing of theirs reaches you, and they are
not told. To end a block: acquaint contacts unblock WHO

Who is no contact has the name that this device knew when it blocked them: it stays on
the device, and goes with the block. On another device of yours there is the id alone.

Events with --json: one blocked {userId, name, blocked} for each; the name is null
where this device knows none.`,
  run: listBlocked,
};

async function listBlocked(context: Context): Promise<number> {
  const client = await context.open();
  const blocked = await client.contacts.blocked();
  for (const one of blocked) context.present.show({ event: "blocked", ...one, blocked: true });
  if (blocked.length === 0) context.present.remark("You have blocked nobody.");
  return EXIT.success;
}

async function listContacts(context: Context): Promise<number> {
  const [action, extra] = context.args.positionals;
  if ((action !== undefined && action !== "list") || extra !== undefined) {
    throw usageError(
      `There is no “contacts ${action}”.`,
      "Say list, show, remove, block, unblock, blocked, rename or note.",
    );
  }
  const client = await context.open({ finishMeetings: true });
  const all = await verifiedContacts(client);
  for (const contact of all) {
    const { unread = 0 } = (await client.messages.conversation(contact.userId)) ?? {};
    context.present.show({ ...contactEvent(contact), unread });
  }
  if (all.length === 0) {
    context.present.remark(
      "No contacts yet. Meet somebody: acquaint key show, or acquaint say --open",
    );
  }
  return EXIT.success;
}

async function showContact(context: Context): Promise<number> {
  const { args, present, resolvePath } = context;
  const reference = args.positionals.join(" ");
  if (reference === "") throw usageError("Which contact?", "acquaint contacts show NAME");
  const out = args.text("out");
  const destination =
    out === undefined ? null : await cardDestination(resolvePath(out), args.flag("force"));
  const client = await context.open({ finishMeetings: true });
  const contact = chooseContact(reference, await verifiedContacts(client));
  const comparison = await client.verification.latestState(contact.userId);
  const shown = { ...contactEvent(contact), card: contact.card, comparison };
  if (destination === null) {
    present.show(shown);
    return EXIT.success;
  }
  if (contact.card === null) {
    throw new CliError("card-missing", `${contact.name} sent no card, so nothing was written.`);
  }
  try {
    await destination.write(contact.card);
  } catch (error) {
    const message = `${destination.path} could not be written${reasonOf(error)}.`;
    throw new CliError("file-unwritable", message);
  }
  present.show({ ...shown, file: destination.path });
  return EXIT.success;
}
