// `save`: writes a file that a contact has sent, or one's own, to the disk.
import type { Command, Context } from "../command.ts";
import { caughtUp } from "../connectionNews.ts";
import { lookUpContact } from "../contactLookup.ts";
import { EXIT, usageError } from "../errors.ts";
import { LAST, messageIn } from "../messageReference.ts";
import { placeFor, writeKept } from "../savedFiles.ts";
import { showTransfer } from "../transfers.ts";

export const save: Command = {
  path: ["save"],
  summary: "write a file of a message to the disk",
  synopsis: "CONTACT ID [PATH] [--force]",
  options: { force: { type: "boolean", text: "replace a file that is there" } },
  help: `
Fetches the file of a message, verifies it, and writes it under its own name into the
folder that you stand in, or to PATH: a folder, or another name. ID is what acquaint
inbox shows with the message, or ${LAST}: the last file of theirs. What was interrupted
goes on where it was when you run it again; a file that is on this device already needs
no connection. The server keeps files for 30 days; devices keep those they have fetched.

Events with --json: saved {id, from, file, name, type, size}. Errors: contact-unknown,
message-unknown, file-exists, file-unwritable, file-expired, file-tampered, disk-full,
server-unreachable.`,
  run: saveFile,
};

async function saveFile(context: Context): Promise<number> {
  const { args, present } = context;
  const [reference, id, path = ".", extra] = args.positionals;
  if (reference === undefined || id === undefined) {
    throw usageError("Which file, of whom?", `acquaint save CONTACT ID, or ${LAST} as ID`);
  }
  if (extra !== undefined) throw usageError(`What about ${extra}? Blanks need quotes.`);
  const client = await context.open();
  const { userId } = await lookUpContact(client, reference);
  if (id === LAST) await caughtUp(client);
  const message = await messageIn(client, userId, id, ["peer", "me"], "file");
  const { name = "", type = "", size = 0 } = message.file ?? {};
  const force = args.flag("force");
  const place = await placeFor(context.resolvePath(path), name, force);
  const stop = showTransfer(client, present, message);
  const kept = await client.messages.files.open(message).finally(stop);
  await writeKept(kept, place, force);
  const from = message.author === "me" ? client.me.userId : userId;
  present.show({ event: "saved", id: message.id, from, file: place, name, type, size });
  return EXIT.success;
}
