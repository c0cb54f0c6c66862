// `profile`: the name that peers receive, the handle, who may find one by it, and who may ask.
import { AUDIENCES, type Audience, isHandle, NAME_MAX_CHARS } from "../../shared/client/node.ts";
import type { Arguments } from "../arguments.ts";
import type { Command, Context } from "../command.ts";
import { EXIT, usageError } from "../errors.ts";
import { printable } from "../printable.ts";

export const profile: Command = {
  path: ["profile"],
  summary: "change your name, handle, and who may ask you",
  synopsis: "[--name N] [--handle H | --no-handle] [OPTIONS]",
  options: {
    name: {
      type: "string",
      value: "N",
      text: "what the people you meet see; the server never does",
    },
    handle: {
      type: "string",
      value: "H",
      text: "a public name that is yours alone, such as ada_l",
    },
    "no-handle": { type: "boolean", text: "give the handle up" },
    visibility: {
      type: "string",
      value: "V",
      text: "who finds you by it: anyone, contactsOfContacts, nobody",
    },
    "requests-from": {
      type: "string",
      value: "V",
      text: "who may ask to meet you, likewise; your contacts always may",
    },
  },
  help: `
The name lives on this device and travels sealed to the people you meet. A handle
is known to the server and belongs to one account: 3 to 30 of a-z, 0-9 and single
_, beginning with a letter. Without options the profile is shown as it is.

--requests-from says whose requests to meet (acquaint say) reach you: those of
anyone, of the contacts of your contacts, or of nobody but your contacts. Whoever
may not ask is not told so: to them it is as if you were not there.

Events with --json: profile {userId, name, handle, visibility, requestsFrom}. A
handle that somebody else has is refused with the code handle-taken.`,
  run: changeProfile,
};

async function changeProfile(context: Context): Promise<number> {
  const change = changeOf(context.args);
  const client = await context.open(change.name === undefined ? {} : { name: change.name });
  const me = Object.keys(change).length === 0 ? client.me : await client.updateProfile(change);
  context.present.show({ event: "profile", ...me });
  return EXIT.success;
}

interface ProfileChange {
  name?: string;
  handle?: string | null;
  visibility?: Audience;
  requestsFrom?: Audience;
}

/** What is asked for, checked before the device registers or sends anything. */
function changeOf(args: Arguments): ProfileChange {
  const change: ProfileChange = {};
  const [extra] = args.positionals;
  if (extra !== undefined) throw usageError(`What about ${extra}? Names with blanks need quotes.`);
  const name = args.text("name");
  if (name !== undefined) change.name = checkedName(name);
  const handle = args.text("handle");
  if (handle !== undefined) change.handle = checkedHandle(handle);
  if (args.flag("no-handle")) {
    if (handle !== undefined) throw usageError("Give either --handle or --no-handle.");
    change.handle = null;
  }
  const visibility = args.text("visibility");
  if (visibility !== undefined) change.visibility = checkedAudience("visibility", visibility);
  const requestsFrom = args.text("requests-from");
  if (requestsFrom !== undefined) {
    change.requestsFrom = checkedAudience("requests-from", requestsFrom);
  }
  return change;
}

function checkedName(text: string): string {
  const name = printable(text).trim();
  if (name === "") throw usageError("A name needs at least one letter.");
  if (name.length > NAME_MAX_CHARS) {
    throw usageError(
      `A name has at most ${NAME_MAX_CHARS} characters; this one has ${name.length}.`,
    );
  }
  return name;
}

function checkedHandle(text: string): string {
  const handle = text.replace(/^@/, "").toLowerCase();
  if (isHandle(handle)) return handle;
  throw usageError(
    "A handle is 3 to 30 of a-z, 0-9 and single _, begins with a letter and does not end with _.",
  );
}

function checkedAudience(option: string, text: string): Audience {
  const audience = AUDIENCES.find((each) => each === text);
  if (audience !== undefined) return audience;
  throw usageError(`--${option} is one of: ${AUDIENCES.join(", ")}.`);
}
