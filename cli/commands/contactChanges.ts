// `contacts remove|block|unblock|rename|note`: each changes one contact and tells it as it is then.
import { type Acquaint, type Contact, isUserId } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { chooseAccount } from "../accountChoice.ts";
import { chooseContact } from "../contactChoice.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { contactEvent } from "../events.ts";
import { printable } from "../printable.ts";

const EVENT_HELP = `
CONTACT is a name, a user id, or the beginning of a user id.
Events with --json: the contact {userId, name, method, …} as it is afterwards`;

const BLOCK_EVENT_HELP = `${EVENT_HELP},
or blocked {userId, name, blocked} for an account that is no contact; the name is null
where this device knows none.`;

export const contactsRemove: Command = {
  path: ["contacts", "remove"],
  summary: "remove one, with their card and keys",
  synopsis: "CONTACT [--yes]",
  options: { yes: { type: "boolean", short: "y", text: "do not ask" } },
  help: `
Removes a contact with their card. To have them back, meet again. At a terminal
you are asked first.
${EVENT_HELP},
with removed: true.`,
  async run(context) {
    const { client, contact } = await chosen(context, "remove CONTACT");
    if (!(await confirmed(context, contact)))
      throw new CliError("declined", "Nothing was removed.");
    await client.contacts.remove(contact.userId);
    context.present.show({ ...contactEvent(contact), removed: true });
    return EXIT.success;
  },
};

export const contactsBlock: Command = {
  path: ["contacts", "block"],
  summary: "block one: nothing of theirs reaches you until you unblock them",
  synopsis: "WHO",
  options: {},
  help: `
Blocks a contact, or any account by its user id or @handle. Contacts stay on the
list. Nobody is told. Whom you have blocked: acquaint contacts blocked
${BLOCK_EVENT_HELP}`,
  run: (context) => setBlocked(context, "block"),
};

export const contactsUnblock: Command = {
  path: ["contacts", "unblock"],
  summary: "let a blocked one reach you again",
  synopsis: "WHO",
  options: {},
  help: `
Ends a block of a contact, or of any account by its @handle, or by the user id, its
beginning, or the name that acquaint contacts blocked shows.
${BLOCK_EVENT_HELP}`,
  run: (context) => setBlocked(context, "unblock"),
};

export const contactsRename: Command = {
  path: ["contacts", "rename"],
  summary: "give one a name of your own",
  synopsis: "CONTACT NEW-NAME",
  options: {},
  help: `
Gives a contact a name that only you see. An empty one ("") brings their own name
back. Names with blanks need quotes.
${EVENT_HELP}.`,
  run: (context) =>
    update(context, "rename CONTACT NEW-NAME", (alias) => ({ alias: printable(alias).trim() })),
};

export const contactsNote: Command = {
  path: ["contacts", "note"],
  summary: "keep a note on one, for yourself alone",
  synopsis: "CONTACT TEXT",
  options: {},
  help: `
Keeps a note of when and where you met, on this device and for yourself alone. An
empty one ("") removes it.
${EVENT_HELP}.`,
  run: (context) => update(context, "note CONTACT TEXT", (note) => ({ note })),
};

interface Chosen {
  readonly client: Acquaint;
  readonly contact: Contact;
}

async function chosen(context: Context, form: string): Promise<Chosen> {
  const reference = referenceIn(context, form);
  const client = await context.open();
  return { client, contact: chooseContact(reference, await client.contacts.list()) };
}

function referenceIn({ args }: Context, form: string): string {
  const reference = args.positionals.join(" ");
  if (reference === "") throw usageError("Which contact?", `acquaint contacts ${form}`);
  return reference;
}

async function confirmed({ args, prompt, present }: Context, contact: Contact): Promise<boolean> {
  if (args.flag("yes") || present.json || !prompt.interactive) return true;
  const answer = await prompt.ask(`Remove ${printable(contact.name)} with their card? [y/N] `);
  return /^y(es)?$/i.test(answer?.trim() ?? "");
}

async function setBlocked(context: Context, verb: "block" | "unblock"): Promise<number> {
  const reference = referenceIn(context, `${verb} WHO`);
  const client = await context.open();
  const contacts = await client.contacts.list();
  const isBlock = verb === "block";
  const before = isBlock ? [] : await client.contacts.blocked();
  const strangers = before.filter(({ userId }) => contacts.every((one) => one.userId !== userId));
  const people = [
    ...contacts,
    ...strangers.map(({ userId, name }) => ({ userId, name: name ?? "" })),
  ];
  // A name with a typo in it must not block a stranger whose handle that is.
  const isAccount = reference.startsWith("@") || isUserId(reference);
  const { userId: known, handle } = isAccount
    ? chooseAccount(reference, contacts)
    : { ...chooseContact(reference, people), handle: null };
  const userId = known ?? (await client.findHandle(handle ?? "")).userId;
  if (isBlock) await client.contacts.block(userId, handle === null ? undefined : `@${handle}`);
  else await client.contacts.unblock(userId);
  const contact = await client.contacts.get(userId);
  if (contact !== null) {
    context.present.show(contactEvent(contact));
    return EXIT.success;
  }
  const named = isBlock ? await client.contacts.blocked() : before;
  const name = named.find((one) => one.userId === userId)?.name ?? null;
  context.present.show({ event: "blocked", userId, name, blocked: isBlock });
  return EXIT.success;
}

async function update(
  context: Context,
  form: string,
  changeOf: (text: string) => { alias?: string; note?: string },
): Promise<number> {
  const [reference, text, extra] = context.args.positionals;
  if (reference === undefined || text === undefined || extra !== undefined) {
    throw usageError(
      "A contact and a text are needed; put quotes around blanks.",
      `acquaint contacts ${form}`,
    );
  }
  const client = await context.open();
  const contact = chooseContact(reference, await client.contacts.list());
  const changed = await client.contacts.update(contact.userId, changeOf(text));
  context.present.show(contactEvent(changed));
  return EXIT.success;
}
