// `chat`: a live view of one conversation.
import { Chat } from "../chat.ts";
import { CHAT_HELP } from "../chatCommands.ts";
import type { Command, Context } from "../command.ts";
import { lookUpContact } from "../contactLookup.ts";
import { EXIT, usageError } from "../errors.ts";
import { printable } from "../printable.ts";

export const chat: Command = {
  path: ["chat"],
  summary: "talk with a contact, live",
  synopsis: "CONTACT",
  options: {},
  help: `
Shows the last messages of a conversation, then what comes and goes; each line that
you type is sent. What was shown is marked as read, which its author sees. Before
the line stands how far your last message has come (sent, delivered, read), or that
they are typing. Without a connection it waits here, and goes by itself.

${CHAT_HELP}

In a pipe, each line of the input is sent, and each event is a line; it ends with
the input, once the server has taken all. Messages that disappear do so in Acquaint,
not in a terminal's history.

Events with --json: those of acquaint inbox --follow for both sides, each with number,
as well as state {id, to, name, state} and typing {from, name, isTyping}.`,
  run: talk,
};

async function talk(context: Context): Promise<number> {
  const { args, present, interruption } = context;
  const [reference, extra] = args.positionals;
  if (reference === undefined) throw usageError("With whom?", "acquaint chat CONTACT");
  if (extra !== undefined) {
    throw usageError(`What about ${extra}? Blanks need quotes.`, "acquaint chat CONTACT");
  }
  const client = await context.open();
  const contact = await lookUpContact(client, reference);
  const console = context.openConsole();
  interruption.undoBy(async () => console.close());
  try {
    if (console.interactive) {
      present.remark(
        `You and ${printable(contact.name)}. /help lists the commands; Ctrl-D leaves.`,
      );
    }
    await new Chat(context, client, contact, console).run();
  } finally {
    console.close();
    interruption.undoBy(null);
  }
  return EXIT.success;
}
