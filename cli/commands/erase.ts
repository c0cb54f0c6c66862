// `erase`: the end of the account, at the server and on this device, once its owner has typed whose it is.
import type { Me } from "../../shared/client/node.ts";
import type { Command, Context } from "../command.ts";
import { shortId } from "../contactText.ts";
import { CliError, EXIT, usageError } from "../errors.ts";
import { printable } from "../printable.ts";
import { forgetHome, requireAccount } from "../session.ts";

export const erase: Command = {
  path: ["erase"],
  summary: "erase your account, at the server and on this device",
  synopsis: "[--yes]",
  options: { yes: { type: "boolean", short: "y", text: "do not ask; needed in scripts" } },
  help: `
What goes, for good: at the server the account with its handle, its list of contacts
and the messages that wait for it; in this home its keys, contacts, cards and
conversations. Nothing is left of it in either place, and the recovery phrase brings
nothing of it back. acquaint export keeps a copy.

What stays: your contacts keep you as a contact, and the messages that they have of
you. A meeting that is under way ends by itself within five minutes. Other devices of
yours are told if they are connected, and keep what they have until it is erased there
as well. One that is away is told nothing: the server does not remember that there was
an account, so it begins with the account anew, empty. Erase there, too.

At a terminal you type your handle or the beginning of your user id first. If it was cut
short, erase once more: it goes on where it stopped.

Events with --json: erased {userId}. It needs --yes without a terminal.`,
  worksErased: true,
  run: eraseAccount,
};

async function eraseAccount(context: Context): Promise<number> {
  const { args, present, prompt, home } = context;
  const [extra] = args.positionals;
  if (extra !== undefined) throw usageError(`What about ${extra}? acquaint erase takes no name.`);
  if (!args.flag("yes") && (present.json || !prompt.interactive)) {
    throw usageError("This erases the account of this home. To do so, add --yes.");
  }
  await requireAccount(home);
  const client = await context.open();
  const { me } = client;
  if (!args.flag("yes")) await confirm(context, me);
  await client.erase();
  await forgetHome(home);
  present.show({ event: "erased", userId: me.userId });
  return EXIT.success;
}

/** @throws CliError `declined` */
async function confirm({ present, prompt, home }: Context, me: Me): Promise<void> {
  const id = shortId(me.userId);
  const names = me.handle === null ? [id] : [`@${me.handle}`, id];
  const called = me.name === "" ? names[0] : `${printable(me.name)} (${names.join(", ")})`;
  for (const line of [
    `This erases the account ${called} for good:`,
    "  at the server: the account, its handle, contacts, messages that wait",
    `  in ${home}: keys, contacts, cards, conversations`,
    "Your contacts keep what they have of you. A copy first: acquaint export",
  ]) {
    present.remark(line);
  }
  const answer = await prompt.ask(`To erase it, type ${names.join(" or ")}: `);
  const typed = answer?.trim().toLowerCase().replace(/^@/, "") ?? "";
  const isMeant = typed === me.handle || (typed.length >= id.length && me.userId.startsWith(typed));
  if (!isMeant) throw new CliError("declined", "Nothing was erased.");
}
